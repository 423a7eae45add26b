//! Where pods go, and who must go for them.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import { type Any, type Api, MERGE } from './api.ts';
import { conformanceTests } from './conformance.ts';

const conformance = conformanceTests();
const core = ({ namespace }: Api, resource: string): string => `/api/v1/namespaces/${namespace}/${resource}`;
const FOO = 'scheduling.k8s.io/foo';
const pod = (name: string, spec: Any = {}, resources: Any = {}): Any => ({
  metadata: { name, labels: { name } },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'pause:1', resources }], ...spec },
});
const foos = (count: number): Any => ({ requests: { [FOO]: `${count}` }, limits: { [FOO]: `${count}` } });
const runs = (api: Api, name: string): Promise<Any> =>
  eventually(`${name} runs`, async () => {
    const found = await api.get(`${core(api, 'pods')}/${name}`);
    return found.status.phase === 'Running' ? found : undefined;
  });
const fitsNowhere = (api: Api, name: string): Promise<unknown> =>
  eventually(`${name} is told that it fits nowhere`, async () => {
    const { items } = await api.get(core(api, 'events'));
    const told = items.some((one: Any) => one.involvedObject.name === name && one.reason === 'FailedScheduling');
    assert.equal((await api.get(`${core(api, 'pods')}/${name}`)).spec.nodeName, undefined);
    return told;
  });
const leaves = (api: Api, name: string): Promise<unknown> =>
  eventually(`${name} goes`, async () => {
    await api.refused(404, 'GET', `${core(api, 'pods')}/${name}`);
    return true;
  });
/** The first node, with five foos. */
async function supplied(api: Api, work: (node: string) => Promise<void>): Promise<void> {
  const [{ metadata }] = (await api.get('/api/v1/nodes')).items;
  const path = `/api/v1/nodes/${metadata.name}/status`;
  await api.patch(path, { status: { capacity: { [FOO]: '5' }, allocatable: { [FOO]: '5' } } }, MERGE);
  try {
    await work(metadata.name);
  } finally {
    await api.patch(path, { status: { capacity: { [FOO]: null }, allocatable: { [FOO]: null } } }, MERGE);
  }
}
async function withClasses(
  api: Api,
  classes: Readonly<Record<string, number>>,
  work: () => Promise<void>,
): Promise<void> {
  const path = '/apis/scheduling.k8s.io/v1/priorityclasses';
  for (const [name, value] of Object.entries(classes)) await api.create(path, { metadata: { name }, value });
  try {
    await work();
  } finally {
    for (const name of Object.keys(classes)) await api.delete(`${path}/${name}`);
  }
}

conformance(
  '[sig-architecture] Conformance Tests should have at least two untainted nodes [Conformance]',
  async (api) => {
    const { items } = await api.get('/api/v1/nodes');
    const free = items.filter(({ spec }: Any) => (spec.taints ?? []).length === 0 && spec.unschedulable !== true);
    assert.ok(free.length >= 2, `${free.length}`);
  },
);

for (const [name, overhead] of [
  [
    '[sig-node] RuntimeClass should schedule a Pod requesting a RuntimeClass without PodOverhead [Conformance] [NodeConformance]',
    undefined,
  ],
  [
    '[sig-node] RuntimeClass should schedule a Pod requesting a RuntimeClass and initialize its Overhead [Conformance]',
    { podFixed: { cpu: '10m', memory: '1Mi' } },
  ],
] as const)
  conformance(name, async (api) => {
    const path = '/apis/node.k8s.io/v1/runtimeclasses';
    const runtimeClassName = `class-${api.namespace}`;
    await api.create(path, { metadata: { name: runtimeClassName }, handler: 'runc', ...(overhead && { overhead }) });
    await api.create(core(api, 'pods'), pod('classed', { runtimeClassName }));
    const { spec } = await eventually('it has a node', async () => {
      const found = await api.get(`${core(api, 'pods')}/classed`);
      return found.spec.nodeName ? found : undefined;
    });
    assert.deepEqual(spec.overhead, overhead?.podFixed);
    await api.delete(`${core(api, 'pods')}/classed`);
    await api.delete(`${path}/${runtimeClassName}`);
  });

