//! The machines of all Jobs that are not over, and how often each has failed: kept while the controller runs.
import { address } from '../../../runtime/address.ts';
import type { ActorHandle } from '../../../runtime/host.ts';
import type { Job } from '../../api/types/batch.ts';
import type { ControllerActors, ControllerIo } from '../../client/protocol.ts';
import { type Mode, type RunEvent, runMachine } from './machine.ts';
import type { Failures } from './protocol.ts';

interface Run {
  readonly uid: string;
  readonly actor: ActorHandle<RunEvent>;
  failures: Failures | undefined;
}

export class Runs {
  readonly #runs = new Map<string, Run>();
  readonly #io: ControllerIo;
  readonly #actors: ControllerActors;
  constructor(io: ControllerIo, actors: ControllerActors) {
    this.#io = io;
    this.#actors = actors;
  }
  failures({ metadata }: Job, key: string): Failures | undefined {
    const run = this.#runs.get(key);
    return run?.uid === metadata.uid ? run.failures : undefined;
  }
  /** `wake`: the key under which it is looked at again. */
  looked(job: Job, key: string, mode: Mode, waitMs: number, wake: string): void {
    let run = this.#runs.get(key);
    if (run !== undefined && run.uid !== job.metadata.uid) {
      this.gone(key);
      run = undefined;
    }
    if (run === undefined) {
      if (mode === 'over') return;
      run = { uid: job.metadata.uid, actor: this.#start(job, wake), failures: undefined };
      this.#runs.set(key, run);
    }
    run.actor.send({ type: 'run.looked', mode, waitMs });
    if (mode === 'over') this.#runs.delete(key);
  }
  /** The status tells of them. */
  told(key: string, failures: Failures | undefined): void {
    const run = this.#runs.get(key);
    if (run !== undefined) run.failures = failures;
  }
  gone(key: string): void {
    this.#runs.get(key)?.actor.stop();
    this.#runs.delete(key);
  }
  #start({ metadata }: Job, wake: string): ActorHandle<RunEvent> {
    return this.#actors.start({
      address: address('job', this.#actors.manager, `${metadata.namespace}.${metadata.name}.${metadata.uid}`),
      machine: runMachine,
      input: undefined,
      perform: () => this.#io.enqueue(wake),
    });
  }
}
