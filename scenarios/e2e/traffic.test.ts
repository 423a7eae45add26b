//! Real traffic through Services to real processes, also while these die.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { eventually } from './eventually.ts';
import { startUp, stopEverything, type Up } from './harness.ts';
import type { Kubectl } from './kubectl.ts';
import { innermost, processesWith } from './leftovers.ts';
import { askUdp, fetchOnce, type Load, startLoad } from './load.ts';
import { list, netexec, service } from './manifests.ts';
import { run } from './program.ts';
import { stories } from './story.ts';
import { without } from './tools.ts';

const none = without.kubectl() || without.program('curl');
const noClusterIp = none || without.root();
let up: Up;
let k: Kubectl;
let nodeIp: string;
const story = stories(() => up?.program.report() ?? '', { skip: none });

before(async () => {
  if (none) return;
  up = await startUp();
  k = up.kubectl();
  nodeIp = await k.run('get node node-1 -o jsonpath={.status.addresses[?(@.type=="InternalIP")].address}');
  const http = { name: 'http', port: 80, targetPort: 8080 };
  const udp = { name: 'udp', port: 81, targetPort: 8081, protocol: 'UDP' };
  await k.apply(
    list(
      netexec('echo', 3),
      service('echo', 'echo', { type: 'NodePort', ports: [http, udp] }),
      service('sticky', 'echo', { type: 'NodePort', sessionAffinity: 'ClientIP', ports: [http] }),
      service('nobody', 'nobody', { type: 'NodePort', ports: [http] }),
    ),
  );
  await k.run('wait --for=condition=Available deployment/echo --timeout=60s');
  await eventually('three ready endpoints', async () => (await endpoints()).length === 3);
});
after(stopEverything);

story('traffic: curl to a NodePort: all three pods answer', async () => {
  await allAnswer(`http://${nodeIp}:${await nodePort('echo', 'http')}/hostname`);
});

story('traffic: curl to a NodePort of each node: answered by each', async () => {
  const port = await nodePort('echo', 'http');
  const ips = (
    await k.run('get nodes -o jsonpath={.items[*].status.addresses[?(@.type=="InternalIP")].address}')
  ).split(' ');
  assert.equal(ips.length, 3);
  for (const ip of ips) await allAnswer(`http://${ip}:${port}/hostname`);
});

story(
  'traffic: curl to a ClusterIP: all three pods answer',
  async () => {
    await allAnswer(`http://${await k.run('get svc echo -o jsonpath={.spec.clusterIP}')}/hostname`);
  },
  { skip: noClusterIp },
);

story('traffic: UDP to a NodePort and a ClusterIP: echoed, by all three pods', async () => {
  const targets: [string, number][] = [[nodeIp, await nodePort('echo', 'udp')]];
  if (!noClusterIp) targets.push([await k.run('get svc echo -o jsonpath={.spec.clusterIP}'), 81]);
  const names = await podNames();
  for (const [host, port] of targets) {
    await eventually(
      `${host}:${port} echoes`,
      async () => (await askUdp(host, port, 'echo hello orrery')) === 'hello orrery',
    );
    const seen = new Set<string>();
    await eventually(
      `each pod behind ${host}:${port} answers`,
      async () => {
        const name = await askUdp(host, port, 'hostname');
        if (name !== undefined) seen.add(name.trim());
        return seen.size === 3;
      },
      { everyMs: 5 },
    );
    assert.deepEqual([...seen].sort(), names);
  }
});

story(
  'traffic: a pod asks by the Service’s ClusterIP from inside: answered',
  async () => {
    const [pod] = (await k.json('get pods -l app=echo')).items;
    const clusterIp = await k.run('get svc echo -o jsonpath={.spec.clusterIP}');
    const command = encodeURIComponent(`curl -sS --max-time 3 http://${clusterIp}/hostname`);
    const names = await podNames();
    await eventually('asked from inside the pod', async () => {
      const said = await fetchOnce(`http://${pod.status.podIP}:8080/shell?shellCommand=${command}`);
      assert.ok(names.includes(JSON.parse(said.answer ?? '{}').output), said.answer ?? said.error);
      return true;
    });
  },
  { skip: noClusterIp },
);

story('traffic: session affinity: one client, one pod', async () => {
  const url = `http://${nodeIp}:${await nodePort('sticky', 'http')}/hostname`;
  const answers = new Set<string>();
  for (let i = 0; i < 20; i++) answers.add((await fetchOnce(url)).answer ?? 'failed');
  assert.equal(answers.size, 1, [...answers].join());
  assert.ok((await podNames()).includes([...answers][0]!.trim()));
});

story('traffic: no endpoint: connection refused', async () => {
  const port = await nodePort('nobody', 'http');
  await eventually('refused', async () => (await fetchOnce(`http://${nodeIp}:${port}/`)).error === 'ECONNREFUSED');
  if (noClusterIp) return;
  const clusterIp = await k.run('get svc nobody -o jsonpath={.spec.clusterIP}');
  const said = await run('curl', ['-sS', '--max-time', '5', `http://${clusterIp}/`]);
  assert.equal(said.code, 7, said.stderr);
});

