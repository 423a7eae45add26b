//! Snapshot files beside the real programs: etcdctl and etcd read what Orrery writes, Orrery reads what they write.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Contents, compactedAt, type Kept, placesOf } from '../../actors/etcd/edge/backup/contents.ts';
import { decodeContents, digestOf, statusOf } from '../../actors/etcd/edge/backup/decode.ts';
import { encodeSnapshotFile } from '../../actors/etcd/edge/backup/encode.ts';
import { STATUS_FORMS, showStatus } from '../../actors/etcd/edge/backup/show.ts';
import type { Pages } from '../../actors/etcd/edge/bolt/reader.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { scratch, stopEverything } from '../e2e/harness.ts';
import { type Outcome, run } from '../e2e/program.ts';
import { without } from '../e2e/tools.ts';
import { EtcdClient, type Fields } from './client.ts';
import { startRealEtcd } from './real-etcd.ts';

const skip = without.program('etcd') || without.program('etcdctl');
after(stopEverything);

const etcdctl = async (...words: readonly string[]): Promise<Outcome> => {
  const outcome = await run('etcdctl', words, { env: { ETCDCTL_API: '3' } });
  assert.equal(outcome.code, 0, `etcdctl ${words.join(' ')}\n${outcome.stdout}${outcome.stderr}`);
  return outcome;
};
const pagesOf = (path: string): Pages => {
  const bytes = readFileSync(path);
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
};
const save = (path: string, contents: Contents): void =>
  writeFileSync(path, Buffer.concat([...encodeSnapshotFile(contents).pieces()]));

/** A history as a server makes it: puts, deletions, several writes a revision, values from empty to many pages. */
function history(seed: number, revisions: number, longest: number): Contents {
  const random = new SeededRandom(seed);
  const below = (n: number): number => Math.floor(random.float() * n);
  const alive = new Map<string, Kept>();
  const versions: Kept[] = [];
  for (let revision = 2; revision <= revisions; revision++) {
    const writes = random.float() < 0.1 ? 1 + below(6) : 1;
    const written = new Set<string>();
    for (let sub = 0; sub < writes; sub++) {
      const key = `/registry/${'pods secrets events'.split(' ')[below(3)]}/\xff${below(revisions / 3)}`;
      if (written.has(key)) break;
      written.add(key);
      const before = alive.get(key);
      if (before && random.float() < 0.3) {
        alive.delete(key);
        versions.push({ key, value: Buffer.alloc(0), create: 0, mod: revision, version: 0, lease: '' });
        continue;
      }
      const size = random.float() < 0.02 ? below(longest) : below(200);
      const stored: Kept = {
        key,
        value: Buffer.alloc(size, `${seed}/${revision}/${sub};`),
        create: before?.create ?? revision,
        mod: revision,
        version: (before?.version ?? 0) + 1,
        lease: random.float() < 0.1 ? '7587869283641273345' : '',
      };
      alive.set(key, stored);
      versions.push(stored);
    }
  }
  return {
    revision: versions.at(-1)!.mod,
    compacted: 0,
    versions,
    places: placesOf(versions),
    leases: [['7587869283641273345', 5_000, 4_000]],
  };
}

for (const [seed, revisions, longest] of [
  [1, 2, 10],
  [2, 40, 100],
  [3, 700, 30_000],
  [4, 20_000, 200_000],
] as const)
  test(`snapshot file of ${revisions} revisions: etcdctl snapshot status: agrees with ours`, { skip }, async () => {
    const path = join(scratch(), 'snapshot.db');
    save(path, history(seed, revisions, longest));
    const status = statusOf(pagesOf(path));
    for (const form of STATUS_FORMS) {
      const said = await etcdctl('snapshot', 'status', path, '-w', form);
      assert.equal(`${showStatus(status, form)}\n`, said.stdout);
    }
  });

test('snapshot file of ours: a real etcd restored from it: has every revision, takes writes, its own snapshot says the same', {
  skip,
}, async () => {
  const dir = scratch();
  const contents = compactedAt(history(5, 4_000, 100_000), 1_000);
  save(join(dir, 'ours.db'), contents);
  await withRestored(join(dir, 'ours.db'), dir, async (address, client) => {
    for (const revision of [0, 1_000, 1_001, 2_500, contents.revision])
      assert.deepEqual(await allOf(client, revision), at(contents, revision || contents.revision), `${revision}`);
    const refused = await client.call('KV', 'Range', { ...EVERYTHING, revision: 999 });
    assert.ok(!refused.ok && /compacted/.test(refused.message));
    const leases = await client.call('Lease', 'LeaseLeases', {});
    assert.ok(leases.ok);
    assert.deepEqual(
      leases.reply['leases'].map((lease: Fields) => `${lease['ID']}`),
      ['7587869283641273345'],
    );

    // bbolt changes our pages: splits, merges, frees.
    for (let i = 0; i < 200; i++) {
      const key = Buffer.from(`/more/${i}`);
      assert.ok((await client.call('KV', 'Put', { key, value: Buffer.alloc(i * 10, i) })).ok);
    }
    const compaction = { revision: contents.revision + 100, physical: true };
    assert.ok((await client.call('KV', 'Compact', compaction)).ok);
    assert.ok((await client.call('Maintenance', 'Defragment', {})).ok);
    await etcdctl('--endpoints', address, 'snapshot', 'save', join(dir, 'theirs.db'));
    const theirs = decodeContents(pagesOf(join(dir, 'theirs.db'))).contents;
    assert.deepEqual([theirs.revision, theirs.compacted], [contents.revision + 200, contents.revision + 100]);
    assert.deepEqual(shown(at(theirs, theirs.revision)), shown(await allOf(client, 0)));
  });
});

