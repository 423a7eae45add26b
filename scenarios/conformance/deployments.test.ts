//! Deployments: rollouts, what is left of old ones, scale and status.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import { type Any, type Api, STRATEGIC } from './api.ts';
import { conformanceTests } from './conformance.ts';
import {
  apps,
  controllerOf,
  type Labels,
  MISSING,
  OTHER,
  podsOf,
  readyPods,
  scales,
  selectorOf,
  settled,
  statusEndpoints,
  WEB,
  watchPods,
  workload,
} from './workload.ts';

const conformance = conformanceTests();
const REVISION = 'deployment.kubernetes.io/revision';
const deployments = (api: Api): string => apps(api, 'deployments');
const rolling = (maxSurge: number, maxUnavailable: number): Any => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
});
const setImage = (api: Api, name: string, image: string): Promise<Any> =>
  api.patch(
    `${deployments(api)}/${name}`,
    { spec: { template: { spec: { containers: [{ name: 'main', image }] } } } },
    STRATEGIC,
  );
/** Every pod is of the newest template and available, and none besides. */
const complete = (api: Api, name: string): Promise<Any> =>
  settled(api, `${deployments(api)}/${name}`, ({ spec, status }) =>
    [status.replicas, status.updatedReplicas, status.availableReplicas].every((count) => count === spec.replicas),
  );
async function setsOf(api: Api, labels: Labels): Promise<readonly Any[]> {
  return (await api.get(`${apps(api, 'replicasets')}?${selectorOf(labels)}`)).items;
}
const ofImage = async (api: Api, labels: Labels, image: string): Promise<Any> =>
  (await setsOf(api, labels)).find((set) => set.spec.template.spec.containers[0].image === image);

conformance('[sig-apps] Deployment Deployment should have a working scale subresource [Conformance]', async (api) => {
  const name = 'test-new-deployment';
  await api.create(deployments(api), workload(name, { name }, { replicas: 1 }));
  await complete(api, name);
  await scales(api, `${deployments(api)}/${name}`);
  await readyPods(api, { name }, 4);
});

conformance(
  '[sig-apps] Deployment RecreateDeployment should delete old pods and create new ones [Conformance]',
  async (api) => {
    const name = 'test-recreate-deployment';
    await api.create(deployments(api), workload(name, { name }, { replicas: 1, strategy: { type: 'Recreate' } }));
    assert.equal((await complete(api, name)).metadata.annotations[REVISION], '1');
    const watch = await watchPods(api, { name });
    try {
      await setImage(api, name, OTHER);
      const done = await complete(api, name);
      assert.equal(done.metadata.annotations[REVISION], '2');
      await watch.until('a new pod is ready', ({ object }) =>
        object.status.conditions?.some((one: Any) => one.type === 'Ready' && one.status === 'True'),
      );
      // In the order of their events: no new pod before the last old one is gone.
      const imageOf = ({ object }: Any): string => object.spec.containers[0].image;
      const gone = watch.events.findIndex((event) => event.type === 'DELETED' && imageOf(event) === WEB);
      const begun = watch.events.findIndex((event) => event.type === 'ADDED' && imageOf(event) === OTHER);
      assert.ok(gone >= 0 && begun > gone, `old gone at ${gone}, new begun at ${begun}`);
    } finally {
      watch.stop();
    }
  },
);

conformance(
  '[sig-apps] Deployment RollingUpdateDeployment should delete old pods and create new ones [Conformance]',
  async (api) => {
    const labels = { name: 'sample-pod' };
    // The revision goes on from that of the set that it adopts, beyond what a double holds exactly.
    const set = workload('test-rolling-update-controller', labels, { replicas: 1 });
    set.metadata.annotations = { [REVISION]: '3546343826724305832' };
    const old = await api.create(apps(api, 'replicasets'), set);
    await readyPods(api, labels, 1);
    const name = 'test-rolling-update-deployment';
    const made = await api.create(deployments(api), workload(name, labels, { replicas: 1 }, OTHER));
    const done = await complete(api, name);
    assert.equal(done.metadata.annotations[REVISION], '3546343826724305833');
    const sets = await setsOf(api, labels);
    const adopted = sets.find(({ metadata }) => metadata.uid === old.metadata.uid);
    assert.equal(sets.length, 2, 'one old replica set: the one it adopted');
    assert.equal(controllerOf(adopted).uid, made.metadata.uid);
    assert.equal(adopted.spec.replicas, 0);
    assert.deepEqual(
      (await readyPods(api, labels, 1)).map(({ spec }) => spec.containers[0].image),
      [OTHER],
    );
  },
);

conformance('[sig-apps] Deployment deployment should delete old replica sets [Conformance]', async (api) => {
  const labels = { name: 'cleanup-pod' };
  await api.create(apps(api, 'replicasets'), workload('test-cleanup-controller', labels, { replicas: 1 }));
  await readyPods(api, labels, 1);
  const watch = await watchPods(api, labels);
  try {
    const name = 'test-cleanup-deployment';
    await api.create(deployments(api), workload(name, labels, { replicas: 1, revisionHistoryLimit: 0 }, OTHER));
    await complete(api, name);
    await eventually('only the new set is left', async () => {
      const sets = await setsOf(api, labels);
      return sets.length === 1 && sets[0].spec.template.spec.containers[0].image === OTHER;
    });
    await watch.until('the old pod is gone', ({ type }) => type === 'DELETED');
    const added = watch.events.filter(({ type }) => type === 'ADDED');
    assert.deepEqual(
      added.map(({ object }) => object.spec.containers[0].image),
      [OTHER],
    );
  } finally {
    watch.stop();
  }
});

