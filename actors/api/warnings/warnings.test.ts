import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyDefaults } from '../defaults.ts';
import type { JsonObject } from '../json.ts';
import { prepareForCreate } from '../strategy.ts';
import { type Bend, bent } from '../validation/refusal.fixture.ts';
import { warningsOf } from '../warnings.ts';

const infoOf = (group: string, kind: string): never => ({ group, kind, subresources: [] }) as never;
const told = (group: string, kind: string, given: JsonObject): readonly string[] => {
  const filled = applyDefaults({ group, kind }, given);
  return warningsOf(infoOf(group, kind), prepareForCreate(infoOf(group, kind), filled), filled);
};
const sound: JsonObject = {
  metadata: { name: 'p', annotations: {} },
  spec: { containers: [{ name: 'c', image: 'i', env: [{ name: 'A', value: '1' }], ports: [{ containerPort: 80 }] }] },
};
const DUPLICATE = 'which may be dropped when using apply';
const rows: readonly (readonly [bend: Bend, ...said: string[]])[] = [
  [{}],
  [
    { 'metadata.name': 'a.b' },
    "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
  ],
  [
    { 'spec.nodeSelector': { 'beta.kubernetes.io/os': 'linux', 'kubernetes.io/os': 'linux' } },
    'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
  ],
  [
    {
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms': [
        { matchExpressions: [{ key: 'beta.kubernetes.io/instance-type', operator: 'Exists' }] },
      ],
    },
    'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: beta.kubernetes.io/instance-type is deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  ],
  [
    { 'spec.topologySpreadConstraints': [{ topologyKey: 'failure-domain.beta.kubernetes.io/zone' }] },
    'spec.topologySpreadConstraints[0].topologyKey: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
    'spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod',
  ],
  [
    { 'spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution': [{ podAffinityTerm: {} }] },
    'spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: a null labelSelector results in matching no pod',
  ],
  [
    { 'metadata.annotations': { 'scheduler.alpha.kubernetes.io/critical-pod': '' } },
    'metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead',
  ],
  [
    { 'metadata.annotations': { 'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default' } },
    'metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead',
  ],
  [
    { 'metadata.annotations': { 'container.apparmor.security.beta.kubernetes.io/c': 'runtime/default' } },
    'metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: deprecated since v1.30; use the "appArmorProfile" field instead',
  ],
  [
    {
      'metadata.annotations': { 'container.apparmor.security.beta.kubernetes.io/c': 'runtime/default' },
      'spec.securityContext': { appArmorProfile: { type: 'RuntimeDefault' } },
    },
  ],
  [{ 'spec.volumes': [{ name: 'v', gitRepo: { repository: 'r' } }] }, 'spec.volumes[0].gitRepo: deprecated in v1.11'],
  [
    { 'spec.volumes': [{ name: 'v', storageos: {} }] },
    'spec.volumes[0].storageOS: deprecated in v1.22, non-functional in v1.25+',
  ],
  [
    {
      'spec.volumes': [
        {
          name: 'v',
          projected: {
            sources: [
              { serviceAccountToken: { path: 't' } },
              { secret: { name: 's', items: [{ key: 'k', path: 't' }] } },
            ],
          },
        },
      ],
    },
    'spec.volumes[0].projected.sources.secrets[0]: has duplicated path with ServiceAccountToken "t"',
  ],
  [{ 'spec.hostAliases': [{ ip: '1.1.1.1' }, { ip: '1.1.1.1' }] }, 'spec.hostAliases[1].ip: duplicate ip "1.1.1.1"'],
  [
    { 'spec.imagePullSecrets': [{ name: 'a' }, { name: 'a' }, {}] },
    'spec.imagePullSecrets[1].name: duplicate name "a"',
    'spec.imagePullSecrets[2].name: invalid empty name ""',
  ],
  [
    { 'spec.containers.0.resources': { limits: { memory: '100m' } } },
    'spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
    'spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer',
  ],
  [{ 'spec.containers.0.env.1': { name: 'A', value: '$(A)2' } }],
  [
    { 'spec.containers.0.env.1': { name: 'A', value: '2' } },
    `spec.containers[0].env[1]: hides previous definition of "A", ${DUPLICATE}`,
  ],
  [
    { 'spec.containers.0.env.1': { name: 'A', value: '$(A)' } },
    `spec.containers[0].env[1]: hides previous definition of "A", ${DUPLICATE}`,
  ],
  [
    { 'spec.containers.0.ports.0.hostIP': '1.1.1.1' },
    'spec.containers[0].ports[0]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:80 Protocol:TCP HostIP:1.1.1.1}',
  ],
  [
    { 'spec.containers.0.ports.1': { containerPort: 80 } },
    'spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]',
  ],
  [
    { 'spec.containers.0.ports.1': { containerPort: 80, hostPort: 1 } },
    'spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]',
  ],
  [
    {
      'spec.containers.0.ports': [
        { containerPort: 80, hostPort: 1 },
        { containerPort: 80, hostPort: 1, hostIP: '1.1.1.1' },
      ],
    },
    'spec.containers[0].ports[1]: dangerously ambiguous port definition with spec.containers[0].ports[0]',
  ],
  [
    { 'spec.terminationGracePeriodSeconds': -1 },
    'spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
  ],
];
test('warnings: pods: what is taken but hardly meant', () => {
  for (const [bend, ...said] of rows) assert.deepEqual(told('', 'Pod', bent(sound, bend)), said, JSON.stringify(bend));
});
test('warnings: templates: the same, at their place; said again only when something has changed', () => {
  const template = bent(sound, { 'spec.terminationGracePeriodSeconds': -1 });
  const wrong = 'terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1';
  const deployment: JsonObject = { metadata: { name: 'd', generation: 1 }, spec: { template } };
  assert.deepEqual(told('apps', 'Deployment', deployment), [`spec.template.spec.${wrong}`]);
  assert.deepEqual(told('', 'PodTemplate', { metadata: { name: 'a.b' }, template }), [`template.spec.${wrong}`]);
  const jobTemplate = { spec: { template } };
  assert.deepEqual(told('batch', 'CronJob', { metadata: { name: 'c' }, spec: { jobTemplate } }), [
    `spec.jobTemplate.spec.template.spec.${wrong}`,
  ]);
  const info = infoOf('apps', 'Deployment');
  assert.deepEqual(warningsOf(info, deployment, deployment, deployment), []);
  const next = bent(deployment, { 'metadata.generation': 2 });
  assert.equal(warningsOf(info, next, next, deployment).length, 1);
  assert.match(
    told('apps', 'ReplicaSet', { metadata: { name: 'a.b' }, spec: {} })[0]!,
    /^metadata\.name: .*\[must not/,
  );
});
test('warnings: pods that are changed: none', () => {
  const wrong = bent(sound, { 'spec.terminationGracePeriodSeconds': -1 });
  assert.deepEqual(warningsOf(infoOf('', 'Pod'), wrong, wrong, sound), []);
});
test('warnings: volumes, claims and accounts: old ways of telling', () => {
  const annotations = { 'volume.beta.kubernetes.io/storage-class': 'fast' };
  const old =
    'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead';
  assert.deepEqual(
    told('', 'PersistentVolume', {
      metadata: { annotations },
      spec: { persistentVolumeReclaimPolicy: 'Recycle', rbd: {} },
    }),
    [
      old,
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
      'spec.rbd: deprecated in v1.28, non-functional in v1.31+',
    ],
  );
  const resources = { requests: { storage: '1500m' } };
  assert.deepEqual(told('', 'PersistentVolumeClaim', { metadata: { annotations }, spec: { resources } }), [
    old,
    'spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
  ]);
  assert.deepEqual(
    told('', 'ServiceAccount', { metadata: { annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } } }),
    [
      'metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets',
    ],
  );
});
