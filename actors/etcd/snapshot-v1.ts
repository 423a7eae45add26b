//! Snapshots of data directories from before leases and watches: the keys as they were, and no history.
import type { Answer } from './answers.ts';
import { Arena } from './arena.ts';
import type { OpResult } from './protocol.ts';
import { firstKey } from './record-v1.ts';
import type { DecodedState } from './snapshot.ts';
import type { StreamState } from './streams.ts';
import type { Version } from './version.ts';

/** u32 length of the key, u32 of the value, and as doubles create, mod, version. */
const FIXED = 32;
interface FirstKeyValue {
  readonly modRevision: number;
  readonly createRevision: number;
  readonly version: number;
}
interface FirstAnswer {
  readonly id: string;
  readonly at: number;
  readonly reply: {
    readonly revision: number;
    readonly succeeded: boolean;
    readonly results: readonly (FirstKeyValue | null)[];
  };
}

export function decodeFirstState(fields: readonly unknown[], bytes: Buffer, from: number): DecodedState {
  const [, revision, streams, answers] = fields as [number, number, StreamState[], FirstAnswer[]];
  const kept = [...keysOf(bytes, from)];
  return {
    head: { revision, compacted: revision, leases: [], streams, answers: answers.map(answer) },
    base: kept.filter(({ mod }) => mod < revision),
    history: kept.filter(({ mod }) => mod === revision),
  };
}
function* keysOf(bytes: Buffer, from: number): Iterable<Version> {
  const arena = new Arena();
  for (let at = from; at < bytes.length; ) {
    const keyEnd = at + FIXED + bytes.readUInt32LE(at);
    const end = keyEnd + bytes.readUInt32LE(at + 4);
    const key = firstKey(bytes.toString('utf8', at + FIXED, keyEnd));
    const [create, mod, version] = [8, 16, 24].map((offset) => bytes.readDoubleLE(at + offset)) as [
      number,
      number,
      number,
    ];
    yield arena.add(key, create, mod, version, '', bytes.subarray(keyEnd, end));
    at = end;
  }
}
/** What an operation was is no longer known, but whoever asked wrote when it succeeded and looked when it did not. */
const answer = ({ id, at, reply: { revision, succeeded, results } }: FirstAnswer): Answer => ({
  id,
  at,
  reply: { type: 'etcd.txned', revision, succeeded, results: results.map((kv) => result(kv, revision, succeeded)) },
});
function result(kv: FirstKeyValue | null, revision: number, succeeded: boolean): OpResult {
  if (!succeeded) return { op: 'range', kvs: [], more: false, count: kv === null ? 0 : 1 };
  if (kv?.modRevision !== revision) return { op: 'delete', deleted: kv === null ? 0 : 1, prevKvs: [] };
  const { modRevision, version, createRevision } = kv;
  return { op: 'put', modRevision, version, createRevision };
}
