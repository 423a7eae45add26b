//! Keys to workers, while the controller runs. A key is with one worker at a time.
import type { Self } from '../../../runtime/host.ts';
import type { Stop } from '../../../runtime/ports.ts';
import { WorkQueue } from '../../../runtime/queue.ts';
import type { ManagerMeasures } from '../measures.ts';
import type { Controller, ControllerIo, Outcome } from '../protocol.ts';
import type { ReconcilerEvent } from './protocol.ts';
import { queueName } from './queue-names.ts';

const WORKERS = 5;

export class Work {
  readonly #controller: Controller;
  readonly #self: Self<ReconcilerEvent>;
  #queue: WorkQueue | undefined;
  readonly #tasks = new Map<string, Stop>();
  readonly #measures: ManagerMeasures;
  readonly #name: string;
  #unfollow: Stop = () => {};
  constructor(controller: Controller, self: Self<ReconcilerEvent>, measures: ManagerMeasures) {
    this.#controller = controller;
    this.#self = self;
    this.#measures = measures;
    this.#name = queueName(controller.name);
  }

  get running(): boolean {
    return this.#queue !== undefined;
  }
  /** Ignored while not running: at the start everything is looked at. */
  add(key: string, afterMs = 0): void {
    if (this.#queue === undefined) return;
    if (!this.#queue.addAfter(key, afterMs)) this.#self.logger.warn({ key }, 'work queue full');
  }
  start(): void {
    // Not at once: `add` is called from inside a cache's change, and what changes together is worked on together.
    const onReady = (): void => void this.#self.after(0, { type: 'work.ready' });
    this.#queue = new WorkQueue({
      clock: this.#self.clock,
      onReady,
      observer: this.#measures.observer(this.#name),
    });
    this.#unfollow = this.#measures.follow(this.#name, this.#queue);
  }
  stop(): void {
    this.#queue?.close();
    this.#queue = undefined;
    this.#unfollow();
    for (const stop of this.#tasks.values()) stop();
    this.#tasks.clear();
  }
  run(io: ControllerIo): void {
    const queue = this.#queue;
    while (queue !== undefined && queue.processing < (this.#controller.workers ?? WORKERS)) {
      const key = queue.get();
      if (key === undefined) return;
      this.#start(queue, key, io);
    }
  }

  #start(queue: WorkQueue, key: string, io: ControllerIo): void {
    let ended = false;
    const stop = this.#self.run(this.#controller.reconcile(key, io), (outcome) => {
      ended = true;
      this.#tasks.delete(key);
      this.#settle(queue, key, outcome);
      queue.done(key);
      return queue.length > 0 ? { type: 'work.ready' } : undefined;
    });
    if (!ended) this.#tasks.set(key, stop);
  }
  #settle(queue: WorkQueue, key: string, outcome: Outcome): void {
    if (outcome === undefined) return queue.forget(key);
    if ('afterMs' in outcome) {
      queue.forget(key);
      queue.addAfter(key, Math.max(1, outcome.afterMs)); // never at once: it would come round for ever at one instant
      return;
    }
    const afterMs = queue.addRateLimited(key);
    const level = outcome.reason === 'Conflict' ? 'debug' : 'warn';
    this.#self.logger[level]({ key, fault: outcome.reason, why: outcome.message, afterMs }, 'reconcile again');
  }
}
