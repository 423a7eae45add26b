import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../../runtime/sim/world.ts';
import { Members, type MembersOptions, putOf } from '../../scenarios/sim/members.ts';
import { ETCD } from './protocol.ts';

const SEEDS = 20;
const THREE = { names: ['a', 'b', 'c'] };
const each = (run: (seed: number) => void): void => {
  for (let seed = 1; seed <= SEEDS; seed++) run(seed);
};
const members = (seed: number, options: MembersOptions = THREE): Members => new Members(new World({ seed }), options);
const others = (of: Members, leader: string): readonly string[] => of.names.filter((name) => name !== leader);
/** One a term, terms without gaps. */
const assertReigns = (of: Members): void =>
  assert.deepEqual(
    of.reigns.map(({ term }) => term),
    of.reigns.map((_, i) => i + 1),
  );

test('members: three start on an empty log: one leads, all are members, everyone answers reads and writes', () =>
  each((seed) => {
    const cluster = members(seed);
    const leader = cluster.settle();
    cluster.put('k', 'v');
    for (const name of cluster.names) {
      assert.equal(cluster.get('k', name), 'v');
      cluster.put(`from ${name}`, name, name);
      assert.equal(cluster.get(`from ${name}`), name);
    }
    const { members: list } = cluster.ask('b', { type: 'etcd.members' }, 'etcd.membered');
    assert.deepEqual(list.map(({ name }) => name).sort(), ['a', 'b', 'c']);
    assert.deepEqual(
      list.filter((one) => one.leader).map(({ name }) => name),
      [leader],
    );
    assertReigns(cluster);
  }));

test('members: the leader is killed: another leads within two leases, nothing acknowledged is lost', () =>
  each((seed) => {
    const cluster = members(seed);
    const old = cluster.settle();
    for (let i = 0; i < 10; i++) cluster.put(`k${i}`, `${i}`);
    const at = cluster.world.clock.now();
    cluster.kill(old);
    const leader = cluster.settle();
    assert.ok(cluster.world.clock.now() - at < 2_100, `${cluster.world.clock.now() - at} ms`);
    for (let i = 0; i < 10; i++) assert.equal(cluster.get(`k${i}`), `${i}`);
    cluster.put('after', leader);
    cluster.start(old);
    cluster.settle();
    assert.equal(cluster.get('after', old), leader);
    assertReigns(cluster);
  }));

test('members: the leader is paused and deposed: the log refuses its append, who asked it is answered, it follows', () =>
  each((seed) => {
    const cluster = members(seed);
    const old = cluster.settle();
    cluster.put('k', 'before');
    cluster.pause(old);
    const answers: string[] = [];
    // Both are the first that it sees when it runs again, before it can learn that it was deposed.
    cluster.send(old, { type: 'etcd.range', key: 'k' }, (reply) => {
      answers.push(reply.type === 'etcd.ranged' ? Buffer.from(reply.kvs[0]!.value).toString() : reply.type);
    });
    cluster.send(old, putOf('late', 'late', 'x'), (reply) => answers.push(reply.type));
    const [one, two] = others(cluster, old);
    cluster.world.until('another leads', () => [one!, two!].some((name) => cluster.state(name) === 'leader'));
    cluster.put('k', 'after', one!);
    cluster.log.refused.length = 0;
    cluster.resume(old);
    cluster.settle();
    cluster.world.until('both are answered', () => answers.length === 2);
    assert.deepEqual([...answers].sort(), ['after', 'etcd.txned']);
    assert.ok(cluster.log.refused.includes(old));
    assert.equal(cluster.get('late'), 'x');
    assert.equal(cluster.ask(ETCD, { type: 'etcd.range', key: 'late' }, 'etcd.ranged').kvs[0]?.version, 1);
    assert.equal(cluster.state(old), 'follower');
    assertReigns(cluster);
  }));

