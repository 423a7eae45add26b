import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyDefaults } from '../defaults.ts';
import { get, type Json, type JsonObject } from '../json.ts';
import { prepareForCreate, prepareForUpdate } from '../strategy.ts';

const infoOf = (group: string, kind: string): never => ({ group, kind, subresources: [{ name: 'status' }] }) as never;
const POD = infoOf('', 'Pod');
const container = { name: 'c', image: 'i' };
const made = (spec: JsonObject, metadata: JsonObject = {}): JsonObject =>
  prepareForCreate(
    POD,
    applyDefaults(
      { group: '', kind: 'Pod' },
      { metadata: { name: 'p', ...metadata }, spec: { containers: [container], ...spec } },
    ),
  );

test('pods: created with gates: their status says that they wait', () => {
  assert.deepEqual(get(made({ schedulingGates: [{ name: 'a' }] }), 'status', 'conditions'), [
    {
      type: 'PodScheduled',
      status: 'False',
      lastProbeTime: null,
      lastTransitionTime: null,
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
    },
  ]);
});
test('pods: label keys: become expressions of the selector', () => {
  const labelSelector = { matchLabels: { a: 'b' } };
  const keys = { matchLabelKeys: ['rev', 'none'], mismatchLabelKeys: ['team'] };
  const expressions = [
    { key: 'rev', operator: 'In', values: ['1'] },
    { key: 'team', operator: 'NotIn', values: ['x'] },
  ];
  const term = { topologyKey: 'zone', labelSelector, ...keys };
  const affinity = {
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, podAffinityTerm: term },
        { weight: 1, podAffinityTerm: { topologyKey: 'zone', ...keys } },
      ],
    },
  };
  const spread = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector };
  const { spec } = made(
    { affinity, topologySpreadConstraints: [{ ...spread, matchLabelKeys: ['rev'] }] },
    { labels: { rev: '1', team: 'x' } },
  );
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const preferred = get(spec, 'affinity', 'podAntiAffinity', 'preferredDuringSchedulingIgnoredDuringExecution');
  const merged = { ...labelSelector, matchExpressions: expressions };
  assert.deepEqual(get(spec, 'affinity', 'podAffinity', required, 0, 'labelSelector'), merged);
  assert.deepEqual(get(preferred, 0, 'podAffinityTerm', 'labelSelector'), merged);
  assert.equal(get(preferred, 1, 'podAffinityTerm', 'labelSelector'), undefined);
  assert.deepEqual(get(spec, 'topologySpreadConstraints', 0, 'labelSelector'), {
    ...labelSelector,
    matchExpressions: expressions.slice(0, 1),
  });
});
test('pods: AppArmor in an annotation: is in the field, but for what the pod says already', () => {
  const annotations = { 'container.apparmor.security.beta.kubernetes.io/c': 'localhost/strict' };
  const profile = { type: 'Localhost', localhostProfile: 'strict' };
  const own = (spec: JsonObject): Json | undefined =>
    get(made(spec, { annotations }), 'spec', 'containers', 0, 'securityContext', 'appArmorProfile');
  assert.deepEqual(own({}), profile);
  assert.equal(own({ securityContext: { appArmorProfile: profile } }), undefined);
  assert.equal(own({ os: { name: 'windows' } }), undefined);
});
test('pods: fields of features that are off: gone, in templates too', () => {
  const volumes = [
    {
      name: 'v',
      projected: { sources: [{ clusterTrustBundle: { path: 'a' } }, { podCertificate: { keyType: 'ED25519' } }] },
    },
  ];
  const spec = {
    schedulingGroup: { podGroupName: 'g' },
    containers: [{ ...container, lifecycle: { stopSignal: 'SIGTERM' } }],
    volumes,
  };
  const check = (found: Json | undefined): void => {
    assert.equal(get(found, 'schedulingGroup'), undefined);
    assert.deepEqual(get(found, 'containers', 0, 'lifecycle'), {});
    assert.deepEqual(get(found, 'volumes', 0, 'projected', 'sources'), [{}, {}]);
  };
  check(made(spec)['spec']);
  const owner: JsonObject = { metadata: {}, spec: { template: { spec } } };
  check(get(prepareForCreate(infoOf('apps', 'Deployment'), owner), 'spec', 'template', 'spec'));
  check(get(prepareForUpdate(infoOf('apps', 'DaemonSet'), owner, { metadata: {} }), 'spec', 'template', 'spec'));
});
test('pods: status: keeps the class and the generations that are not told', () => {
  const conditions = [{ type: 'Ready', status: 'True', observedGeneration: 2 }, { type: 'Other' }];
  const old = { metadata: {}, status: { qosClass: 'Burstable', observedGeneration: 3, conditions } };
  const status = {
    phase: 'Running',
    nodeAllocatableResourceClaimStatuses: [],
    conditions: [
      { type: 'Ready', status: 'False' },
      { type: 'Other', observedGeneration: 9 },
    ],
    containerStatuses: [{ name: 'c', volumeMounts: [{ name: 'v', volumeStatus: { image: {} } }] }],
  };
  assert.deepEqual(prepareForUpdate(POD, { metadata: {}, status }, old as JsonObject, 'status')['status'], {
    phase: 'Running',
    qosClass: 'Burstable',
    observedGeneration: 3,
    conditions: [
      { type: 'Ready', status: 'False', observedGeneration: 2 },
      { type: 'Other', observedGeneration: 9 },
    ],
    containerStatuses: [{ name: 'c', volumeMounts: [{ name: 'v' }] }],
  });
});
test('pods: resize: resources change, nothing else; other containers are left to be refused', () => {
  const old = made({});
  const resize = (spec: JsonObject): Json | undefined =>
    prepareForUpdate(POD, { ...old, spec }, old, 'resize')['spec'] as Json;
  const resources = { limits: { cpu: '1' } };
  const sized = resize({ containers: [{ ...container, image: 'other', resources }], resources, nodeName: 'n' });
  assert.deepEqual(
    [get(sized, 'containers', 0, 'resources'), get(sized, 'containers', 0, 'image'), get(sized, 'nodeName')],
    [resources, 'i', undefined],
  );
  assert.deepEqual(get(sized, 'resources'), resources);
  const renamed = [{ ...container, name: 'd' }];
  assert.deepEqual(get(resize({ containers: renamed }), 'containers'), renamed);
});
test('claims: their source is told in both fields, where it may be', () => {
  const CLAIM = infoOf('', 'PersistentVolumeClaim');
  const snapshot = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's' };
  const other = { apiGroup: 'example.com', kind: 'Backup', name: 'b' };
  const rows: readonly (readonly [given: JsonObject, kept: JsonObject])[] = [
    [{ dataSource: snapshot }, { dataSource: snapshot, dataSourceRef: snapshot }],
    [{ dataSourceRef: other }, { dataSource: other, dataSourceRef: other }],
    [{ dataSource: other }, {}],
    [{ dataSourceRef: { ...snapshot, namespace: 'else' } }, {}],
  ];
  for (const [spec, kept] of rows)
    assert.deepEqual(prepareForCreate(CLAIM, { metadata: {}, spec })['spec'], kept, JSON.stringify(spec));
});
test('volumes: created: pending since then', () => {
  const volume: JsonObject = { metadata: { creationTimestamp: '2026-01-01T00:00:00Z' }, spec: {} };
  assert.deepEqual(prepareForCreate(infoOf('', 'PersistentVolume'), volume)['status'], {
    phase: 'Pending',
    lastPhaseTransitionTime: '2026-01-01T00:00:00Z',
  });
});
