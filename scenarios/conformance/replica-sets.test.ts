//! ReplicaSets and ReplicationControllers: pods taken, let go, counted.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import { type Any, type Api, STRATEGIC } from './api.ts';
import { conformanceTests } from './conformance.ts';
import { replaced } from './lifecycle.ts';
import {
  adopts,
  apps,
  collected,
  core,
  type Labels,
  OTHER,
  readyPods,
  releases,
  scales,
  selectorOf,
  settled,
  statusEndpoints,
  template,
  workload,
} from './workload.ts';

const conformance = conformanceTests();
const sets = (api: Api): string => apps(api, 'replicasets');
const rcs = (api: Api): string => core(api, 'replicationcontrollers');
const rc = (name: string, labels: Labels, replicas: number): Any => ({
  metadata: { name, labels },
  spec: { replicas, selector: labels, template: template(labels) },
});

conformance('[sig-apps] ReplicaSet Replicaset should have a working scale subresource [Conformance]', async (api) => {
  const labels = { name: 'test-rs' };
  await api.create(sets(api), workload('test-rs', labels, { replicas: 1 }));
  await readyPods(api, labels, 1);
  await scales(api, `${sets(api)}/test-rs`);
  await readyPods(api, labels, 4);
});

conformance(
  '[sig-apps] ReplicaSet should adopt matching pods on creation and release no longer matching pods [Conformance]',
  async (api) => {
    const labels = { name: 'pod-adoption-release' };
    const set = await adopts(api, sets(api), workload('adopter', labels, { replicas: 1 }), labels);
    await releases(api, set, labels);
  },
);

conformance('[sig-apps] ReplicaSet Replace and Patch tests [Conformance]', async (api) => {
  const labels = { app: 'test-pod' };
  const path = `${sets(api)}/test-rs`;
  const made = await api.create(sets(api), workload('test-rs', labels, { replicas: 1 }));
  await readyPods(api, labels, 1);
  const watch = await api.watch(
    `${sets(api)}?watch=1&${selectorOf(labels)}&resourceVersion=${made.metadata.resourceVersion}`,
  );
  try {
    await replaced(api, path, (set) => {
      set.spec.replicas = 2;
    });
    await watch.until('two are ready', ({ object }) => object.status.readyReplicas === 2);
    const patch = {
      metadata: { labels: { 'test-rs': 'patched' } },
      spec: {
        replicas: 3,
        template: { spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: OTHER }] } },
      },
    };
    await api.patch(path, patch, STRATEGIC);
    const { object } = await watch.until(
      'three are ready',
      ({ object }) => object.status.readyReplicas === 3 && object.metadata.labels['test-rs'] === 'patched',
    );
    assert.equal(object.spec.template.spec.containers[0].image, OTHER);
    const images = (await readyPods(api, labels, 3)).map(({ spec }) => spec.containers[0].image);
    assert.equal(images.filter((image) => image === OTHER).length, 1, 'only the pod that was missing is of the patch');
  } finally {
    watch.stop();
  }
});

conformance('[sig-apps] ReplicaSet should list and delete a collection of ReplicaSets [Conformance]', async (api) => {
  const labels = { e2e: api.namespace };
  await api.create(sets(api), workload('test-rs', labels, { replicas: 3 }));
  await readyPods(api, labels, 3);
  await collected(api, 'replicasets', labels);
});

conformance('[sig-apps] ReplicaSet should validate Replicaset Status endpoints [Conformance]', async (api) => {
  const labels = { e2e: 'testing' };
  await api.create(sets(api), workload('test-rs', labels, { replicas: 1 }));
  await readyPods(api, labels, 1);
  await statusEndpoints(api, `${sets(api)}/test-rs`, labels);
});

conformance('[sig-apps] ReplicationController should adopt matching pods on creation [Conformance]', async (api) => {
  const labels = { name: 'pod-adoption' };
  await adopts(api, rcs(api), rc('pod-adoption', labels, 1), labels);
});

