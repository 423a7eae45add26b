import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OwnerReference } from '../../api/types/meta.ts';
import type { Pod, PodSpec } from '../../api/types/pod.ts';
import type { PersistentVolumeClaim } from '../../api/types/storage.ts';
import type { StatefulSet, StatefulSetSpec, StatefulSetStatus } from '../../api/types/workload.ts';
import { controllerRef } from '../../client/owners.ts';
import { type ClaimsOf, plan } from './logic.ts';
import { claimsAt, podAt } from './pods.ts';
import type { Decision } from './protocol.ts';
import { nextAvailableMs, statusOf } from './status.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString().replace('.000Z', 'Z');

const set = (spec: Partial<StatefulSetSpec> = {}, status: Partial<StatefulSetStatus> = {}): StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: {
    name: 'web',
    namespace: 'default',
    uid: 'sts',
    resourceVersion: '1',
    creationTimestamp: ago(99),
    generation: 2,
  },
  spec: {
    replicas: 3,
    serviceName: 'web',
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [] } as unknown as PodSpec },
    podManagementPolicy: 'OrderedReady',
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    revisionHistoryLimit: 10,
    ...spec,
  },
  status: { replicas: 0, availableReplicas: 0, ...status },
});
const { template } = set().spec;
const REVISIONS = { current: { name: 'old', template }, update: { name: 'new', template } };
interface Seen {
  readonly old?: boolean;
  readonly phase?: Pod['status']['phase'];
  readonly unready?: boolean;
  readonly deleting?: boolean;
  readonly unmarked?: boolean;
}
const pod = (ordinal: number, seen: Seen = {}): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `web-${ordinal}`,
      namespace: 'default',
      uid: `uid-${ordinal}`,
      labels: {
        'controller-revision-hash': seen.old ? 'old' : 'new',
        ...(seen.unmarked
          ? {}
          : {
              'statefulset.kubernetes.io/pod-name': `web-${ordinal}`,
              'apps.kubernetes.io/pod-index': `${ordinal}`,
            }),
      },
      ...(seen.deleting ? { deletionTimestamp: ago(0) } : {}),
    },
    spec: {},
    status: {
      phase: seen.phase ?? 'Running',
      conditions: [{ type: 'Ready', status: seen.unready ? 'False' : 'True', lastTransitionTime: ago(10) }],
    },
  }) as unknown as Pod;
const shown = (decision: Decision): string => {
  switch (decision.type) {
    case 'pod.create':
      return `+${decision.ordinal}:${decision.pod.metadata.labels?.['controller-revision-hash']}`;
    case 'pod.delete':
      return `-${decision.pod.metadata.name.slice(4)}`;
    case 'claim.own':
      return `own ${decision.claim.metadata.ownerReferences?.map(({ kind }) => kind).join() || 'nobody'}`;
    default:
      return decision.type;
  }
};
const NO_CLAIMS: ClaimsOf = () => ({ there: [], missing: false });
const planned = (one: StatefulSet, pods: readonly Pod[], claims = NO_CLAIMS): string => {
  const decided = plan(one, REVISIONS, pods, claims, NOW);
  assert.deepEqual(plan(one, REVISIONS, pods, claims, NOW), decided, 'twice the same');
  return decided.map(shown).join(' ');
};
const parallel = { podManagementPolicy: 'Parallel' } as const;

