import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Result } from '../../../../runtime/fault.ts';
import { FileLog } from '../../../../runtime/log/file.ts';
import { SimClock } from '../../../../runtime/sim/clock.ts';
import { SimDisk } from '../../../../runtime/sim/disk.ts';
import { SeededRandom } from '../../../../runtime/sim/random.ts';
import type { EtcdRequest } from '../../protocol.ts';
import { Store } from '../../store.ts';
import type { Pages } from '../bolt/reader.ts';
import { bumped, type Contents } from './contents.ts';
import { decodeContents } from './decode.ts';
import { encodeSnapshotFile } from './encode.ts';
import { beginLog, readOnly, stateInLog } from './log.ts';
import { contentsOf, type State, snapshotFile, stateOf } from './state.ts';

const LIMITS = { answers: 10, answersBytes: 10_000, answersMs: 1_000, streams: 10 };
type Txn = Extract<EtcdRequest, { readonly type: 'etcd.txn' }>;

const value = <T>(result: Result<T>): T => {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
};
const inMemory = (bytes: Buffer): Pages => ({
  size: bytes.length,
  read: (offset, length) => bytes.subarray(offset, offset + length),
});
const throughFile = (contents: Contents): Contents =>
  decodeContents(inMemory(Buffer.concat([...encodeSnapshotFile(contents).pieces()]))).contents;
const restored = (state: Uint8Array): Store => {
  const store = new Store(LIMITS);
  store.restore(state, 0);
  return store;
};

const stateOfStore = (store: Store): State => ({ revision: store.mvcc.revision, bytes: value(store.snapshot(0)) });

/** A store with a history, and the records that made it. */
function lived(seed: number, writes: number): { readonly store: Store; readonly records: readonly Uint8Array[] } {
  const random = new SeededRandom(seed);
  const below = (n: number): number => Math.floor(random.float() * n);
  const store = new Store(LIMITS);
  const records: Uint8Array[] = [];
  const execute = (command: Parameters<Store['execute']>[0], at: number): void => {
    const { record } = store.execute(command, at);
    if (record) records.push(record);
  };
  execute({ type: 'etcd.lease.grant', id: 'l', ttl: 600, lease: '77' }, 0);
  for (let i = 0; i < writes; i++) {
    const keys = new Set(Array.from({ length: 1 + below(3) }, () => `/k/\xff${below(40)}`));
    const then = [...keys].map((key) =>
      random.float() < 0.25
        ? ({ op: 'delete', key } as const)
        : ({ op: 'put', key, value: Buffer.from(`${i}`), ...(below(5) === 0 ? { lease: '77' } : {}) } as const),
    );
    execute({ type: 'etcd.txn', id: `${i}`, compare: [], then, else: [] } satisfies Txn, i);
    if (i === Math.floor(writes / 2)) execute({ type: 'etcd.compact', revision: store.mvcc.revision - 10 }, i);
  }
  return { store, records };
}
const everything = (store: Store, revision: number) =>
  value(store.range({ key: '\0', end: '\0', revision }, store.mvcc.revision)).kvs.map(({ value, ...kv }) => ({
    ...kv,
    value: Buffer.from(value).toString(),
  }));
const sameStore = (a: Store, b: Store): void => {
  assert.deepEqual([b.mvcc.revision, b.mvcc.compacted], [a.mvcc.revision, a.mvcc.compacted]);
  for (let revision = a.mvcc.compacted || 1; revision <= a.mvcc.revision; revision++)
    assert.deepEqual(everything(b, revision), everything(a, revision), `at ${revision}`);
  assert.deepEqual(b.leases.state(), a.leases.state());
  assert.deepEqual(b.leases.keys('77'), a.leases.keys('77'));
};

test('backup: a store with history and leases: the one made from its snapshot file is the same', () => {
  for (const seed of [1, 2, 3]) {
    const { store } = lived(seed, 200);
    const again = restored(value(stateOf(throughFile(contentsOf(stateOfStore(store))))));
    sameStore(store, again);
  }
});

test('backup: an empty store: the one made from it is empty', () => {
  const again = restored(value(stateOf(throughFile(contentsOf(stateOfStore(new Store(LIMITS)))))));
  assert.deepEqual([again.mvcc.revision, again.mvcc.size], [1, 0]);
});

