import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { World } from '../../runtime/sim/world.ts';
import { Intervals } from './intervals.ts';
import { within } from './logic.ts';
import { END_OF_KEYS, type Operation, prefixEnd } from './protocol.ts';
import type { Watch, WatchEvent, WatchRequest, WatchSink } from './server.ts';
import { Store } from './store.ts';
import { WatchHub, type WatchHubOptions } from './watches.ts';

class Story {
  readonly world = new World({ seed: 1 });
  store = new Store({ answers: 10, answersBytes: 1_000, answersMs: 1_000, streams: 10 });
  readonly hub: WatchHub;
  #ids = 0;
  constructor(options: Partial<WatchHubOptions> = {}) {
    this.hub = new WatchHub({ mvcc: this.store.mvcc, revision: 1, clock: this.world.clock, ...options });
  }
  write(...then: Operation[]): void {
    const id = `t${++this.#ids}`;
    const { events } = this.store.execute({ type: 'etcd.txn', id, compare: [], then, else: [] }, 0);
    if (events) this.hub.tell(events);
  }
  put(key: string, value = 'v'): void {
    this.write({ op: 'put', key, value: Buffer.from(value) });
  }
  compact(revision = this.store.mvcc.revision): void {
    this.store.execute({ type: 'etcd.compact', revision }, 0);
  }
  watch(request: WatchRequest): Told {
    return new Told(this.hub, request);
  }
  settle(): void {
    this.world.advance(100);
  }
}
class Told implements WatchSink {
  readonly lines: string[] = [];
  readonly calls: (readonly WatchEvent[])[] = [];
  takes = Number.POSITIVE_INFINITY;
  readonly watch: Watch;
  constructor(hub: WatchHub, request: WatchRequest) {
    this.watch = hub.watch(request, this);
    assert.deepEqual(this.lines, [], 'nothing is told inside the call');
  }
  events(revision: number, events: readonly WatchEvent[]): boolean {
    this.calls.push(events);
    for (const { type, kv, prevKv } of events)
      this.lines.push(`${type} ${kv.key}@${kv.modRevision}${prevKv ? ` was @${prevKv.modRevision}` : ''}`);
    assert.equal(events.at(-1)!.kv.modRevision, revision);
    return --this.takes > 0;
  }
  progress(revision: number): void {
    this.lines.push(`progress ${revision}`);
  }
  canceled(compactRevision: number, reason: string): void {
    this.lines.push(`canceled ${compactRevision}: ${reason}`);
  }
}
const del = (key: string, end?: string): Operation => ({ op: 'delete', key, ...(end ? { end } : {}) });
const COMPACTED = 'etcdserver: mvcc: required revision has been compacted';

test('watches: from now on: what comes, in its range', () => {
  const story = new Story();
  story.put('a1');
  const [one, prefix, all, from] = [
    story.watch({ key: 'a1' }),
    story.watch({ key: 'a', end: prefixEnd('a') }),
    story.watch({ key: '', end: END_OF_KEYS }),
    story.watch({ key: 'b', end: END_OF_KEYS, prevKv: true }),
  ];
  story.put('a1');
  story.put('a2');
  story.put('b');
  story.write(del('a', 'c'));
  assert.deepEqual(one.lines, ['put a1@3', 'delete a1@6']);
  assert.deepEqual(prefix.lines, ['put a1@3', 'put a2@4', 'delete a1@6', 'delete a2@6']);
  assert.deepEqual(all.lines, ['put a1@3', 'put a2@4', 'put b@5', 'delete a1@6', 'delete a2@6', 'delete b@6']);
  assert.deepEqual(from.lines, ['put b@5', 'delete b@6 was @5']);
  assert.equal(prefix.calls.at(-1)?.length, 2, 'a revision is one call');
  one.watch.stop();
  story.put('a1');
  assert.equal(one.lines.length, 2);
  assert.equal(story.hub.size, 3);
});