test('statefulset: plan: one after the other up, and down in reverse', () => {
  const cases: [why: string, set: StatefulSet, pods: Pod[], want: string][] = [
    ['the first', set(), [], '+0:new'],
    ['the second', set(), [pod(0)], '+1:new'],
    ['the first is not ready', set(), [pod(0, { unready: true })], ''],
    ['the first is on its way out', set(), [pod(0, { deleting: true }), pod(1), pod(2)], ''],
    ['not available yet', set({ minReadySeconds: 60 }), [pod(0)], ''],
    ['a hole', set(), [pod(0), pod(2)], '+1:new'],
    ['all', set(), [pod(0), pod(1), pod(2)], ''],
    ['one failed', set(), [pod(0), pod(1, { phase: 'Failed' }), pod(2)], '-1'],
    ['one succeeded', set(), [pod(0), pod(1, { phase: 'Succeeded' }), pod(2)], '-1'],
    ['fewer', set({ replicas: 1 }), [pod(0), pod(1), pod(2)], '-2'],
    ['fewer, one is not ready', set({ replicas: 1 }), [pod(0), pod(1, { unready: true }), pod(2)], '-2'],
    ['fewer, the last is not ready', set({ replicas: 1 }), [pod(0), pod(1), pod(2, { unready: true })], '-2'],
    [
      'fewer, the last and another',
      set({ replicas: 1 }),
      [pod(0), pod(1, { unready: true }), pod(2, { unready: true })],
      '',
    ],
    ['none', set({ replicas: 0 }), [pod(0)], '-0'],
    ['from five', set({ ordinals: { start: 5 } }), [pod(5)], '+6:new'],
    ['from one on', set({ ordinals: { start: 1 } }), [pod(0), pod(1), pod(2), pod(3)], '-0'],
    ['its labels are gone', set({ replicas: 1 }), [pod(0, { unmarked: true })], 'pod.mark'],
    ['all at once', set(parallel), [pod(1, { unready: true })], '+0:new +2:new'],
    ['all at once down', set({ ...parallel, replicas: 0 }), [pod(0), pod(1, { unready: true })], '-1 -0'],
  ];
  for (const [why, one, pods, want] of cases) assert.equal(planned(one, pods), want, why);
});
test('statefulset: rolling update: the highest first, within partition and limit', () => {
  const olds = [0, 1, 2].map((ordinal) => pod(ordinal, { old: true }));
  const rolling = (rollingUpdate: object, more: Partial<StatefulSetSpec> = {}) =>
    set({ updateStrategy: { type: 'RollingUpdate', rollingUpdate }, ...more });
  const cases: [why: string, set: StatefulSet, pods: Pod[], want: string][] = [
    ['one', set(), olds, '-2'],
    ['it comes back new', set(), olds.slice(0, 2), '+2:new'],
    ['the next', set(), [...olds.slice(0, 2), pod(2)], '-1'],
    ['it is not ready', set(), [...olds.slice(0, 2), pod(2, { unready: true })], ''],
    ['partition', rolling({ partition: 2 }), [...olds.slice(0, 2), pod(2)], ''],
    ['below the partition what is lost comes back old', rolling({ partition: 2 }), [olds[0]!, pod(2)], '+1:old'],
    ['two at once', rolling({ partition: 0, maxUnavailable: 2 }), olds, '-2 -1'],
    ['a half, rounded down', rolling({ partition: 0, maxUnavailable: '50%' }), olds, '-2'],
    ['on delete', set({ updateStrategy: { type: 'OnDelete' } }), olds, ''],
    [
      'parallel: what is not ready first',
      rolling({ partition: 0 }, parallel),
      [pod(0, { old: true, unready: true }), ...olds.slice(1)],
      '-0',
    ],
    [
      'parallel: one more',
      rolling({ partition: 0, maxUnavailable: 2 }, parallel),
      [pod(0, { old: true, unready: true }), ...olds.slice(1)],
      '-0 -2',
    ],
  ];
  for (const [why, one, pods, want] of cases) assert.equal(planned(one, pods), want, why);
});
test('statefulset: a pod: named, found and stored by its ordinal', () => {
  const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } };
  const one = set({ volumeClaimTemplates: [claim as unknown as PersistentVolumeClaim] });
  const made = podAt(one, 2, 'new', template);
  assert.equal(made.metadata.name, 'web-2');
  assert.deepEqual(made.metadata.labels, {
    app: 'web',
    'statefulset.kubernetes.io/pod-name': 'web-2',
    'apps.kubernetes.io/pod-index': '2',
    'controller-revision-hash': 'new',
  });
  assert.deepEqual([made.spec?.hostname, made.spec?.subdomain], ['web-2', 'web']);
  assert.deepEqual(made.spec?.volumes, [{ name: 'data', persistentVolumeClaim: { claimName: 'data-web-2' } }]);
  const [first] = claimsAt(one, 2);
  assert.deepEqual([first?.metadata.name, first?.metadata.labels], ['data-web-2', { app: 'web' }]);
});
test('statefulset: claims: whose they are follows the policy; one of an earlier pod is waited for', () => {
  const policy = (whenDeleted: 'Retain' | 'Delete', whenScaled: 'Retain' | 'Delete', replicas = 1) =>
    set({ replicas, persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled } });
  const held =
    (...ownerReferences: OwnerReference[]) =>
    () => ({
      there: [{ metadata: { name: 'data-web-0', ownerReferences } } as unknown as PersistentVolumeClaim],
      missing: false,
    });
  const bySet = controllerRef(set());
  assert.equal(planned(policy('Retain', 'Retain'), [pod(0)], held()), '');
  assert.equal(planned(policy('Retain', 'Retain'), [pod(0)], held(bySet)), 'own nobody');
  assert.equal(planned(policy('Delete', 'Retain'), [pod(0)], held()), 'own StatefulSet');
  assert.equal(planned(policy('Delete', 'Delete'), [pod(0)], held(bySet)), '');
  assert.equal(planned(policy('Delete', 'Delete', 0), [pod(0)], held(bySet)), 'own Pod -0');
  assert.equal(planned(policy('Retain', 'Delete', 0), [pod(0)], held()), 'own Pod -0');
  const other = { ...bySet, uid: 'other', name: 'other' };
  assert.equal(planned(policy('Delete', 'Retain'), [pod(0)], held(other)), 'claim.foreign');
  assert.equal(planned(policy('Retain', 'Delete'), [], held(controllerRef(pod(0)))), '', 'stale');
  const missing = () => ({ there: [], missing: true });
  assert.equal(planned(set({ replicas: 1 }), [pod(0, { phase: 'Pending', unready: true })], missing), 'claims.create');
});
test('statefulset: status: counts by revision; when all are new the new revision is the current one', () => {
  const half = statusOf(set(), REVISIONS, [pod(0, { old: true }), pod(1), pod(2, { unready: true })], 0, NOW);
  assert.deepEqual(half, {
    observedGeneration: 2,
    replicas: 3,
    readyReplicas: 2,
    availableReplicas: 2,
    currentReplicas: 1,
    updatedReplicas: 2,
    currentRevision: 'old',
    updateRevision: 'new',
    collisionCount: 0,
  });
  const done = statusOf(set(), REVISIONS, [pod(0), pod(1), pod(2)], 0, NOW);
  assert.deepEqual([done.currentRevision, done.currentReplicas, done.updatedReplicas], ['new', 3, 3]);
  const patient = set({ minReadySeconds: 30 });
  assert.equal(statusOf(patient, REVISIONS, [pod(0)], 0, NOW).availableReplicas, 0);
  assert.equal(nextAvailableMs(patient, [pod(0)], NOW), 20_000);
});