test('backup: bumped: the keys as they were, at a later revision, everything before it compacted', () => {
  const { store } = lived(4, 100);
  const { revision } = store.mvcc;
  const later = restored(value(stateOf(bumped(throughFile(contentsOf(stateOfStore(store))), 1_000_000))));
  assert.deepEqual([later.mvcc.revision, later.mvcc.compacted], [revision + 1_000_000, revision + 1_000_000]);
  assert.deepEqual(everything(later, later.mvcc.revision), everything(store, revision));
  const refused = later.range({ key: 'a', revision: revision + 5 }, later.mvcc.revision);
  assert.ok(!refused.ok && refused.fault.reason === 'Expired');
});

test('backup: file of a running member: of its state', () => {
  const { store } = lived(5, 50);
  const bytes = value(store.snapshot(0));
  const file = snapshotFile({ state: () => ({ revision: store.mvcc.revision, bytes }) });
  const pieces = Buffer.concat([...file.pieces()]);
  assert.equal(pieces.length, file.size);
  sameStore(store, restored(value(stateOf(decodeContents(inMemory(pieces)).contents))));
});

test('backup: of a member whose store is ahead of its log: without what is not durable', () => {
  const { store } = lived(8, 100);
  const durable = store.mvcc.revision - 5;
  const contents = contentsOf({ ...stateOfStore(store), revision: durable });
  const again = restored(value(stateOf(throughFile(contents))));
  assert.equal(again.mvcc.revision, durable);
  assert.deepEqual(everything(again, durable), everything(store, durable));
});

test('backup: the log of a cluster that does not run: gives its store, and is left as it is', async () => {
  const { disk, run, open } = simulated();
  const { store, records } = lived(6, 120);
  const log = open();
  await run<Result<number>>((done) => log.recover({ snapshot: assert.fail, record: assert.fail, done }));
  value(await run<Result<number>>((done) => log.append(records, 0, done)));
  await run<void>((done) => log.close(() => done()));
  // A write that a crash has torn: whoever starts the cluster cuts it off, a reader does not.
  const [name] = value(await run<Result<readonly string[]>>((done) => disk.list('etcd', done)));
  const before = value(await run<Result<Uint8Array>>((done) => disk.read(`etcd/${name}`, done)));
  const torn = Buffer.concat([before, Buffer.from('torn')]);
  value(await run<Result<void>>((done) => disk.replace(`etcd/${name}`, torn, done)));

  const state = await run<Result<State>>((done) => {
    stateInLog(new FileLog({ disk: readOnly(disk), dir: 'etcd' })).then(done);
  });
  assert.equal(value(state).revision, store.mvcc.revision);
  sameStore(store, restored(value(state).bytes));
  assert.deepEqual(value(await run<Result<readonly string[]>>((done) => disk.list('etcd', done))), [name]);
  assert.deepEqual(Buffer.from(value(await run<Result<Uint8Array>>((done) => disk.read(`etcd/${name}`, done)))), torn);
});

test('backup: a log begun from a state: recovers to it, takes records, is not begun twice', async () => {
  const { run, open } = simulated();
  const { store } = lived(7, 60);
  const state = value(store.snapshot(0));
  const begin = (): Promise<Result<void>> => run((done) => void beginLog(open(), state).then(done));
  value(await begin());
  const again = await begin();
  assert.ok(!again.ok && again.fault.reason === 'AlreadyExists');

  const log = open();
  const found = new Store(LIMITS);
  const last = value(
    await run<Result<number>>((done) =>
      log.recover({ snapshot: (bytes) => void found.restore(bytes, 0), record: assert.fail, done }),
    ),
  );
  sameStore(store, found);
  const put = { op: 'put', key: 'new', value: Buffer.from('1') } as const;
  // biome-ignore lint/suspicious/noThenProperty: etcd's word
  const { record } = found.execute({ type: 'etcd.txn', id: 'x', compare: [], then: [put], else: [] }, 0);
  value(await run<Result<number>>((done) => log.append([record!], last, done)));
});

function simulated() {
  const clock = new SimClock();
  const disk = new SimDisk({ clock, random: new SeededRandom(1) });
  /** Runs the world until the callback comes; what is awaited inside may need turns of the real loop. */
  const run = async <T>(start: (done: (result: T) => void) => void): Promise<T> => {
    let over: { readonly result: T } | undefined;
    start((result) => {
      over = { result };
    });
    for (let turns = 0; over === undefined && turns < 10_000; turns++) {
      clock.runUntil(() => over !== undefined, 60_000);
      await Promise.resolve();
    }
    assert.ok(over, 'it never came');
    return over.result;
  };
  return { disk, run, open: () => new FileLog({ disk, dir: 'etcd' }) };
}