test('watches: from an older revision, or a later one: caught up without gap or copy, then live', () => {
  const story = new Story();
  for (let i = 0; i < 2_500; i++) story.put(`k${i % 3}`);
  const old = story.watch({ key: 'k1', startRevision: 10 });
  const later = story.watch({ key: 'k1', startRevision: 2_600 });
  assert.equal(old.lines.length, 0);
  story.put('k1');
  story.settle();
  for (let i = 0; i < 200; i++) story.put('k1');
  const revisions = old.lines.map((line) => Number(line.split('@')[1]));
  const want = [];
  for (let revision = 10; revision <= 2_702; revision++)
    if (revision > 2_501 || (revision - 2) % 3 === 1) want.push(revision);
  assert.deepEqual(revisions, want);
  assert.equal(later.lines[0], 'put k1@2600');
  assert.equal(later.lines.length, 103);
});

test('watches: filters: what was filtered out is not told, progress goes on', () => {
  const story = new Story();
  const puts = story.watch({ key: 'a', noDelete: true });
  const deletes = story.watch({ key: 'a', noPut: true, startRevision: 1 });
  story.put('a');
  story.write(del('a'));
  story.settle();
  for (const told of [puts, deletes]) told.watch.requestProgress();
  story.settle();
  assert.deepEqual(puts.lines, ['put a@2', 'progress 3']);
  assert.deepEqual(deletes.lines, ['delete a@3', 'progress 3']);
});

test('watches: what is compacted: canceled with the revision that is left', () => {
  const story = new Story();
  story.put('a');
  story.write(del('a'));
  story.put('a');
  story.compact(3);
  const [below, at] = [story.watch({ key: 'a', startRevision: 2 }), story.watch({ key: 'a', startRevision: 3 })];
  story.settle();
  assert.deepEqual(below.lines, [`canceled 3: ${COMPACTED}`]);
  assert.deepEqual(at.lines, ['delete a@3', 'put a@4'], 'the compacted revision itself is whole');
  assert.equal(story.hub.size, 1);
});

test('watches: a slow reader: nothing more until it resumes, then all of it; canceled when that is gone', () => {
  const story = new Story();
  const [slow, slower] = [story.watch({ key: 'a' }), story.watch({ key: 'a' })];
  slow.takes = slower.takes = 1;
  for (let i = 0; i < 5; i++) story.put('a');
  slow.watch.requestProgress();
  story.settle();
  assert.deepEqual(slow.lines, ['put a@2']);
  slow.takes = 100;
  slow.watch.resume();
  story.settle();
  assert.deepEqual(slow.lines, ['put a@2', 'put a@3', 'put a@4', 'put a@5', 'put a@6', 'progress 6']);
  story.compact();
  slower.watch.resume();
  story.settle();
  assert.deepEqual(slower.lines, ['put a@2', `canceled 6: ${COMPACTED}`]);
});

test('watches: quiet for long: progress when it was asked for, and only then', () => {
  const story = new Story({ progressMs: 1_000 });
  const [asks, does] = [story.watch({ key: 'a', progressNotify: true }), story.watch({ key: 'a' })];
  story.put('b');
  story.world.advance(1_500);
  assert.deepEqual(asks.lines, ['progress 2']);
  story.put('a');
  story.world.advance(1_000);
  assert.deepEqual(asks.lines, ['progress 2', 'put a@3']);
  story.world.advance(1_000);
  assert.deepEqual(asks.lines, ['progress 2', 'put a@3', 'progress 3']);
  assert.deepEqual(does.lines, ['put a@3']);
});

