import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inbox, watch, watchAll } from '../../runtime/address.ts';
import type { Fault } from '../../runtime/fault.ts';
import { FileLog } from '../../runtime/log/file.ts';
import { logMemory, MemoryLog } from '../../runtime/log/memory.ts';
import type { Log, Message } from '../../runtime/ports.ts';
import { SimDisk } from '../../runtime/sim/disk.ts';
import { World } from '../../runtime/sim/world.ts';
import { type EtcdOptions, startEtcd } from './index.ts';
import { type Change, ETCD, type EtcdReply, type EtcdRequest, type Operation, prefixEnd } from './protocol.ts';

const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString();
const subject = (name: string): string => watch('sim', 'apps', 'deployments', 'default', name);
const put = (name: string, value: string): Operation => ({
  op: 'put',
  key: `/d/${name}`,
  value: Buffer.from(value),
  subjects: [{ stream: 'apps/deployments', subject: subject(name) }],
});
const del = (name: string): Operation => ({
  op: 'delete',
  key: `/d/${name}`,
  subjects: [{ stream: 'apps/deployments', subject: subject(name) }],
});
let ids = 0;
const txn = (then: readonly Operation[], over: object = {}): EtcdRequest => ({
  type: 'etcd.txn',
  id: `r${++ids}`,
  compare: [],
  then,
  else: [],
  ...over,
});

class Story {
  readonly world = new World({ seed: 1 });
  readonly changes: Change[] = [];
  constructor(log: (world: World) => Log = () => new MemoryLog(), options: Partial<EtcdOptions> = {}) {
    this.world.bus.subscribe(watchAll('sim', 'apps', 'deployments'), ({ message }) => {
      this.changes.push(message as Change);
    });
    this.start(log(this.world), options);
  }
  start(log: Log, options: Partial<EtcdOptions> = {}) {
    return startEtcd(this.world.host('a'), { log, ...options });
  }
  send(request: EtcdRequest, done: (reply: EtcdReply) => void): void {
    this.world.bus.request(inbox('sim', ETCD), request as Message, 5_000, (result) =>
      done((result.ok ? result.value : { type: 'fault', fault: result.fault }) as EtcdReply),
    );
  }
  ask<T extends EtcdReply['type']>(request: EtcdRequest, type: T): Extract<EtcdReply, { type: T }> {
    let reply: EtcdReply | undefined;
    this.send(request, (got) => {
      reply = got;
    });
    this.world.until(`${request.type} answered`, () => reply !== undefined);
    assert.equal(reply?.type, type, JSON.stringify(reply));
    return reply as Extract<EtcdReply, { type: T }>;
  }
  fault(request: EtcdRequest): Fault {
    return this.ask(request, 'fault').fault;
  }
  keys(): string[] {
    const { kvs } = this.ask({ type: 'etcd.range', key: '/d/', end: prefixEnd('/d/') }, 'etcd.ranged');
    return kvs.map((kv) => `${kv.key}=${text(kv.value)}@${kv.modRevision}/${kv.createRevision}/${kv.version}`);
  }
}

test('etcd: puts and a delete: revisions, versions and changes as etcd numbers them', () => {
  const story = new Story();
  assert.equal(story.ask(txn([put('a', '1')]), 'etcd.txned').revision, 2);
  story.ask(txn([put('a', '2'), put('b', '1')]), 'etcd.txned');
  assert.deepEqual(story.keys(), ['/d/a=2@3/2/2', '/d/b=1@3/3/1']);
  const gone = story.ask(txn([del('a'), del('nobody')]), 'etcd.txned');
  assert.deepEqual(
    gone.results.map((result) => result.op === 'delete' && result.deleted),
    [1, 0],
  );
  assert.deepEqual(story.keys(), ['/d/b=1@3/3/1']);
  assert.deepEqual(
    story.changes.map((change) => [change.type, change.revision, 'prevRevision' in change && change.prevRevision]),
    [
      ['change.put', 2, 0],
      ['change.put', 3, 2],
      ['change.put', 3, 3],
      ['change.delete', 4, 3],
    ],
  );
});

test('etcd: compare: the branch that holds is taken', () => {
  const story = new Story();
  const create = (name: string): EtcdRequest =>
    txn([put(name, 'new')], {
      compare: [{ key: `/d/${name}`, target: 'mod', op: '=', value: 0 }],
      else: [{ op: 'range', key: `/d/${name}` }],
    });
  assert.equal(story.ask(create('a'), 'etcd.txned').succeeded, true);
  const second = story.ask(create('a'), 'etcd.txned');
  assert.deepEqual([second.succeeded, second.revision], [false, 2]);
  const [there] = second.results;
  assert.equal(there?.op === 'range' && there.kvs[0]?.modRevision, 2);
});