conformance('[sig-apps] ReplicationController should release no longer matching pods [Conformance]', async (api) => {
  const labels = { name: 'pod-release' };
  await releases(api, await api.create(rcs(api), rc('pod-release', labels, 1)), labels);
});

conformance(
  '[sig-apps] ReplicationController should get and update a ReplicationController scale [Conformance]',
  async (api) => {
    const labels = { name: 'e2e-rc' };
    await api.create(rcs(api), rc('e2e-rc', labels, 1));
    await settled(api, `${rcs(api)}/e2e-rc`, ({ status }) => status.replicas === 1);
    const scale = await api.get(`${rcs(api)}/e2e-rc/scale`);
    assert.equal(scale.status.replicas, 1);
    await api.update(`${rcs(api)}/e2e-rc/scale`, { ...scale, spec: { replicas: 2 } });
    await settled(api, `${rcs(api)}/e2e-rc`, ({ spec, status }) => spec.replicas === 2 && status.replicas === 2);
  },
);

conformance(
  '[sig-apps] ReplicationController should surface a failure condition on a common issue like exceeded quota [Conformance]',
  async (api) => {
    const name = 'condition-test';
    await api.create(core(api, 'resourcequotas'), { metadata: { name }, spec: { hard: { pods: '2' } } });
    await eventually(
      'the quota is counted',
      async () => (await api.get(`${core(api, 'resourcequotas')}/${name}`)).status.hard?.pods === '2',
    );
    await api.create(rcs(api), rc(name, { name }, 3));
    const failure = ({ status }: Any): Any => status.conditions?.find((one: Any) => one.type === 'ReplicaFailure');
    const failed = failure(await settled(api, `${rcs(api)}/${name}`, (one) => failure(one)?.status === 'True'));
    assert.equal(failed.reason, 'FailedCreate');
    assert.match(failed.message, /exceeded quota: condition-test/);
    await replaced(api, `${rcs(api)}/${name}`, (one) => {
      one.spec.replicas = 2;
    });
    await settled(api, `${rcs(api)}/${name}`, (one) => failure(one) === undefined);
  },
);

conformance(
  '[sig-apps] ReplicationController should test the lifecycle of a ReplicationController [Conformance]',
  async (api) => {
    const name = 'rc-test';
    const labels = { 'test-rc-static': 'true' };
    const path = `${rcs(api)}/${name}`;
    const watch = await api.watch(`${rcs(api)}?watch=1&${selectorOf(labels)}`);
    try {
      await api.create(rcs(api), rc(name, labels, 1));
      await watch.next('ADDED', name);
      await watch.until('it is ready', ({ object }) => object.status.readyReplicas === 1);
      await api.patch(path, { metadata: { labels: { 'test-rc': 'patched' } } }, STRATEGIC);
      await watch.until('the patch', ({ object }) => object.metadata.labels['test-rc'] === 'patched');
      // Nobody may make it untrue for long: the controller counts again.
      await api.patch(`${path}/status`, { status: { readyReplicas: 0, availableReplicas: 0 } });
      await watch.until('the status', ({ object }) => (object.status.readyReplicas ?? 0) === 0);
      await watch.until('the count', ({ object }) => object.status.readyReplicas === 1);
      assert.equal((await api.get(`${path}/status`)).status.replicas, 1);
      await api.patch(`${path}/scale`, { spec: { replicas: 2 } });
      await watch.until('two are ready', ({ object }) => object.status.readyReplicas === 2);
      await replaced(api, path, (one) => {
        one.metadata.annotations = { updated: 'true' };
      });
      await watch.until('the update', ({ object }) => object.metadata.annotations?.updated === 'true');
      const listed = await api.get(`/api/v1/replicationcontrollers?${selectorOf(labels)}`);
      assert.deepEqual(
        listed.items.map(({ metadata }: Any) => metadata.name),
        [name],
      );
      await api.delete(`${rcs(api)}?${selectorOf(labels)}`);
      await watch.next('DELETED', name);
    } finally {
      watch.stop();
    }
  },
);
