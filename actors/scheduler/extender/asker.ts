//! Runs tasks that ask extenders: those go through the door, everything else over the bus.
import { fail, ok } from '../../../runtime/fault.ts';
import type { Ports, Stop } from '../../../runtime/ports.ts';
import { runTask, type Task, type TaskPorts } from '../../../runtime/task.ts';
import { EXTENDER, type ExtenderAnswered, type ExtenderAsked, type ExtenderDoor } from './protocol.ts';

export class ExtenderAsker {
  readonly #ports: TaskPorts;
  readonly #failed: (error: unknown) => void;
  readonly #running = new Set<Stop>();
  constructor(
    { bus, clock }: Pick<Ports, 'bus' | 'clock'>,
    door: ExtenderDoor | undefined,
    failed: (error: unknown) => void,
  ) {
    this.#failed = failed;
    const request: Ports['bus']['request'] = (subject, message, timeoutMs, done, meta) => {
      if (subject !== EXTENDER) return bus.request(subject, message, timeoutMs, done, meta);
      if (door === undefined) {
        const timer = clock.setTimeout(
          () => done(fail('Unavailable', 'this scheduler was given no way to extenders')),
          0,
        );
        return () => clock.clearTimeout(timer);
      }
      return door.post((message as ExtenderAsked).request, (result) =>
        done(result.ok ? ok({ type: 'extender.answer', body: result.value } as ExtenderAnswered) : result),
      );
    };
    this.#ports = { bus: { request }, clock };
  }
  run<T>(task: Task<T>, done: (value: T) => void): void {
    let stop: Stop | undefined;
    let over = false;
    const end = (value: T): void => {
      over = true;
      if (stop !== undefined) this.#running.delete(stop);
      try {
        done(value);
      } catch (error) {
        this.#failed(error);
      }
    };
    stop = runTask(task, this.#ports, end, this.#failed);
    if (!over) this.#running.add(stop);
  }
  end(): void {
    for (const stop of this.#running) stop();
    this.#running.clear();
  }
}