test('etcd: the same id again: the first answer, nothing is written twice', () => {
  const story = new Story();
  const request = txn([put('a', '1')]);
  const first = story.ask(request, 'etcd.txned');
  story.ask(txn([put('a', '2')]), 'etcd.txned');
  assert.deepEqual(story.ask(request, 'etcd.txned'), { ...first, repeated: true });
  assert.deepEqual(story.keys(), ['/d/a=2@3/2/2']);
});

test('etcd: an object moves to another node: its old stream gets a delete', () => {
  const story = new Story();
  story.ask(txn([put('a', '1')]), 'etcd.txned');
  const leaves = [{ stream: 'apps/deployments', subject: subject('a') }];
  story.ask(txn([{ ...put('a', '2'), subjects: [], leaves } as Operation]), 'etcd.txned');
  assert.deepEqual(
    story.changes.map((change) => change.type),
    ['change.put', 'change.delete'],
  );
});

test('etcd: a quiet stream: progress after 1 s and after 10 s, then silence', () => {
  const story = new Story();
  story.ask(txn([put('a', '1')]), 'etcd.txned');
  const progress = (): number => story.changes.filter((change) => change.type === 'change.progress').length;
  story.world.advance(1_600);
  assert.equal(progress(), 1);
  assert.deepEqual(story.changes.at(-1), { type: 'change.progress', stream: 'apps/deployments', revision: 2 });
  story.world.advance(9_000);
  assert.equal(progress(), 2);
  story.world.advance(60_000);
  assert.equal(progress(), 2);
});

test('etcd: what etcd refuses: refused in its words', () => {
  const story = new Story();
  story.ask(txn([put('a', '1')]), 'etcd.txned');
  const table: [EtcdRequest, string][] = [
    [txn([put('a', 'x'.repeat(1.5 * 1024 * 1024))]), 'etcdserver: request is too large'],
    [txn(Array.from({ length: 129 }, (_, i) => put(`${i}`, ''))), 'etcdserver: too many operations in txn request'],
    [txn([put('a', '1'), put('a', '2')]), 'etcdserver: duplicate key given in txn request'],
    [txn([{ ...put('a', '1'), key: '' } as Operation]), 'etcdserver: key is not provided'],
    [{ type: 'etcd.range', key: 'a', revision: 9 }, 'etcdserver: mvcc: required revision is a future revision'],
    [{ type: 'etcd.nonsense' } as unknown as EtcdRequest, 'etcd knows no etcd.nonsense'],
  ];
  for (const [request, message] of table) assert.equal(story.fault(request).message, message);
  story.ask(txn([put('a', '2')]), 'etcd.txned');
  story.ask({ type: 'etcd.compact', revision: 3 }, 'etcd.compacted');
  const old = story.fault({ type: 'etcd.range', key: '/d/a', revision: 2 });
  assert.deepEqual([old.reason, old.message], ['Expired', 'etcdserver: mvcc: required revision has been compacted']);
});

test('etcd: history: older revisions are read until they are too many or too old', () => {
  const story = new Story(undefined, { historyRevisions: 5, historyMs: 60_000, compactionMs: 1_000 });
  for (let i = 0; i < 4; i++) story.ask(txn([put('a', `${i}`)]), 'etcd.txned');
  const at = (revision: number): EtcdRequest => ({ type: 'etcd.range', key: '/d/a', revision });
  assert.equal(text(story.ask(at(3), 'etcd.ranged').kvs[0]?.value), '1');
  for (let i = 0; i < 4; i++) story.ask(txn([put('a', `${i}`)]), 'etcd.txned');
  story.world.advance(1_000);
  assert.equal(story.fault(at(3)).reason, 'Expired');
  assert.equal(text(story.ask(at(6), 'etcd.ranged').kvs[0]?.value), '0');
  story.world.advance(62_000);
  assert.equal(story.fault(at(6)).reason, 'Expired');
});

test('etcd: stopped and started: keys, streams and answers are as they were', () => {
  for (const snapshotRecords of [1_000_000, 3]) {
    const memory = logMemory();
    const story = new Story(() => new MemoryLog(memory), { snapshotRecords });
    const first = txn([put('a', '1')]);
    const answer = story.ask(first, 'etcd.txned');
    for (let i = 0; i < 5; i++) story.ask(txn([put('b', `${i}`)]), 'etcd.txned');
    story.ask(txn([del('b')]), 'etcd.txned');
    const keys = story.keys();
    if (snapshotRecords === 3) assert.ok(memory.upTo > 0, 'no snapshot was taken');
    let gone = false;
    story.world
      .host('a')
      .find(ETCD)
      ?.stop(() => {
        gone = true;
      });
    story.world.until('stopped', () => gone);
    story.start(new MemoryLog(memory), { snapshotRecords });
    assert.deepEqual(story.keys(), keys);
    assert.deepEqual(story.ask(first, 'etcd.txned'), { ...answer, repeated: true });
    story.ask(txn([put('c', '1')]), 'etcd.txned');
    assert.deepEqual(story.changes.filter((change) => change.type !== 'change.progress').at(-1), {
      ...story.changes.filter((change) => change.type === 'change.put').at(-1),
      revision: 9,
      prevRevision: 8,
    });
  }
});