conformance(
  '[sig-scheduling] SchedulerPredicates validates resource limits of pods that are allowed to run [Conformance] [Serial]',
  async (api) => {
    const { items } = await api.get('/api/v1/nodes');
    for (const [i, { metadata, status }] of items.entries()) {
      assert.match(status.allocatable.cpu, /^\d+$/);
      // All of it but a bit: nobody else asks for as much.
      const cpu = `${Number(status.allocatable.cpu) * 1_000 - 100}m`;
      const nodeSelector = { 'kubernetes.io/hostname': metadata.name };
      await api.create(core(api, 'pods'), pod(`filler-${i}`, { nodeSelector }, { requests: { cpu }, limits: { cpu } }));
    }
    for (const i of items.keys()) await runs(api, `filler-${i}`);
    await api.create(core(api, 'pods'), pod('additional', {}, { requests: { cpu: '200m' }, limits: { cpu: '200m' } }));
    await fitsNowhere(api, 'additional');
    await api.delete(core(api, 'pods'));
    await leaves(api, 'filler-0');
  },
);
conformance(
  '[sig-scheduling] SchedulerPredicates validates that NodeSelector is respected if not matching [Conformance] [Serial]',
  async (api) => {
    await api.create(core(api, 'pods'), pod('restricted', { nodeSelector: { label: 'nonempty' } }));
    await fitsNowhere(api, 'restricted');
  },
);
conformance(
  '[sig-scheduling] SchedulerPredicates validates that NodeSelector is respected if matching [Conformance] [Serial]',
  async (api) => {
    const { metadata } = (await api.get('/api/v1/nodes')).items[1];
    const node = `/api/v1/nodes/${metadata.name}`;
    await api.patch(node, { metadata: { labels: { 'kubernetes.io/e2e-label': '42' } } }, MERGE);
    await api.create(core(api, 'pods'), pod('with-labels', { nodeSelector: { 'kubernetes.io/e2e-label': '42' } }));
    assert.equal((await runs(api, 'with-labels')).spec.nodeName, metadata.name);
    await api.patch(node, { metadata: { labels: { 'kubernetes.io/e2e-label': null } } }, MERGE);
  },
);
conformance(
  '[sig-scheduling] SchedulerPredicates validates that there exists conflict between pods with same hostPort and protocol but one using 0.0.0.0 hostIP [Conformance] [Serial]',
  async (api) => {
    const { metadata, status } = (await api.get('/api/v1/nodes')).items[0];
    const ip = status.addresses.find(({ type }: Any) => type === 'InternalIP').address;
    const bound = (name: string, hostIP: string): Any =>
      pod(name, {
        nodeSelector: { 'kubernetes.io/hostname': metadata.name },
        containers: [{ name: 'c', image: 'pause:1', ports: [{ hostPort: 54_322, containerPort: 8080, hostIP }] }],
      });
    await api.create(core(api, 'pods'), bound('pod4', '0.0.0.0'));
    await runs(api, 'pod4');
    await api.create(core(api, 'pods'), bound('pod5', ip));
    await fitsNowhere(api, 'pod5');
  },
);

