//! What other controllers keep true: the authority in each namespace, taints' evictions, volumes and claims.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import { type Any, type Api, MERGE } from './api.ts';
import { conformanceTests } from './conformance.ts';
import { replaced } from './lifecycle.ts';

const conformance = conformanceTests();
const core = ({ namespace }: Api, resource: string): string => `/api/v1/namespaces/${namespace}/${resource}`;
const absent = (api: Api, path: string, timeoutMs = 30_000): Promise<unknown> =>
  eventually(
    `${path} is gone`,
    async () => {
      await api.refused(404, 'GET', path);
      return true;
    },
    { timeoutMs },
  );

conformance(
  '[sig-auth] ServiceAccounts should guarantee kube-root-ca.crt exist in any namespace [Conformance]',
  async (api) => {
    const path = `${core(api, 'configmaps')}/kube-root-ca.crt`;
    const { data, metadata } = await eventually('it is there', () => api.get(path));
    await api.delete(path);
    await eventually('it is there again', async () => (await api.get(path)).metadata.uid !== metadata.uid);
    await api.patch(path, { data: { 'ca.crt': '' } }, MERGE);
    await eventually('it says again what it said', async () => (await api.get(path)).data['ca.crt'] === data['ca.crt']);
  },
);

const rc = (name: string): Any => ({
  metadata: { name },
  spec: {
    replicas: 1,
    selector: { app: name },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [{ name: 'agnhost-primary', image: 'nginx:1', ports: [{ containerPort: 6379 }] }],
        terminationGracePeriodSeconds: 0,
      },
    },
  },
});
const podOf = (api: Api, name: string): Promise<Any> =>
  eventually(`a pod of ${name} runs`, async () => {
    const [pod] = (await api.get(`${core(api, 'pods')}?labelSelector=app%3D${name}`)).items;
    return pod?.status.phase === 'Running' ? pod : undefined;
  });
conformance(
  '[sig-cli] Kubectl client Kubectl describe should check if kubectl describe prints relevant information for rc and pods [Conformance]',
  async (api) => {
    await api.create(core(api, 'replicationcontrollers'), rc('agnhost'));
    await api.create(core(api, 'services'), {
      metadata: { name: 'agnhost', labels: { app: 'agnhost' } },
      spec: { selector: { app: 'agnhost' }, ports: [{ port: 6379, targetPort: 6379 }] },
    });
    const pod = await podOf(api, 'agnhost');
    const k = api.up.kubectl();
    const described = async (what: string, ...wanted: readonly RegExp[]): Promise<void> => {
      const said = await k.run(`describe ${what} -n ${api.namespace}`);
      for (const words of wanted) assert.match(said, words);
    };
    await described(
      `pod ${pod.metadata.name}`,
      /Name:\s+agnhost-/,
      /Namespace:\s/,
      /Node:\s/,
      /Labels:\s+app=agnhost/,
      /Status:\s+Running/,
      /IP:\s/,
      /Controlled By:\s+ReplicationController\/agnhost/,
      /Image:\s/,
      /State:\s+Running/,
      /QoS Class:\s+BestEffort/,
    );
    await described(
      'rc agnhost',
      /Selector:\s+app=agnhost/,
      /Replicas:\s+1 current/,
      /Pods Status:\s+1 Running/,
      /Pod Template:/,
      /Events:/,
    );
    await described(
      'service agnhost',
      /Selector:\s+app=agnhost/,
      /Type:\s+ClusterIP/,
      /IP:\s/,
      /Port:\s+<unset>\s+6379\/TCP/,
      /Endpoints:\s/,
      /Session Affinity:\s+None/,
    );
    const nodes = await api.get('/api/v1/nodes');
    await described(
      `node ${nodes.items[0].metadata.name}`,
      /Conditions:/,
      /MemoryPressure/,
      /Addresses:/,
      /Capacity:/,
      /Version:/,
      /Kubelet Version:/,
      /Non-terminated Pods:/,
    );
    await described(`namespace ${api.namespace}`, /Name:\s/, /Labels:\s/, /Status:\s+Active/, /No resource quota/);
  },
);
conformance(
  '[sig-cli] Kubectl client Kubectl patch should add annotations for pods in rc [Conformance]',
  async (api) => {
    await api.create(core(api, 'replicationcontrollers'), rc('agnhost'));
    const pod = await podOf(api, 'agnhost');
    const patch = '{"metadata":{"annotations":{"x":"y"}}}';
    await api.up.kubectl().run(['patch', 'pod', pod.metadata.name, '-n', api.namespace, '-p', patch]);
    assert.equal((await api.get(`${core(api, 'pods')}/${pod.metadata.name}`)).metadata.annotations.x, 'y');
  },
);

