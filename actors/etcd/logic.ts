import { fail } from '../../runtime/fault.ts';
import {
  type Compare,
  END_OF_KEYS,
  type EtcdRequest,
  type KeyValue,
  LEASE_TTL_MAX,
  type Operation,
  type RangeOp,
  REQUEST_BYTES_MAX,
  TXN_OPERATIONS_MAX,
  type TxnOp,
} from './protocol.ts';

export type Txn = Extract<EtcdRequest, { readonly type: 'etcd.txn' }>;
type Refusal = ReturnType<typeof fail>;

/** As etcd's compareKV; undefined is a key that is not there. */
export function compares({ target, op, value }: Compare, now: KeyValue | undefined): boolean {
  if (target === 'value' && now === undefined) return false;
  const order = orderOf(target, value, now);
  switch (op) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '>':
      return order > 0;
  }
}
/** Of what is, against `value`: below 0, 0 or above. */
function orderOf(target: Compare['target'], value: Compare['value'], now: KeyValue | undefined): number {
  switch (target) {
    case 'value':
      return Buffer.compare(now!.value, value as Uint8Array);
    case 'lease': {
      const [is, than] = [BigInt(now?.lease ?? 0), BigInt(value as string)];
      return is < than ? -1 : is > than ? 1 : 0;
    }
    case 'mod':
      return (now?.modRevision ?? 0) - (value as number);
    case 'create':
      return (now?.createRevision ?? 0) - (value as number);
    case 'version':
      return (now?.version ?? 0) - (value as number);
  }
}

/** Why a txn is refused as it stands, in etcd's own words; undefined: it may run. */
export function refused(txn: Txn): Refusal | undefined {
  if (txn.id === '') return fail('Invalid', 'a txn needs an id, so that a retry changes nothing twice');
  const wrong = wrongIn(txn, TXN_OPERATIONS_MAX);
  if (wrong) return wrong;
  if (sizeOf(txn) > REQUEST_BYTES_MAX) return fail('RequestEntityTooLarge', 'etcdserver: request is too large');
  return twice(txn.then) ?? twice(txn.else);
}
const NO_KEY = fail('Invalid', 'etcdserver: key is not provided');
const wrongKey = (key: string): Refusal | undefined =>
  key === '' ? NO_KEY : NO_BYTE.test(key) ? fail('Invalid', 'a key is a string of bytes, one a character') : undefined;
const NO_BYTE = /[^\0-\xff]/;
const DUPLICATE = fail('Invalid', 'etcdserver: duplicate key given in txn request');

/** A nested txn has what room its parent leaves (v3rpc/key.go checkTxnRequest). */
function wrongIn(txn: Omit<TxnOp, 'op'>, room: number): Refusal | undefined {
  const count = Math.max(txn.compare.length, txn.then.length, txn.else.length);
  if (count > room) return fail('Invalid', 'etcdserver: too many operations in txn request');
  for (const compare of txn.compare) {
    const wrong = wrongKey(compare.key) ?? wrongValue(compare);
    if (wrong) return wrong;
  }
  for (const operation of [...txn.then, ...txn.else]) {
    const wrong = wrongOperation(operation, room - count);
    if (wrong) return wrong;
  }
  return undefined;
}
function wrongValue({ target, value }: Compare): Refusal | undefined {
  const right =
    target === 'value'
      ? value instanceof Uint8Array
      : target === 'lease'
        ? typeof value === 'string' && LEASE_ID.test(value)
        : typeof value === 'number';
  return right ? undefined : fail('Invalid', `a compare of ${target} with a ${typeof value}`);
}
/** int64 in decimal, without leading zeros: one lease has one id. */
const LEASE_ID = /^(?:0|-?[1-9]\d{0,18})$/;
const isLeaseId = (id: string): boolean => LEASE_ID.test(id) && BigInt.asIntN(64, BigInt(id)) === BigInt(id);

export function refusedGrant(lease: string, ttl: number): Refusal | undefined {
  if (!isLeaseId(lease)) return fail('Invalid', `a lease's id is an int64: ${lease}`);
  return ttl <= LEASE_TTL_MAX ? undefined : fail('Invalid', 'etcdserver: too large lease TTL');
}

