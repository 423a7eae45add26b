//! What kubectl shows of the scheduler: who waits and why, who makes room for whom, a profile of a configuration file.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { eventually } from './eventually.ts';
import { orrery, scratch, startUp, stopEverything, type Up } from './harness.ts';
import type { Kubectl } from './kubectl.ts';
import { list } from './manifests.ts';
import { stories } from './story.ts';
import { kubectlBinaries, without } from './tools.ts';

const none = without.kubectl();
const ZONE = 'topology.kubernetes.io/zone';
let up: Up;
let k: Kubectl;
const story = stories(() => up?.program.report() ?? '', { skip: none });
const configuration = (profiles: object, extenders: object = []): string =>
  JSON.stringify({
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    profiles,
    extenders,
  });
/** An extender as people write them: node-2 has licences, the others have none. */
const extender = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { Nodes } = JSON.parse(Buffer.concat(chunks).toString()) as {
      Nodes: { items: { metadata: { name: string } }[] };
    };
    const licensed = Nodes.items.filter(({ metadata }) => metadata.name === 'node-2');
    const others = Nodes.items.filter(({ metadata }) => metadata.name !== 'node-2');
    const failedNodes = Object.fromEntries(others.map(({ metadata }) => [metadata.name, 'no licence here']));
    response.end(JSON.stringify({ nodes: { ...Nodes, items: licensed }, failedNodes }));
  });
});
const written = (text: string): string => {
  const file = join(scratch(), 'scheduler.yaml');
  writeFileSync(file, text);
  return file;
};
const packing = { name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated' } } };
before(async () => {
  if (none) return;
  const spreading = ['PodTopologySpread', 'NodeResourcesBalancedAllocation'].map((name) => ({ name }));
  await new Promise<void>((listening) => extender.listen(0, '127.0.0.1', listening));
  const licences = {
    urlPrefix: `http://127.0.0.1:${(extender.address() as AddressInfo).port}/licences`,
    filterVerb: 'filter',
    managedResources: [{ name: 'example.com/licence', ignoredByScheduler: true }],
  };
  const file = written(
    configuration(
      [
        { schedulerName: 'default-scheduler' },
        { schedulerName: 'packing', plugins: { score: { disabled: spreading } }, pluginConfig: [packing] },
      ],
      [licences],
    ),
  );
  up = await startUp({ nodes: 3, engine: 'simulated', args: ['--scheduler-config', file] });
  k = up.kubectl(kubectlBinaries()[0]!.path);
});
after(async () => {
  extender.close();
  await stopEverything();
});

const asking = (name: string, cpu: string, spec: object = {}, labels: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec: { containers: [{ name: 'main', image: 'nginx', resources: { requests: { cpu } } }], ...spec },
});
const nodesOf = async (selector: string): Promise<readonly string[]> =>
  (await k.run(`get pods -l ${selector} -o jsonpath={.items[*].spec.nodeName}`))
    .split(' ')
    .filter((name) => name !== '');

