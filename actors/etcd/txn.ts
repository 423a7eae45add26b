//! One txn on the keys: which way its compares lead, whether that way can be gone, then its operations in order.
import { fail } from '../../runtime/fault.ts';
import type { LeaseTable } from './leases.ts';
import { compares } from './logic.ts';
import type { Mvcc } from './mvcc.ts';
import type { Compare, DeleteOp, Operation, OpResult, PutOp, TxnOp } from './protocol.ts';
import { rangeOf } from './range.ts';
import type { Version } from './version.ts';

type Refusal = ReturnType<typeof fail>;
/** An operation whose compares are decided; of a txn the branch that was taken. What the log holds. */
export type Step = Exclude<Operation, TxnOp> | Branch;
export interface Branch {
  readonly op: 'txn';
  readonly succeeded: boolean;
  readonly run: readonly Step[];
}
/** `before`: the key as it was before the revision, if it was there. */
export interface Written {
  readonly version: Version;
  readonly before: Version | undefined;
}
/** What a write did, in order: what watches are told. */
export interface Revision {
  readonly revision: number;
  readonly events: readonly Written[];
}
export type OnWrite = (written: Written, by: PutOp | DeleteOp) => void;

/** All compares, of nested txns too, are about the keys before the txn (etcd's compareToPath). */
export function decide(mvcc: Mvcc, txn: Omit<TxnOp, 'op'>): Branch {
  const succeeded = txn.compare.every((compare) => holds(mvcc, compare));
  const run = (succeeded ? txn.then : txn.else).map(
    (operation): Step => (operation.op === 'txn' ? decide(mvcc, operation) : operation),
  );
  return { op: 'txn', succeeded, run };
}
function holds(mvcc: Mvcc, compare: Compare): boolean {
  const keysOnly = compare.target !== 'value';
  if (!compare.end) return compares(compare, mvcc.find(compare.key)?.kv(keysOnly));
  let any = false;
  let all = true;
  mvcc.scan(compare.key, compare.end, mvcc.revision, (found) => {
    any = true;
    all = compares(compare, found.kv(keysOnly));
    return all;
  });
  return any ? all : compares(compare, undefined);
}

/**
 * Why the branch cannot be run on these keys, found before any of it is; undefined: it can. All puts are looked at
 * before the first range (etcd's applyTxn: checkRequestPut, then checkRequestRange).
 */
export const impossible = (mvcc: Mvcc, leases: LeaseTable, branch: Branch): Refusal | undefined =>
  first(branch, (step) => (step.op === 'put' ? wrongPut(mvcc, leases, step) : undefined)) ??
  first(branch, (step) => (step.op === 'range' && step.revision ? mvcc.unreadable(step.revision) : undefined));

function first({ run }: Branch, wrongWith: (step: Step) => Refusal | undefined): Refusal | undefined {
  for (const step of run) {
    const wrong = step.op === 'txn' ? first(step, wrongWith) : wrongWith(step);
    if (wrong) return wrong;
  }
  return undefined;
}
function wrongPut(mvcc: Mvcc, leases: LeaseTable, put: PutOp): Refusal | undefined {
  if ((put.ignoreValue || put.ignoreLease) && mvcc.find(put.key) === undefined)
    return fail('NotFound', 'etcdserver: key not found');
  const lease = leaseOf(put);
  return lease === '' || leases.has(lease) ? undefined : NO_LEASE;
}
export const NO_LEASE = fail('NotFound', 'etcdserver: requested lease not found');

/** All writes get `revision`, one above the store's. */
export class TxnRun {
  readonly #mvcc: Mvcc;
  readonly #leases: LeaseTable;
  readonly #revision: number;
  readonly #onWrite: OnWrite;
  constructor(mvcc: Mvcc, leases: LeaseTable, revision: number, onWrite: OnWrite) {
    this.#mvcc = mvcc;
    this.#leases = leases;
    this.#revision = revision;
    this.#onWrite = onWrite;
  }

  run(steps: readonly Step[]): readonly OpResult[] {
    return steps.map((step) => this.#step(step));
  }
  #step(step: Step): OpResult {
    switch (step.op) {
      case 'range':
        return { op: 'range', ...rangeOf(this.#mvcc, step) };
      case 'put':
        return this.#put(step);
      case 'delete':
        return this.#delete(step);
      case 'txn':
        return { op: 'txn', succeeded: step.succeeded, results: this.run(step.run) };
    }
  }
  #put(put: PutOp): OpResult {
    const before = this.#mvcc.find(put.key);
    const value = put.ignoreValue && before ? before.value : put.value;
    const lease = put.ignoreLease && before ? before.lease : leaseOf(put);
    const prior = this.#beforeThis(put.key, before);
    const stored = this.#mvcc.put(put.key, value, this.#revision, lease);
    const { key, mod, version, create } = stored;
    if (before && before.lease !== lease) this.#leases.detach(before.lease, key);
    if (lease !== '') this.#leases.attach(lease, key);
    this.#onWrite({ version: stored, before: prior }, put);
    const result = { op: 'put', modRevision: mod, version, createRevision: create } as const;
    return put.prevKv && before ? { ...result, prevKv: before.kv() } : result;
  }
  #delete(operation: DeleteOp): OpResult {
    const { key, end, prevKv } = operation;
    const going: Version[] = [];
    if (!end) {
      const one = this.#mvcc.find(key);
      if (one) going.push(one);
    } else this.#mvcc.scan(key, end, this.#mvcc.revision, (found) => going.push(found) > 0);
    const prevKvs = prevKv ? going.map((version) => version.kv()) : [];
    for (const one of going) this.remove(one, operation);
    return { op: 'delete', deleted: going.length, prevKvs };
  }
  remove(going: Version, by: DeleteOp): void {
    const prior = this.#beforeThis(going.key, going);
    const deletion = this.#mvcc.delete(going.key, this.#revision)!;
    if (going.lease !== '') this.#leases.detach(going.lease, going.key);
    this.#onWrite({ version: deletion, before: prior }, by);
  }
  /** Before the revision: an earlier operation of the same txn may have put or deleted the key. */
  #beforeThis(key: string, before: Version | undefined): Version | undefined {
    return before !== undefined && before.mod < this.#revision ? before : this.#mvcc.versionAt(key, this.#revision - 1);
  }
}
const leaseOf = ({ lease }: PutOp): string => (lease === undefined || lease === '0' ? '' : lease);
