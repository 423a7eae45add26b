//! Three members of etcd on a stream of a real nats-server, a cluster around them; whoever leads is killed with -9.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { type EtcdReply, memberAddress } from '../../actors/etcd/protocol.ts';
import { inbox } from '../../runtime/address.ts';
import type { Result } from '../../runtime/fault.ts';
import type { Bus, Message } from '../../runtime/ports.ts';
import { connectBus } from '../../runtime/real/nats-bus.ts';
import { eventually } from './eventually.ts';
import { scratch, startBroker, stopEverything } from './harness.ts';
import { list, sleepers } from './manifests.ts';
import { Cluster, type Member, type Server } from './members.ts';
import { stories } from './story.ts';
import { without } from './tools.ts';
import { Witness } from './witness.ts';

const none = without.program('nats-server') || without.kubectl();
const ETCD = ['etcd-a', 'etcd-b', 'etcd-c'].map(
  (name): Member => ({ name, roles: 'etcd', node: name, args: ['--etcd-log', 'jetstream'] }),
);
const OTHERS: readonly Member[] = [
  { name: 'apiserver', roles: 'apiserver' },
  { name: 'scheduler', roles: 'scheduler' },
  { name: 'controllers', roles: 'controllers' },
  { name: 'node-a', roles: 'kubelet,kube-proxy', node: 'node-a', engine: 'simulated' },
];
let cluster: Cluster;
let bus: (Bus & { close(): Promise<void> }) | undefined;
const witness = new Witness();
const story = stories(() => `${cluster?.broker.program.report() ?? ''}\n${cluster?.report() ?? ''}`, {
  skip: none,
  timeoutMs: 180_000,
});

before(async () => {
  if (none) return;
  cluster = new Cluster(await startBroker({ jetstream: true }), scratch());
  bus = await connectBus(cluster.broker.url);
});
after(async () => {
  await witness.stop();
  await bus?.close();
  await stopEverything();
});

story('etcd members: three on one stream, a cluster around them: a Deployment is Available', async () => {
  for (const member of [...ETCD, ...OTHERS]) cluster.start(member);
  for (const member of ETCD) await cluster.program(member.name).line(/^ready/, 60_000);
  await eventually('the API answers', async () => (await server().call('/readyz')).code === 200, {
    timeoutMs: 60_000,
  });
  assert.deepEqual((await statuses()).filter(({ leads }) => leads).length, 1);
  await server()
    .kubectl()
    .apply(list(sleepers('work', 3)));
  await available(3);
});

story(
  'etcd members: kill -9 of whoever leads, twice, while work is scaled: it converges, nothing is lost',
  async (t) => {
    witness.write(() => [server()]);
    for (const replicas of [6, 2]) {
      await moreWritten();
      const from = Date.now();
      const leader = (await statuses()).find(({ leads }) => leads)!.name;
      await cluster.killHard(ETCD.find(({ name }) => name === leader)!);
      await eventually('scaled', async () => {
        await server().kubectl().run(`scale deployment/work --replicas=${replicas}`);
        return true;
      });
      await available(replicas);
      t.diagnostic(`${leader} killed, ${replicas} replicas are available after ${Date.now() - from} ms`);
      cluster.start(ETCD.find(({ name }) => name === leader)!);
      await cluster.program(leader).line(/^ready/, 60_000);
    }
    await moreWritten();
    await witness.stop();
    assert.deepEqual(await witness.lost(server()), []);
  },
);

story('etcd members: kill -9 of the broker, started again: one leads, work goes on', async (t) => {
  const from = Date.now();
  await cluster.broker.kill();
  await cluster.broker.restart();
  await eventually('scaled', async () => {
    await server().kubectl().run('scale deployment/work --replicas=4');
    return true;
  });
  await available(4);
  t.diagnostic(`4 replicas are available ${Date.now() - from} ms after the broker was killed`);
  for (const { name } of ETCD) assert.equal(cluster.program(name).over, undefined, `${name} lives on`);
  assert.deepEqual(await witness.lost(server()), []);
});

story('etcd members: all have the same: as many revisions, the same hash', async () => {
  await eventually('equal', async () => {
    const replies = await Promise.all(ETCD.map(({ name }) => ask(name, { type: 'etcd.hash' })));
    const hashes = replies.map((reply) => (reply.type === 'etcd.hashed' ? `${reply.revision} ${reply.hash}` : ''));
    return hashes[0] !== '' && new Set(hashes).size === 1;
  });
});

const server = (): Server => cluster.server('apiserver')!;
async function available(replicas: number): Promise<void> {
  await eventually(
    `${replicas} replicas are available`,
    async () => {
      const { json } = await server().call('/apis/apps/v1/namespaces/default/deployments/work', { timeoutMs: 5_000 });
      const { availableReplicas, replicas: all, observedGeneration } = json.status;
      return availableReplicas === replicas && all === replicas && observedGeneration === json.metadata.generation;
    },
    { timeoutMs: 60_000 },
  );
}
async function moreWritten(): Promise<void> {
  const until = witness.acknowledged.size + 3;
  await eventually('3 more writes are acknowledged', async () => witness.acknowledged.size >= until);
}
async function statuses(): Promise<readonly { readonly name: string; readonly leads: boolean }[]> {
  return Promise.all(
    ETCD.map(async ({ name }) => {
      const status = await ask(name, { type: 'etcd.status' }).catch(() => undefined);
      return { name, leads: status?.type === 'etcd.statused' && status.leader === status.member };
    }),
  );
}
const ask = (name: string, request: Message): Promise<EtcdReply> =>
  new Promise((resolve, reject) => {
    bus!.request(inbox('orrery', memberAddress(name)), request, 2_000, (result: Result<Message>) =>
      result.ok ? resolve(result.value as EtcdReply) : reject(new Error(result.fault.message)),
    );
  });
