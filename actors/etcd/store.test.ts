import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { World } from '../../runtime/sim/world.ts';
import { type Action, action } from './arbitrary.ts';
import { refused } from './logic.ts';
import { type Answer, Model, type ModelRevision } from './model.ts';
import { END_OF_KEYS, type EtcdReply, type Operation, type RangeOp } from './protocol.ts';
import type { Watch, WatchEvent, WatchRequest } from './server.ts';
import { type Command, Store, type StoreLimits } from './store.ts';
import type { Revision } from './txn.ts';
import { WatchEvents } from './watch-events.ts';
import { WatchHub } from './watches.ts';

const LIMITS: StoreLimits = { answers: 1_000, answersBytes: 1e6, answersMs: 1e6, streams: 100 };
const ALL = { key: '\0', end: END_OF_KEYS };
/** Bytes of any class. */
const text = (reply: EtcdReply | undefined): string =>
  JSON.stringify(reply, (_, field) =>
    field?.type === 'Buffer' ? field.data : field instanceof Uint8Array ? [...field] : field,
  );
const shown = (events: Revision | undefined): readonly WatchEvent[] =>
  new WatchEvents().variants(events?.events ?? [])({ prevKv: true });
const faultOr = <T>(reply: EtcdReply, value: (reply: EtcdReply) => T): Answer<T> =>
  reply.type === 'fault' ? { refused: reply.fault.message } : { value: value(reply) };

/** The store under test as a leader, another that replays its log, watches on the leader, and the model. */
class Trial {
  readonly model = new Model();
  readonly leader = new Store(LIMITS);
  follower = new Store(LIMITS);
  readonly world = new World({ seed: 1 });
  readonly hub = new WatchHub({ mvcc: this.leader.mvcc, revision: 1, clock: this.world.clock });
  readonly watches: Reader[] = [];
  /** Durable only when it settles. */
  #untold: Revision[] = [];
  /** To requests that wrote something. */
  readonly #answers = new Map<string, EtcdReply>();
  #ids = 0;