test('members: the leader is cut off from the log: it answers nothing that is old, and acknowledges nothing', () =>
  each((seed) => {
    const cluster = members(seed);
    const old = cluster.settle();
    cluster.put('k', 'before');
    cluster.log.cut(old);
    const [one] = others(cluster, old);
    let write: string | undefined;
    cluster.send(old, putOf('cut off', 'k', 'cut off'), (reply) => {
      write = reply.type;
    });
    cluster.world.until('another leads', () => others(cluster, old).some((name) => cluster.state(name) === 'leader'));
    cluster.put('k', 'after', one!);
    assert.equal(write, undefined);
    let read: string | undefined;
    cluster.send(old, { type: 'etcd.range', key: 'k' }, (reply) => {
      read = reply.type === 'etcd.ranged' ? Buffer.from(reply.kvs[0]!.value).toString() : reply.type;
    });
    cluster.world.advance(500);
    cluster.log.heal(old);
    cluster.settle();
    cluster.world.until('both are answered', () => read !== undefined && write !== undefined);
    // The write was handed to the new leader: the read may see it, or what was there, never what was before.
    assert.deepEqual([write, read !== 'before'], ['etcd.txned', true]);
    assertReigns(cluster);
  }));

/** Reads of the deposed and cut off leader that came after the new leader's write was acknowledged, and missed it. */
function staleReads(seed: number, rates: readonly number[], readIndex: 'lease' | 'log'): number {
  const cluster = members(seed, { ...THREE, rates, readIndex });
  const old = cluster.settle();
  if (old !== 'a') {
    cluster.ask(ETCD, { type: 'etcd.transferLeader', to: 'a' }, 'etcd.leaderTransferred');
    cluster.settle();
  }
  cluster.put('k', 'before');
  cluster.log.cut('a');
  let acknowledged = false;
  let stale = 0;
  const write = (): void =>
    cluster.send('b', putOf('w', 'k', 'after'), (reply) => {
      acknowledged = reply.type === 'etcd.txned';
    });
  const read = (): void => {
    const after = acknowledged;
    cluster.send('a', { type: 'etcd.range', key: 'k' }, (reply) => {
      if (after && reply.type === 'etcd.ranged' && reply.kvs[0]!.modRevision === 2) stale++;
    });
  };
  cluster.world.until('another leads', () => ['b', 'c'].some((name) => cluster.state(name) === 'leader'));
  write();
  for (let i = 0; i < 200; i++) {
    cluster.world.advance(10);
    read();
  }
  cluster.log.heal('a');
  cluster.world.advance(10_000);
  assert.ok(acknowledged);
  return stale;
}
test('members: clocks drift by less than a fifth: no read by the lease is old', () =>
  each((seed) => assert.equal(staleReads(seed, [0.81, 1.19, 1.19], 'lease'), 0)));

test('members: clocks drift far beyond it: reads by the lease are old, reads through the log never', () => {
  let stale = 0;
  each((seed) => {
    stale += staleReads(seed, [0.3, 1.5, 1.5], 'lease');
    assert.equal(staleReads(seed, [0.3, 1.5, 1.5], 'log'), 0);
  });
  assert.ok(stale > 0, 'the bound is for nothing');
});

test('members: an orderly stop of the leader: another leads at once, nobody waits for the lease', () =>
  each((seed) => {
    const cluster = members(seed);
    const old = cluster.settle();
    cluster.put('k', 'v');
    const at = cluster.world.clock.now();
    cluster.stop(old);
    cluster.settle();
    assert.ok(cluster.world.clock.now() - at < 200, `${cluster.world.clock.now() - at} ms`);
    assert.equal(cluster.get('k'), 'v');
  }));

test('members: the lead is handed over: the named one leads, and says so', () =>
  each((seed) => {
    const cluster = members(seed);
    const old = cluster.settle();
    const [to] = others(cluster, old);
    cluster.ask(ETCD, { type: 'etcd.transferLeader', to: to! }, 'etcd.leaderTransferred');
    assert.equal(cluster.settle(), to);
    cluster.put('k', 'v', old);
    assert.equal(cluster.get('k'), 'v');
  }));

