//! Random cases: few keys, values and leases, so that operations meet; every option and every way to be refused.
import fc from 'fast-check';
import type { Compare, KeyOp, Operation, Place, PutOp, RangeOp, Step, TxnOp, WatchOp } from './operation.ts';

type Op = Operation<Place>;

// At most 12: etcd's sort keeps the order of equal ones only so far (insertion sort, Go's sort.Sort).
const KEYS = ['a', 'aa', 'ab', 'b', 'k', 'k\x00', 'k1', 'k\xff', '\x00', '\xff', 'z'];
const LEASES = ['7', '8', '9', '4611686018427387904'];

const key = fc.oneof({ weight: 40, arbitrary: fc.constantFrom(...KEYS) }, { weight: 1, arbitrary: fc.constant('') });
const end = fc.constantFrom('\x00', 'b', 'l', 'k1', 'z', 'a', '\xff');
const value = fc.constantFrom('', '1', '2', 'longer', '\x00\xff');
const flag = fc.boolean();
const place: fc.Arbitrary<Place> = fc.record({
  from: fc.constantFrom('head' as const, 'base' as const, 'zero' as const),
  plus: fc.integer({ min: -3, max: 3 }),
});
/** Absent more often than not. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>, freq = 4): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq });
const rare = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
/** Without the fields that are undefined. */
const dense = <T extends object>(made: fc.Arbitrary<{ [K in keyof T]: T[K] | undefined }>): fc.Arbitrary<T> =>
  made.map((one) => Object.fromEntries(Object.entries(one).filter(([, field]) => field !== undefined)) as T);

const range: fc.Arbitrary<RangeOp<Place>> = dense(
  fc.record({
    op: fc.constant('range' as const),
    key,
    end: rarely(end),
    limit: rare(fc.integer({ min: -1, max: 4 })),
    revision: rare(place),
    sortOrder: rare(fc.constantFrom('ascend' as const, 'descend' as const)),
    sortTarget: rare(
      fc.constantFrom('key' as const, 'version' as const, 'create' as const, 'mod' as const, 'value' as const),
    ),
    keysOnly: rare(flag),
    countOnly: rare(flag),
    minMod: rare(place),
    maxMod: rare(place),
    minCreate: rare(place),
    maxCreate: rare(place),
  }),
);
const put: fc.Arbitrary<PutOp> = dense(
  fc.record({
    op: fc.constant('put' as const),
    key,
    value,
    lease: rare(fc.constantFrom(...LEASES, '0', '404')),
    prevKv: rare(flag),
    ignoreValue: rare(flag),
    ignoreLease: rare(flag),
  }),
);
const del = dense<Extract<KeyOp<Place>, { op: 'delete' }>>(
  fc.record({ op: fc.constant('delete' as const), key, end: rare(end), prevKv: rare(flag) }),
);
const compare: fc.Arbitrary<Compare<Place>> = fc
  .tuple(
    key,
    rare(end),
    fc.constantFrom('=' as const, '!=' as const, '<' as const, '>' as const),
    fc.oneof(
      fc.record({ target: fc.constantFrom('mod' as const, 'create' as const), value: place }),
      fc.record({ target: fc.constant('version' as const), value: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ target: fc.constant('value' as const), value }),
      fc.record({ target: fc.constant('lease' as const), value: fc.constantFrom(...LEASES, '0') }),
    ),
  )
  .map(([name, last, op, rest]) => ({ key: name, ...(last === undefined ? {} : { end: last }), op, ...rest }));

/**
 * etcd lets a txn put under a delete to the end of all keys, and dies when the put wants to keep something of what is
 * deleted ("unexpected error during txn"). Such puts keep nothing.
 */
function survivable(txn: TxnOp<Place>): TxnOp<Place> {
  const some = (ops: readonly KeyOp<Place>[], is: (op: KeyOp<Place>) => boolean): boolean =>
    ops.some((op) => is(op) || (op.op === 'txn' && (some(op.then, is) || some(op.else, is))));
  const deletesToEnd = (op: KeyOp<Place>): boolean => op.op === 'delete' && op.end === '\x00';
  if (!some([txn], deletesToEnd)) return txn;
  const tame = (ops: readonly KeyOp<Place>[]): KeyOp<Place>[] =>
    ops.map((op) => {
      if (op.op === 'put') return { op: 'put', key: op.key, value: op.value };
      // biome-ignore lint/suspicious/noThenProperty: etcd's word
      return op.op === 'txn' ? { ...op, then: tame(op.then), else: tame(op.else) } : op;
    });
  // biome-ignore lint/suspicious/noThenProperty: etcd's word
  return { ...txn, then: tame(txn.then), else: tame(txn.else) };
}

const { txn: anyTxn } = fc.letrec<{ txn: TxnOp<Place>; inner: KeyOp<Place> }>((tie) => ({
  inner: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 5, arbitrary: put },
    { weight: 4, arbitrary: range },
    { weight: 2, arbitrary: del },
    { weight: 2, arbitrary: tie('txn') },
  ),
  txn: fc.record({
    op: fc.constant('txn' as const),
    compare: fc.array(compare, { maxLength: 2 }),
    // biome-ignore lint/suspicious/noThenProperty: etcd's word
    then: fc.array(tie('inner'), { maxLength: 4 }),
    else: fc.array(tie('inner'), { maxLength: 3 }),
  }),
}));

const txn = anyTxn.map(survivable);

const lease = fc.constantFrom(...LEASES);
const leasing: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('grant' as const),
      lease,
      ttl: fc.constantFrom(600, 3_600, 9_000_000_001),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constantFrom('revoke' as const, 'timeToLive' as const, 'keepAlive' as const),
      lease,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ op: 'leases' as const }) },
);
const compact: fc.Arbitrary<Op> = dense(
  fc.record({ op: fc.constant('compact' as const), revision: place, physical: rare(flag) }),
);
const filter = fc.constantFrom({}, {}, { noPut: true }, { noDelete: true });
const watch: fc.Arbitrary<WatchOp<Place>> = fc
  .tuple(
    dense<WatchOp<Place>>(
      fc.record({
        op: fc.constant('watch' as const),
        key: fc.constantFrom(...KEYS),
        end: rarely(end),
        startRevision: rarely(place),
        prevKv: rarely(flag),
      }),
    ),
    filter,
  )
  .map(([request, filtered]) => ({ ...request, ...filtered }));

/** One case: a watch of everything that runs the whole time, then whatever comes. */
export const steps: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof(
      { weight: 10, arbitrary: put },
      { weight: 8, arbitrary: range },
      { weight: 4, arbitrary: del },
      { weight: 10, arbitrary: txn },
      { weight: 6, arbitrary: leasing },
      { weight: 2, arbitrary: compact },
      { weight: 1, arbitrary: watch },
    ),
    { minLength: 1, maxLength: 40, size: 'max' },
  )
  .map((chosen) => [{ op: 'watch', key: '\x00', end: '\x00', prevKv: true }, ...chosen]);