conformance('[sig-apps] Deployment deployment should support rollover [Conformance]', async (api) => {
  const labels = { name: 'rollover-pod' };
  const name = 'test-rollover-deployment';
  await api.create(apps(api, 'replicasets'), workload('test-rollover-controller', labels, { replicas: 1 }));
  await readyPods(api, labels, 1);
  // Ten seconds of readiness in the original: one shows as well that a pod is not available at once.
  const spec = { replicas: 1, minReadySeconds: 1, ...rolling(1, 0) };
  await api.create(deployments(api), workload(name, labels, spec, MISSING));
  const stuck = await eventually('the first rollout is stuck beside the adopted set', async () => {
    const set = await ofImage(api, labels, MISSING);
    return set?.status.replicas === 1 && (await ofImage(api, labels, WEB)).status.replicas === 1 ? set : undefined;
  });
  assert.equal(stuck.status.readyReplicas ?? 0, 0);
  await setImage(api, name, OTHER);
  const done = await complete(api, name);
  assert.equal(done.metadata.annotations[REVISION], '2');
  for (const image of [WEB, MISSING])
    await eventually(`none of ${image} is left`, async () => {
      const { spec, status } = await ofImage(api, labels, image);
      return spec.replicas === 0 && status.replicas === 0;
    });
  const set = await ofImage(api, labels, OTHER);
  assert.equal(set.spec.replicas, 1);
  assert.equal(set.spec.minReadySeconds, 1);
});

conformance('[sig-apps] Deployment deployment should support proportional scaling [Conformance]', async (api) => {
  const name = 'webserver-deployment';
  const labels = { name: 'httpd' };
  await api.create(deployments(api), workload(name, labels, { replicas: 10, ...rolling(3, 2) }));
  await complete(api, name);
  await setImage(api, name, MISSING);
  const sized = (first: number, second: number): Promise<unknown> =>
    eventually(`${first} old and ${second} new`, async () => {
      const [old, fresh] = [await ofImage(api, labels, WEB), await ofImage(api, labels, MISSING)];
      const seen = `${old?.spec.replicas} old, ${fresh?.spec.replicas} new`;
      if (old?.spec.replicas !== first || fresh?.spec.replicas !== second) throw new Error(seen);
      return fresh.status.replicas === second;
    });
  // All that may be missing is (10 - 2), all that may be more is (10 + 3).
  await sized(8, 5);
  const during = await settled(api, `${deployments(api)}/${name}`, ({ status }) => status.availableReplicas === 8);
  assert.equal(during.status.updatedReplicas, 5);
  await api.patch(`${deployments(api)}/${name}/scale`, { spec: { replicas: 30 } });
  // 30 + 3 over 8 and 5, by their share.
  await sized(20, 13);
  await settled(api, `${deployments(api)}/${name}`, ({ status }) => status.availableReplicas === 20);
});

conformance('[sig-apps] Deployment should run the lifecycle of a Deployment [Conformance]', async (api) => {
  const name = 'test-deployment';
  const labels = { 'test-deployment-static': 'true' };
  const path = `${deployments(api)}/${name}`;
  const watch = await api.watch(`${deployments(api)}?watch=1&${selectorOf(labels)}`);
  try {
    await api.create(deployments(api), workload(name, labels, { replicas: 2 }));
    await watch.next('ADDED', name);
    await watch.until('two are ready', ({ object }) => object.status.readyReplicas === 2);
    const patch = {
      metadata: { labels: { 'test-deployment': 'patched' } },
      spec: {
        replicas: 1,
        template: { spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: OTHER }] } },
      },
    };
    await api.patch(path, patch, STRATEGIC);
    await watch.until('the patch', ({ object }) => object.metadata.labels['test-deployment'] === 'patched');
    await complete(api, name);
    const listed = await api.get(`/apis/apps/v1/deployments?${selectorOf({ 'test-deployment': 'patched' })}`);
    const found = listed.items.filter(({ metadata }: Any) => metadata.namespace === api.namespace);
    assert.equal(found[0].spec.template.spec.containers[0].image, OTHER);
    await eventually('an update', async () => {
      const object = await api.get(path);
      object.metadata.labels['test-deployment'] = 'updated';
      object.spec.replicas = 2;
      return api.update(path, object);
    });
    await watch.until(
      'two are ready again',
      ({ object }) => object.metadata.labels['test-deployment'] === 'updated' && object.status.readyReplicas === 2,
    );
    // What is not so does not last: the controller counts again.
    await api.patch(`${path}/status`, { status: { readyReplicas: 0, availableReplicas: 0 } });
    await watch.until('the status', ({ object }) => (object.status.readyReplicas ?? 0) === 0);
    await watch.until('the count', ({ object }) => object.status.readyReplicas === 2);
    assert.equal((await api.get(`${path}/status`)).status.readyReplicas, 2);
    await api.delete(`${deployments(api)}?${selectorOf(labels)}`);
    await watch.next('DELETED', name);
    await eventually('its pods go too', async () => (await podsOf(api, labels)).length === 0);
  } finally {
    watch.stop();
  }
});

conformance('[sig-apps] Deployment should validate Deployment Status endpoints [Conformance]', async (api) => {
  const labels = { e2e: 'testing' };
  await api.create(deployments(api), workload('test-deployment', labels, { replicas: 1 }));
  await complete(api, 'test-deployment');
  await statusEndpoints(api, `${deployments(api)}/test-deployment`, labels);
});