const TAINT = { key: 'kubernetes.io/e2e-evict-taint-key', value: 'evictTaintVal', effect: 'NoExecute' };
const tolerant = (name: string, tolerationSeconds: number): Any => ({
  metadata: { name },
  spec: {
    containers: [{ name: 'pause', image: 'pause:1' }],
    terminationGracePeriodSeconds: 0,
    tolerations: [{ key: TAINT.key, value: TAINT.value, effect: TAINT.effect, tolerationSeconds }],
  },
});
const placed = (api: Api, name: string): Promise<string> =>
  eventually(`${name} runs`, async () => {
    const { spec, status } = await api.get(`${core(api, 'pods')}/${name}`);
    return status.phase === 'Running' ? (spec.nodeName as string) : undefined;
  });
const tainted = (api: Api, node: string, taints: readonly Any[]): Promise<unknown> =>
  replaced(api, `/api/v1/nodes/${node}`, (object) => {
    object.spec.taints = [...taints];
  });
conformance(
  '[sig-node] NoExecuteTaintManager Multiple Pods evicts pods with minTolerationSeconds [Conformance] [Disruptive] [Serial]',
  async (api) => {
    await api.create(core(api, 'pods'), tolerant('short', 1));
    const node = await placed(api, 'short');
    const long = tolerant('long', 3_600);
    await api.create(core(api, 'pods'), {
      ...long,
      spec: { ...long.spec, nodeSelector: { 'kubernetes.io/hostname': node } },
    });
    await placed(api, 'long');
    await tainted(api, node, [TAINT]);
    try {
      await absent(api, `${core(api, 'pods')}/short`);
      assert.equal((await api.get(`${core(api, 'pods')}/long`)).metadata.deletionTimestamp, undefined);
    } finally {
      await tainted(api, node, []);
    }
  },
);
conformance(
  '[sig-node] NoExecuteTaintManager Single Pod removing taint cancels eviction [Conformance] [Disruptive] [Serial]',
  async (api) => {
    await api.create(core(api, 'pods'), tolerant('stays', 3));
    const node = await placed(api, 'stays');
    await tainted(api, node, [TAINT]);
    await tainted(api, node, []);
    // Whoever is evicted by the same clock, elsewhere and with its taint left, is gone: by then this one would be, too.
    const { items } = await api.get('/api/v1/nodes');
    const other = items.map(({ metadata }: Any) => metadata.name).find((name: string) => name !== node);
    const goes = tolerant('goes', 4);
    await api.create(core(api, 'pods'), {
      ...goes,
      spec: { ...goes.spec, nodeSelector: { 'kubernetes.io/hostname': other } },
    });
    await placed(api, 'goes');
    await tainted(api, other, [TAINT]);
    try {
      await absent(api, `${core(api, 'pods')}/goes`);
    } finally {
      await tainted(api, other, []);
    }
    assert.equal((await api.get(`${core(api, 'pods')}/stays`)).metadata.deletionTimestamp, undefined);
  },
);

