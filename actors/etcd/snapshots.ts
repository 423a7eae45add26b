//! The leader's snapshots: taken between two appends, when the store is what the log says.
import { fail, type Result } from '../../runtime/fault.ts';
import type { Log, Logger } from '../../runtime/ports.ts';
import type { Retention } from './retention.ts';
import type { Roster } from './roster.ts';
import type { Store } from './store.ts';
import type { Writer } from './writer.ts';

export interface Snapshotted {
  readonly store: Store;
  readonly roster: Roster;
  readonly retention: Retention;
  readonly writer: Writer;
}
export class Snapshots {
  readonly #log: Log;
  readonly #now: () => number;
  readonly #logger: Logger;
  /** Whose snapshot is under way: another writer's need not be waited for. */
  #of: Writer | undefined;
  constructor(log: Log, now: () => number, logger: Logger) {
    this.#log = log;
    this.#now = now;
    this.#logger = logger;
  }
  /** `done` when it is safe. */
  take({ store, roster, retention, writer }: Snapshotted, done: (result: Result<number>) => void): void {
    if (this.#of === writer) return done(fail('Busy', 'a snapshot is being written already'));
    this.#of = writer;
    const finish = (result: Result<number>): void => {
      if (this.#of !== writer) return;
      this.#of = undefined;
      // The log still has every record: recovery is slower, nothing is lost.
      if (!result.ok) this.#logger.warn({ fault: result.fault }, 'snapshot failed');
      done(result);
    };
    writer.whenQuiet(() => {
      const state = store.snapshot(this.#now(), roster.state());
      if (!state.ok) return finish(state);
      retention.snapshotTaken(state.value.length);
      this.#log.snapshot(state.value, writer.last, finish);
    });
  }
  /** After each append. */
  settled(of: Snapshotted): void {
    if (this.#of !== of.writer && of.retention.snapshotDue) this.take(of, () => {});
  }
}
