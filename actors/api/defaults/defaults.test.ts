import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyDefaults } from '../defaults.ts';
import { parseImage } from '../image-reference.ts';
import { get, type JsonObject } from '../json.ts';
import { pullPolicy } from './volume.ts';

const core = (kind: string): { group: string; kind: string } => ({ group: '', kind });
const podOf = (spec: JsonObject): JsonObject => applyDefaults(core('Pod'), { spec });
const HEX = 'a'.repeat(64);

test('images: names as the registry client reads them', () => {
  const rows: readonly (readonly [image: string, name: string, tag: string])[] = [
    ['busybox', 'docker.io/library/busybox', 'latest'],
    ['me/busybox:1', 'docker.io/me/busybox', '1'],
    ['index.docker.io/busybox', 'docker.io/library/busybox', 'latest'],
    ['localhost/x', 'localhost/x', 'latest'],
    ['registry:5000/a/b:v', 'registry:5000/a/b', 'v'],
    [`busybox@sha256:${HEX}`, 'docker.io/library/busybox', ''],
    [`busybox:latest@sha256:${HEX}`, 'docker.io/library/busybox', 'latest'],
  ];
  for (const [image, name, tag] of rows) {
    const parsed = parseImage(image);
    assert.deepEqual([parsed?.name, parsed?.tag], [name, tag], image);
  }
  for (const image of ['', 'Busybox', 'a b', 'a:', 'a//b', HEX, `a@sha256:${'a'.repeat(40)}`, 'a'.repeat(300)])
    assert.equal(parseImage(image), undefined, image);
});
test('pull policy: latest is pulled each time; a tag, a digest and what is no image are not', () => {
  for (const image of ['nginx', 'nginx:latest', `nginx:latest@sha256:${HEX}`])
    assert.equal(pullPolicy(image), 'Always');
  for (const image of ['nginx:1', `nginx@sha256:${HEX}`, '', 'UPPER']) assert.equal(pullPolicy(image), 'IfNotPresent');
});
test('host network: ports of the host: told in a pod, not in a template', () => {
  const spec = { hostNetwork: true, containers: [{ name: 'c', ports: [{ containerPort: 80 }] }] };
  assert.deepEqual(get(podOf(spec), 'spec', 'containers', 0, 'ports'), [
    { containerPort: 80, protocol: 'TCP', hostPort: 80 },
  ]);
  const template = applyDefaults(core('PodTemplate'), { template: { spec } });
  assert.deepEqual(get(template, 'template', 'spec', 'containers', 0, 'ports'), [
    { containerPort: 80, protocol: 'TCP' },
  ]);
});
test('probes: a zero is as nothing said', () => {
  const probe = { periodSeconds: 0, tcpSocket: { port: 1 } };
  const spec = { containers: [{ name: 'c', readinessProbe: probe }] };
  assert.equal(get(podOf(spec), 'spec', 'containers', 0, 'readinessProbe', 'periodSeconds'), 10);
});
test('whole pods: ask for what their containers ask for, then for their limits', () => {
  const container = (resources: JsonObject): JsonObject => ({ name: 'c', resources });
  const asked = (resources: JsonObject, ...containers: JsonObject[]): unknown =>
    get(podOf({ resources, containers }), 'spec', 'resources');
  assert.deepEqual(
    asked(
      { limits: { cpu: '2', memory: '1Gi' } },
      container({ requests: { cpu: '250m' } }),
      container({ requests: { cpu: '250m', 'example.com/gpu': '1' } }),
    ),
    { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '500m', memory: '1Gi' } },
  );
  const huge = { 'hugepages-2Mi': '4Mi' };
  assert.deepEqual(asked({ limits: { cpu: '1' } }, container({ requests: huge, limits: huge })), {
    limits: { cpu: '1', 'hugepages-2Mi': '4Mi' },
    requests: { cpu: '1', 'hugepages-2Mi': '4Mi' },
  });
  assert.deepEqual(asked({ requests: { cpu: '1' } }, container({ requests: { memory: '1' } })), {
    requests: { cpu: '1' },
  });
});
test('amounts: nothing is finer than a thousandth', () => {
  const resources = { limits: { cpu: '1100u' }, requests: { cpu: '1n', memory: '1Ki' } };
  const rounded = { limits: { cpu: '2m' }, requests: { cpu: '1m', memory: '1Ki' } };
  const pod = podOf({ containers: [{ name: 'c', resources }], overhead: { cpu: '5u' } });
  assert.deepEqual(get(pod, 'spec', 'containers', 0, 'resources'), rounded);
  assert.deepEqual(get(pod, 'spec', 'overhead'), { cpu: '1m' });
  const node = applyDefaults(core('Node'), { status: { capacity: { cpu: '1500u' } } });
  assert.deepEqual(get(node, 'status'), { capacity: { cpu: '2m' }, allocatable: { cpu: '2m' } });
  const quota = applyDefaults(core('ResourceQuota'), { spec: { hard: { cpu: '-1u' } } });
  assert.deepEqual(get(quota, 'spec', 'hard'), { cpu: '-1m' });
});
test('volumes: the same sources have the same defaults in pods and in the cluster', () => {
  const sources: readonly (readonly [string, JsonObject, JsonObject])[] = [
    ['hostPath', { path: '/x' }, { path: '/x', type: '' }],
    ['iscsi', { lun: 0 }, { lun: 0, iscsiInterface: 'default' }],
    ['rbd', { image: 'i' }, { image: 'i', pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }],
    ['azureDisk', {}, { cachingMode: 'ReadWrite', fsType: 'ext4', readOnly: false, kind: 'Shared' }],
    ['scaleIO', { fsType: 'ext4' }, { fsType: 'ext4', storageMode: 'ThinProvisioned' }],
  ];
  for (const [field, given, filled] of sources) {
    assert.deepEqual(get(podOf({ volumes: [{ name: 'v', [field]: given }] }), 'spec', 'volumes', 0, field), filled);
    const volume = applyDefaults(core('PersistentVolume'), { spec: { [field]: given } });
    assert.deepEqual(get(volume, 'spec', field), filled);
  }
  const image = podOf({ volumes: [{ name: 'v', image: { reference: 'a:1' } }] });
  assert.equal(get(image, 'spec', 'volumes', 0, 'image', 'pullPolicy'), 'IfNotPresent');
});
test('namespaces: the label of their name is their name', () => {
  const labels = { 'kubernetes.io/metadata.name': 'other', a: 'b' };
  const namespace = applyDefaults(core('Namespace'), { metadata: { name: 'n', labels } });
  assert.deepEqual(get(namespace, 'metadata', 'labels'), { 'kubernetes.io/metadata.name': 'n', a: 'b' });
});