test('etcd: many writers on a slow disk: few syncs, changes only after them, in order', () => {
  let disk: SimDisk | undefined;
  const story = new Story((world) => {
    disk = new SimDisk({ clock: world.clock, random: world.random, delayMs: 5 });
    return new FileLog({ disk, dir: 'etcd' });
  });
  let answered = 0;
  for (let i = 0; i < 200; i++)
    story.send(txn([put(`k${i}`, 'v')]), () => {
      answered++;
    });
  story.world.advance(1);
  assert.equal(story.changes.length, 0);
  story.world.until('all answered', () => answered === 200);
  assert.ok(disk!.syncs <= 3, `${disk!.syncs} syncs`);
  assert.deepEqual(
    story.changes.map((change) => change.revision),
    Array.from({ length: 200 }, (_, i) => i + 2),
  );
});

test('etcd: a read while a write is under way: sees only what is durable', () => {
  const story = new Story((world) => {
    const disk = new SimDisk({ clock: world.clock, random: world.random, delayMs: 5 });
    return new FileLog({ disk, dir: 'etcd' });
  });
  story.ask(txn([put('a', 'old')]), 'etcd.txned');
  let written = false;
  story.send(txn([put('a', 'new')]), () => {
    written = true;
  });
  story.world.advance(1);
  assert.deepEqual(story.keys(), ['/d/a=old@2/2/1']);
  assert.equal(written, false);
  story.world.until('written', () => written);
  assert.deepEqual(story.keys(), ['/d/a=new@3/2/2']);
});

test('etcd: the disk is full: the writer is told, the actor dies, a new one has every acknowledged write', () => {
  let disk: SimDisk | undefined;
  const open = (): FileLog => new FileLog({ disk: disk!, dir: 'etcd' });
  const story = new Story((world) => {
    disk = new SimDisk({ clock: world.clock, random: world.random, capacityBytes: 2_000 });
    return open();
  });
  const ends: string[] = [];
  story.world.host('a').onEnded((_, ended) => ends.push(ended.how));
  let fault: Fault | undefined;
  let acknowledged = 0;
  const next = (i: number): void =>
    story.send(txn([put(`k${i}`, 'x'.repeat(100))]), (reply) => {
      if (reply.type === 'fault') fault = reply.fault;
      else next(++acknowledged);
    });
  next(0);
  story.world.until('full', () => fault !== undefined);
  assert.match(fault!.message, /no space is left/);
  assert.equal(fault!.reason, 'Timeout');
  assert.deepEqual(ends, ['failed']);
  disk!.capacityBytes = 1_000_000;
  story.start(open());
  assert.equal(story.keys().length, acknowledged);
});

test('etcd: power is cut at any moment: every acknowledged write is there', () => {
  for (let seed = 0; seed < 25; seed++) {
    const world = new World({ seed });
    const disk = new SimDisk({ clock: world.clock, random: world.random.fork('disk'), delayMs: 0.7 });
    const acknowledged = new Map<string, string>();
    let n = 0;
    for (let life = 0; life < 6; life++) {
      const log = new FileLog({ disk, dir: 'etcd', segmentBytes: 2_000 });
      startEtcd(world.host('a'), { log, snapshotRecords: 20, snapshotBytes: 4_000 });
      const write = (): void => {
        const name = `k${n % 7}`;
        const value = `${life}-${n++}`;
        const request = txn([put(name, value)]) as Message;
        world.bus.request(inbox('sim', ETCD), request, 60_000, (result) => {
          if (!result.ok || result.value.type === 'fault') return;
          acknowledged.set(name, value);
          write();
        });
      };
      for (let writer = 0; writer < 3; writer++) write();
      world.advance(20 + world.random.float() * 60);
      world.crash('a');
      disk.crash();
    }
    const log = new FileLog({ disk, dir: 'etcd' });
    startEtcd(world.host('a'), { log });
    for (const [name, value] of acknowledged) {
      let found: EtcdReply | undefined;
      world.bus.request(inbox('sim', ETCD), { type: 'etcd.range', key: `/d/${name}` } as Message, 5_000, (result) => {
        found = (result.ok ? result.value : undefined) as EtcdReply;
      });
      world.until('read', () => found !== undefined);
      const kv = found?.type === 'etcd.ranged' ? found.kvs[0] : undefined;
      // What was never acknowledged may be there too, later than what was.
      const number = (of: string): number => Number(of.split('-')[1]);
      assert.ok(kv && number(text(kv.value)) >= number(value), `seed ${seed}: ${name} ${value} is lost`);
    }
  }
});