story(
  'traffic: kill -9 of a pod’s process under load: no failure once the endpoint is gone, restarted, counted',
  async () => {
    const [victim] = await podNames();
    const url = `http://${nodeIp}:${await nodePort('echo', 'http')}/hostname`;
    const load = startLoad(url);
    try {
      await eventually('the load runs', () => load.requests.length > 100);
      assert.deepEqual(failures(load), [], 'before anything is broken');
      await crash(victim!);
      await eventually(
        'restarted, counted',
        async () => (await restarts(victim!)) === 1 && (await endpoints()).length === 3,
      );
      // The second crash backs off for ten seconds: the endpoint is gone for as long.
      await crash(victim!);
      await eventually('the endpoint is gone', async () => (await endpoints()).length === 2, { everyMs: 20 });
      const gone = Date.now();
      // A proxy hears of it by its own watch, at the same moment as everybody: give each the time to have heard.
      const heard = gone + 500;
      await eventually('many more requests', () => load.requests.filter((one) => one.from > heard).length > 500);
      assert.deepEqual(
        failures(load).filter((one) => one.from > heard),
        [],
      );
      await eventually(
        'restarted again, counted',
        async () => (await restarts(victim!)) === 2 && (await endpoints()).length === 3,
      );
      const back = Date.now();
      await eventually('it answers again', () =>
        load.requests.some((one) => one.from > back && one.answer?.trim() === victim),
      );
      assert.deepEqual(
        failures(load).filter((one) => one.from > heard),
        [],
      );
      const state = (await k.json(`get pod ${victim}`)).status.containerStatuses[0];
      assert.deepEqual([state.ready, state.lastState.terminated.exitCode], [true, 137], JSON.stringify(state));
      assert.match(await k.run(`get pod ${victim}`), /1\/1\s+Running\s+2 \(\d+s ago\)/);
    } finally {
      await load.stop();
    }
  },
);

story('traffic: a rolling update under load: no failed request', async () => {
  await k.run([
    'patch',
    'deployment',
    'echo',
    '-p',
    JSON.stringify({
      spec: {
        strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: {
          spec: {
            terminationGracePeriodSeconds: 3,
            containers: [
              {
                name: 'netexec',
                args: ['netexec', '--http-port=8080', '--udp-port=8081', '--delay-shutdown=1'],
                readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 },
              },
            ],
          },
        },
      },
    }),
  ]);
  await k.run('rollout status deployment/echo --timeout=90s');
  await eventually('three ready endpoints', async () => (await endpoints()).length === 3);
  const load = startLoad(`http://${nodeIp}:${await nodePort('echo', 'http')}/hostname`);
  try {
    await eventually('the load runs', () => load.requests.length > 50);
    await k.run('rollout restart deployment/echo');
    await k.run('rollout status deployment/echo --timeout=90s');
    await eventually('the old pods are gone', async () => (await podNames()).length === 3, { timeoutMs: 60_000 });
  } finally {
    await load.stop();
  }
  assert.deepEqual(failures(load), []);
});

async function allAnswer(url: string): Promise<void> {
  const names = await podNames();
  const seen = new Map<string, number>();
  for (let i = 0; i < 30 && seen.size < 3; i++) {
    const said = await run('curl', ['-sS', '--max-time', '5', url]);
    assert.equal(said.code, 0, `curl ${url}: ${said.stderr}`);
    seen.set(said.stdout.trim(), (seen.get(said.stdout.trim()) ?? 0) + 1);
  }
  assert.deepEqual([...seen.keys()].sort(), names, `by ${url}`);
}

async function podNames(): Promise<readonly string[]> {
  return (await k.run('get pods -l app=echo -o jsonpath={.items[*].metadata.name}')).split(' ').sort();
}
const nodePort = async (name: string, port: string): Promise<number> =>
  Number(await k.run(`get svc ${name} -o jsonpath={.spec.ports[?(@.name=="${port}")].nodePort}`));

/** Addresses of the ready endpoints of the Service `echo`. */
async function endpoints(): Promise<readonly string[]> {
  const slices = await up.call(
    '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name%3Decho',
  );
  type Endpoint = { addresses: string[]; conditions: { ready: boolean } };
  const all: Endpoint[] = slices.json.items.flatMap((slice: { endpoints: Endpoint[] | null }) => slice.endpoints ?? []);
  return all.filter((one) => one.conditions.ready).map((one) => one.addresses[0]!);
}

async function restarts(pod: string): Promise<number> {
  const { json } = await up.call(`/api/v1/namespaces/default/pods/${pod}`);
  return json.status.containerStatuses[0].restartCount;
}

/** From outside, as an operator would: kill -9 of the container's own process. */
async function crash(pod: string): Promise<void> {
  const { metadata } = await k.json(`get pod ${pod}`);
  const victims = innermost(processesWith(`POD_UID=${metadata.uid}`));
  assert.ok(victims.length > 0, `no process of ${pod}`);
  for (const pid of victims) process.kill(pid, 'SIGKILL');
}

const failures = (load: Load) => load.requests.filter((one) => one.error !== undefined);
