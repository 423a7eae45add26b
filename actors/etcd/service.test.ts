import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FileLog } from '../../runtime/log/file.ts';
import { logMemory, MemoryLog } from '../../runtime/log/memory.ts';
import type { Log } from '../../runtime/ports.ts';
import { SimDisk } from '../../runtime/sim/disk.ts';
import { World } from '../../runtime/sim/world.ts';
import { type EtcdActor, type EtcdOptions, startEtcd } from './index.ts';
import type { EtcdReply, EtcdRequest } from './protocol.ts';
import { Store } from './store.ts';

class Story {
  readonly world = new World({ seed: 1 });
  actor: EtcdActor;
  #ids = 0;
  constructor(options: Partial<EtcdOptions> = {}, log: (world: World) => Log = () => new MemoryLog()) {
    this.actor = startEtcd(this.world.host('a'), { log: log(this.world), ...options });
    this.world.until('it leads', () => typeof this.actor.snapshot().value === 'object');
  }
  ask<T extends EtcdReply['type']>(request: EtcdRequest, type: T): Extract<EtcdReply, { type: T }> {
    let reply: EtcdReply | undefined;
    this.actor.server.request(request, (got) => {
      reply = got;
    });
    this.world.until('answered', () => reply !== undefined);
    assert.equal(reply?.type, type, JSON.stringify(reply));
    return reply as Extract<EtcdReply, { type: T }>;
  }
  put(key: string, value: string, lease?: string): EtcdRequest {
    const put = { op: 'put', key, value: Buffer.from(value), ...(lease ? { lease } : {}) } as const;
    // biome-ignore lint/suspicious/noThenProperty: etcd's word, and nobody awaits it
    return { type: 'etcd.txn', id: `r${++this.#ids}`, compare: [], then: [put], else: [] };
  }
  keys(): readonly string[] {
    return this.ask({ type: 'etcd.range', key: '\0', end: '\0' }, 'etcd.ranged').kvs.map(({ key }) => key);
  }
}
const fault = (story: Story, request: EtcdRequest): string => story.ask(request, 'fault').fault.message;

test('etcd service: a lease that is not kept alive: its keys go with it, one that is lives on', () => {
  const story = new Story();
  const grant = (id: string): string => story.ask({ type: 'etcd.lease.grant', id, ttl: 5 }, 'etcd.lease.granted').lease;
  const [kept, left] = [grant('kept'), grant('left')];
  story.ask(story.put('kept', '1', kept), 'etcd.txned');
  story.ask(story.put('left', '1', left), 'etcd.txned');
  for (let i = 0; i < 5; i++) {
    story.world.advance(2_000);
    assert.equal(story.ask({ type: 'etcd.lease.keepAlive', lease: kept }, 'etcd.lease.keptAlive').ttl, 5);
    if (i === 1) assert.deepEqual(story.keys(), ['kept', 'left'], 'not early');
  }
  assert.deepEqual(story.keys(), ['kept']);
  assert.equal(story.ask({ type: 'etcd.lease.keepAlive', lease: left }, 'etcd.lease.keptAlive').ttl, 0);
  const timed = story.ask({ type: 'etcd.lease.timeToLive', lease: kept, keys: true }, 'etcd.lease.timed');
  assert.deepEqual([timed.ttl, timed.grantedTtl, timed.keys], [5, 5, ['kept']]);
  assert.equal(story.ask({ type: 'etcd.lease.timeToLive', lease: left }, 'etcd.lease.timed').ttl, -1);
});

test('etcd service: stopped and started: what is left of a lease is what was left', () => {
  const memory = logMemory();
  const story = new Story({}, () => new MemoryLog(memory));
  const { lease } = story.ask({ type: 'etcd.lease.grant', id: 'l', ttl: 100 }, 'etcd.lease.granted');
  story.world.advance(40_000);
  let gone = false;
  story.actor.stop(() => {
    gone = true;
  });
  story.world.until('stopped', () => gone);
  story.world.advance(500_000);
  story.actor = startEtcd(story.world.host('a'), { log: new MemoryLog(memory) });
  const { ttl, grantedTtl } = story.ask({ type: 'etcd.lease.timeToLive', lease }, 'etcd.lease.timed');
  assert.deepEqual([ttl >= 59 && ttl <= 60, grantedTtl], [true, 100], `${ttl} s`);
  // Kept alive it has its whole time again, also after a crash right then.
  story.ask({ type: 'etcd.lease.keepAlive', lease }, 'etcd.lease.keptAlive');
  story.world.crash('a');
  story.actor = startEtcd(story.world.host('a'), { log: new MemoryLog(memory) });
  const again = story.ask({ type: 'etcd.lease.timeToLive', lease }, 'etcd.lease.timed');
  assert.ok(again.ttl >= 99, `${again.ttl} s`);
});

