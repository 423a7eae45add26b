//! What the log holds: one record a change. It says effects, never conditions, so that it replays to the same
//! revisions, streams, leases and answers wherever it is read.
import { Packr } from 'msgpackr';
import type { MemberEvent } from './member-event.ts';
import type { PutOp, RangeOp, Stream } from './protocol.ts';
import { decodeFirst, streams } from './record-v1.ts';
import type { Branch, Step } from './txn.ts';

const packr = new Packr({ useRecords: false, moreTypes: false, int64AsType: 'number' });

/** `at`: the leader's clock, for the age of answers. `id` of the request, '' when nobody asked. */
export type LogRecord = TxnRecord | LeaseRecord | CompactRecord | MemberRecord;
export interface TxnRecord {
  readonly type: 'txn';
  readonly revision: number;
  readonly at: number;
  readonly id: string;
  readonly branch: Branch;
}
export type LeaseRecord =
  | {
      readonly type: 'lease.grant';
      readonly at: number;
      readonly id: string;
      readonly lease: string;
      /** Seconds. */
      readonly ttl: number;
    }
  /** Its keys go with it; `revision` is the store's after that. */
  | {
      readonly type: 'lease.revoke';
      readonly at: number;
      readonly id: string;
      readonly lease: string;
      readonly revision: number;
    }
  | {
      readonly type: 'lease.checkpoint';
      readonly at: number;
      /** Seconds left; 0: all. */
      readonly remaining: readonly (readonly [lease: string, seconds: number])[];
    };
export interface CompactRecord {
  readonly type: 'compact';
  readonly at: number;
  readonly revision: number;
}
/** Of the members, not of the keys: the store does nothing about it. */
export interface MemberRecord {
  readonly type: 'member';
  readonly at: number;
  readonly event: MemberEvent;
}

const VERSION = 2;
const KINDS = ['txn', 'lease.grant', 'lease.revoke', 'lease.checkpoint', 'compact', 'member'] as const;
const OPS = ['put', 'delete', 'range', 'txn'] as const;
type Streams = readonly string[] | null;
type PackedPut = readonly [0, string, Uint8Array, Streams?, Streams?, string?, number?];
type PackedDelete = readonly [1, string, string?, boolean?, Uint8Array?, Streams?];
type PackedRange = readonly [2, Omit<RangeOp, 'op'>];
type PackedBranch = readonly [3, boolean, readonly Packed[]];
type Packed = PackedPut | PackedDelete | PackedRange | PackedBranch;

export function encodeRecord(record: LogRecord): Uint8Array {
  if (record.type === 'txn') {
    const { revision, at, id, branch } = record;
    return packr.pack([VERSION, 0, revision, at, id, branch.succeeded, branch.run.map(packed)]);
  }
  const { type, ...rest } = record;
  return packr.pack([VERSION, KINDS.indexOf(type), rest]);
}

export function decodeRecord(bytes: Uint8Array): LogRecord {
  const fields = packr.unpack(bytes) as readonly unknown[];
  if (fields[0] === 1) return decodeFirst(fields);
  const [version, kind] = fields as readonly [number, number];
  const type = KINDS[kind];
  if (version !== VERSION || type === undefined)
    throw new Error(`a log record of version ${version} and kind ${kind}: this program reads version ${VERSION}`);
  if (type !== 'txn') return { type, ...(fields[2] as object) } as LogRecord;
  const [, , revision, at, id, succeeded, run] = fields as unknown as [
    number,
    number,
    number,
    number,
    string,
    boolean,
    readonly Packed[],
  ];
  return { type, revision, at, id, branch: { op: 'txn', succeeded, run: run.map(unpacked) } };
}

const PREV_KV = 1;
const IGNORE_VALUE = 2;
const IGNORE_LEASE = 4;
const flags = ({ prevKv, ignoreValue, ignoreLease }: PutOp): number =>
  (prevKv ? PREV_KV : 0) | (ignoreValue ? IGNORE_VALUE : 0) | (ignoreLease ? IGNORE_LEASE : 0);

function packed(step: Step): Packed {
  switch (step.op) {
    case 'put':
      return short([
        0,
        step.key,
        step.value,
        flat(step.subjects),
        flat(step.leaves),
        step.lease,
        flags(step) || undefined,
      ]) as unknown as PackedPut;
    case 'delete': {
      const { key, end, prevKv, value, subjects } = step;
      return short([1, key, end, prevKv || undefined, value, flat(subjects)]) as unknown as PackedDelete;
    }
    case 'range': {
      const { op: _, ...query } = step;
      return [2, query];
    }
    case 'txn':
      return [3, step.succeeded, step.run.map(packed)];
  }
}
/** Without what is undefined at its end. */
function short(fields: unknown[]): unknown[] {
  while (fields.at(-1) === undefined) fields.pop();
  return fields;
}

function unpacked(step: Packed): Step {
  switch (step[0]) {
    case 0: {
      const [, key, value, subjects, leaves, lease, set = 0] = step;
      return {
        op: OPS[0],
        key,
        value,
        ...(subjects ? { subjects: streams(subjects) } : {}),
        ...(leaves ? { leaves: streams(leaves) } : {}),
        ...(lease ? { lease } : {}),
        ...(set & PREV_KV ? { prevKv: true } : {}),
        ...(set & IGNORE_VALUE ? { ignoreValue: true } : {}),
        ...(set & IGNORE_LEASE ? { ignoreLease: true } : {}),
      };
    }
    case 1: {
      const [, key, end, prevKv, value, subjects] = step;
      return {
        op: OPS[1],
        key,
        ...(end ? { end } : {}),
        ...(prevKv ? { prevKv } : {}),
        ...(value ? { value } : {}),
        ...(subjects ? { subjects: streams(subjects) } : {}),
      };
    }
    case 2:
      return { op: OPS[2], ...step[1] };
    case 3:
      return { op: OPS[3], succeeded: step[1], run: step[2].map(unpacked) };
  }
}

const flat = (list: readonly Stream[] | undefined): Streams | undefined =>
  list?.flatMap(({ stream, subject }) => [stream, subject]);
