//! DaemonSets and the ControllerRevisions of their templates.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import { type Any, type Api, STRATEGIC } from './api.ts';
import { conformanceTests } from './conformance.ts';
import { replaced } from './lifecycle.ts';
import {
  apps,
  collected,
  controllerOf,
  core,
  isReady,
  type Labels,
  MISSING,
  OTHER,
  podsOf,
  readyPods,
  selectorOf,
  settled,
  statusEndpoints,
  WEB,
  workload,
} from './workload.ts';

const conformance = conformanceTests();
const NODES = 3;
const NAME = 'daemon-set';
const LABELS: Labels = { 'daemonset-name': NAME };
const HASH = 'controller-revision-hash';
const sets = (api: Api): string => apps(api, 'daemonsets');
const path = (api: Api): string => `${sets(api)}/${NAME}`;
const everywhere = async (api: Api): Promise<readonly Any[]> => {
  const pods = await readyPods(api, LABELS, NODES);
  assert.equal(new Set(pods.map(({ spec }) => spec.nodeName)).size, NODES, 'one on each node');
  await settled(api, path(api), ({ status }) => status.numberReady === NODES && status.numberMisscheduled === 0);
  return pods;
};
const imagesOf = (pods: readonly Any[]): readonly string[] => pods.map(({ spec }) => spec.containers[0].image);
const setImage = (api: Api, image: string): Promise<Any> =>
  replaced(api, path(api), (set) => {
    set.spec.template.spec.containers[0].image = image;
  });
async function revisionsOf(api: Api): Promise<readonly Any[]> {
  return (await api.get(`${apps(api, 'controllerrevisions')}?${selectorOf(LABELS)}`)).items;
}
const revisions = (api: Api, count: number): Promise<readonly Any[]> =>
  eventually(`${count} revisions`, async () => {
    const found = await revisionsOf(api);
    return found.length === count ? found : undefined;
  });

conformance('[sig-apps] Daemon set should run and stop simple daemon [Conformance] [Serial]', async (api) => {
  await api.create(sets(api), workload(NAME, LABELS));
  const [first] = await everywhere(api);
  await api.delete(`${core(api, 'pods')}/${first.metadata.name}`);
  await eventually('it is gone', async () =>
    (await podsOf(api, LABELS)).every(({ metadata }) => metadata.uid !== first.metadata.uid),
  );
  const again = await everywhere(api);
  assert.ok(
    again.some(({ spec, metadata }) => spec.nodeName === first.spec.nodeName && metadata.uid !== first.metadata.uid),
  );
});

conformance('[sig-apps] Daemon set should run and stop complex daemon [Conformance] [Serial]', async (api) => {
  const color = async (value: string | null): Promise<void> => {
    await api.patch('/api/v1/nodes/node-1', { metadata: { labels: { 'daemonset-color': value } } });
  };
  const set = workload(NAME, LABELS);
  set.spec.template.spec.nodeSelector = { 'daemonset-color': 'blue' };
  try {
    await api.create(sets(api), set);
    await settled(api, path(api), ({ status }) => status.desiredNumberScheduled === 0);
    assert.equal((await podsOf(api, LABELS)).length, 0);
    await color('blue');
    const [pod] = await readyPods(api, LABELS, 1);
    assert.equal(pod.spec.nodeName, 'node-1');
    await settled(api, path(api), ({ status }) => status.numberReady === 1 && status.desiredNumberScheduled === 1);
    await color('green');
    await eventually('unscheduled', async () => (await podsOf(api, LABELS)).length === 0);
    const patch = {
      spec: {
        updateStrategy: { type: 'RollingUpdate' },
        template: { spec: { nodeSelector: { 'daemonset-color': 'green' } } },
      },
    };
    await api.patch(path(api), patch, STRATEGIC);
    await readyPods(api, LABELS, 1);
    await settled(api, path(api), ({ status }) => status.numberReady === 1 && status.updatedNumberScheduled === 1);
  } finally {
    await color(null);
  }
});

conformance('[sig-apps] Daemon set should retry creating failed daemon pods [Conformance] [Serial]', async (api) => {
  await api.create(sets(api), workload(NAME, LABELS));
  const [first] = await everywhere(api);
  const failed = `${core(api, 'pods')}/${first.metadata.name}`;
  await replaced(api, `${failed}/status`, (pod) => {
    pod.status.phase = 'Failed';
  });
  await eventually('the failed pod is deleted', async () => (await api.up.call(failed)).code === 404);
  await everywhere(api);
});

