//! What goes with its owner and what stays: the garbage collector and the end of namespaces.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import { type Any, type Api, MERGE } from './api.ts';
import { conformanceTests } from './conformance.ts';

const conformance = conformanceTests();
const core = ({ namespace }: Api, resource: string): string => `/api/v1/namespaces/${namespace}/${resource}`;
const apps = ({ namespace }: Api, resource: string): string => `/apis/apps/v1/namespaces/${namespace}/${resource}`;
const POD = { containers: [{ name: 'c', image: 'nginx:1' }], terminationGracePeriodSeconds: 0 };
const labels = { app: 'owned' };
const controller = (replicas: number): Any => ({
  metadata: { name: 'owner' },
  spec: { replicas, selector: labels, template: { metadata: { labels }, spec: POD } },
});
const deployment: Any = {
  metadata: { name: 'owner' },
  spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: POD } },
};
const listed = async (api: Api, path: string): Promise<readonly Any[]> => (await api.get(path)).items;
const made = (api: Api, path: string, count: number): Promise<unknown> =>
  eventually(`${count} at ${path}`, async () => (await listed(api, path)).length === count);
const gone = (api: Api, path: string): Promise<unknown> =>
  eventually(`none at ${path}`, async () => (await listed(api, path)).length === 0, { timeoutMs: 60_000 });

conformance(
  '[sig-api-machinery] Garbage collector should delete pods created by rc when not orphaning [Conformance]',
  async (api) => {
    await api.create(core(api, 'replicationcontrollers'), controller(2));
    await made(api, core(api, 'pods'), 2);
    await api.delete(`${core(api, 'replicationcontrollers')}/owner`, { propagationPolicy: 'Background' });
    await gone(api, core(api, 'pods'));
  },
);

conformance(
  '[sig-api-machinery] Garbage collector should orphan pods created by rc if delete options say so [Conformance] [Serial]',
  async (api) => {
    // The original keeps them for half a minute; here the collector has another owner's end to work off after it.
    await api.create(core(api, 'replicationcontrollers'), controller(20));
    await made(api, core(api, 'pods'), 20);
    await api.delete(`${core(api, 'replicationcontrollers')}/owner`, { propagationPolicy: 'Orphan' });
    await eventually(
      'its controller is gone',
      async () => (await listed(api, core(api, 'replicationcontrollers'))).length === 0,
    );
    const { metadata } = await api.create(core(api, 'configmaps'), { metadata: { name: 'later' } });
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'later', uid: metadata.uid };
    await api.create(core(api, 'secrets'), { metadata: { name: 'dependent', ownerReferences: [owner] } });
    await api.delete(`${core(api, 'configmaps')}/later`, { propagationPolicy: 'Background' });
    await gone(api, `${core(api, 'secrets')}?fieldSelector=metadata.name%3Ddependent`);
    const pods = await listed(api, core(api, 'pods'));
    assert.equal(pods.length, 20);
    assert.ok(
      pods.every((pod) => (pod.metadata.ownerReferences ?? []).length === 0),
      'nobody owns them',
    );
  },
);

conformance(
  '[sig-api-machinery] Garbage collector should delete RS created by deployment when not orphaning [Conformance]',
  async (api) => {
    await api.create(apps(api, 'deployments'), deployment);
    await made(api, apps(api, 'replicasets'), 1);
    await api.delete(`${apps(api, 'deployments')}/owner`, { propagationPolicy: 'Background' });
    await gone(api, apps(api, 'replicasets'));
    await gone(api, core(api, 'pods'));
  },
);

conformance(
  '[sig-api-machinery] Garbage collector should orphan RS created by deployment when deleteOptions.PropagationPolicy is Orphan [Conformance]',
  async (api) => {
    await api.create(apps(api, 'deployments'), deployment);
    await made(api, apps(api, 'replicasets'), 1);
    await made(api, core(api, 'pods'), 2);
    await api.delete(`${apps(api, 'deployments')}/owner`, { propagationPolicy: 'Orphan' });
    await eventually('the deployment is gone', async () => (await listed(api, apps(api, 'deployments'))).length === 0);
    const [set, ...others] = await listed(api, apps(api, 'replicasets'));
    assert.deepEqual([others.length, set.metadata.ownerReferences ?? []], [0, []]);
    const pods = await listed(api, core(api, 'pods'));
    assert.deepEqual(
      pods.map((pod) => pod.metadata.ownerReferences[0].uid),
      [set.metadata.uid, set.metadata.uid],
    );
  },
);

conformance(
  '[sig-api-machinery] Garbage collector should keep the rc around until all its pods are deleted if the deleteOptions says so [Conformance] [Serial]',
  async (api) => {
    await api.create(core(api, 'replicationcontrollers'), controller(3));
    await made(api, core(api, 'pods'), 3);
    // One of them is held: its owner must wait for it.
    const [held] = await listed(api, core(api, 'pods'));
    const pod = `${core(api, 'pods')}/${held.metadata.name}`;
    await api.patch(pod, { metadata: { finalizers: ['example.com/hold'] } }, MERGE);
    const path = `${core(api, 'replicationcontrollers')}/owner`;
    await api.delete(path, { propagationPolicy: 'Foreground' });
    await eventually('one pod is left', async () => (await listed(api, core(api, 'pods'))).length === 1);
    const owner = await api.get(path);
    assert.ok(owner.metadata.deletionTimestamp);
    assert.deepEqual(owner.metadata.finalizers, ['foregroundDeletion']);
    await api.patch(pod, { metadata: { finalizers: null } }, MERGE);
    await eventually(
      'the owner is gone after it',
      async () => (await listed(api, core(api, 'replicationcontrollers'))).length === 0,
    );
    assert.equal((await listed(api, core(api, 'pods'))).length, 0);
  },
);