const PV = (name: string, labels: Any): Any => ({
  metadata: { name, labels },
  spec: {
    capacity: { storage: '2Gi' },
    accessModes: ['ReadWriteOnce'],
    storageClassName: name,
    persistentVolumeReclaimPolicy: 'Retain',
    csi: { driver: 'e2e-driver', volumeHandle: 'e2e-handle' },
  },
});
const PVC = (name: string, labels: Any): Any => ({
  metadata: { name, labels },
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: name, resources: { requests: { storage: '1Gi' } } },
});
conformance(
  '[sig-storage] PersistentVolumes CSI Conformance should run through the lifecycle of a PV and a PVC [Conformance]',
  async (api) => {
    const labels = { 'e2e-pv': api.namespace };
    const selector = `labelSelector=e2e-pv%3D${api.namespace}`;
    const [volumes, claims] = ['/api/v1/persistentvolumes', core(api, 'persistentvolumeclaims')];
    const name = `pv-${api.namespace}`;
    await api.create(volumes, PV(name, labels));
    await api.create(claims, PVC(name, labels));
    const volume = await api.patch(`${volumes}/${name}`, { metadata: { labels: { patched: 'pv' } } }, MERGE);
    assert.equal(volume.metadata.labels.patched, 'pv');
    const claim = await api.patch(`${claims}/${name}`, { metadata: { labels: { patched: 'pvc' } } }, MERGE);
    assert.equal(claim.metadata.labels.patched, 'pvc');
    await eventually('bound to each other', async () => {
      assert.equal((await api.get(`${volumes}/${name}`)).status.phase, 'Bound');
      return (await api.get(`${claims}/${name}`)).status.phase === 'Bound';
    });
    assert.equal((await api.get(`${volumes}?${selector}`)).items.length, 1);
    assert.equal((await api.get(`/api/v1/persistentvolumeclaims?${selector}`)).items.length, 1);
    await api.delete(`${claims}/${name}`);
    await absent(api, `${claims}/${name}`);
    await api.delete(`${volumes}/${name}`);
    await absent(api, `${volumes}/${name}`);
    // And again, by collection.
    await api.create(volumes, PV(name, labels));
    await api.create(claims, PVC(name, labels));
    for (const path of [claims, volumes]) {
      await replaced(api, `${path}/${name}`, (object) => {
        object.metadata.labels.updated = 'yes';
      });
      assert.equal((await api.get(`${path}/${name}`)).metadata.labels.updated, 'yes');
      await api.delete(`${path}?${selector}`);
      await absent(api, `${path}/${name}`);
    }
  },
);
conformance(
  '[sig-storage] PersistentVolumes CSI Conformance should apply changes to a pv/pvc status [Conformance]',
  async (api) => {
    const labels = { 'e2e-pv': api.namespace };
    const name = `pv-${api.namespace}`;
    const [volume, claim] = [`/api/v1/persistentvolumes/${name}`, `${core(api, 'persistentvolumeclaims')}/${name}`];
    await api.create('/api/v1/persistentvolumes', PV(name, labels));
    await api.create(core(api, 'persistentvolumeclaims'), PVC(name, labels));
    await eventually('bound', async () => (await api.get(claim)).status.phase === 'Bound');
    await api.get(`${claim}/status`);
    await api.get(`${volume}/status`);
    const condition = (type: string): Any => ({ type, status: 'True', reason: 'E2E', message: 'from an e2e test' });
    const patched = await api.patch(`${claim}/status`, { status: { conditions: [condition('StatusPatched')] } }, MERGE);
    assert.equal(patched.status.conditions[0].type, 'StatusPatched');
    const updated = await replaced(api, `${claim}/status`, (object) => {
      object.status.conditions.push(condition('StatusUpdated'));
    });
    assert.deepEqual(
      updated.status.conditions.map((one: Any) => one.type),
      ['StatusPatched', 'StatusUpdated'],
    );
    const said = await api.patch(
      `${volume}/status`,
      { status: { message: 'StatusPatched', reason: 'E2E patchStatus' } },
      MERGE,
    );
    assert.deepEqual([said.status.message, said.status.reason], ['StatusPatched', 'E2E patchStatus']);
    const again = await replaced(api, `${volume}/status`, (object) => {
      object.status.reason = 'E2E updateStatus';
    });
    assert.equal(again.status.reason, 'E2E updateStatus');
    await api.delete(claim);
    await api.delete(volume);
  },
);
