import { fail, type Result } from '../../runtime/fault.ts';
import {
  type Compare,
  type EtcdRequest,
  type KeyValue,
  type Operation,
  REQUEST_BYTES_MAX,
  TXN_OPERATIONS_MAX,
  type TxnOp,
} from './protocol.ts';

export type Txn = Extract<EtcdRequest, { readonly type: 'etcd.txn' }>;

export const compares = (compare: Compare, now: KeyValue | null): boolean => {
  const is =
    compare.target === 'mod'
      ? (now?.modRevision ?? 0)
      : compare.target === 'create'
        ? (now?.createRevision ?? 0)
        : (now?.version ?? 0);
  switch (compare.op) {
    case '=':
      return is === compare.value;
    case '!=':
      return is !== compare.value;
    case '<':
      return is < Number(compare.value);
    case '>':
      return is > Number(compare.value);
  }
};

/** Why a txn is refused as it stands, in etcd's own words; undefined: it may run. */
export function refused(txn: Txn): Extract<Result<never>, { ok: false }> | undefined {
  if (txn.id === '') return fail('Invalid', 'a txn needs an id, so that a retry changes nothing twice');
  if (Math.max(txn.then.length, txn.else.length, txn.compare.length) > TXN_OPERATIONS_MAX)
    return fail('Invalid', 'etcdserver: too many operations in txn request');
  if (txn.compare.some((compare) => compare.key === '')) return fail('Invalid', 'etcdserver: key is not provided');
  if (txn.compare.some(({ end, target }) => end !== undefined || target === 'value' || target === 'lease'))
    return UNSERVED;
  if (sizeOf(txn) > REQUEST_BYTES_MAX) return fail('RequestEntityTooLarge', 'etcdserver: request is too large');
  return refusedOperations(txn.then) ?? refusedOperations(txn.else);
}

function refusedOperations(operations: readonly Operation[]): Extract<Result<never>, { ok: false }> | undefined {
  const written = new Set<string>();
  for (const operation of operations) {
    if (operation.op === 'txn') return UNSERVED;
    if (operation.op !== 'range' && (operation.prevKv || ('lease' in operation && operation.lease))) return UNSERVED;
    if (operation.op === 'delete' && operation.end !== undefined) return UNSERVED;
    if (operation.op === 'put' && (operation.ignoreValue || operation.ignoreLease)) return UNSERVED;
    if (operation.key === '') return fail('Invalid', 'etcdserver: key is not provided');
    if (operation.op === 'range') continue;
    if (written.has(operation.key)) return fail('Invalid', 'etcdserver: duplicate key given in txn request');
    written.add(operation.key);
  }
  return undefined;
}

const UNSERVED = fail('MethodNotAllowed', 'etcdserver: not served by this version');

export const sizeOf = ({ then, else: otherwise }: Pick<TxnOp, 'then' | 'else'>): number =>
  bytesOf(then) + bytesOf(otherwise);
const bytesOf = (operations: readonly Operation[]): number =>
  operations.reduce((sum, operation) => {
    if (operation.op === 'txn') return sum + sizeOf(operation);
    return sum + operation.key.length + (operation.op === 'range' ? 0 : (operation.value?.length ?? 0));
  }, 0);

/** Up to which revision history may go: older than `ageMs`, or more than `revisions` back. */
export function compactTo(
  marks: readonly { readonly at: number; readonly revision: number }[],
  now: number,
  revision: number,
  limits: { readonly historyMs: number; readonly historyRevisions: number },
): number {
  const aged = marks.findLast((mark) => mark.at <= now - limits.historyMs)?.revision ?? 0;
  return Math.max(aged, revision - limits.historyRevisions, 0);
}

/** A snapshot costs as much as the store is large: due when the log has grown by as much, and by enough records. */
export const snapshotDue = (
  since: { readonly records: number; readonly bytes: number },
  lastBytes: number,
  limits: { readonly snapshotRecords: number; readonly snapshotBytes: number },
): boolean =>
  since.bytes >= lastBytes && (since.records >= limits.snapshotRecords || since.bytes >= limits.snapshotBytes);
