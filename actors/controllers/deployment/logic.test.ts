import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment, DeploymentSpec, ReplicaSet } from '../../api/types/workload.ts';
import { hashOf } from '../../client/workload/hash.ts';
import {
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  newestAnnotations,
  REVISION,
  REVISION_HISTORY,
  revisionOf,
} from './annotations.ts';
import { limitsOf } from './limits.ts';
import { plan } from './logic.ts';
import { Rollout } from './rollout-model.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const deployment = (spec: Partial<DeploymentSpec> = {}): Deployment => new Rollout(spec).deployment;
const rolling = (maxSurge: number | string, maxUnavailable: number | string): Partial<DeploymentSpec> => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
});
const condition = (rollout: Rollout, type: string) =>
  rollout.deployment.status.conditions?.find((one) => one.type === type);

test('deployment: limits: surge rounds up, unavailable down, never both nothing', () => {
  const cases: [replicas: number, surge: number | string, unavailable: number | string, want: [number, number]][] = [
    [3, '25%', '25%', [1, 0]],
    [10, '25%', '25%', [3, 2]],
    [3, 0, '25%', [0, 1]],
    [3, 0, 0, [0, 1]],
    [3, 1, 9, [1, 3]],
    [0, '25%', '25%', [0, 0]],
  ];
  for (const [replicas, surge, unavailable, [maxSurge, maxUnavailable]] of cases)
    assert.deepEqual(limitsOf(deployment({ replicas, ...rolling(surge, unavailable) })), { maxSurge, maxUnavailable });
});
test('deployment: hash: stable, blind to the order of keys, other after a collision', () => {
  const { template } = deployment().spec;
  const turned = Object.fromEntries(Object.entries(template).reverse()) as unknown as typeof template;
  assert.equal(hashOf(template, 0), hashOf(turned, 0));
  assert.notEqual(hashOf(template, 0), hashOf(template, 1));
  assert.match(hashOf(template, 0), /^[bcdfghjklmnpqrstvwxz2456789]{8,10}$/);
});
test('deployment: first plan: one ReplicaSet of full size, labelled, sized, owned', () => {
  const { decisions, revision, status } = plan(deployment(), [], false, NOW);
  assert.equal(revision, '1');
  const [first] = decisions;
  assert(first?.type === 'set.create' && decisions.length === 1);
  const hash = hashOf(deployment().spec.template, 0);
  assert.equal(first.name, `web-${hash}`);
  assert.deepEqual(first.set.metadata.annotations, { [REVISION]: '1', [DESIRED_REPLICAS]: '3', [MAX_REPLICAS]: '4' });
  assert.deepEqual(first.set.metadata.labels, { app: 'web', 'pod-template-hash': hash });
  assert.equal(first.set.spec?.replicas, 3);
  assert.deepEqual(first.set.spec?.selector?.matchLabels, { app: 'web', 'pod-template-hash': hash });
  assert.equal(first.set.metadata.ownerReferences?.[0]?.controller, true);
  assert.deepEqual(
    status.conditions?.map(({ type, status, reason }) => [type, status, reason]),
    [
      ['Progressing', 'True', 'NewReplicaSetCreated'],
      ['Available', 'False', 'MinimumReplicasUnavailable'],
    ],
  );
});
test('deployment: rolling update: never below what must be available, never above the surge', () => {
  for (const [surge, unavailable] of [
    ['25%', '25%'],
    [1, 0],
    [0, 1],
    ['100%', 0],
    [0, '100%'],
  ] as const) {
    const rollout = new Rollout({ replicas: 10, ...rolling(surge, unavailable) });
    rollout.settle();
    const { maxSurge, maxUnavailable } = limitsOf(rollout.deployment);
    rollout.setImage('nginx:2');
    rollout.settle(() => {
      assert(rollout.pods() <= 10 + maxSurge, `${rollout.pods()} pods`);
      assert(rollout.available() >= 10 - maxUnavailable, `${rollout.available()} available`);
    });
    assert.deepEqual(rollout.sizes(), [0, 10], `${surge}/${unavailable}`);
    const done = condition(rollout, 'Progressing');
    assert.equal(done?.reason, 'NewReplicaSetAvailable');
    assert.match(done?.message ?? '', /^ReplicaSet "web-[a-z0-9]+" has successfully progressed\.$/);
    assert.equal(rollout.deployment.metadata.annotations?.[REVISION], '2');
  }
});
test('deployment: settled: the same world again decides nothing', () => {
  const rollout = new Rollout({});
  rollout.settle();
  const again = plan(rollout.deployment, rollout.sets, false, rollout.now);
  assert.deepEqual(again.decisions, []);
  assert.equal(again.revision, undefined);
  assert.equal(again.afterMs, undefined);
  assert.deepEqual(again.status, rollout.deployment.status);
});
test('deployment: rollback: the old ReplicaSet comes back as the highest revision and remembers', () => {
  const rollout = new Rollout({});
  rollout.settle();
  rollout.setImage('nginx:2');
  rollout.settle();
  rollout.setImage('nginx:1');
  rollout.settle();
  assert.deepEqual(rollout.sizes(), [3, 0]);
  const [first] = rollout.sets;
  assert.deepEqual(
    [first?.metadata.annotations?.[REVISION], first?.metadata.annotations?.[REVISION_HISTORY]],
    ['3', '1'],
  );
  assert.equal(rollout.deployment.metadata.annotations?.[REVISION], '3');
});
test('deployment: recreate: nothing new while old pods run', () => {
  const rollout = new Rollout({ strategy: { type: 'Recreate' } });
  rollout.settle();
  rollout.setImage('nginx:2');
  rollout.settle(() => assert(rollout.sizes().filter((size) => size > 0).length <= 1));
  assert.deepEqual(rollout.sizes(), [0, 3]);
  rollout.setImage('nginx:3');
  rollout.oldPodsRun = true;
  rollout.settle();
  assert.deepEqual(rollout.sizes(), [0, 0]);
});
test('deployment: scaled in the middle of a rollout: sets keep their proportions', () => {
  const rollout = new Rollout({ replicas: 10, ...rolling(3, 2) });
  rollout.settle();
  rollout.setImage('nginx:bad');
  rollout.settle();
  assert.deepEqual(rollout.sizes(), [8, 5]);
  rollout.change({ replicas: 20 });
  rollout.step();
  // 23 allowed: 8 and 5 of 13 become 14 and 9
  assert.deepEqual(rollout.sizes(), [14, 9]);
  for (const set of rollout.sets) assert.equal(set.metadata.annotations?.[DESIRED_REPLICAS], '20');
});
test('deployment: paused: no rollout, but scaling', () => {
  const rollout = new Rollout({});
  rollout.settle();
  rollout.change({ paused: true });
  rollout.setImage('nginx:2');
  rollout.settle();
  assert.deepEqual(rollout.sizes(), [3]);
  assert.equal(condition(rollout, 'Progressing')?.reason, 'DeploymentPaused');
  rollout.change({ replicas: 5 });
  rollout.settle();
  assert.deepEqual(rollout.sizes(), [5]);
  rollout.change({ paused: false });
  rollout.settle();
  assert.deepEqual(rollout.sizes(), [0, 5]);
});
test('deployment: no progress: after the deadline it says so, and asks to be looked at then', () => {
  const rollout = new Rollout({ progressDeadlineSeconds: 60 });
  rollout.settle();
  rollout.setImage('nginx:bad');
  rollout.settle();
  const { afterMs } = plan(rollout.deployment, rollout.sets, false, rollout.now);
  assert(afterMs !== undefined && afterMs <= 61_000);
  rollout.now += afterMs;
  rollout.step();
  const failed = condition(rollout, 'Progressing');
  assert.deepEqual([failed?.status, failed?.reason], ['False', 'ProgressDeadlineExceeded']);
  assert.match(failed?.message ?? '', /^ReplicaSet "web-[a-z0-9]+" has timed out progressing\.$/);
  assert.equal(plan(rollout.deployment, rollout.sets, false, rollout.now).afterMs, undefined);
  rollout.setImage('nginx:2');
  rollout.settle();
  assert.equal(condition(rollout, 'Progressing')?.reason, 'NewReplicaSetAvailable');
});
test('deployment: history: old empty sets beyond the limit go, the lowest revision first', () => {
  const rollout = new Rollout({ revisionHistoryLimit: 2 });
  for (const image of ['nginx:1', 'nginx:2', 'nginx:3', 'nginx:4', 'nginx:5']) {
    rollout.setImage(image);
    rollout.settle();
  }
  assert.deepEqual(
    rollout.sets.map((set) => set.metadata.annotations?.[REVISION]),
    ['3', '4', '5'],
  );
});
test("deployment: annotations: the new set wears the deployment's, except its own", () => {
  const worn: Deployment = {
    ...deployment(),
    metadata: {
      ...deployment().metadata,
      annotations: {
        'kubernetes.io/change-cause': 'why',
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
        [REVISION]: '7',
      },
    },
  };
  assert.deepEqual(newestAnnotations(worn, { [REVISION]: '2' }, 8n), {
    'kubernetes.io/change-cause': 'why',
    [REVISION]: '8',
    [REVISION_HISTORY]: '2',
  });
});
test('deployment: a revision beyond what a double holds: goes on by one', () => {
  const { metadata } = deployment();
  const set = {
    metadata: { ...metadata, annotations: { [REVISION]: '3546343826724305832' } },
  } as unknown as ReplicaSet;
  const worn = newestAnnotations(deployment(), {}, revisionOf(set) + 1n);
  assert.equal(worn[REVISION], '3546343826724305833');
});
test('deployment: being deleted: only the status is kept', () => {
  const dying: Deployment = {
    ...deployment(),
    metadata: { ...deployment().metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
  };
  assert.deepEqual(plan(dying, [] as ReplicaSet[], false, NOW).decisions, []);
});
