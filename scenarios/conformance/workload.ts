//! What the tests of workloads share: their paths, templates, pods, and the status that they await.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import { type Any, type Api, MERGE } from './api.ts';
import type { Watch } from './watch.ts';

export type Labels = Readonly<Record<string, string>>;
export const WEB = 'registry.k8s.io/e2e-test-images/httpd:2.4.38-4';
export const OTHER = 'registry.k8s.io/e2e-test-images/agnhost:2.56';
/** No registry has it, so its pods never run. */
export const MISSING = 'registry.k8s.io/does-not-exist:404';

export const core = ({ namespace }: Api, resource: string): string => `/api/v1/namespaces/${namespace}/${resource}`;
export const apps = ({ namespace }: Api, resource: string): string =>
  `/apis/apps/v1/namespaces/${namespace}/${resource}`;
export const template = (labels: Labels, image = WEB): Any => ({
  metadata: { labels },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image }] },
});
/** A ReplicaSet, Deployment or DaemonSet over pods with `labels`. */
export const workload = (name: string, labels: Labels, spec: Any = {}, image = WEB): Any => ({
  metadata: { name, labels },
  spec: { selector: { matchLabels: labels }, template: template(labels, image), ...spec },
});
export const selectorOf = (labels: Labels): string =>
  `labelSelector=${Object.entries(labels)
    .map(([key, value]) => `${key}%3D${value}`)
    .join(',')}`;

/** Those that are not on their way out. */
export async function podsOf(api: Api, labels: Labels): Promise<readonly Any[]> {
  const { items } = await api.get(`${core(api, 'pods')}?${selectorOf(labels)}`);
  return items.filter((pod: Any) => pod.metadata.deletionTimestamp === undefined);
}
/** What becomes of pods from now on. */
export async function watchPods(api: Api, labels: Labels): Promise<Watch> {
  const { metadata } = await api.get(core(api, 'pods'));
  return api.watch(`${core(api, 'pods')}?watch=1&${selectorOf(labels)}&resourceVersion=${metadata.resourceVersion}`);
}
export const isReady = (pod: Any): boolean =>
  pod.status.conditions?.some((one: Any) => one.type === 'Ready' && one.status === 'True') ?? false;
export const readyPods = (api: Api, labels: Labels, count: number): Promise<readonly Any[]> =>
  eventually(`${count} pods are ready`, async () => {
    const pods = await podsOf(api, labels);
    if (pods.length !== count || !pods.every(isReady))
      throw new Error(`${pods.length} pods, ${pods.filter(isReady).length} ready`);
    return pods;
  });
/** The object, once its own controller has seen its generation and `holds`. */
export const settled = (api: Api, path: string, holds: (object: Any) => boolean): Promise<Any> =>
  eventually(`${path} settles`, async () => {
    const object = await api.get(path);
    const seen = (object.status.observedGeneration ?? 0) >= object.metadata.generation;
    if (!seen || !holds(object)) throw new Error(JSON.stringify({ spec: object.spec.replicas, status: object.status }));
    return object;
  });
export const controllerOf = (object: Any): Any =>
  object.metadata.ownerReferences?.find((one: Any) => one.controller === true);

/** A pod without an owner, then a controller that selects it: it becomes its only pod. */
export async function adopts(api: Api, path: string, owner: Any, labels: Labels): Promise<Any> {
  const pods = core(api, 'pods');
  const name = Object.values(labels)[0]!;
  const orphan = await api.create(pods, { ...template(labels), metadata: { name, labels } });
  const made = await api.create(path, owner);
  await eventually(
    'the pod is adopted',
    async () => controllerOf(await api.get(`${pods}/${name}`))?.uid === made.metadata.uid,
  );
  await settled(api, `${path}/${made.metadata.name}`, ({ status }) => status.readyReplicas === 1);
  assert.deepEqual(
    (await podsOf(api, labels)).map(({ metadata }) => metadata.uid),
    [orphan.metadata.uid],
  );
  return made;
}
/** A pod that no longer matches is nobody's, and another takes its place. */
export async function releases(api: Api, owner: Any, labels: Labels): Promise<void> {
  const [pod] = await readyPods(api, labels, 1);
  const path = `${core(api, 'pods')}/${pod.metadata.name}`;
  const [key] = Object.keys(labels);
  await api.patch(path, { metadata: { labels: { [key!]: 'not-matching' } } });
  await eventually('the pod is released', async () => controllerOf(await api.get(path)) === undefined);
  const [next] = await readyPods(api, labels, 1);
  assert.notEqual(next.metadata.uid, pod.metadata.uid);
  assert.equal(controllerOf(next).uid, owner.metadata.uid);
}

/** Read, updated and patched by /scale; what it says is what the object says. */
export async function scales(api: Api, path: string): Promise<void> {
  const scale = await api.get(`${path}/scale`);
  assert.equal(scale.kind, 'Scale');
  assert.equal(scale.spec.replicas, 1);
  const updated = await api.update(`${path}/scale`, { ...scale, spec: { replicas: 2 } });
  assert.equal(updated.spec.replicas, 2);
  assert.equal((await api.get(path)).spec.replicas, 2);
  await api.patch(`${path}/scale`, { spec: { replicas: 4 } });
  assert.equal((await api.get(path)).spec.replicas, 4);
  await eventually('the scale is reached', async () => (await api.get(`${path}/scale`)).status.replicas === 4);
}

/** Read, updated, patched by /status, each seen by a watch: the controller leaves conditions that are not its own. */
export async function statusEndpoints(api: Api, path: string, labels: Labels): Promise<void> {
  assert.ok((await api.get(`${path}/status`)).status);
  const { metadata } = await api.get(path);
  const collection = path.slice(0, path.lastIndexOf('/'));
  const watch = await api.watch(
    `${collection}?watch=1&${selectorOf(labels)}&resourceVersion=${metadata.resourceVersion}`,
  );
  const said =
    (type: string) =>
    ({ object }: Any) =>
      object.status?.conditions?.some((one: Any) => one.type === type && one.status === 'True') ?? false;
  try {
    const condition = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' };
    await eventually('an update of the status', async () => {
      const object = await api.get(`${path}/status`);
      object.status.conditions = [...(object.status.conditions ?? []), condition];
      return api.update(`${path}/status`, object);
    });
    const { object } = await watch.until('the updated status', said('StatusUpdate'));
    const seen = object.status.conditions.find((one: Any) => one.type === 'StatusUpdate');
    assert.deepEqual({ reason: seen.reason, message: seen.message }, { reason: 'E2E', message: 'Set from e2e test' });
    const patch = { status: { conditions: [{ type: 'StatusPatched', status: 'True' }] } };
    await api.patch(`${path}/status`, patch, MERGE);
    await watch.until('the patched status', said('StatusPatched'));
  } finally {
    watch.stop();
  }
}

/** Found over all namespaces by label; deleted as a collection, pods and all. */
export async function collected(api: Api, resource: string, labels: Labels): Promise<void> {
  const listed = await api.get(`/apis/apps/v1/${resource}?${selectorOf(labels)}`);
  assert.equal(listed.items.length, 1);
  await api.delete(`${apps(api, resource)}?${selectorOf(labels)}`, { propagationPolicy: 'Background' });
  await eventually(
    'none is left',
    async () => (await api.get(`${apps(api, resource)}?${selectorOf(labels)}`)).items.length === 0,
  );
  await eventually('nor a pod', async () => (await podsOf(api, labels)).length === 0);
}