conformance('[sig-scheduling] SchedulerPreemption validates basic preemption works [Conformance] [Serial]', (api) =>
  withClasses(api, { 'basic-low': 1, 'basic-medium': 100, 'basic-high': 1_000 }, () =>
    supplied(api, async () => {
      await api.create(core(api, 'pods'), pod('low', { priorityClassName: 'basic-low' }, foos(2)));
      await api.create(core(api, 'pods'), pod('medium', { priorityClassName: 'basic-medium' }, foos(2)));
      for (const name of ['low', 'medium']) await runs(api, name);
      await api.create(core(api, 'pods'), pod('preemptor', { priorityClassName: 'basic-high' }, foos(3)));
      await runs(api, 'preemptor');
      await leaves(api, 'low');
      assert.equal((await api.get(`${core(api, 'pods')}/medium`)).metadata.deletionTimestamp, undefined);
    }),
  ),
);
conformance(
  '[sig-scheduling] SchedulerPreemption validates lower priority pod preemption by critical pod [Conformance] [Serial]',
  (api) =>
    withClasses(api, { 'critical-low': 1, 'critical-medium': 100 }, () =>
      supplied(api, async () => {
        await api.create(core(api, 'pods'), pod('low', { priorityClassName: 'critical-low' }, foos(2)));
        await api.create(core(api, 'pods'), pod('medium', { priorityClassName: 'critical-medium' }, foos(2)));
        for (const name of ['low', 'medium']) await runs(api, name);
        const path = '/api/v1/namespaces/kube-system/pods';
        await api.create(path, pod('critical', { priorityClassName: 'system-cluster-critical' }, foos(3)));
        await eventually(
          'the critical pod runs',
          async () => (await api.get(`${path}/critical`)).status.phase === 'Running',
        );
        await leaves(api, 'low');
        assert.equal((await api.get(`${core(api, 'pods')}/medium`)).metadata.deletionTimestamp, undefined);
        await api.delete(`${path}/critical`);
      }),
    ),
);
conformance(
  '[sig-scheduling] SchedulerPreemption validates pod disruption condition is added to the preempted pod [Conformance] [Serial]',
  (api) =>
    withClasses(api, { 'told-low': 1, 'told-high': 1_000 }, () =>
      supplied(api, async () => {
        const victim = pod('victim', { priorityClassName: 'told-low' }, foos(5));
        await api.create(core(api, 'pods'), {
          ...victim,
          metadata: { ...victim.metadata, finalizers: ['example.com/test-finalizer'] },
        });
        await runs(api, 'victim');
        await api.create(core(api, 'pods'), pod('preemptor', { priorityClassName: 'told-high' }, foos(3)));
        const { status } = await eventually('the victim goes', async () => {
          const found = await api.get(`${core(api, 'pods')}/victim`);
          return found.metadata.deletionTimestamp ? found : undefined;
        });
        const told = status.conditions.find(({ type }: Any) => type === 'DisruptionTarget');
        assert.deepEqual([told?.status, told?.reason], ['True', 'PreemptionByScheduler']);
        await api.patch(`${core(api, 'pods')}/victim`, { metadata: { finalizers: null } }, MERGE);
      }),
    ),
);
conformance(
  '[sig-scheduling] SchedulerPreemption PreemptionExecutionPath runs ReplicaSets to verify preemption running path [Conformance] [Serial]',
  (api) =>
    withClasses(api, { p1: 1, p2: 2, p3: 3, p4: 4 }, () =>
      supplied(api, async () => {
        const sets = `/apis/apps/v1/namespaces/${api.namespace}/replicasets`;
        const set = (name: string, replicas: number, count: number): Any => {
          const { metadata, spec } = pod(`set-${name}`, { priorityClassName: name }, foos(count));
          const { labels } = metadata;
          return {
            metadata: { name },
            spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
          };
        };
        const ready = (name: string, replicas: number): Promise<unknown> =>
          eventually(
            `${replicas} of ${name}`,
            async () => ((await api.get(`${sets}/${name}`)).status.readyReplicas ?? 0) === replicas,
          );
        await api.create(sets, set('p1', 1, 1));
        await api.create(sets, set('p2', 1, 1));
        await api.create(sets, set('p3', 1, 2));
        for (const name of ['p1', 'p2', 'p3']) await ready(name, 1);
        // One foo is free: the fourth takes those of the least important.
        await api.create(sets, set('p4', 1, 3));
        await ready('p4', 1);
        await ready('p1', 0);
        await ready('p2', 0);
        await ready('p3', 1);
        await api.delete(sets);
      }),
    ),
);