test('watches: the store starts over from a snapshot: all go on from where they were', () => {
  const story = new Story();
  const [live, fresh] = [story.watch({ key: 'a' }), story.watch({ key: 'a', startRevision: 50 })];
  story.put('a');
  const other = new Story();
  for (let i = 0; i < 4; i++) other.put('a');
  const state = other.store.snapshot(0);
  assert.ok(state.ok);
  story.store = new Store({ answers: 10, answersBytes: 1_000, answersMs: 1_000, streams: 10 });
  story.store.restore(state.value, 0);
  story.hub.restart(story.store.mvcc, story.store.mvcc.revision);
  story.settle();
  story.put('a');
  assert.deepEqual(live.lines, ['put a@2', 'put a@3', 'put a@4', 'put a@5', 'put a@6']);
  assert.deepEqual(fresh.lines, []);
});

test('watches: the member goes, the range is empty, there are too many: told why', () => {
  const story = new Story({ watchersMax: 2 });
  const empty = story.watch({ key: 'b', end: 'a' });
  const [one, two, three] = [story.watch({ key: 'a' }), story.watch({ key: 'a' }), story.watch({ key: 'a' })];
  story.settle();
  assert.deepEqual(empty.lines, ['canceled 0: mvcc: watcher range is empty']);
  assert.deepEqual(three.lines, ['canceled 0: etcdserver: too many watches']);
  story.hub.close('etcdserver: server stopped');
  assert.deepEqual([one.lines, two.lines].flat(), Array(2).fill('canceled 0: etcdserver: server stopped'));
  assert.equal(story.hub.size, 0);
});

test('watches: many of one prefix: one event and one array for all', () => {
  const story = new Story();
  const told = Array.from({ length: 100 }, () => story.watch({ key: 'a', end: 'b' }));
  const others = Array.from({ length: 2 }, () => story.watch({ key: 'a1', prevKv: true }));
  story.put('a1');
  for (const { calls } of told) assert.equal(calls[0], told[0]!.calls[0]);
  assert.equal(others[0]!.calls[0]![0], told[0]!.calls[0]![0], 'without a value before, with and without are the same');
});

test('watches: a sink that stops others and starts some: nobody is told twice or too late', () => {
  const story = new Story();
  const told: string[] = [];
  const second = (): WatchSink => ({ ...sink, events: (revision) => Boolean(told.push(`second ${revision}`)) });
  const sink: WatchSink = {
    events: (revision) => {
      told.push(`first ${revision}`);
      other.stop();
      story.hub.watch({ key: 'a' }, second());
      return true;
    },
    progress: () => {},
    canceled: () => {},
  };
  const first = story.hub.watch({ key: 'a' }, sink);
  const other = story.hub.watch({ key: 'a' }, { ...sink, events: () => Boolean(told.push('other')) });
  story.put('a');
  assert.deepEqual(told, ['first 2']);
  first.stop();
  story.put('a');
  assert.deepEqual(told, ['first 2', 'second 3']);
});

test('intervals: added and removed at random: found as a list finds them', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const end = fc.constantFrom(undefined, 'b', 'c', 'd', 'e', 'f', END_OF_KEYS);
  fc.assert(
    fc.property(fc.array(fc.record({ key, end, remove: fc.boolean() }), { maxLength: 60 }), (actions) => {
      const tree = new Intervals<string>();
      const list = new Map<string, readonly [string, string | undefined]>();
      for (const one of actions) {
        const name = `${one.key}-${one.end}`;
        assert.equal(tree.get(one.key, one.end), list.has(name) ? name : undefined);
        if (one.remove && list.delete(name)) tree.delete(one.key, one.end);
        else if (!one.remove && !list.has(name)) {
          list.set(name, [one.key, one.end]);
          tree.add(one.key, one.end, name);
        }
        assert.equal(tree.size, list.size);
        for (const at of ['a', 'bb', 'c', 'cc', 'e', 'z']) {
          const found: string[] = [];
          tree.at(at, (value) => found.push(value));
          const want = [...list].filter(([, [from, to]]) => within(at, from, to)).map(([value]) => value);
          assert.deepEqual(found.sort(), want.sort());
        }
      }
    }),
  );
});
