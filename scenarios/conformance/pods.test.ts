//! What becomes of pods that run: phases, updates, statuses, generations, ends.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import { type Any, type Api, STRATEGIC } from './api.ts';
import { conformanceTests } from './conformance.ts';
import { replaced } from './lifecycle.ts';
import { conditionOf, podsOf, running } from './running.ts';

const conformance = conformanceTests();
const POD = { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'nginx:1' }] };
const made = (api: Api, metadata: Any, spec: Any = POD): Promise<Any> => api.create(podsOf(api), { metadata, spec });
const labelled = async (api: Api, label: string): Promise<readonly Any[]> =>
  (await api.get(`${podsOf(api)}?labelSelector=${label}`)).items;

conformance('[sig-node] Pods should be submitted and removed [Conformance] [NodeConformance]', async (api) => {
  const all = await api.get(`${podsOf(api)}?labelSelector=time=now`);
  assert.deepEqual(all.items, []);
  const watch = await api.watch(
    `${podsOf(api)}?watch=1&labelSelector=time=now&resourceVersion=${all.metadata.resourceVersion}`,
  );
  await made(api, { name: 'submitted', labels: { time: 'now' } });
  await watch.next('ADDED', 'submitted');
  await running(api, 'submitted');
  assert.equal((await labelled(api, 'time=now')).length, 1);
  await api.delete(`${podsOf(api)}/submitted`, { gracePeriodSeconds: 30 });
  const { object } = await watch.next('DELETED', 'submitted');
  watch.stop();
  assert.ok(object.metadata.deletionTimestamp !== undefined);
  assert.equal(typeof object.metadata.deletionGracePeriodSeconds, 'number');
  assert.deepEqual(await labelled(api, 'time=now'), []);
});

conformance('[sig-node] Pods should be updated [Conformance] [NodeConformance]', async (api) => {
  await made(api, { name: 'updated', labels: { time: 'before' } });
  await running(api, 'updated');
  assert.equal((await labelled(api, 'time=before')).length, 1);
  await replaced(api, `${podsOf(api)}/updated`, ({ metadata }) => {
    metadata.labels.time = 'after';
  });
  assert.equal((await labelled(api, 'time=after')).length, 1);
  assert.deepEqual(await labelled(api, 'time=before'), []);
});

conformance(
  '[sig-node] Pods should allow activeDeadlineSeconds to be updated [Conformance] [NodeConformance]',
  async (api) => {
    await made(api, { name: 'deadline' });
    await running(api, 'deadline');
    await replaced(api, `${podsOf(api)}/deadline`, ({ spec }) => {
      spec.activeDeadlineSeconds = 5;
    });
    const { status } = await eventually('failed', async () => {
      const pod = await api.get(`${podsOf(api)}/deadline`);
      return pod.status.phase === 'Failed' && pod;
    });
    assert.equal(status.reason, 'DeadlineExceeded');
  },
);

conformance('[sig-node] Pods should get a host IP [Conformance] [NodeConformance]', async (api) => {
  await made(api, { name: 'hosted' });
  const { spec, status } = await running(api, 'hosted');
  const node = await api.get(`/api/v1/nodes/${spec.nodeName}`);
  const { address } = node.status.addresses.find((one: Any) => one.type === 'InternalIP');
  assert.equal(status.hostIP, address);
  assert.deepEqual(status.hostIPs, [{ ip: address }]);
});

conformance('[sig-node] Pods should delete a collection of pods [Conformance]', async (api) => {
  const names = ['one', 'two', 'three'];
  for (const name of names) await made(api, { name, labels: { type: 'Testing' } });
  for (const name of names) await running(api, name);
  await api.delete(`${podsOf(api)}?labelSelector=type=Testing`);
  await eventually('all gone', async () => (await labelled(api, 'type=Testing')).length === 0);
});

conformance('[sig-node] Pods should patch a pod status [Conformance]', async (api) => {
  await made(api, { name: 'patched', labels: { app: 'patched' } });
  await running(api, 'patched');
  const words = { message: 'Patched by a test', reason: 'E2E' };
  const { status } = await api.patch(`${podsOf(api)}/patched/status`, { status: words }, STRATEGIC);
  assert.deepEqual({ message: status.message, reason: status.reason }, words);
});

conformance('[sig-node] Pods should run through the lifecycle of Pods and PodStatus [Conformance]', async (api) => {
  const path = `${podsOf(api)}/lifecycle`;
  const watch = await api.watch(`${podsOf(api)}?watch=1&labelSelector=static=true`);
  await made(api, { name: 'lifecycle', labels: { static: 'true', is: 'static' } });
  await watch.next('ADDED', 'lifecycle');
  await watch.until('it runs', ({ object }) => object.status.phase === 'Running');
  const change = {
    metadata: { labels: { is: 'patched' } },
    spec: { containers: [{ name: 'c', image: 'busybox:1' }] },
  };
  const patched = await api.patch(path, change, STRATEGIC);
  assert.equal(patched.spec.containers[0].image, 'busybox:1');
  await watch.until('the patch', ({ type, object }) => type === 'MODIFIED' && object.metadata.labels.is === 'patched');
  assert.equal((await api.get(`${path}/status`)).status.phase, 'Running');
  const unready = await replaced(api, `${path}/status`, (pod) => {
    conditionOf(pod, 'Ready').status = 'False';
  });
  assert.equal(conditionOf(unready, 'Ready').status, 'False');
  await watch.until('not ready', ({ object }) => conditionOf(object, 'Ready')?.status === 'False');
  await api.delete(`${podsOf(api)}?labelSelector=static=true`);
  await watch.next('DELETED', 'lifecycle');
  watch.stop();
});

