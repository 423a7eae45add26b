//! What a ResourceQuota counts, and gives back.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import { type Any, type Api, MERGE } from './api.ts';
import { conformanceTests } from './conformance.ts';
import { replaced } from './lifecycle.ts';

const conformance = conformanceTests();
const core = ({ namespace }: Api, resource: string): string => `/api/v1/namespaces/${namespace}/${resource}`;
const HARD = {
  pods: '5',
  services: '10',
  'services.nodeports': '1',
  'services.loadbalancers': '1',
  replicationcontrollers: '10',
  resourcequotas: '1',
  configmaps: '10',
  secrets: '10',
  persistentvolumeclaims: '10',
  'requests.storage': '10Gi',
  cpu: '1',
  memory: '500Mi',
  'requests.ephemeral-storage': '50Gi',
  'count/replicasets.apps': '5',
  'requests.example.com/dongle': '3',
};
async function quota(
  api: Api,
  spec: Any = { hard: HARD },
  name = 'test-quota',
): Promise<(wanted: Any) => Promise<unknown>> {
  await api.create(core(api, 'resourcequotas'), { metadata: { name }, spec });
  const used = (wanted: Any): Promise<unknown> =>
    eventually(`${name} has used ${JSON.stringify(wanted)}`, async () => {
      const { status } = await api.get(`${core(api, 'resourcequotas')}/${name}`);
      assert.deepEqual(status.hard, spec.hard);
      for (const [key, value] of Object.entries(wanted)) assert.equal(status.used[key], value, key);
      return true;
    });
  return used;
}

conformance(
  '[sig-api-machinery] ResourceQuota should create a ResourceQuota and ensure its status is promptly calculated. [Conformance]',
  async (api) => {
    const used = await quota(api);
    await used({ resourcequotas: '1', pods: '0', cpu: '0', 'requests.storage': '0' });
  },
);
conformance(
  '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a service. [Conformance]',
  async (api) => {
    const used = await quota(api);
    const services = core(api, 'services');
    const service = (name: string, type: string): Any => ({
      metadata: { name },
      spec: { type, ports: [{ port: 80 }] },
    });
    await used({ services: '0' });
    await api.create(services, service('a', 'ClusterIP'));
    await api.create(services, service('b', 'NodePort'));
    await used({ services: '2', 'services.nodeports': '1', 'services.loadbalancers': '0' });
    const refused = await api.refused(403, 'POST', services, service('c', 'LoadBalancer'));
    assert.match(refused.message, /exceeded quota: test-quota/);
    await api.refused(403, 'POST', services, service('d', 'NodePort'));
    await api.delete(`${services}/a`);
    await api.delete(`${services}/b`);
    await used({ services: '0', 'services.nodeports': '0' });
  },
);
for (const [title, resource, key] of [
  [
    '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a secret. [Conformance]',
    'secrets',
    'secrets',
  ],
  [
    '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a configMap. [Conformance]',
    'configmaps',
    'configmaps',
  ],
] as const)
  conformance(title, async (api) => {
    // The namespace begins with some of its own: kube-root-ca.crt.
    if (resource === 'configmaps')
      await eventually('the authority', () => api.get(`${core(api, resource)}/kube-root-ca.crt`));
    const before = (await api.get(core(api, resource))).items.length;
    const used = await quota(api);
    await used({ [key]: `${before}` });
    await api.create(core(api, resource), { metadata: { name: 'one' } });
    await used({ [key]: `${before + 1}` });
    await api.delete(`${core(api, resource)}/one`);
    await used({ [key]: `${before}` });
  });
const container = (requests: Any, limits: Any = requests): Any => ({
  containers: [{ name: 'pause', image: 'pause:1', resources: { requests, limits } }],
  terminationGracePeriodSeconds: 0,
});
conformance(
  '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a pod. [Conformance]',
  async (api) => {
    const used = await quota(api);
    await used({ pods: '0' });
    const pods = core(api, 'pods');
    const asked = { cpu: '500m', memory: '252Mi', 'ephemeral-storage': '30Gi', 'example.com/dongle': '2' };
    await api.create(pods, { metadata: { name: 'test-pod' }, spec: container(asked) });
    const counted = {
      pods: '1',
      cpu: '500m',
      memory: '252Mi',
      'requests.ephemeral-storage': '30Gi',
      'requests.example.com/dongle': '2',
    };
    await used(counted);
    for (const [name, more] of [
      ['fail-pod', { cpu: '600m', memory: '100Mi' }],
      ['fail-pod-for-extended-resource', { cpu: '100m', memory: '100Mi', 'example.com/dongle': '2' }],
    ] as const) {
      const refused = await api.refused(403, 'POST', pods, { metadata: { name }, spec: container(more) });
      assert.match(refused.message, /exceeded quota/);
    }
    await api.refused(
      422,
      'PATCH',
      `${pods}/test-pod`,
      {
        spec: { containers: [{ name: 'pause', image: 'pause:1', resources: { requests: { cpu: '100m' } } }] },
      },
      MERGE,
    );
    await used(counted);
    await api.delete(`${pods}/test-pod`);
    await used({
      pods: '0',
      cpu: '0',
      memory: '0',
      'requests.ephemeral-storage': '0',
      'requests.example.com/dongle': '0',
    });
  },
);
const TEMPLATE = { metadata: { labels: { name: 'x' } }, spec: container({ cpu: '1m', memory: '1Mi' }) };
conformance(
  '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a replication controller. [Conformance]',
  async (api) => {
    const used = await quota(api);
    const path = core(api, 'replicationcontrollers');
    await api.create(path, {
      metadata: { name: 'rc' },
      spec: { replicas: 0, selector: { name: 'x' }, template: TEMPLATE },
    });
    await used({ replicationcontrollers: '1' });
    await api.delete(`${path}/rc`);
    await used({ replicationcontrollers: '0' });
  },
);
conformance(
  '[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a replica set. [Conformance]',
  async (api) => {
    const used = await quota(api);
    const path = `/apis/apps/v1/namespaces/${api.namespace}/replicasets`;
    const selector = { matchLabels: { name: 'x' } };
    await api.create(path, { metadata: { name: 'rs' }, spec: { replicas: 0, selector, template: TEMPLATE } });
    await used({ 'count/replicasets.apps': '1' });
    await api.delete(`${path}/rs`);
    await used({ 'count/replicasets.apps': '0' });
  },
);