test('snapshot file of a real etcd: read by us: every version, lease and compaction; written again: etcd reads the same', {
  skip,
}, async () => {
  const dir = scratch();
  const etcd = await startRealEtcd();
  const client = new EtcdClient(etcd.address);
  const call = async (service: string, name: string, request: Fields): Promise<Fields> => {
    const answer = await client.call(service, name, request);
    assert.ok(answer.ok, `${name}: ${JSON.stringify(answer)}`);
    return answer.reply;
  };
  try {
    await call('Lease', 'LeaseGrant', { ID: '4611686018427387905', TTL: '600' });
    const value = (i: number): Buffer => Buffer.alloc(i % 100 === 0 ? 50_000 : i % 300, i);
    for (let i = 0; i < 1_500; i++) {
      const key = Buffer.from([0x2f, 0xff, i % 251, 0, i % 7]);
      if (i % 9 === 8)
        await call('KV', 'DeleteRange', { key: key.subarray(0, 3), range_end: Buffer.from([0x2f, 0xff, 252]) });
      else await call('KV', 'Put', { key, value: value(i), ...(i % 5 === 0 ? { lease: '4611686018427387905' } : {}) });
    }
    await call('KV', 'Compact', { revision: 700, physical: true });
    const path = join(dir, 'theirs.db');
    await etcdctl('--endpoints', etcd.address, 'snapshot', 'save', path);
    const status = JSON.parse((await etcdctl('snapshot', 'status', path, '-w', 'json')).stdout);
    assert.deepEqual(statusOf(pagesOf(path)), status);
    assert.equal(digestOf(pagesOf(path)), 'right');

    const { contents, left } = decodeContents(pagesOf(path));
    assert.deepEqual(left, []);
    assert.equal(contents.compacted, 700);
    assert.deepEqual(contents.leases, [['4611686018427387905', 600, 0]]);
    for (const revision of [0, 700, 1_000, contents.revision])
      assert.deepEqual(at(contents, revision || contents.revision), await allOf(client, revision), `${revision}`);

    save(join(dir, 'again.db'), contents);
    await withRestored(join(dir, 'again.db'), dir, async (_, restored) => {
      for (const revision of [700, 1_000, contents.revision])
        assert.deepEqual(await allOf(restored, revision), await allOf(client, revision), `${revision}`);
      const hashOf = async (one: EtcdClient): Promise<Fields> => {
        const answer = await one.call('Maintenance', 'HashKV', { revision: contents.revision });
        assert.ok(answer.ok);
        return { hash: answer.reply['hash'], compacted: answer.reply['compact_revision'] };
      };
      assert.deepEqual(await hashOf(restored), await hashOf(client));
    });
  } finally {
    client.close();
    await etcd.stop();
  }
});

const EVERYTHING = { key: Buffer.of(0), range_end: Buffer.of(0) };

async function withRestored(
  file: string,
  dir: string,
  use: (address: string, client: EtcdClient) => Promise<void>,
): Promise<void> {
  const data = join(dir, 'restored');
  const peer = 'http://127.0.0.1:2380';
  await etcdctl(
    ...['snapshot', 'restore', file, '--data-dir', data, '--name', 'real'],
    ...['--initial-cluster', `real=${peer}`, '--initial-advertise-peer-urls', peer],
  );
  const etcd = await startRealEtcd(['--data-dir', data]);
  const client = new EtcdClient(etcd.address);
  try {
    await use(etcd.address, client);
  } finally {
    client.close();
    await etcd.stop();
  }
}

type Shown = readonly [key: string, value: string, create: number, mod: number, version: number, lease: string];

/** As a client sees the store at a revision. */
async function allOf(client: EtcdClient, revision: number): Promise<readonly Shown[]> {
  const answer = await client.call('KV', 'Range', { ...EVERYTHING, revision });
  assert.ok(answer.ok, JSON.stringify(answer));
  return (answer.reply['kvs'] as readonly Fields[]).map((kv) => [
    kv['key'].toString('latin1'),
    kv['value'].toString('latin1'),
    Number(kv['create_revision']),
    Number(kv['mod_revision']),
    Number(kv['version']),
    `${kv['lease']}`,
  ]);
}
function at(contents: Contents, revision: number): readonly Shown[] {
  const newest = new Map<string, Kept>();
  for (const one of contents.versions) if (one.mod <= revision) newest.set(one.key, one);
  return [...newest.values()]
    .filter(({ version }) => version > 0)
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map((one) => [
      one.key,
      Buffer.from(one.value).toString('latin1'),
      one.create,
      one.mod,
      one.version,
      one.lease || '0',
    ]);
}
const shown = (all: readonly Shown[]): readonly string[] => all.map((one) => JSON.stringify(one).slice(0, 200));
