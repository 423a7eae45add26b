//! etcd's history ends where the last round of this interval began, as kube-apiserver has it (storage/etcd3/
//! compact.go): one round an interval of all servers together, by the version of one key. History is kept for one
//! interval at least and two at most. What etcd itself forgets (docs/etcd.md) is a bound beside it.
import { ok, type Result } from '../../runtime/fault.ts';
import type { Task } from '../../runtime/task.ts';
import { found } from './storage/store.ts';
import type { Engine } from './verbs/engine.ts';

export const COMPACTION_MS = 300_000;
const KEY = 'compact_rev_key';
const ROUND_MS = 30_000;
const text = { encode: new TextEncoder(), decode: new TextDecoder() };

export class Compaction {
  /** Which round is next, as the version of the key counts them. */
  #round = 0;
  /** The revision at the end of the last one. */
  #revision = 0;

  /** Answers the revision before which nothing is left; 0: this round has compacted nothing. */
  *round(engine: Engine, id: string): Task<Result<number>> {
    const deadline = engine.clock.now() + ROUND_MS;
    const told = yield* engine.store.txn(
      {
        id,
        compare: [{ key: KEY, target: 'version', op: '=', value: this.#round }],
        // biome-ignore lint/suspicious/noThenProperty: etcd's word
        then: [{ op: 'put', key: KEY, value: text.encode.encode(String(this.#revision)) }],
        else: [{ op: 'range', key: KEY }],
      },
      deadline,
    );
    if (!told.ok) return told;
    const { succeeded, results, revision } = told.value;
    const before = this.#revision;
    this.#revision = revision;
    if (!succeeded) {
      // Another server was here: what it has compacted is gone for us too.
      const kv = found(results[0]);
      this.#round = kv?.version ?? 0;
      return ok(this.#forget(engine, Number(text.decode.decode(kv?.value)) || 0));
    }
    this.#round++;
    // The first round of a life only learns where it begins.
    if (before === 0) return ok(0);
    const done = yield* engine.store.compact(before, deadline);
    // etcd has forgotten as much already.
    if (!done.ok && done.fault.reason !== 'Expired' && done.fault.reason !== 'Invalid') return done;
    return ok(this.#forget(engine, before));
  }
  #forget(engine: Engine, revision: number): number {
    engine.snapshots.forget(revision);
    return revision;
  }
}
