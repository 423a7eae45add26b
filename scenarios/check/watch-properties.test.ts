import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Random } from '../../runtime/ports.ts';
import { integer } from '../../runtime/random.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { type Change, Changes } from './changes.ts';
import type { Seen } from './history.ts';
import { randomHistory } from './random-history.ts';
import { checkWatches, WATCH_PROPERTIES, type WatchProperty } from './watch-properties.ts';
import {
  due,
  startOf,
  type WatchAsked,
  type WatchedEvent,
  type WatchRecord,
  type WatchResponse,
} from './watch-record.ts';

const event = (change: Change, prev: Seen | null): WatchedEvent => ({
  type: change.seen === null ? 'delete' : 'put',
  key: change.key,
  modRevision: change.revision,
  ...(change.seen === null ? {} : (({ modRevision: _, ...rest }) => rest)(change.seen)),
  ...(prev === null ? {} : { prev }),
});

/** As a right server would: whole revisions in groups of any size, progress in between. */
function delivered(changes: Changes, asked: WatchAsked, random: Random): WatchRecord {
  const watch: WatchRecord = { name: 'w', asked, created: 1, responses: [], upTo: changes.last };
  const responses: WatchResponse[] = [];
  let group: WatchedEvent[] = [];
  for (let revision = startOf(watch)!; revision <= changes.last; revision++) {
    for (const change of due(watch, changes, revision, revision))
      group.push(event(change, asked.prevKv ? changes.state(change.key, revision - 1) : null));
    if (random.float() < 0.5) continue;
    if (group.length > 0) responses.push({ revision, events: group });
    group = [];
    if (random.float() < 0.2) responses.push({ revision, events: [] });
  }
  if (group.length > 0) responses.push({ revision: changes.last, events: group });
  return { ...watch, responses };
}

test('watch properties: what a right server delivers: none is broken', () => {
  let events = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const random = new SeededRandom(seed);
    const { changes } = randomHistory(random, { operations: 80, processes: 4, keys: 4, lost: 0.1 });
    const asked: WatchAsked = {
      key: 'k1',
      ...(seed % 3 > 0 ? { end: seed % 3 === 1 ? 'k3' : '\0' } : {}),
      startRevision: seed % 5,
      prevKv: seed % 2 === 0,
      noPut: seed % 7 === 0,
      noDelete: seed % 11 === 0,
    };
    const watch = delivered(new Changes(changes), asked, random);
    events += watch.responses.reduce((sum, response) => sum + response.events.length, 0);
    assert.equal(checkWatches([watch], new Changes(changes)), undefined, `seed ${seed}`);
  }
  assert.ok(events > 2_000, `${events} events`);
});

// a@2, b@2 in one txn; a@3; delete b@4; c@5, a@5 in one txn; b@6 anew.
const seen = (value: string, modRevision: number, createRevision: number, version: number): Seen => ({
  value,
  modRevision,
  createRevision,
  version,
});
const CHANGES = new Changes([
  { revision: 2, key: 'a', seen: seen('a1', 2, 2, 1) },
  { revision: 2, key: 'b', seen: seen('b1', 2, 2, 1) },
  { revision: 3, key: 'a', seen: seen('a2', 3, 2, 2) },
  { revision: 4, key: 'b', seen: null },
  { revision: 5, key: 'c', seen: seen('c1', 5, 5, 1) },
  { revision: 5, key: 'a', seen: seen('a3', 5, 2, 3) },
  { revision: 6, key: 'b', seen: seen('b2', 6, 6, 1) },
]);
const RESPONSES: readonly WatchResponse[] = [2, 3, 4, 5, 6].map((revision) => ({
  revision,
  events: CHANGES.at(revision).map((change) => event(change, CHANGES.state(change.key, revision - 1))),
}));
const RIGHT: WatchRecord = {
  name: 'w',
  asked: { key: 'a', end: 'z', startRevision: 2, prevKv: true },
  responses: RESPONSES,
  upTo: 6,
};
const [r2, r3, r4, r5, r6] = RESPONSES as [WatchResponse, WatchResponse, WatchResponse, WatchResponse, WatchResponse];
const with_ = (responses: readonly WatchResponse[], more: Partial<WatchRecord> = {}): WatchRecord => ({
  ...RIGHT,
  ...more,
  responses,
});
const progress = (revision: number): WatchResponse => ({ revision, events: [] });
const edited = (response: WatchResponse, at: number, change: Partial<WatchedEvent>): WatchResponse => ({
  ...response,
  events: response.events.map((one, i) => (i === at ? { ...one, ...change } : one)),
});
const without = (response: WatchResponse, field: 'prev' | 'value'): WatchResponse => ({
  ...response,
  events: response.events.map((one) => Object.fromEntries(Object.entries(one).filter(([k]) => k !== field)) as never),
});

