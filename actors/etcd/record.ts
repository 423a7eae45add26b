//! What the log holds: one record a writing txn. It replays to the same revisions, streams and answers.
import { Packr } from 'msgpackr';
import type { Operation, Stream } from './protocol.ts';

const packr = new Packr({ useRecords: false, moreTypes: false, int64AsType: 'number' });

/** The operations of the branch that was taken: comparing again is not needed. */
export interface WriteRecord {
  readonly revision: number;
  readonly at: number;
  readonly id: string;
  readonly succeeded: boolean;
  readonly operations: readonly Operation[];
}

const VERSION = 1;
const PUT = 0;
const DELETE = 1;
const RANGE = 2;
type Streams = readonly string[];
type Packed = readonly [
  op: number,
  key: string,
  value?: Uint8Array | null,
  subjects?: Streams,
  leaves?: Streams | undefined,
];
type PackedRecord = readonly [number, number, number, string, boolean, readonly Packed[]];

export const encodeRecord = (record: WriteRecord): Uint8Array =>
  packr.pack([VERSION, record.revision, record.at, record.id, record.succeeded, record.operations.map(packed)]);

export function decodeRecord(bytes: Uint8Array): WriteRecord {
  const [version, revision, at, id, succeeded, operations] = packr.unpack(bytes) as PackedRecord;
  if (version !== VERSION) throw new Error(`a log record of version ${version}: this program reads ${VERSION}`);
  return { revision, at, id, succeeded, operations: operations.map(unpacked) };
}

function packed(operation: Operation): Packed {
  switch (operation.op) {
    case 'put':
      return [
        PUT,
        operation.key,
        operation.value,
        flat(operation.subjects ?? []),
        operation.leaves && flat(operation.leaves),
      ];
    case 'delete':
      return [DELETE, operation.key, operation.value ?? null, flat(operation.subjects ?? [])];
    case 'range':
      return [RANGE, operation.key];
    case 'txn':
      throw new Error('a nested txn was let in');
  }
}

function unpacked([op, key, value, subjects = [], leaves]: Packed): Operation {
  if (op === RANGE) return { op: 'range', key };
  if (op === DELETE) return { op: 'delete', key, subjects: streams(subjects), ...(value ? { value } : {}) };
  return { op: 'put', key, value: value!, subjects: streams(subjects), ...(leaves ? { leaves: streams(leaves) } : {}) };
}

const flat = (list: readonly Stream[]): Streams => list.flatMap(({ stream, subject }) => [stream, subject]);
const streams = (list: Streams): readonly Stream[] =>
  Array.from({ length: list.length / 2 }, (_, i) => ({ stream: list[2 * i]!, subject: list[2 * i + 1]! }));
