//! The small words that all else is said in: addresses, subjects, bytes on the bus, mailboxes, draws.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  address,
  fromToken,
  inbox,
  node,
  parseInbox,
  progressSubject,
  show,
  token,
  watch,
  watchAll,
} from './address.ts';
import { decode, encode } from './codec.ts';
import { Mailbox } from './mailbox.ts';
import type { Message } from './ports.ts';
import { suffix, uuid } from './random.ts';
import { SimClock } from './sim/clock.ts';
import { SeededRandom } from './sim/random.ts';
import { SubjectTree } from './subjects.ts';

test('address: names with dots, colons, slashes, wildcards and nothing: there and back', () => {
  for (const name of ['', '_', 'ip-10-0-0-1.ec2.internal', 'system:node:n1', 'a/b>*', 'é']) {
    assert.equal(fromToken(token(name)), name);
    assert.equal(parseInbox(inbox('c1', address('kubelet', '', name))).name, name);
  }
  assert.throws(() => parseInbox('k.c.watch.a.b.c.d'), /not an inbox/);
  assert.equal(show(address('pod', 'default', 'web-0')), 'pod/default/web-0');
});

test('address: progress of a stream: where all its subscribers hear it', () => {
  const change = watch('c', '', 'pods', 'kube-system', 'a.b');
  assert.equal(progressSubject(change), 'k.c.watch._.pods._._');
  const tree = new SubjectTree<string>();
  tree.add(watchAll('c', '', 'pods'), 'all pods');
  assert.deepEqual(tree.match(progressSubject(change)), ['all pods']);
  assert.equal(progressSubject(node('c', 'n1', 'pods')), node('c', 'n1', 'pods'));
});

test('subjects: patterns added and removed: only those that match', () => {
  const tree = new SubjectTree<string>();
  for (const pattern of ['a.b', 'a.*', 'a.>', '>', 'a.b.c', '*.b']) tree.add(pattern, pattern);
  assert.deepEqual([...tree.match('a.b')].sort(), ['*.b', '>', 'a.*', 'a.>', 'a.b']);
  assert.deepEqual([...tree.match('a')].sort(), ['>']);
  for (const pattern of ['a.b', 'a.>', '>', 'nobody.there']) tree.remove(pattern, pattern);
  assert.deepEqual([...tree.match('a.b')].sort(), ['*.b', 'a.*']);
  assert.deepEqual([...tree.match('a.b.c')], ['a.b.c']);
});

test('codec: plain data with who and why: the same, frozen', () => {
  const message = {
    type: 'x',
    n: 1.5,
    big: 2 ** 52,
    text: 'é',
    none: null,
    list: [1, [true]],
    bytes: Buffer.from('b'),
  };
  const { message: back, from, cause } = decode(encode(message as Message, { from: 'a/b', cause: 'a/b#1' }));
  assert.deepEqual(back, message);
  assert.deepEqual([from, cause, Object.isFrozen(back)], ['a/b', 'a/b#1', true]);
  assert.deepEqual(Object.keys(decode(encode({ type: 'x' }))), ['message']);
});

test('mailbox: an event sent while one is handled: waits its turn', () => {
  const seen: string[] = [];
  const box: Mailbox<string> = new Mailbox(10, (event) => {
    seen.push(`+${event}`);
    if (event === 'a') box.push('b');
    seen.push(`-${event}`);
  });
  box.push('a');
  assert.deepEqual(seen, ['+a', '-a', '+b', '-b']);
});

test('mailbox: held: keeps up to its capacity, steps one by one, then goes on', () => {
  const seen: number[] = [];
  const box = new Mailbox<number>(2, (event) => seen.push(event));
  box.hold();
  assert.deepEqual(
    [1, 2, 3].map((event) => box.push(event)?.reason),
    [undefined, undefined, 'Busy'],
  );
  assert.deepEqual([box.depth, box.full, box.step(), seen], [2, true, true, [1]]);
  box.release();
  assert.deepEqual([seen, box.step()], [[1, 2], false]);
});

test('sim clock: timers set by timers: fire at their own instants, in order', () => {
  const clock = new SimClock(0);
  const fired: string[] = [];
  clock.setTimeout(() => {
    fired.push(`a${clock.now()}`);
    clock.setTimeout(() => fired.push(`b${clock.now()}`), 100);
  }, 100);
  clock.setTimeout(() => fired.push(`c${clock.now()}`), 200);
  clock.clearTimeout(clock.setTimeout(() => fired.push('never'), 50));
  clock.advance(1_000);
  assert.deepEqual(fired, ['a100', 'c200', 'b200']);
  assert.equal(clock.now(), 1_000);
  assert.equal(clock.step(), false);
});

test('random: forks: depend on the seed and the label, not on what was drawn', () => {
  const [one, two] = [new SeededRandom(7), new SeededRandom(7)];
  one.float();
  assert.equal(one.fork('a').float(), two.fork('a').float());
  assert.notEqual(one.fork('a').float(), one.fork('b').float());
  assert.match(uuid(one), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.match(suffix(one), /^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});