conformance(
  "[sig-api-machinery] Garbage collector should not delete dependents that have both valid owner and owner that's waiting for dependents to be deleted [Conformance] [Serial]",
  async (api) => {
    const rcs = core(api, 'replicationcontrollers');
    const one = await api.create(rcs, { ...controller(4), metadata: { name: 'one' } });
    const two = await api.create(rcs, {
      metadata: { name: 'two' },
      spec: { replicas: 0, selector: { of: 'two' }, template: { metadata: { labels: { of: 'two' } }, spec: POD } },
    });
    await made(api, core(api, 'pods'), 4);
    const shared = (await listed(api, core(api, 'pods'))).slice(0, 2);
    const ref = { apiVersion: 'v1', kind: 'ReplicationController', name: 'two', uid: two.metadata.uid };
    for (const { metadata } of shared)
      await api.patch(
        `${core(api, 'pods')}/${metadata.name}`,
        { metadata: { ownerReferences: [...metadata.ownerReferences, ref] } },
        MERGE,
      );
    await api.delete(`${rcs}/one`, { propagationPolicy: 'Foreground', preconditions: { uid: one.metadata.uid } });
    await eventually('the first owner is gone', async () => (await listed(api, rcs)).length === 1);
    const left = await listed(api, core(api, 'pods'));
    assert.deepEqual(left.map((pod) => pod.metadata.name).sort(), shared.map((pod) => pod.metadata.name).sort());
    for (const pod of left) {
      assert.equal(pod.metadata.deletionTimestamp, undefined);
      assert.deepEqual(
        pod.metadata.ownerReferences.map((owner: Any) => owner.name),
        ['two'],
      );
    }
  },
);

conformance(
  '[sig-api-machinery] Garbage collector should not be blocked by dependency circle [Conformance]',
  async (api) => {
    const pods = [];
    for (const name of ['a', 'b', 'c'])
      pods.push(await api.create(core(api, 'pods'), { metadata: { name }, spec: POD }));
    for (const [i, pod] of pods.entries()) {
      const { name, uid } = pods[(i + 2) % 3].metadata;
      const owner = { apiVersion: 'v1', kind: 'Pod', name, uid, controller: true, blockOwnerDeletion: true };
      await api.patch(`${core(api, 'pods')}/${pod.metadata.name}`, { metadata: { ownerReferences: [owner] } }, MERGE);
    }
    await api.delete(`${core(api, 'pods')}/a`, { propagationPolicy: 'Foreground' });
    await gone(api, core(api, 'pods'));
  },
);

/** A namespace of its own that is deleted, and made again. */
async function emptied(api: Api, fill: (path: string) => Promise<unknown>, resource: string): Promise<void> {
  const name = `${api.namespace}-full`;
  const path = `/api/v1/namespaces/${name}`;
  await api.create('/api/v1/namespaces', { metadata: { name } });
  await eventually('its service account', () => api.get(`${path}/serviceaccounts/default`));
  await fill(path);
  await api.delete(path);
  await eventually(
    'the namespace is gone',
    async () => {
      await api.refused(404, 'GET', path);
      return true;
    },
    { timeoutMs: 60_000 },
  );
  await api.create('/api/v1/namespaces', { metadata: { name } });
  assert.deepEqual(await listed(api, `${path}/${resource}`), []);
  await api.delete(path);
}
const running = (api: Api, path: string): Promise<unknown> =>
  eventually(`${path} runs`, async () => (await api.get(path)).status.phase === 'Running');

conformance(
  '[sig-api-machinery] Namespaces should ensure that all pods are removed when a namespace is deleted [Conformance] [Serial]',
  (api) =>
    emptied(
      api,
      async (path) => {
        await api.create(`${path}/pods`, { metadata: { name: 'test-pod' }, spec: POD });
        await running(api, `${path}/pods/test-pod`);
      },
      'pods',
    ),
);
conformance(
  '[sig-api-machinery] Namespaces should ensure that all services are removed when a namespace is deleted [Conformance] [Serial]',
  (api) =>
    emptied(
      api,
      (path) =>
        api.create(`${path}/services`, {
          metadata: { name: 'test' },
          spec: { selector: { a: 'b' }, ports: [{ port: 80 }] },
        }),
      'services',
    ),
);
conformance(
  '[sig-api-machinery] OrderedNamespaceDeletion namespace deletion should delete pod first [Conformance]',
  async (api) => {
    const name = `${api.namespace}-ordered`;
    const path = `/api/v1/namespaces/${name}`;
    await api.create('/api/v1/namespaces', { metadata: { name } });
    await eventually('its service account', () => api.get(`${path}/serviceaccounts/default`));
    const finalizers = ['e2e.example.com/finalizer'];
    await api.create(`${path}/pods`, { metadata: { name: 'held', finalizers }, spec: POD });
    await api.create(`${path}/configmaps`, { metadata: { name: 'kept' } });
    await api.delete(path);
    await eventually(
      'the pod is being deleted',
      async () => (await api.get(`${path}/pods/held`)).metadata.deletionTimestamp,
    );
    await eventually('the namespace says that something is left', async () =>
      (await api.get(path)).status.conditions?.some(
        (one: Any) => one.type === 'NamespaceContentRemaining' && one.status === 'True',
      ),
    );
    assert.equal(
      (await api.get(`${path}/configmaps/kept`)).metadata.deletionTimestamp,
      undefined,
      'its turn comes later',
    );
    await api.patch(`${path}/pods/held`, { metadata: { finalizers: null } }, MERGE);
    await eventually(
      'all is gone',
      async () => {
        await api.refused(404, 'GET', path);
        return true;
      },
      { timeoutMs: 60_000 },
    );
  },
);
