//! The comparison itself: it finds nothing between equals, and finds a store that is a little wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectEqual } from './differential.ts';
import { GrpcSubject } from './grpc-subject.ts';
import type { Operation } from './operation.ts';
import type { Outcome, Result } from './outcome.ts';
import { startRealEtcd, withoutEtcd } from './real-etcd.ts';

test('comparison: two real etcd servers: equal; one that is a little wrong: found', {
  skip: withoutEtcd(),
}, async (t) => {
  const [one, two] = await Promise.all([startRealEtcd(), startRealEtcd()]);
  const right = new GrpcSubject('etcd', one.address);
  try {
    await t.test('comparison: equals: no difference', async () => {
      const same = new GrpcSubject('another etcd', two.address);
      assert.ok((await expectEqual(right, same, { cases: 20, ms: 10_000 })) > 0);
      await same.close();
    });
    for (const [what, wrong] of Object.entries(WRONG))
      await t.test(`comparison: ${what}: found`, async () => {
        const broken = new Broken(what, two.address, wrong);
        await assert.rejects(expectEqual(right, broken, { cases: 300, ms: 30_000, shrink: false }), /Counterexample/);
        await broken.close();
      });
  } finally {
    await right.close();
    await Promise.all([one.stop(), two.stop()]);
  }
});

type Wrong = (operation: Operation<number>, result: Result) => Result;
const WRONG: Readonly<Record<string, Wrong>> = {
  'a count that stops at the limit': (_, result) =>
    result.op === 'range' && result.more ? { ...result, count: result.kvs.length } : result,
  'a txn whose compares always hold': (operation, result) =>
    operation.op === 'txn' && result.op === 'txn' ? { ...result, succeeded: true } : result,
};

class Broken extends GrpcSubject {
  readonly #wrong: Wrong;
  constructor(name: string, address: string, wrong: Wrong) {
    super(name, address);
    this.#wrong = wrong;
  }
  override async ask(operation: Operation<number>): Promise<Outcome> {
    const outcome = await super.ask(operation);
    return 'fault' in outcome ? outcome : { ...outcome, result: this.#wrong(operation, outcome.result) };
  }
}
