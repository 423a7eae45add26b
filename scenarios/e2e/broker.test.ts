//! The cluster as nine processes over a real nats-server: started in any order, each killed in turn, then the broker.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { integer } from '../../runtime/random.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { eventually } from './eventually.ts';
import { scratch, startBroker, stopEverything } from './harness.ts';
import type { Answer, Ask } from './https.ts';
import { processesNaming } from './leftovers.ts';
import { fetchOnce } from './load.ts';
import { list, netexec, service, sleepers } from './manifests.ts';
import { Cluster, MEMBERS, type Member, type Server } from './members.ts';
import { stories } from './story.ts';
import { without } from './tools.ts';
import { Witness } from './witness.ts';

const none = without.program('nats-server') || without.kubectl();
const seed = Number(process.env['ORRERY_SEED'] ?? Math.floor(Math.random() * 1e6));
let cluster: Cluster;
let wanted = 0;
const witness = new Witness();
const story = stories(
  () => `repeat with ORRERY_SEED=${seed}\n${cluster?.broker.program.report() ?? ''}\n${cluster?.report() ?? ''}`,
  {
    skip: none,
    timeoutMs: 240_000,
  },
);

before(async () => {
  if (none) return;
  console.log(`# ORRERY_SEED=${seed}`);
  cluster = new Cluster(await startBroker(), scratch());
});
after(async () => {
  await witness.stop();
  await stopEverything();
});

story('broker: nine processes started in any order: three nodes Ready, a Deployment Available', async (t) => {
  const order = shuffled(MEMBERS, seed);
  t.diagnostic(`seed ${seed}: ${order.map((member) => member.name).join(', ')}`);
  for (const member of order) cluster.start(member);
  await eventually(
    'both API servers are ready',
    async () => (await Promise.all(['a', 'b'].map(ready))).every(Boolean),
    { timeoutMs: 60_000 },
  );
  await eventually('three nodes are Ready', async () => (await readyNodes()) === 3, { timeoutMs: 60_000 });
  await server()
    .kubectl()
    .apply(list(sleepers('work', 3)));
  wanted = 3;
  await converged();
});

story('broker: two API servers: what one signs and stores the other knows', async () => {
  const [a, b] = [cluster.server('apiserver-a')!, cluster.server('apiserver-b')!];
  const made = await a.call('/api/v1/namespaces/default/configmaps', {
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'by-a' } },
  });
  assert.equal(made.code, 201, made.text);
  const read = await b.call('/api/v1/namespaces/default/configmaps/by-a');
  assert.equal(read.json?.metadata?.uid, made.json.metadata.uid, read.text);
  const token = (await a.kubectl().run('create token default')).trim();
  const known = await b.call('/version', { certificate: false, headers: { authorization: `Bearer ${token}` } });
  assert.equal(known.code, 200, known.text);
});

story('broker: traffic between nodes of different processes: every node’s port leads to every pod', async () => {
  const k = server().kubectl();
  await k.apply(
    list(netexec('echo', 3), service('echo', 'echo', { type: 'NodePort', ports: [{ port: 80, targetPort: 8080 }] })),
  );
  await k.run('wait --for=condition=Available deployment/echo --timeout=60s');
  const port = await k.run('get svc echo -o jsonpath={.spec.ports[0].nodePort}');
  const ips = (
    await k.run('get nodes -o jsonpath={.items[*].status.addresses[?(@.type=="InternalIP")].address}')
  ).split(' ');
  const names = (await k.run('get pods -l app=echo -o jsonpath={.items[*].metadata.name}')).split(' ').sort();
  for (const ip of ips) {
    const seen = new Set<string>();
    await eventually(
      `${ip}:${port} leads to three pods`,
      async () => {
        const said = await fetchOnce(`http://${ip}:${port}/hostname`);
        if (said.answer !== undefined) seen.add(said.answer.trim());
        return seen.size === 3;
      },
      { everyMs: 10 },
    );
    assert.deepEqual([...seen].sort(), names);
  }
  assert.match(await k.run('logs deployment/echo --tail=5'), /./, 'logs come over the broker');
  await k.run('delete deployment,service echo');
});

story(
  'broker: kill -9 of each in turn while work is scaled: everything converges, nothing is lost, no pod runs twice',
  async (t) => {
    witness.watchPods(async () => {
      const { json } = await call('/api/v1/namespaces/default/pods?labelSelector=app%3Dwork');
      return json.items.map((pod: { metadata: { uid: string } }) => pod.metadata.uid);
    });
    witness.watchCount(async () => {
      const limit = wanted;
      const { json } = await call('/api/v1/namespaces/default/pods?labelSelector=app%3Dwork');
      const alive = json.items.filter(
        (pod: { metadata: { deletionTimestamp?: string } }) => pod.metadata.deletionTimestamp === undefined,
      );
      return limit === wanted ? { alive: alive.length, wanted: Math.max(limit, lastWanted) } : undefined;
    });
    witness.write(servers);
    for (const member of shuffled(MEMBERS, seed + 1)) {
      const from = Date.now();
      await cluster.killHard(member);
      // Only pods that are new need the scheduler.
      await scale(member.name === 'scheduler' ? wanted + 3 : wanted === 3 ? 6 : 3, member);
      cluster.start(member);
      await converged();
      // The others may converge without it, and whoever finds no broker at its start gives up.
      await cluster.program(member.name).line(/^ready/, 60_000);
      t.diagnostic(`${member.name}: killed, scaled to ${wanted}, converged after ${Date.now() - from} ms`);
      assert.deepEqual(witness.complaints, []);
    }
    assert.ok(witness.acknowledged.size > 0, 'writes were acknowledged');
    assert.deepEqual(await witness.lost(server()), []);
  },
);

