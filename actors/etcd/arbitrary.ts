//! For tests only: random requests of every kind, on few keys, so that they meet.
import fc from 'fast-check';
import { type Compare, END_OF_KEYS, type Operation, prefixEnd, type RangeOp, type TxnOp } from './protocol.ts';
import type { WatchRequest } from './server.ts';

/** Revisions are said as steps back from the newest one, which only who runs the actions knows; -1: the next one. */
export type Action =
  | { readonly type: 'txn'; readonly txn: Omit<TxnOp, 'op'> }
  | { readonly type: 'range'; readonly query: Omit<RangeOp, 'op'>; readonly back: number | undefined }
  | { readonly type: 'compact'; readonly back: number }
  | { readonly type: 'grant'; readonly lease: string; readonly ttl: number }
  | { readonly type: 'revoke'; readonly lease: string }
  | {
      readonly type: 'watch';
      readonly request: Omit<WatchRequest, 'startRevision'>;
      readonly back: number | undefined;
      /** After so many calls it takes no more until it is resumed. */
      readonly patience: number;
    }
  /** Time passes: what was written is durable, watches catch up, slow readers go on. */
  | { readonly type: 'settle' }
  /** The members that read the log start over from a snapshot. */
  | { readonly type: 'snapshot' };

const KEYS = ['a', 'a0', 'a1', 'b', 'b\0', 'c', '\xff', '\xff\xff'];
const LEASES = ['1', '2', '9223372036854775807'];
const key = fc.constantFrom(...KEYS);
const end = fc.option(fc.constantFrom(END_OF_KEYS, 'b', 'c', prefixEnd('a'), prefixEnd('\xff'), '\xff\xff'), {
  nil: undefined,
  freq: 2,
});
const value = fc.constantFrom('', 'x', 'y', 'longer').map((text) => new Uint8Array(Buffer.from(text)));
const flag = fc.constantFrom(true, undefined);
const op = fc.constantFrom('=', '!=', '<', '>') as fc.Arbitrary<Compare['op']>;
const small = fc.nat(12);
/** Without the fields that are undefined: they are told apart from absent ones on no wire. */
type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };
const present = <T extends object>(of: T): Present<T> =>
  Object.fromEntries(Object.entries(of).filter(([, field]) => field !== undefined)) as Present<T>;

const compare: fc.Arbitrary<Compare> = fc
  .oneof(
    fc.record({ target: fc.constantFrom('mod', 'create', 'version'), value: small }),
    fc.record({ target: fc.constant('value'), value }),
    fc.record({ target: fc.constant('lease'), value: fc.constantFrom('0', ...LEASES) }),
  )
  .chain((what) => fc.record({ key, end, op }).map((where) => present({ ...where, ...what }) as Compare));

export const query: fc.Arbitrary<Omit<RangeOp, 'op'>> = fc
  .record({
    key: fc.oneof(key, fc.constant('\0')),
    end,
    limit: fc.option(fc.nat(4), { nil: undefined }),
    sortOrder: fc.constantFrom(undefined, 'ascend', 'descend') as fc.Arbitrary<RangeOp['sortOrder']>,
    sortTarget: fc.constantFrom(undefined, 'key', 'version', 'create', 'mod', 'value') as fc.Arbitrary<
      RangeOp['sortTarget']
    >,
    keysOnly: flag,
    countOnly: fc.constantFrom(true, undefined, undefined, undefined),
    minMod: fc.option(small, { nil: undefined, freq: 1 }),
    maxMod: fc.option(small, { nil: undefined, freq: 1 }),
    minCreate: fc.option(small, { nil: undefined, freq: 1 }),
    maxCreate: fc.option(small, { nil: undefined, freq: 1 }),
  })
  .map((one) => {
    const filters = [one.minMod, one.maxMod, one.minCreate, one.maxCreate];
    // Mostly without: four filters at once leave nothing.
    return present(
      filters.filter(Boolean).length > 1
        ? { ...one, minMod: undefined, maxMod: undefined, minCreate: undefined, maxCreate: undefined }
        : one,
    );
  });
const put = fc
  .record({
    op: fc.constant('put' as const),
    key,
    value,
    lease: fc.option(fc.constantFrom(...LEASES), { nil: undefined, freq: 1 }),
    prevKv: flag,
    ignoreValue: fc.constantFrom(true, undefined, undefined, undefined, undefined),
    ignoreLease: fc.constantFrom(true, undefined, undefined, undefined, undefined),
  })
  .map(({ lease, ...one }) => {
    const kept = one.ignoreLease ? one : { ...one, lease };
    return present(one.ignoreValue ? { ...kept, value: new Uint8Array(0) } : kept) as Operation;
  });
const remove = fc.record({ op: fc.constant('delete' as const), key, end, prevKv: flag }).map(present);

export const { txn } = fc.letrec<{ txn: Omit<TxnOp, 'op'>; operation: Operation }>((tie) => ({
  operation: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    put,
    put,
    remove,
    query.map((one) => ({ op: 'range' as const, ...one })),
    tie('txn').map((one) => ({ op: 'txn' as const, ...one })),
  ),
  txn: fc.record({
    compare: fc.array(compare, { maxLength: 2 }),
    // biome-ignore lint/suspicious/noThenProperty: etcd's word
    then: fc.array(tie('operation'), { maxLength: 4 }),
    else: fc.array(tie('operation'), { maxLength: 2 }),
  }),
}));

const back = fc.option(fc.integer({ min: -1, max: 8 }), { nil: undefined });
export const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant('txn' as const), txn }) },
  {
    weight: 8,
    arbitrary: fc.oneof(put, put, put, remove).map((one) => ({
      type: 'txn' as const,
      // biome-ignore lint/suspicious/noThenProperty: etcd's word
      txn: { compare: [], then: [one], else: [] },
    })),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('range' as const), query, back }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('compact' as const), back: fc.integer({ min: -1, max: 6 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('grant' as const),
      lease: fc.constantFrom(...LEASES),
      ttl: fc.constantFrom(-1, 1, 10, 9_000_000_000, 9_000_000_001),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('revoke' as const), lease: fc.constantFrom(...LEASES) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('watch' as const),
      request: fc
        .record({ key: fc.oneof(key, fc.constant('\0')), end, prevKv: flag, noPut: flag, noDelete: flag })
        // Not both: nothing would come.
        .map((one) => present(one.noPut ? { ...one, noDelete: undefined } : one)),
      back,
      patience: fc.constantFrom(1, 3, 1_000),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ type: 'settle' } as const) },
  { weight: 1, arbitrary: fc.constant({ type: 'snapshot' } as const) },
);