test('members: joined later, removed, started again: told of everything, then gone, then a member anew', () =>
  each((seed) => {
    const cluster = members(seed);
    cluster.settle();
    cluster.put('k', 'v');
    cluster.start('d');
    cluster.settle();
    assert.equal(cluster.get('k', 'd'), 'v');
    const left = cluster.ask(ETCD, { type: 'etcd.member.remove', name: 'd' }, 'etcd.membered');
    assert.deepEqual(left.members.map(({ name }) => name).sort(), ['a', 'b', 'c']);
    cluster.world.until('d knows', () => cluster.state('d') === 'removed');
    const refused = cluster.ask('d', { type: 'etcd.range', key: 'k', serializable: true }, 'fault');
    assert.match(refused.fault.message, /permanently removed/);
    cluster.stop('d');
    cluster.start('d');
    cluster.settle();
    assert.equal(cluster.get('k', 'd'), 'v');
  }));

test('members: the leader is removed: it goes, another leads at once', () =>
  each((seed) => {
    const cluster = members(seed);
    const old = cluster.settle();
    cluster.put('k', 'v');
    cluster.ask(ETCD, { type: 'etcd.member.remove', name: old }, 'etcd.membered');
    const rest = others(cluster, old);
    cluster.world.until('another leads', () => rest.some((name) => cluster.state(name) === 'leader'), 500);
    assert.equal(cluster.state(old), 'removed');
    assert.equal(cluster.get('k'), 'v');
  }));

test('members: away for so long that its records are gone: it starts over from the snapshot, its watches go on', () =>
  each((seed) => {
    const cluster = members(seed, { ...THREE, etcd: { snapshotRecords: 10, snapshotBytes: 1 } });
    const leader = cluster.settle();
    const [away] = others(cluster, leader);
    const told: number[] = [];
    cluster
      .actor(away!)
      .server.watch(
        { key: 'k', end: '\0' },
        { events: (revision) => told.push(revision) > 0, progress: () => {}, canceled: () => told.push(-1) },
      );
    cluster.put('k', '0');
    cluster.world.advance(10);
    cluster.log.cut(away!);
    for (let i = 1; i <= 60; i++) cluster.put('k', `${i}`);
    cluster.log.heal(away!);
    cluster.settle();
    assert.equal(cluster.get('k', away), '60');
    cluster.world.advance(100);
    assert.deepEqual([told[0], told.at(-1)], [2, 62]);
    assert.deepEqual(
      told,
      [...told].sort((x, y) => x - y),
    );
  }));

test('members: a lease through changes of leader: neither ends early nor lives for ever', () =>
  each((seed) => {
    const cluster = members(seed);
    cluster.settle();
    const { lease } = cluster.ask(ETCD, { type: 'etcd.lease.grant', id: 'l', ttl: 60 }, 'etcd.lease.granted');
    const granted = cluster.world.clock.now();
    cluster.put('k', 'v', ETCD, lease);
    // Leaders that go in order write down what is left, again and again.
    for (let i = 0; i < 5; i++) {
      cluster.world.advance(9_000);
      const leader = cluster.settle();
      cluster.stop(leader);
      cluster.settle();
      cluster.start(leader);
      cluster.settle();
    }
    const left = cluster.ask('a', { type: 'etcd.lease.timeToLive', lease }, 'etcd.lease.timed');
    const age = (cluster.world.clock.now() - granted) / 1_000;
    assert.ok(left.ttl > 60 - age - 7 && left.ttl <= 60 - age + 1, `${left.ttl} s left after ${age} s`);
    // One that is killed writes nothing down: it starts from what the log says.
    cluster.kill(cluster.settle());
    cluster.settle();
    assert.equal(cluster.get('k'), 'v');
    cluster.world.advance(22_000);
    assert.equal(cluster.get('k'), undefined);
    assert.deepEqual(cluster.ask(ETCD, { type: 'etcd.lease.list' }, 'etcd.lease.listed').leases, []);
  }));

test('members: an answer of the log is lost: the leader finds what it wrote, and who asked is told once', () =>
  each((seed) => {
    const cluster = members(seed);
    const leader = cluster.settle();
    cluster.log.loseNextAnswer(leader);
    const revision = cluster.put('k', 'v');
    assert.equal(revision, 2);
    const { kvs } = cluster.ask(ETCD, { type: 'etcd.range', key: 'k' }, 'etcd.ranged');
    assert.equal(kvs[0]?.version, 1);
    cluster.settle();
    assertReigns(cluster);
  }));