  do(action: Action): void {
    const { model } = this;
    switch (action.type) {
      case 'txn': {
        const command = { type: 'etcd.txn', id: `t${++this.#ids}`, ...action.txn } as const;
        if (refused(command)) return;
        const reply = this.execute(command);
        const want = model.txn(action.txn);
        assert.deepEqual(
          faultOr(reply, (one) => one),
          'refused' in want ? want : { value: { type: 'etcd.txned', revision: model.revision, ...want.value } },
        );
        return;
      }
      case 'range':
        return this.range({
          ...action.query,
          ...(action.back === undefined ? {} : { revision: this.at(action.back) }),
        });
      case 'compact': {
        const revision = this.at(action.back);
        const reply = this.execute({ type: 'etcd.compact', revision });
        assert.deepEqual(
          faultOr(reply, ({ revision: at }: EtcdReply & { revision?: number }) => at),
          model.compact(revision),
        );
        return;
      }
      case 'grant': {
        const { lease, ttl } = action;
        const reply = this.execute({ type: 'etcd.lease.grant', id: `g${++this.#ids}`, lease, ttl });
        assert.deepEqual(
          faultOr(reply, (one) => one.type === 'etcd.lease.granted' && one.ttl),
          model.grant(lease, ttl),
        );
        return;
      }
      case 'revoke': {
        const { lease } = action;
        const reply = this.execute({ type: 'etcd.lease.revoke', id: `r${++this.#ids}`, lease });
        assert.deepEqual(
          faultOr(reply, (one) => one.type === 'etcd.lease.revoked' && one.revision),
          model.revoke(lease),
        );
        return;
      }
      case 'watch': {
        const start = action.back === undefined ? {} : { startRevision: this.at(action.back) };
        this.watches.push(new Reader(this, { ...action.request, ...start }, action.patience));
        return;
      }
      case 'settle':
        return this.settle();
      case 'snapshot':
        return this.restoreFollower();
    }
  }
  at(back: number): number {
    return Math.max(1, this.model.revision - back);
  }
  range(query: Omit<RangeOp, 'op'>): void {
    const got = this.leader.range(query, this.leader.mvcc.revision);
    assert.deepEqual(got.ok ? { value: got.value } : { refused: got.fault.message }, this.model.range(query));
  }
  /** What the log says is done by the follower at once. */
  execute(command: Command): EtcdReply {
    const { reply, record, events } = this.leader.execute(command, 1_000);
    if (record) assert.deepEqual(shown(this.follower.replay(record).events), shown(events));
    if (events) this.#untold.push(events);
    if (record && 'id' in command) this.#answers.set(command.id, reply);
    if (events) assert.ok(record, 'what is written has a record');
    return reply;
  }
  settle(): void {
    for (const events of this.#untold) this.hub.tell(events);
    this.#untold = [];
    this.world.advance(100);
    for (const watch of this.watches) watch.resume();
    this.world.advance(100);
  }
  restoreFollower(): void {
    const state = this.follower.snapshot(1_000, { members: ['a'] });
    assert.ok(state.ok);
    this.follower = new Store(LIMITS);
    assert.deepEqual(this.follower.restore(state.value, 1_000), { members: ['a'] });
  }

  /** At the end: everything that can be asked is as the model says, on every member. */
  check(): void {
    for (let round = 0; round < 20; round++) this.settle();
    for (const watch of this.watches) watch.check();
    for (const sortTarget of ['key', 'version', 'create', 'mod', 'value'] as const)
      for (const order of [{}, { sortOrder: 'ascend' }, { sortOrder: 'descend' }] as const)
        for (const limit of [0, 1, 2]) this.range({ ...ALL, sortTarget, ...order, limit });
    this.sameAsModel(this.leader);
    this.sameAsModel(this.follower);
    this.restoreFollower();
    this.sameAsModel(this.follower);
    const { revision } = this.leader.mvcc;
    assert.deepEqual(this.follower.hash(revision), this.leader.hash(revision));
    for (const [id, reply] of this.#answers) assert.equal(text(this.follower.answers.get(id)), text(reply));
    assert.equal(this.follower.mvcc.bytes, this.leader.mvcc.bytes);
    assert.equal(this.follower.mvcc.usedBytes, this.leader.mvcc.usedBytes);
  }
  sameAsModel(store: Store): void {
    const { model } = this;
    const { mvcc, leases } = store;
    assert.deepEqual([mvcc.revision, mvcc.compacted, mvcc.size], [model.revision, model.compacted, model.now.length]);
    for (let revision = 1; revision <= model.revision + 1; revision++) {
      const got = store.range({ ...ALL, revision }, mvcc.revision);
      const want = model.range({ ...ALL, revision });
      assert.deepEqual(got.ok ? { value: got.value } : { refused: got.fault.message }, want);
      const counted = store.range({ ...ALL, revision, countOnly: true }, mvcc.revision);
      if ('value' in want) assert.equal(counted.ok && counted.value.count, want.value.count);
    }
    assert.deepEqual(leases.list(), [...model.leases.keys()]);
    for (const lease of leases.list()) assert.deepEqual(leases.keys(lease), model.keysOf(lease));
  }
}

/** A watch and everything that it was told. */
class Reader {
  readonly #trial: Trial;
  readonly #request: WatchRequest;
  readonly #start: number;
  readonly #watch: Watch;
  readonly told: ModelRevision[] = [];
  #calls = 0;
  #progress = 0;
  #canceled: number | undefined;

  constructor(trial: Trial, request: WatchRequest, patience: number) {
    this.#trial = trial;
    this.#request = request;
    this.#start = request.startRevision || trial.hub.revision + 1;
    this.#watch = trial.hub.watch(request, {
      events: (revision, events) => {
        assert.equal(this.#canceled, undefined);
        assert.ok(events.length > 0 && revision <= trial.hub.revision, 'only what is durable');
        assert.equal(events.at(-1)!.kv.modRevision, revision);
        assert.ok((this.told.at(-1)?.revision ?? 0) < events[0]!.kv.modRevision, 'whole revisions, in order');
        assert.ok(this.#progress < events[0]!.kv.modRevision, 'nothing comes that progress has passed');
        for (const event of events) {
          const at = event.kv.modRevision;
          const last = this.told.at(-1);
          if (last?.revision === at) (last.events as WatchEvent[]).push(event);
          else this.told.push({ revision: at, events: [event] });
        }
        return ++this.#calls % patience !== 0;
      },
      progress: (revision) => {
        const due = trial.model.events(request, this.#start).filter((one) => one.revision <= revision);
        assert.equal(this.told.length, due.length, 'all up to there has been told');
        this.#progress = revision;
      },
      canceled: (compactRevision) => {
        this.#canceled = compactRevision;
      },
    });
  }
  resume(): void {
    this.#watch.requestProgress();
    this.#watch.resume();
  }
  check(): void {
    const { model } = this.#trial;
    const due = model.events(this.#request, this.#start);
    const { key, end } = this.#request;
    if (end && end !== END_OF_KEYS && end <= key) return assert.deepEqual([this.#canceled, this.told], [0, []]);
    if (this.#canceled === undefined) assert.equal(this.told.length, due.length, 'all has been told');
    else {
      const missed = due[this.told.length];
      assert.ok(this.#canceled > 0 && this.#canceled <= model.compacted);
      assert.ok((missed?.revision ?? this.#start) >= this.#start);
      assert.ok(this.#start < this.#canceled, 'canceled only when what it wants is gone');
    }
    for (const [i, { events }] of this.told.entries())
      assert.deepEqual(
        events.map((event, j) => this.#comparable(event, due[i]!.events[j])),
        due[i]!.events.map((event) => this.#wanted(event)),
      );
  }
  #wanted(event: WatchEvent): WatchEvent {
    const { prevKv: _, ...plain } = event;
    return this.#request.prevKv ? event : plain;
  }
  /** What was before may be compacted by the time a watch comes to it. */
  #comparable(event: WatchEvent, want: WatchEvent | undefined): WatchEvent {
    const gone = this.#request.prevKv && !event.prevKv && event.kv.modRevision <= this.#trial.model.compacted;
    return gone && want?.prevKv ? { ...event, prevKv: want.prevKv } : event;
  }
}

const write = (...then: Operation[]): Action => ({ type: 'txn', txn: { compare: [], then, else: [] } });
const put = (key: string): Operation => ({ op: 'put', key, value: new Uint8Array(Buffer.from(key)) });
const remove = (key: string, end?: string): Operation => ({ op: 'delete', key, ...(end ? { end } : {}) });
const nested = (...then: Operation[]): Operation => ({ op: 'txn', compare: [], then, else: [] });
const WATCH: Action = { type: 'watch', request: { ...ALL, prevKv: true }, back: undefined, patience: 100 };
/** Rare by chance: one key several times in one revision, and compaction around it. */
const EXAMPLES: readonly Action[][] = [
  [WATCH, write(put('a')), write(nested(put('a')), nested(remove('a'))), write(put('b'))],
  [write(put('a')), WATCH, { type: 'settle' }, write(remove('a', END_OF_KEYS), put('a')), { type: 'settle' }],
  [write(nested(put('a')), nested(remove('a'))), write(put('a')), { type: 'compact', back: 1 }, { type: 'snapshot' }],
  [write(put('a')), write(remove('a')), write(put('a')), { type: 'compact', back: 1 }, write(put('a'))],
];

test('etcd store: random requests of all kinds: answers, revisions, history, leases and watches as the model has them', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60, size: 'max' }), (actions) => {
      const trial = new Trial();
      for (const one of actions) trial.do(one);
      trial.check();
    }),
    { numRuns: Number(process.env['ETCD_MODEL_RUNS'] ?? 200), examples: EXAMPLES.map((one) => [one]) },
  );
});