const BROKEN: readonly (readonly [WatchProperty, string, WatchRecord, RegExp])[] = [
  ['ordered', 'responses swapped', with_([r2, r4, r3, r5, r6]), /put a at 3 came after revision 4/],
  [
    'ordered',
    'events swapped in a response',
    with_([r2, { revision: 4, events: [...r4.events, ...r3.events] }, r5, r6]),
    /put a at 3 came after revision 4/,
  ],
  ['ordered', 'a response older than its events', with_([r2, { ...r3, revision: 2 }, r4, r5, r6]), /of revision 2/],
  ['unique', 'a response twice', with_([r2, r3, r3, r4, r5, r6]), /put a at 3 came twice/],
  [
    'unique',
    'an event twice in a response',
    with_([r2, { revision: 3, events: [...r3.events, ...r3.events] }, r4, r5, r6]),
    /put a at 3 came twice/,
  ],
  [
    'atomic',
    'a revision split',
    with_([r2, r3, r4, { ...r5, events: r5.events.slice(0, 1) }, { ...r5, events: r5.events.slice(1) }, r6]),
    /of revision 5 came 1 of 2/,
  ],
  ['atomic', 'half a revision', with_([{ ...r2, events: r2.events.slice(1) }, r3, r4, r5, r6]), /of revision 2 came 1/],
  ['reliable', 'a response dropped', with_([r2, r4, r5, r6]), /put a at 3 is missing/],
  ['reliable', 'the last one dropped', with_([r2, r3, r4, r5]), /put b at 6 is missing/],
  ['reliable', 'everything dropped', with_([]), /put a at 2 is missing/],
  [
    'reliable',
    'an event that never was',
    with_([r2, { revision: 3, events: [{ ...r3.events[0]!, key: 'q' }, ...r3.events] }, r4, r5, r6]),
    /put q at 3 came, and never happened/,
  ],
  ['reliable', 'a delete for a put', with_([r2, edited(r3, 0, { type: 'delete' }), r4, r5, r6]), /never happened/],
  ['reliable', 'another value', with_([r2, edited(r3, 0, { value: 'x' }), r4, r5, r6]), /came with "x" for "a2"/],
  ['resumable', 'the first ones dropped', with_([r4, r5, r6]), /put a at 2 is missing/],
  [
    'resumable',
    'older than the start',
    with_([r2, r3, r4, r5, r6], { asked: { ...RIGHT.asked, startRevision: 3 } }),
    /starts at revision 3, and put a at 2 came/,
  ],
  [
    'bookmarkable',
    'progress too early',
    with_([r2, r3, progress(4), r4, r5, r6]),
    /progress at 4 came, but delete b at 4/,
  ],
  [
    'bookmarkable',
    'progress before all',
    with_([progress(2), r2, r3, r4, r5, r6]),
    /progress at 2 came, but put a at 2/,
  ],
  ['bookmarkable', 'progress goes back', with_([r2, r3, progress(3), progress(2), r4, r5, r6]), /at 2 came after/],
  [
    'bookmarkable',
    'an old event after progress',
    with_([r2, r3, progress(3), r3, r4, r5, r6]),
    /put a at 3 came after progress at 3/,
  ],
  ['filter', 'a key outside', { ...RIGHT, asked: { ...RIGHT.asked, end: 'b' } }, /put b at 2 came, which/],
  ['filter', 'one key asked for', { ...RIGHT, asked: { key: 'b', prevKv: true } }, /put a at 2 came, which/],
  ['filter', 'puts were filtered', { ...RIGHT, asked: { ...RIGHT.asked, noPut: true } }, /put a at 2 came, which/],
  ['filter', 'deletes were filtered', { ...RIGHT, asked: { ...RIGHT.asked, noDelete: true } }, /delete b at 4 came/],
  ['prev_kv', 'it is missing', with_([r2, without(r3, 'prev'), r4, r5, r6]), /prev_kv not there; it was/],
  ['prev_kv', 'it is older', with_([r2, r3, r4, edited(r5, 1, { prev: seen('a1', 2, 2, 1) }), r6]), /it was .*"a2"/],
  [
    'prev_kv',
    'nothing was there',
    with_([r2, r3, r4, r5, edited(r6, 0, { prev: seen('b1', 2, 2, 1) })]),
    /was not there/,
  ],
  ['prev_kv', 'nobody asked', { ...RIGHT, asked: { ...RIGHT.asked, prevKv: false } }, /nobody asked for/],
  ['is_create', 'an update as creation', with_([r2, edited(r3, 0, { createRevision: 3 }), r4, r5, r6]), /before it/],
  ['is_create', 'a creation as update', with_([r2, r3, r4, r5, edited(r6, 0, { createRevision: 2 })]), /was not there/],
  ['is_create', 'a version that goes on', with_([r2, r3, r4, r5, edited(r6, 0, { version: 2 })]), /"version":2/],
];

test('watch properties: the watch that the table breaks: none is broken', () => {
  assert.equal(checkWatches([RIGHT], CHANGES), undefined);
  assert.equal(checkWatches([with_([r2, r3, progress(3), r4, r5, r6, progress(6)])], CHANGES), undefined);
});
for (const [property, title, watch, message] of BROKEN)
  test(`watch properties: ${title}: not ${property}`, () => {
    assert.match(WATCH_PROPERTIES[property](watch, CHANGES) ?? 'nothing', message);
    assert.match(checkWatches([watch], CHANGES) ?? 'nothing', /^watch w is not /);
  });

test('watch properties: anything dropped, repeated or swapped in what a right server delivers: some is broken', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new SeededRandom(seed);
    const { changes } = randomHistory(random, { operations: 60, processes: 4, keys: 4, lost: 0.1 });
    const watch = delivered(new Changes(changes), { key: 'k', end: 'l', prevKv: true }, random);
    const full = watch.responses.flatMap(({ events }, i) => (events.length > 0 ? [i] : []));
    const at = full[integer(random, full.length - 1)]!;
    const responses = [...watch.responses];
    const how = (['dropped', 'repeated', 'swapped', 'thinned'] as const)[integer(random, 4)]!;
    if (how === 'dropped') responses.splice(at, 1);
    else if (how === 'repeated') responses.splice(at, 0, responses[at]!);
    else if (how === 'swapped') responses.push(...responses.splice(at, 1));
    else responses[at] = { ...responses[at]!, events: responses[at]!.events.slice(1) };
    assert.notEqual(checkWatches([{ ...watch, responses }], new Changes(changes)), undefined, `seed ${seed}: ${how}`);
  }
});