conformance(
  '[sig-node] Pods Extended (pod generation) Pod Generation pod generation should start at 1 and increment per update [MinimumKubeletVersion:1.34] [Conformance]',
  async (api) => {
    const path = `${podsOf(api)}/generations`;
    assert.equal((await made(api, { name: 'generations' })).metadata.generation, 1);
    await running(api, 'generations');
    let generation = 1;
    const changes: readonly (readonly [bumps: boolean, change: (pod: Any) => void])[] = [
      [true, ({ spec }) => Object.assign(spec, { activeDeadlineSeconds: 5000 })],
      [true, ({ spec }) => Object.assign(spec.containers[0], { image: 'busybox:1' })],
      [true, ({ spec }) => spec.tolerations.push({ key: 'foo', operator: 'Exists', effect: 'NoExecute' })],
      [false, ({ metadata }) => Object.assign(metadata, { annotations: { key: 'value' } })],
      [false, ({ metadata }) => Object.assign(metadata, { labels: { key: 'value' } })],
      [false, () => undefined],
      [false, ({ metadata }) => Object.assign(metadata, { generation: 50 })],
    ];
    for (const [bumps, change] of changes) {
      if (bumps) generation++;
      assert.equal((await replaced(api, path, change)).metadata.generation, generation, `${change}`);
      await observed(api, path, generation);
    }
  },
);

conformance(
  '[sig-node] Pods Extended (pod generation) Pod Generation custom-set generation on new pods and graceful delete [Conformance]',
  async (api) => {
    const path = `${podsOf(api)}/custom`;
    // Answers the signal to end by nothing, so that it is there to be seen while it is deleted.
    const pod = await made(api, { name: 'custom', generation: 100, finalizers: ['example.com/seen'] });
    assert.equal(pod.metadata.generation, 1);
    await running(api, 'custom');
    await api.delete(path, { gracePeriodSeconds: 5 });
    assert.equal((await api.get(path)).metadata.generation, 2);
    await api.patch(path, { metadata: { finalizers: null } });
    await eventually('gone', () => api.refused(404, 'GET', path));
  },
);

const UPDATES = 500;
conformance(
  '[sig-node] Pods Extended (pod generation) Pod Generation issue 500 podspec updates and verify generation and observedGeneration eventually converge [MinimumKubeletVersion:1.34] [Conformance]',
  async (api) => {
    const path = `${podsOf(api)}/many`;
    await made(api, { name: 'many' }, { ...POD, activeDeadlineSeconds: 10_000 });
    await running(api, 'many');
    for (let i = 1; i <= UPDATES; i++)
      await api.patch(path, { spec: { activeDeadlineSeconds: 10_000 - i } }, STRATEGIC);
    assert.equal((await api.get(path)).metadata.generation, UPDATES + 1);
    await observed(api, path, UPDATES + 1);
  },
);
const observed = (api: Api, path: string, generation: number): Promise<Any> =>
  eventually(`generation ${generation} is observed`, async () => {
    const { status } = await api.get(path);
    return (
      status.observedGeneration === generation &&
      status.conditions.every((one: Any) => one.type === 'PodScheduled' || one.observedGeneration === generation)
    );
  });

conformance(
  '[sig-cli] Kubectl client Kubectl label should update the label on a resource [Conformance]',
  async (api) => {
    const kubectl = api.up.kubectl();
    await made(api, { name: 'pause' });
    await running(api, 'pause');
    const pod = `pod pause -n ${api.namespace}`;
    await kubectl.run(`label ${pod} testing-label=testing-label-value`);
    assert.match(await kubectl.run(`get ${pod} -L testing-label`), /testing-label-value/);
    await kubectl.run(`label ${pod} testing-label-`);
    assert.doesNotMatch(await kubectl.run(`get ${pod} -L testing-label`), /testing-label-value/);
  },
);
conformance(
  "[sig-cli] Kubectl client Kubectl replace should update a single-container pod's image [Conformance]",
  async (api) => {
    const kubectl = api.up.kubectl();
    const name = 'e2e-test-pod';
    await kubectl.run(`run ${name} --image=nginx:1 --labels=run=${name} -n ${api.namespace}`);
    await running(api, name);
    const pod = await kubectl.run(`get pod ${name} -n ${api.namespace} -o json`);
    await kubectl.run(`replace -f - -n ${api.namespace}`, { stdin: pod.replaceAll('nginx:1', 'busybox:1') });
    assert.equal((await api.get(`${podsOf(api)}/${name}`)).spec.containers[0].image, 'busybox:1');
  },
);