function wrongOperation(operation: Operation, room: number): Refusal | undefined {
  if (operation.op === 'txn') return wrongIn(operation, room);
  if (operation.op === 'range') return wrongRange(operation);
  const wrong = wrongKey(operation.key);
  if (wrong || operation.op === 'delete') return wrong;
  const { ignoreValue, ignoreLease, value, lease = '0' } = operation;
  if (ignoreValue && value.length > 0) return fail('Invalid', 'etcdserver: value is provided');
  if (ignoreLease && lease !== '0') return fail('Invalid', 'etcdserver: lease is provided');
  return isLeaseId(lease) ? undefined : fail('Invalid', `a lease's id is an int64: ${lease}`);
}
export function wrongRange({ key, sortOrder, sortTarget }: Omit<RangeOp, 'op'>): Refusal | undefined {
  const wrong = wrongKey(key);
  if (wrong) return wrong;
  if (ORDERS.has(sortOrder) && TARGETS.has(sortTarget)) return undefined;
  return fail('Invalid', 'etcdserver: invalid sort option');
}
const ORDERS: ReadonlySet<string | undefined> = new Set([undefined, 'ascend', 'descend']);
const TARGETS: ReadonlySet<string | undefined> = new Set([undefined, 'key', 'version', 'create', 'mod', 'value']);

/** No key is put twice, or put and deleted, by one txn, whichever way it goes (v3rpc/key.go checkIntervals). */
const twice = (operations: readonly Operation[]): Refusal | undefined =>
  (operations.length < 2 && operations[0]?.op !== 'txn') || writesOf(operations) !== undefined ? undefined : DUPLICATE;
interface Writes {
  /** Keys, and whether something of what is there is kept (ignoreValue, ignoreLease). */
  readonly puts: Map<string, boolean>;
  readonly deletes: (readonly [key: string, end: string | undefined])[];
}
function writesOf(operations: readonly Operation[]): Writes | undefined {
  const puts = new Map<string, boolean>();
  const deletes: Writes['deletes'] = [];
  for (const operation of operations)
    if (operation.op === 'delete') deletes.push([operation.key, operation.end || undefined]);
  // As in etcd, a range to the end of all keys ('\0') overlaps no put here: it reads as one that ends before it begins.
  // Unless the put needs what is deleted: there etcd goes down ("unexpected error during txn").
  const deleted = (key: string, keeps: boolean): boolean =>
    deletes.some(([from, end]) => within(key, from, end) && (keeps || end !== END_OF_KEYS));
  const add = (key: string, keeps: boolean): boolean => {
    const free = !puts.has(key) && !deleted(key, keeps);
    puts.set(key, keeps);
    return free;
  };
  for (const operation of operations) {
    if (operation.op !== 'txn') continue;
    const [yes, no] = [writesOf(operation.then), writesOf(operation.else)];
    if (yes === undefined || no === undefined) return undefined;
    // Only one of the two ways is gone: the same key in both is written once.
    const both = new Map(yes.puts);
    for (const [key, keeps] of no.puts) both.set(key, keeps || both.get(key) === true);
    for (const [key, keeps] of both) if (!add(key, keeps)) return undefined;
    deletes.push(...yes.deletes, ...no.deletes);
  }
  for (const operation of operations) {
    if (operation.op !== 'put') continue;
    const { key, ignoreValue, ignoreLease } = operation;
    if (!add(key, Boolean(ignoreValue || ignoreLease))) return undefined;
  }
  return { puts, deletes };
}
export const within = (key: string, from: string, end: string | undefined): boolean =>
  end === undefined ? key === from : key >= from && (end === END_OF_KEYS || key < end);

/** Whether the store may grow by it. What has no puts runs without room too: deleting is how room is made. */
export const grows = ({ then, else: otherwise }: Pick<TxnOp, 'then' | 'else'>): boolean =>
  [...then, ...otherwise].some((operation) => operation.op === 'put' || (operation.op === 'txn' && grows(operation)));

/** Whether it can change anything at all. */
export const writes = ({ then, else: otherwise }: Pick<TxnOp, 'then' | 'else'>): boolean =>
  [...then, ...otherwise].some(
    (step) => step.op === 'put' || step.op === 'delete' || (step.op === 'txn' && writes(step)),
  );

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