test('etcd service: no space is left: an alarm, puts and grants are refused, deletes run, disarmed it goes on', () => {
  const memory = logMemory();
  const options = { storeBytesMax: 4_000 };
  const story = new Story(options, () => new MemoryLog(memory));
  const full = 'etcdserver: mvcc: database space exceeded';
  for (let i = 0; i < 3; i++) story.ask(story.put(`k${i}`, 'x'.repeat(1_000)), 'etcd.txned');
  assert.equal(fault(story, story.put('k3', 'x'.repeat(1_000))), full);
  assert.equal(fault(story, story.put('small', '')), full, 'also what would fit');
  assert.equal(fault(story, { type: 'etcd.lease.grant', id: 'l', ttl: 5 }), full);
  const { memberId } = story.actor.server.head();
  const raised = [{ member: memberId, alarm: 'nospace' as const }];
  assert.deepEqual(story.ask({ type: 'etcd.alarm', action: 'get' }, 'etcd.alarmed').alarms, raised);
  assert.match(story.ask({ type: 'etcd.status' }, 'etcd.statused').errors.join(), /alarm:NOSPACE/);
  // It is in the log: a restart does not forget it.
  story.world.crash('a');
  story.actor = startEtcd(story.world.host('a'), { log: new MemoryLog(memory), ...options });
  assert.equal(fault(story, story.put('small', '')), full);
  // biome-ignore lint/suspicious/noThenProperty: etcd's word, and nobody awaits it
  const remove: EtcdRequest = { type: 'etcd.txn', id: 'd', compare: [], then: [{ op: 'delete', key: 'k0' }], else: [] };
  const { revision } = story.ask(remove, 'etcd.txned');
  story.ask({ type: 'etcd.compact', revision }, 'etcd.compacted');
  const disarmed = story.ask({ type: 'etcd.alarm', action: 'deactivate', alarm: 'nospace' }, 'etcd.alarmed');
  assert.deepEqual(disarmed.alarms, raised, 'what was disarmed, as etcd answers');
  story.ask(story.put('small', ''), 'etcd.txned');
  assert.deepEqual(story.ask({ type: 'etcd.alarm', action: 'get' }, 'etcd.alarmed').alarms, []);
});

test('etcd service: a corrupt alarm: neither read nor written until it is disarmed', () => {
  const story = new Story();
  story.ask({ type: 'etcd.alarm', action: 'activate', alarm: 'corrupt' }, 'etcd.alarmed');
  assert.equal(fault(story, story.put('k', 'v')), 'etcdserver: corrupt cluster');
  assert.equal(fault(story, { type: 'etcd.range', key: 'k' }), 'etcdserver: corrupt cluster');
  story.ask({ type: 'etcd.alarm', action: 'deactivate', alarm: 'corrupt' }, 'etcd.alarmed');
  story.ask(story.put('k', 'v'), 'etcd.txned');
});

test('etcd service: alone: head, status, members and hash say what it is; terms grow over restarts', () => {
  const memory = logMemory();
  const story = new Story({ clientUrls: ['https://127.0.0.1:2379'] }, () => new MemoryLog(memory));
  story.ask(story.put('k', 'v'), 'etcd.txned');
  const { server } = story.actor;
  const head = server.head();
  assert.deepEqual([head.term, head.revision, head.leader], [1, 2, 'etcd']);
  const status = story.ask({ type: 'etcd.status' }, 'etcd.statused');
  assert.deepEqual([status.leader, status.member, status.errors], [head.memberId, head.memberId, []]);
  const { members } = story.ask({ type: 'etcd.members' }, 'etcd.membered');
  assert.deepEqual(members, [
    { id: head.memberId, name: 'etcd', clientUrls: ['https://127.0.0.1:2379'], leader: true },
  ]);
  const { hash } = story.ask({ type: 'etcd.hash' }, 'etcd.hashed');
  story.world.crash('a');
  story.actor = startEtcd(story.world.host('a'), { log: new MemoryLog(memory) });
  assert.equal(story.ask({ type: 'etcd.hash', revision: 2 }, 'etcd.hashed').hash, hash);
  assert.equal(story.actor.server.head().term, 2);
  assert.match(fault(story, { type: 'etcd.member.remove', name: 'nobody' }), /member not found/);
  assert.match(fault(story, { type: 'etcd.transferLeader', to: 'nobody' }), /member not found/);
});

test('etcd service: defragmented: the log is a snapshot', () => {
  const memory = logMemory();
  const story = new Story({}, () => new MemoryLog(memory));
  for (let i = 0; i < 10; i++) story.ask(story.put('k', `${i}`), 'etcd.txned');
  story.ask({ type: 'etcd.defragment' }, 'etcd.defragmented');
  assert.deepEqual([memory.records.length, memory.upTo], [0, 11]);
});

test('etcd service: a backup while a write is under way: only what is durable', () => {
  let disk: SimDisk | undefined;
  const story = new Story({}, (world) => {
    disk = new SimDisk({ clock: world.clock, random: world.random, delayMs: 5 });
    return new FileLog({ disk, dir: 'etcd' });
  });
  story.ask(story.put('a', 'old'), 'etcd.txned');
  story.actor.server.request(story.put('a', 'new'), () => {});
  story.actor.server.request(story.put('b', 'new'), () => {});
  const { revision, bytes } = story.actor.server.state();
  const restored = new Store({ answers: 10, answersBytes: 1_000, answersMs: 1_000, streams: 10 });
  restored.restore(bytes, 0);
  assert.deepEqual([revision, restored.mvcc.revision], [2, 2]);
  const found = restored.range({ key: '\0', end: '\0' }, 2);
  assert.deepEqual(found.ok && found.value.kvs.map(({ key, modRevision }) => [key, modRevision]), [['a', 2]]);
});

test('etcd service: reads through the log: each group of reads is one append, none is old', () => {
  const memory = logMemory();
  const world = new World({ seed: 1 });
  const member = { name: 'a', readIndex: 'log' as const, leaseMs: 600_000 };
  const actor = startEtcd(world.host('a'), { log: new MemoryLog(memory), member });
  world.until('it leads', () => typeof actor.snapshot().value === 'object');
  const before = memory.records.length;
  let answered = 0;
  for (let i = 0; i < 3; i++)
    actor.server.request({ type: 'etcd.range', key: 'k' }, () => {
      answered++;
    });
  world.until('answered', () => answered === 3);
  assert.ok(memory.records.length > before);
});