conformance(
  '[sig-apps] Daemon set should update pod when spec was updated and update strategy is RollingUpdate [Conformance] [Serial]',
  async (api) => {
    await api.create(sets(api), workload(NAME, LABELS, { updateStrategy: { type: 'RollingUpdate' } }));
    const before = await everywhere(api);
    const [first] = await revisions(api, 1);
    assert.equal(first.revision, 1);
    assert.ok(before.every(({ metadata }) => metadata.labels[HASH] === first.metadata.labels[HASH]));
    await setImage(api, OTHER);
    let fewest = NODES;
    const done = await eventually('all pods are updated', async () => {
      const pods = await podsOf(api, LABELS);
      fewest = Math.min(fewest, pods.filter(isReady).length);
      return pods.length === NODES && pods.every(isReady) && imagesOf(pods).every((one) => one === OTHER) && pods;
    });
    assert.ok(fewest >= NODES - 1, 'one at a time');
    const second = (await revisions(api, 2)).find(({ revision }) => revision === 2);
    assert.ok(done.every(({ metadata }) => metadata.labels[HASH] === second.metadata.labels[HASH]));
    await settled(api, path(api), ({ status }) => status.updatedNumberScheduled === NODES);
  },
);

conformance(
  '[sig-apps] Daemon set should rollback without unnecessary restarts [Conformance] [Serial]',
  async (api) => {
    await api.create(sets(api), workload(NAME, LABELS, { updateStrategy: { type: 'RollingUpdate' } }));
    await everywhere(api);
    await setImage(api, MISSING);
    await eventually('the rollout is stuck at its first pod', async () => {
      const pods = await podsOf(api, LABELS);
      return pods.length === NODES && imagesOf(pods).filter((image) => image === MISSING).length === 1;
    });
    await settled(api, path(api), ({ status }) => status.numberUnavailable === 1);
    const kept = (await podsOf(api, LABELS)).filter(isReady);
    assert.deepEqual(imagesOf(kept), [WEB, WEB]);
    await setImage(api, WEB);
    const after = await eventually('rolled back', async () => {
      const pods = await podsOf(api, LABELS);
      return pods.length === NODES && pods.every(isReady) && imagesOf(pods).every((one) => one === WEB) && pods;
    });
    for (const { metadata } of kept) {
      const pod = after.find((one) => one.metadata.uid === metadata.uid);
      assert.equal(pod?.status.containerStatuses[0].restartCount, 0, `${metadata.name} was left alone`);
    }
  },
);

conformance(
  '[sig-apps] Daemon set should list and delete a collection of DaemonSets [Conformance] [Serial]',
  async (api) => {
    const labels = { e2e: api.namespace };
    await api.create(sets(api), workload(NAME, labels));
    await readyPods(api, labels, NODES);
    await collected(api, 'daemonsets', labels);
  },
);

conformance(
  '[sig-apps] Daemon set should verify changes to a daemon set status [Conformance] [Serial]',
  async (api) => {
    await api.create(sets(api), workload(NAME, LABELS));
    await everywhere(api);
    await statusEndpoints(api, path(api), LABELS);
  },
);

conformance(
  '[sig-apps] ControllerRevision should manage the lifecycle of a ControllerRevision [Conformance] [Serial]',
  async (api) => {
    const at = apps(api, 'controllerrevisions');
    const set = await api.create(sets(api), workload(NAME, LABELS));
    await everywhere(api);
    const all = await api.get(`/apis/apps/v1/controllerrevisions?${selectorOf(LABELS)}`);
    const first = all.items.find(({ metadata }: Any) => metadata.namespace === api.namespace);
    assert.equal(controllerOf(first).uid, set.metadata.uid);
    const label = { metadata: { labels: { [first.metadata.name]: 'patched' } } };
    const patched = await api.patch(`${at}/${first.metadata.name}`, label, STRATEGIC);
    assert.equal(patched.metadata.labels[first.metadata.name], 'patched');
    // A second of the same data, then the first goes: the controller makes none instead, as this is its template too.
    const { labels, ownerReferences } = first.metadata;
    const name = `${NAME}-copy`;
    const metadata = { name, ownerReferences, labels: { ...labels, [HASH]: 'copy' } };
    await api.create(at, { metadata, data: first.data, revision: first.revision + 1 });
    await revisions(api, 2);
    await api.delete(`${at}/${first.metadata.name}`);
    const [current] = await revisions(api, 1);
    assert.equal(current.metadata.name, name);
    const updated = await replaced(api, `${at}/${name}`, (one) => {
      one.metadata.labels[name] = 'updated';
    });
    assert.equal(updated.metadata.labels[name], 'updated');
    const spec = {
      template: { spec: { terminationGracePeriodSeconds: 1 } },
      updateStrategy: { type: 'RollingUpdate' },
    };
    await api.patch(path(api), { spec }, STRATEGIC);
    await revisions(api, 2);
    await api.delete(`${at}?${selectorOf({ [name]: 'updated' })}`);
    assert.equal((await revisions(api, 1))[0].revision, 3);
  },
);