conformance(
  '[sig-api-machinery] ResourceQuota should verify ResourceQuota with terminating scopes. [Conformance]',
  async (api) => {
    const hard = {
      pods: '5',
      'requests.cpu': '1',
      'requests.memory': '500Mi',
      'limits.cpu': '2',
      'limits.memory': '1Gi',
    };
    const within = await quota(api, { hard, scopes: ['Terminating'] }, 'quota-terminating');
    const without = await quota(api, { hard, scopes: ['NotTerminating'] }, 'quota-not-terminating');
    const spec = container({ cpu: '500m', memory: '200Mi' }, { cpu: '1', memory: '400Mi' });
    const counted = {
      pods: '1',
      'requests.cpu': '500m',
      'requests.memory': '200Mi',
      'limits.cpu': '1',
      'limits.memory': '400Mi',
    };
    const none = { pods: '0', 'requests.cpu': '0', 'requests.memory': '0', 'limits.cpu': '0', 'limits.memory': '0' };
    await api.create(core(api, 'pods'), { metadata: { name: 'long' }, spec });
    await without(counted);
    await within(none);
    await api.delete(`${core(api, 'pods')}/long`);
    await without(none);
    await api.create(core(api, 'pods'), {
      metadata: { name: 'short' },
      spec: { ...spec, activeDeadlineSeconds: 3600 },
    });
    await within(counted);
    await without(none);
    await api.delete(`${core(api, 'pods')}/short`);
    await within(none);
  },
);
conformance(
  '[sig-api-machinery] ResourceQuota should verify ResourceQuota with best effort scope. [Conformance]',
  async (api) => {
    const best = await quota(api, { hard: { pods: '5' }, scopes: ['BestEffort'] }, 'quota-besteffort');
    const not = await quota(api, { hard: { pods: '5' }, scopes: ['NotBestEffort'] }, 'quota-not-besteffort');
    await api.create(core(api, 'pods'), {
      metadata: { name: 'besteffort' },
      spec: { containers: [{ name: 'p', image: 'pause:1' }], terminationGracePeriodSeconds: 0 },
    });
    await best({ pods: '1' });
    await not({ pods: '0' });
    await api.delete(`${core(api, 'pods')}/besteffort`);
    await best({ pods: '0' });
    await api.create(core(api, 'pods'), {
      metadata: { name: 'burstable' },
      spec: container({ cpu: '100m' }, { cpu: '200m' }),
    });
    await not({ pods: '1' });
    await best({ pods: '0' });
    await api.delete(`${core(api, 'pods')}/burstable`);
    await not({ pods: '0' });
  },
);
conformance(
  '[sig-api-machinery] ResourceQuota should apply changes to a resourcequota status [Conformance]',
  async (api) => {
    const used = await quota(api, { hard: { cpu: '500m', memory: '500Mi' } });
    await used({ cpu: '0', memory: '0' });
    const path = `${core(api, 'resourcequotas')}/test-quota`;
    const watch = await api.watch(`${core(api, 'resourcequotas')}?watch=1&fieldSelector=metadata.name%3Dtest-quota`);
    try {
      await replaced(api, path, (object) => {
        object.spec.hard.memory = '1Gi';
      });
      await watch.until('the new limit in the status', ({ object }) => object.status?.hard?.memory === '1Gi');
      const patched = await api.patch(`${path}/status`, { status: { hard: { cpu: '1', memory: '1Gi' } } }, MERGE);
      assert.equal(patched.status.hard.cpu, '1');
      await watch.until('what was written', ({ object }) => object.status?.hard?.cpu === '1');
      // Its controller says again what is so.
      await watch.until('what is so', ({ object }) => object.status?.hard?.cpu === '500m');
    } finally {
      watch.stop();
    }
  },
);
