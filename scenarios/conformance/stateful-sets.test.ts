//! StatefulSets: scale, status, and updates in phases.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import { type Any, type Api, STRATEGIC } from './api.ts';
import { conformanceTests } from './conformance.ts';
import {
  apps,
  collected,
  core,
  type Labels,
  OTHER,
  readyPods,
  scales,
  settled,
  statusEndpoints,
  workload,
} from './workload.ts';

const conformance = conformanceTests();
const NAME = 'ss';
const LABELS: Labels = { foo: 'bar', baz: 'blah' };
const HASH = 'controller-revision-hash';
const sets = (api: Api): string => apps(api, 'statefulsets');
const path = (api: Api): string => `${sets(api)}/${NAME}`;
/** With the Service that governs it. */
async function started(api: Api, replicas: number, labels: Labels, spec: Any = {}): Promise<void> {
  await api.create(core(api, 'services'), {
    metadata: { name: 'test' },
    spec: { clusterIP: 'None', selector: labels, ports: [{ name: 'http', port: 80 }] },
  });
  await api.create(sets(api), workload(NAME, labels, { replicas, serviceName: 'test', ...spec }));
  await readyPods(api, labels, replicas);
}
const ordinal = ({ metadata }: Any): number => Number(metadata.name.split('-').at(-1));
/** The images of its pods in their order, with the revisions that they say. */
async function eachOf(api: Api): Promise<readonly { readonly image: string; readonly revision: string }[]> {
  const pods = [...(await readyPods(api, LABELS, 3))].sort((a, b) => ordinal(a) - ordinal(b));
  return pods.map((pod) => ({ image: pod.spec.containers[0].image, revision: pod.metadata.labels[HASH] }));
}
const revisions = (api: Api, expected: readonly string[]): Promise<unknown> =>
  eventually(`pods of ${expected}`, async () => {
    const found = (await eachOf(api)).map(({ revision }) => revision);
    if (found.join() !== expected.join()) throw new Error(found.join());
    return true;
  });

/** Deleted, and there again as another. */
async function remade(api: Api, name: string): Promise<void> {
  const pod = `${core(api, 'pods')}/${name}`;
  const { metadata } = await api.get(pod);
  await api.delete(pod);
  await eventually(`${name} is another`, async () => (await api.get(pod)).metadata.uid !== metadata.uid);
}

conformance(
  '[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should have a working scale subresource [Conformance]',
  async (api) => {
    await started(api, 1, LABELS);
    await scales(api, path(api));
    await readyPods(api, LABELS, 4);
  },
);

conformance(
  '[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should validate Statefulset Status endpoints [Conformance]',
  async (api) => {
    await started(api, 1, LABELS);
    await statusEndpoints(api, path(api), LABELS);
  },
);

conformance(
  '[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should list, patch and delete a collection of StatefulSets [Conformance]',
  async (api) => {
    const labels = { e2e: api.namespace };
    await started(api, 1, labels);
    const spec = {
      replicas: 2,
      template: { spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: OTHER }] } },
    };
    await api.patch(path(api), { metadata: { labels: { test: 'patched' } }, spec }, STRATEGIC);
    const set = await settled(
      api,
      path(api),
      ({ status }) => status.readyReplicas === 2 && status.updatedReplicas === 2,
    );
    assert.equal(set.metadata.labels.test, 'patched');
    assert.ok((await readyPods(api, labels, 2)).every((pod) => pod.spec.containers[0].image === OTHER));
    await collected(api, 'statefulsets', labels);
  },
);

conformance(
  '[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should perform canary updates and phased rolling updates of template modifications [Conformance]',
  async (api) => {
    const partition = (count: number): Any => ({ type: 'RollingUpdate', rollingUpdate: { partition: count } });
    const change = (spec: Any): Promise<Any> => api.patch(path(api), { spec }, STRATEGIC);
    await started(api, 3, LABELS, { updateStrategy: partition(3) });
    const { status } = await settled(api, path(api), (one) => one.status.currentRevision === one.status.updateRevision);
    const old = status.currentRevision;
    await revisions(api, [old, old, old]);
    await change({ template: { spec: { containers: [{ name: 'main', image: OTHER }] } } });
    const changed = await settled(api, path(api), (one) => one.status.updateRevision !== old);
    const fresh = changed.status.updateRevision;
    assert.equal(changed.status.currentRevision, old);
    // The partition is beyond the last: nothing is updated, as the pod that is made again shows.
    await remade(api, 'ss-2');
    await revisions(api, [old, old, old]);
    await change({ updateStrategy: partition(2) });
    await revisions(api, [old, old, fresh]);
    // What is made again keeps its revision.
    for (const name of ['ss-0', 'ss-2']) await remade(api, name);
    await revisions(api, [old, old, fresh]);
    await change({ updateStrategy: partition(1) });
    await revisions(api, [old, fresh, fresh]);
    await change({ updateStrategy: partition(0) });
    await revisions(api, [fresh, fresh, fresh]);
    assert.ok((await eachOf(api)).every(({ image }) => image === OTHER));
    await settled(api, path(api), (one) => one.status.currentRevision === fresh && one.status.updatedReplicas === 3);
  },
);