story('scheduler: a pod that fits nowhere: describe says why, in the words that people know', async () => {
  await k.run('taint node node-1 dedicated=db:NoSchedule');
  await k.apply(asking('large', '64'));
  const described = await eventually('the event', async () => {
    const text = await k.run('describe pod large');
    return text.includes('FailedScheduling') ? text : undefined;
  });
  assert.match(
    described,
    /Warning +FailedScheduling +\S+ +(\(x\d+ over \S+\) +)?default-scheduler +0\/3 nodes are available: 1 node\(s\) had untolerated taint\(s\), 2 Insufficient cpu\. no new claims to deallocate, preemption: 0\/3 nodes are available: 3 Preemption is not helpful for scheduling\./,
  );
  assert.match(await k.run('get pod large'), /large +0\/1 +Pending/);
  await k.run('taint node node-1 dedicated-');
  await k.run('delete pod large');
});
story('scheduler: replicas over zones: as even as the constraint says', async () => {
  for (const [node, zone] of Object.entries({ 'node-1': 'a', 'node-2': 'a', 'node-3': 'b' }))
    await k.run(`label node ${node} ${ZONE}=${zone}`);
  const labels = { app: 'zoned' };
  const constraint = {
    maxSkew: 1,
    topologyKey: ZONE,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: labels },
  };
  const pods = Array.from({ length: 4 }, (_, i) =>
    asking(`zoned-${i}`, '10m', { topologySpreadConstraints: [constraint] }, labels),
  );
  await k.apply(list(...(pods as never[])));
  await eventually('all have nodes', async () => (await nodesOf('app=zoned')).length === 4);
  assert.equal((await nodesOf('app=zoned')).filter((name) => name === 'node-3').length, 2);
  await k.run('delete pods -l app=zoned --grace-period=1');
});
story('scheduler: a gated pod: kubectl says SchedulingGated; without the gate it runs', async () => {
  await k.apply(asking('gated', '10m', { schedulingGates: [{ name: 'example.com/wait' }] }));
  await eventually('the column', async () => /gated +0\/1 +SchedulingGated/.test(await k.run('get pods')));
  await k.run(['patch', 'pod', 'gated', '--type=json', '-p', '[{"op":"remove","path":"/spec/schedulingGates"}]']);
  await k.run('wait --for=condition=Ready pod/gated --timeout=60s');
  await k.run('delete pod gated --grace-period=1');
});
story('scheduler: a more important pod: another is preempted, and its Event says by whom', async () => {
  await k.run('create priorityclass important --value=1000');
  await k.run('cordon node-2');
  await k.run('cordon node-3');
  const cpu = Number(await k.run('get node node-1 -o jsonpath={.status.allocatable.cpu}'));
  await k.apply(asking('unimportant', `${cpu - 1}`));
  await k.run('wait --for=condition=Ready pod/unimportant --timeout=60s');
  await k.apply(asking('high', `${cpu - 1}`, { priorityClassName: 'important' }));
  await k.run('wait --for=condition=Ready pod/high --timeout=90s');
  const uid = await k.run('get pod high -o jsonpath={.metadata.uid}');
  const events = await k.run('get events --field-selector reason=Preempted');
  assert.match(events, new RegExp(`Normal +Preempted +pod/unimportant +Preempted by pod ${uid} on node node-1`));
  assert.match(await k.fails('get pod unimportant'), /NotFound/);
  await k.run('uncordon node-2');
  await k.run('uncordon node-3');
  await k.run('delete pod high --grace-period=1');
});
story('scheduler: a profile of a file: its pods are packed, those of others are not', async () => {
  const labels = { app: 'packed' };
  const pods = Array.from({ length: 4 }, (_, i) => asking(`packed-${i}`, '100m', { schedulerName: 'packing' }, labels));
  for (const pod of pods) {
    await k.apply(pod as never);
    const { name } = (pod as { metadata: { name: string } }).metadata;
    await k.run(`wait --for=condition=PodScheduled pod/${name} --timeout=60s`);
  }
  assert.equal(new Set(await nodesOf('app=packed')).size, 1);
  await k.run('delete pods -l app=packed --grace-period=1');
});
story('scheduler: an extender over HTTP: pods that want what it manages go where it says', async () => {
  const licensed = (name: string): object => {
    const resources = { requests: { 'example.com/licence': '1' }, limits: { 'example.com/licence': '1' } };
    return { ...asking(name, '10m'), spec: { containers: [{ name: 'main', image: 'nginx', resources }] } };
  };
  await k.apply(licensed('licensed'));
  await k.run('wait --for=condition=PodScheduled pod/licensed --timeout=60s');
  assert.equal(await k.run('get pod licensed -o jsonpath={.spec.nodeName}'), 'node-2');
  await k.run('cordon node-2');
  await k.apply(licensed('unlicensed'));
  await eventually('its words', async () =>
    /0\/3 nodes are available: 1 node\(s\) were unschedulable, 2 no licence here\./.test(
      await k.run('describe pod unlicensed'),
    ),
  );
  await k.run('uncordon node-2');
  await k.run('wait --for=condition=PodScheduled pod/unlicensed --timeout=60s');
});
story('scheduler: a file that is no configuration: refused before anything starts', async () => {
  const start = async (text: string): Promise<string> => {
    const dir = join(scratch(), 'data');
    const program = orrery([
      'up',
      '--port',
      '0',
      '--nodes',
      '0',
      '--data-dir',
      dir,
      '--scheduler-config',
      written(text),
    ]);
    const ended = await program.ended;
    assert.equal(ended.code, 1);
    return program.stderr;
  };
  assert.match(
    await start(configuration([{ plugin: [] }])),
    /strict decoding error: unknown field "profiles\[0\]\.plugin"/,
  );
  assert.match(await start('apiVersion: [v1'), /^orrery: --scheduler-config .*scheduler\.yaml: /m);
  const unknown = configuration([{ plugins: { filter: { enabled: [{ name: 'Coin' }] } } }]);
  assert.match(
    await start(unknown),
    /creating profile for scheduler name default-scheduler: FilterPlugin "Coin" does not exist/,
  );
});
