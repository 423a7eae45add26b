//! What every bus must do. Each implementation's test file runs this.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Result } from './fault.ts';
import type { Bus, Delivery, Message } from './ports.ts';

export interface BusUnderTest {
  readonly bus: Bus;
  /** A second way in, as from another process; the same bus where there is only one. */
  readonly other: Bus;
  /** Lets messages travel until it is true; throws when it does not come true. */
  until(what: string, done: () => boolean): Promise<void>;
  /** Everything that was published so far has arrived. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

interface Note extends Message {
  readonly n: number;
}
const note = (n: number): Note => ({ type: 'note', n });
const numbers = (deliveries: readonly Delivery[]): number[] => deliveries.map(({ message }) => (message as Note).n);

export function busContract(name: string, open: () => Promise<BusUnderTest>, skip?: string): void {
  const story = (title: string, run: (under: BusUnderTest) => Promise<void>): void => {
    test(`${name}: ${title}`, { ...(skip === undefined ? {} : { skip }) }, async () => {
      const under = await open();
      try {
        await run(under);
      } finally {
        await under.close();
      }
    });
  };
  const collect = (bus: Bus, pattern: string, options?: { queue?: string }): Delivery[] => {
    const into: Delivery[] = [];
    bus.subscribe(pattern, (delivery) => into.push(delivery), options);
    return into;
  };
  const ask = async (under: BusUnderTest, subject: string, message: Message, ms = 2_000): Promise<Result<Message>> => {
    const results: Result<Message>[] = [];
    under.bus.request(subject, message, ms, (result) => results.push(result));
    assert.equal(results.length, 0, 'answered inside request');
    await under.until(`an answer from ${subject}`, () => results.length > 0);
    return results[0]!;
  };

  story('wildcards: * is one token, > is the rest', async (under) => {
    const table = [
      ['k.a.b', [0]],
      ['k.*.b', [0, 1]],
      ['k.a.*', [0, 2]],
      ['k.>', [0, 1, 2, 3]],
      ['k.a.b.>', [3]],
    ] as const;
    const got = table.map(([pattern]) => collect(under.other, pattern));
    await under.settle();
    for (const [n, subject] of ['k.a.b', 'k.c.b', 'k.a.d', 'k.a.b.e'].entries()) under.bus.publish(subject, note(n));
    await under.until('all arrived', () => got[3]!.length === 4 && got[4]!.length === 1);
    await under.settle();
    table.forEach(([pattern, want], i) => {
      assert.deepEqual(numbers(got[i]!), want, pattern);
    });
    assert.equal(got[0]![0]!.subject, 'k.a.b');
  });

  story('queue group: one member gets each message, others get all', async (under) => {
    const members = [under.bus, under.other, under.other].map((bus) => collect(bus, 'k.q', { queue: 'api' }));
    const all = collect(under.other, 'k.q');
    await under.settle();
    for (let n = 0; n < 60; n++) under.bus.publish('k.q', note(n));
    await under.until('all arrived', () => all.length === 60 && members.flat().length === 60);
    assert.deepEqual(
      numbers(members.flat()).sort((a, b) => a - b),
      Array.from({ length: 60 }, (_, n) => n),
    );
    assert.ok(
      members.every((member) => member.length > 0),
      'a member got nothing',
    );
  });

  story('request: the first answer is the reply, with who asked', async (under) => {
    let from: string | undefined;
    under.other.subscribe('k.echo', (delivery) => {
      from = delivery.from;
      delivery.reply!(note((delivery.message as Note).n + 1));
      delivery.reply!(note(99));
    });
    await under.settle();
    const results: Result<Message>[] = [];
    under.bus.request('k.echo', note(1), 2_000, (result) => results.push(result), { from: 'a/b' });
    await under.until('answered', () => results.length > 0);
    await under.settle();
    assert.deepEqual(results, [{ ok: true, value: note(2) }]);
    assert.equal(from, 'a/b');
  });

  story('request: nobody listens: Unavailable at once', async (under) => {
    const result = await ask(under, 'k.nobody', note(1), 60_000);
    assert.equal(!result.ok && result.fault.reason, 'Unavailable');
  });

  story('request: nobody answers: Timeout', async (under) => {
    collect(under.other, 'k.silent');
    await under.settle();
    const result = await ask(under, 'k.silent', note(1), 30);
    assert.equal(!result.ok && result.fault.reason, 'Timeout');
  });

  story('request: stopped: never called back', async (under) => {
    under.other.subscribe('k.echo', (delivery) => delivery.reply!(note(1)));
    await under.settle();
    let called = false;
    const stop = under.bus.request('k.echo', note(1), 20, () => {
      called = true;
    });
    stop();
    await under.settle();
    assert.equal((await ask(under, 'k.echo', note(1))).ok, true);
    assert.equal(called, false);
  });

  story('one publisher to one subscriber: in order', async (under) => {
    const got = collect(under.other, 'k.order.>');
    await under.settle();
    for (let n = 0; n < 5_000; n++) under.bus.publish(`k.order.${n % 7}`, note(n));
    await under.until('all arrived', () => got.length === 5_000);
    assert.deepEqual(
      numbers(got),
      Array.from({ length: 5_000 }, (_, n) => n),
    );
  });

  story('publish: no handler runs inside', async (under) => {
    const got = collect(under.bus, 'k.now');
    await under.settle();
    under.bus.publish('k.now', note(1));
    assert.equal(got.length, 0);
    await under.until('arrived', () => got.length === 1);
  });

  story('a message: frozen, shared by the subscribers of a pattern, bytes stay bytes', async (under) => {
    const [one, two] = [collect(under.other, 'k.shared'), collect(under.other, 'k.shared')];
    await under.settle();
    under.bus.publish('k.shared', { type: 'bytes', value: Buffer.from('abc'), list: [1, null, 'x'] } as Message);
    await under.until('arrived', () => one.length === 1 && two.length === 1);
    assert.ok(Object.isFrozen(one[0]!.message));
    assert.equal(one[0]!.message, two[0]!.message);
    const { value, list } = one[0]!.message as Message & { value: Uint8Array; list: unknown };
    assert.ok(value instanceof Uint8Array);
    assert.equal(Buffer.from(value).toString(), 'abc');
    assert.deepEqual(list, [1, null, 'x']);
  });

  story('large messages: published, asked and answered, in order with small ones', async (under) => {
    const large = (n: number, size: number): Message => ({ type: 'note', n, body: Buffer.alloc(size, n) }) as Message;
    const size = (message: Message): number => (message as Message & { body: Uint8Array }).body.length;
    const got = collect(under.other, 'k.large');
    const again = collect(under.bus, 'k.large');
    await under.settle();
    under.bus.publish('k.large', note(1));
    under.bus.publish('k.large', large(2, 5_000_000));
    under.bus.publish('k.large', note(3));
    under.bus.publish('k.large', large(4, 1_500_000));
    await under.until('all arrived', () => got.length === 4 && again.length === 4);
    assert.deepEqual(numbers(got), [1, 2, 3, 4]);
    assert.deepEqual([size(got[1]!.message), size(got[3]!.message)], [5_000_000, 1_500_000]);
    assert.equal((got[1]!.message as Message & { body: Uint8Array }).body[4_999_999], 2);
    for (const queue of ['q', 'q'])
      under.other.subscribe('k.mirror', (delivery) => delivery.reply!(large(7, 2 * size(delivery.message))), { queue });
    await under.settle();
    const result = await ask(under, 'k.mirror', large(1, 1_500_000), 10_000);
    assert.equal(result.ok && size(result.value), 3_000_000);
  });

  story('subscription: stopped: nothing more comes, others of the pattern stay', async (under) => {
    const kept = collect(under.other, 'k.stop');
    const gone: Delivery[] = [];
    const stop = under.other.subscribe('k.stop', (delivery) => gone.push(delivery));
    await under.settle();
    under.bus.publish('k.stop', note(1));
    await under.until('first', () => kept.length === 1 && gone.length === 1);
    stop();
    stop();
    under.bus.publish('k.stop', note(2));
    await under.until('second', () => kept.length === 2);
    assert.equal(gone.length, 1);
  });
}