story('broker: the broker itself killed and restarted: everybody reconnects, work converges', async (t) => {
  const from = Date.now();
  await cluster.broker.kill();
  await eventually('the API says that it cannot', async () => {
    const answer = await server()
      .call('/api/v1/namespaces/default/pods/nobody', { timeoutMs: 15_000 })
      .catch(() => undefined);
    return answer === undefined || answer.code >= 500 || answer.code === 404;
  });
  await cluster.broker.restart();
  await scale(wanted === 3 ? 6 : 3);
  await converged();
  t.diagnostic(`converged ${Date.now() - from} ms after the broker was killed`);
  for (const member of MEMBERS) assert.equal(cluster.program(member.name).over, undefined, `${member.name} lives on`);
  assert.deepEqual(await witness.lost(server()), []);
  assert.deepEqual(witness.complaints, []);
});

story('broker: SIGTERM to each: exit 0, no process left', async () => {
  await witness.stop();
  await server().kubectl().run('delete deployment work --cascade=foreground', { timeoutMs: 60_000 });
  const stopped = (members: readonly Member[]) =>
    Promise.all(members.map(async ({ name }) => [name, await cluster.program(name).stop()] as const));
  const ended = [
    ...(await stopped(MEMBERS.filter((member) => member.node !== undefined))),
    ...(await stopped(MEMBERS.filter((member) => member.node === undefined))),
  ];
  assert.deepEqual(
    ended.filter(([, { code }]) => code !== 0),
    [],
  );
  await eventually('nothing is left', () => {
    assert.deepEqual(
      processesNaming(cluster.dir).filter((one) => !one.command.startsWith('nats-server')),
      [],
    );
    return true;
  });
});

/** API servers that run now. */
function servers(): readonly Server[] {
  return ['apiserver-a', 'apiserver-b']
    .filter((name) => cluster.program(name) !== undefined)
    .map((name) => cluster.server(name))
    .filter((one) => one !== undefined);
}
const server = (): Server => servers()[0]!;
async function call(path: string, ask: Ask = {}): Promise<Answer> {
  for (const one of servers()) {
    const answer = await one.call(path, { timeoutMs: 5_000, ...ask }).catch(() => undefined);
    if (answer !== undefined && answer.code < 500) return answer;
  }
  throw new Error(`${path}: no API server answers`);
}
async function ready(which: string): Promise<boolean> {
  const one = cluster.server(`apiserver-${which}`);
  return (await one?.call('/readyz').catch(() => undefined))?.code === 200;
}
async function readyNodes(): Promise<number> {
  const { json } = await call('/api/v1/nodes');
  type Node = { status: { conditions?: { type: string; status: string }[] } };
  return json.items.filter((node: Node) =>
    node.status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
  ).length;
}

let lastWanted = 3;
/** Scales by whichever server answers; when etcd was killed it is tried until that is back, and not waited for. */
async function scale(replicas: number, killed?: Member): Promise<void> {
  lastWanted = wanted;
  wanted = replicas;
  const attempt = async (): Promise<boolean> => {
    const body = { spec: { replicas } };
    const path = '/apis/apps/v1/namespaces/default/deployments/work/scale';
    return (await call(path, { method: 'PATCH', type: 'application/merge-patch+json', body })).code === 200;
  };
  if (killed?.name === 'etcd') return void eventually('scaled once etcd is back', attempt).catch(() => undefined);
  await eventually('scaled', attempt);
}

/** As many pods as wanted, all Running and Ready, on Ready nodes, and counted so by the Deployment. */
async function converged(): Promise<void> {
  await eventually(
    `${wanted} pods run`,
    async () => {
      const deployment = (await call('/apis/apps/v1/namespaces/default/deployments/work')).json;
      assert.equal(deployment.spec?.replicas, wanted, 'scaled');
      assert.equal(deployment.status?.observedGeneration, deployment.metadata?.generation, 'seen by the controller');
      assert.deepEqual(
        [deployment.status.availableReplicas, deployment.status.replicas],
        [wanted, wanted],
        'available',
      );
      const pods = (await call('/api/v1/namespaces/default/pods?labelSelector=app%3Dwork')).json.items;
      type Pod = { metadata: { name: string }; status: { phase: string; containerStatuses?: { ready: boolean }[] } };
      assert.deepEqual(
        pods.map((pod: Pod) => [pod.status.phase, pod.status.containerStatuses?.[0]?.ready]),
        Array(wanted).fill(['Running', true]),
      );
      assert.equal(await readyNodes(), 3, 'nodes Ready');
      return true;
    },
    { timeoutMs: 90_000, everyMs: 250 },
  );
}

/** Fisher and Yates: the same seed, the same order. */
function shuffled<T>(items: readonly T[], from: number): readonly T[] {
  const random = new SeededRandom(from);
  const left = [...items];
  for (let i = left.length - 1; i > 0; i--) {
    const j = integer(random, i + 1);
    [left[i], left[j]] = [left[j]!, left[i]!];
  }
  return left;
}
