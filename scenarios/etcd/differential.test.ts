//! Random operations to a real etcd and to Orrery's, side by side: the answers and the events are equal.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenEtcd } from '../../actors/etcd/edge/serve.ts';
import { etcdOn, startEtcd } from '../../actors/etcd/index.ts';
import { Host } from '../../runtime/host.ts';
import { MemoryLog } from '../../runtime/log/memory.ts';
import { realPorts } from '../../runtime/real/ports.ts';
import { expectEqual } from './differential.ts';
import { GrpcSubject } from './grpc-subject.ts';
import type { Operation } from './operation.ts';
import type { Outcome, Subject } from './outcome.ts';
import { startRealEtcd, withoutEtcd } from './real-etcd.ts';
import { ServerSubject } from './server-subject.ts';

/** `CASES=2000 SECONDS=300 npm test -- etcd/differential` looks for longer. */
const cases = Number(process.env['CASES'] ?? 100);
const ms = Number(process.env['SECONDS'] ?? 5) * 1_000;

test('etcd: random operations: answers and events as of a real etcd server', { skip: withoutEtcd() }, async (t) => {
  const real = await startRealEtcd();
  const host = new Host('differential', 'differential', realPorts({ level: 'silent' }));
  startEtcd(host, { log: new MemoryLog() });
  const edge = await listenEtcd({ port: 0, server: () => etcdOn(host) });
  const same = async (left: Subject, right: Subject): Promise<void> => {
    try {
      assert.ok((await expectEqual(left, right, { cases, ms })) > 0);
    } finally {
      await left.close();
      await right.close();
    }
  };
  try {
    await t.test('etcd: random operations, in the words of the bus: equal', () =>
      same(new Uncoded('etcd', real.address), new ServerSubject('orrery', etcdOn(host)!)),
    );
    await t.test("etcd: random operations, by etcd's own API: equal, with the codes", () =>
      same(new GrpcSubject('etcd', real.address), new GrpcSubject('orrery', new URL(edge.url).host)),
    );
  } finally {
    await edge.close();
    host.kill();
    await real.stop();
  }
});

/** Within a process there are no codes of gRPC. */
class Uncoded extends GrpcSubject {
  override async ask(operation: Operation<number>): Promise<Outcome> {
    const outcome = await super.ask(operation);
    return 'fault' in outcome ? { fault: outcome.fault } : outcome;
  }
}
