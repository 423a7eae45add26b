import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Result } from '../fault.ts';
import { type LogUnderTest, logContract } from '../log/contract.ts';
import type { Log } from '../ports.ts';
import { SimClock } from './clock.ts';
import { SeededRandom } from './random.ts';
import { SharedLog } from './shared-log.ts';

const shared = (): LogUnderTest & { readonly clock: SimClock; readonly log: SharedLog } => {
  const clock = new SimClock();
  const log = new SharedLog({ clock, random: new SeededRandom(1) });
  return {
    clock,
    log,
    open: () => log.connect('a'),
    until: async (what, done) => assert.ok(clock.runUntil(done, 60_000), what),
    close: async () => {},
  };
};
logContract('shared simulated log', async () => shared());

class Story {
  readonly under = shared();
  readonly read: Record<string, string[]> = {};
  reader(who: string): Log {
    const log = this.under.log.connect(who);
    const seen: string[] = [];
    this.read[who] = seen;
    let done = false;
    log.recover({
      snapshot: (state, upTo) => seen.push(`${Buffer.from(state)}@${upTo}`),
      record: (sequence, record) => seen.push(`${sequence}:${Buffer.from(record)}`),
      done: () => {
        done = true;
      },
    });
    assert.ok(this.under.clock.runUntil(() => done, 1_000));
    return log;
  }
  append(log: Log, text: string, last: number): Result<number> {
    let result: Result<number> | undefined;
    log.append([Buffer.from(text)], last, (got) => {
      result = got;
    });
    assert.ok(this.under.clock.runUntil(() => result !== undefined, 10_000));
    return result!;
  }
}

test('shared log: two readers: each is told what the other appends, once, in order, and not its own', () => {
  const story = new Story();
  const [a, b] = [story.reader('a'), story.reader('b')];
  story.append(a, 'x', 0);
  story.under.clock.advance(10);
  story.append(b, 'y', 1);
  story.append(b, 'z', 2);
  story.under.clock.advance(10);
  assert.deepEqual(story.read, { a: ['2:y', '3:z'], b: ['1:x'] });
});

test('shared log: cut off: nothing arrives, an append is unknown and then all are refused; healed: what was missed comes', () => {
  const story = new Story();
  const [a, b] = [story.reader('a'), story.reader('b')];
  story.under.log.cut('b');
  for (let i = 0; i < 5; i++) assert.ok(story.append(a, `r${i}`, i).ok);
  const unknown = story.append(b, 'mine', 0);
  assert.equal(!unknown.ok && unknown.fault.reason, 'Timeout');
  assert.equal(story.append(b, 'mine', 0).ok, false);
  assert.deepEqual(story.read['b'], []);
  story.under.log.heal('b');
  story.under.clock.advance(10);
  assert.deepEqual(story.read['b'], ['1:r0', '2:r1', '3:r2', '4:r3', '5:r4']);
});

test('shared log: away while a snapshot took the records: the snapshot, then what follows', () => {
  const story = new Story();
  const a = story.reader('a');
  story.reader('b');
  story.under.log.cut('b');
  for (let i = 0; i < 3; i++) story.append(a, `r${i}`, i);
  a.snapshot(Buffer.from('two'), 2, () => {});
  story.under.clock.advance(10);
  story.append(a, 'r3', 3);
  story.under.log.heal('b');
  story.under.clock.advance(10);
  assert.deepEqual(story.read['b'], ['two@2', '3:r2', '4:r3']);
});

test('shared log: an answer is lost: Timeout, though the record is there', () => {
  const story = new Story();
  const [a] = [story.reader('a'), story.reader('b')];
  story.under.log.loseNextAnswer('a');
  const unknown = story.append(a!, 'x', 0);
  assert.equal(!unknown.ok && unknown.fault.reason, 'Timeout');
  assert.equal(story.under.log.last, 1);
  assert.deepEqual(story.read['b'], ['1:x']);
});
