//! A backup without a running etcd: its log read, or made.
import { fail, ok, type Result } from '../../../../runtime/fault.ts';
import type { Disk, Log } from '../../../../runtime/ports.ts';
import { Store, type StoreLimits } from '../../store.ts';
import type { State } from './state.ts';

/** Retries of requests are of no use to a backup. */
const LIMITS: StoreLimits = { answers: 1, answersBytes: 1, answersMs: 0, streams: 1 };

/** What the log adds up to. */
export function stateInLog(log: Log): Promise<Result<State>> {
  const store = new Store(LIMITS);
  const state = (): Result<State> => {
    const bytes = store.snapshot(0);
    return bytes.ok ? ok({ revision: store.mvcc.revision, bytes: bytes.value }) : bytes;
  };
  return new Promise((done) => {
    log.recover({
      snapshot: (state) => void store.restore(state, 0),
      record: (_, bytes) => void store.replay(bytes),
      done: (result) => done(result.ok ? state() : result),
    });
  });
}

/** A log that has nothing yet begins with this state. */
export function beginLog(log: Log, state: Uint8Array): Promise<Result<void>> {
  let empty = true;
  const notEmpty = (): void => {
    empty = false;
  };
  return new Promise((done) => {
    const close = (result: Result<unknown>): void => log.close(() => done(result.ok ? ok(undefined) : result));
    log.recover({
      snapshot: notEmpty,
      record: notEmpty,
      done: (result) => {
        if (!result.ok) close(result);
        else if (!empty) close(fail('AlreadyExists', 'there is an etcd log already'));
        else log.snapshot(state, result.value, close);
      },
    });
  });
}

/** A disk on which nothing is changed, so that a log may be read whose owner is away. */
export function readOnly(disk: Disk): Disk {
  const refused = fail('Forbidden', 'this log is only read');
  return {
    list: (dir, done) => disk.list(dir, done),
    read: (path, done) => disk.read(path, done),
    replace: (_path, _bytes, done) => done(refused),
    remove: (_path, done) => done(ok(undefined)),
    openAppend: (_path, _size, done) =>
      done(
        ok({
          append: (_bytes, appended) => appended(refused),
          sync: (synced) => synced(refused),
          close: (closed) => closed(),
        }),
      ),
  };
}
