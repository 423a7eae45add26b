//! Records of data directories from before leases and nested txns.
import type { Stream } from './protocol.ts';
import type { TxnRecord } from './record.ts';
import type { Step } from './txn.ts';

type Streams = readonly string[];
type Packed = readonly [op: 0 | 1 | 2, key: string, value?: Uint8Array | null, subjects?: Streams, leaves?: Streams];

export function decodeFirst(fields: readonly unknown[]): TxnRecord {
  const [, revision, at, id, succeeded, operations] = fields as [
    number,
    number,
    number,
    string,
    boolean,
    readonly Packed[],
  ];
  return { type: 'txn', revision, at, id, branch: { op: 'txn', succeeded, run: operations.map(unpacked) } };
}
function unpacked([op, name, value, subjects = [], leaves]: Packed): Step {
  const key = firstKey(name);
  if (op === 2) return { op: 'range', key };
  if (op === 1) return { op: 'delete', key, subjects: streams(subjects), ...(value ? { value } : {}) };
  return { op: 'put', key, value: value!, subjects: streams(subjects), ...(leaves ? { leaves: streams(leaves) } : {}) };
}
/** Keys were text then. */
export const firstKey = (name: string): string => Buffer.from(name, 'utf8').toString('latin1');

export const streams = (list: readonly string[]): readonly Stream[] =>
  Array.from({ length: list.length / 2 }, (_, i) => ({ stream: list[2 * i]!, subject: list[2 * i + 1]! }));
