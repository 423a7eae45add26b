import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap, Secret } from '../api/types/cluster.ts';
import type { Container, Pod } from '../api/types/pod.ts';
import type { Service } from '../api/types/service.ts';
import { environmentOf, expand, fieldOf, type Place, resourceOf, serviceEnvironment } from './env.ts';
import { volumeOf } from './volumes.ts';

const place: Place = {
  pod: {
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'u',
      labels: { app: 'web', tier: 'x' },
      annotations: { note: 'n' },
    },
    spec: { nodeName: 'node-1', serviceAccountName: 'robot', containers: [] },
  } as unknown as Pod,
  podIp: '10.1.1.1',
  nodeIp: '10.0.0.1',
  capacity: { cpuMilli: 4_000, memoryBytes: 2 ** 30 },
};
const sources = {
  configMaps: new Map([['settings', { data: { a: '1', b: '2' } } as unknown as ConfigMap]]),
  secrets: new Map([['key', { data: { pass: btoa('word') } } as unknown as Secret]]),
};
const env = (more: object, services = {}) =>
  environmentOf({ name: 'main', image: '', ...more } as unknown as Container, place, sources, services);

test('env: values: expanded by what comes before', () => {
  const made = env(
    {
      env: [
        { name: 'A', value: 'x' },
        { name: 'B', value: '$(A)-$(SVC)-$(NONE)-$$(A)' },
      ],
    },
    { SVC: 's' },
  );
  assert.deepEqual(made.ok && made.value, { SVC: 's', A: 'x', B: 'x-s-$(NONE)-$(A)' });
});
test('env: ConfigMap and Secret: by key, whole with prefix, optional, missing', () => {
  const made = env({
    envFrom: [{ prefix: 'P_', configMapRef: { name: 'settings' } }, { secretRef: { name: 'none', optional: true } }],
    env: [{ name: 'W', valueFrom: { secretKeyRef: { name: 'key', key: 'pass' } } }],
  });
  assert.deepEqual(made.ok && made.value, { P_a: '1', P_b: '2', W: 'word' });
  const table = [
    [{ configMapKeyRef: { name: 'none', key: 'a' } }, 'configmap "none" not found'],
    [{ secretKeyRef: { name: 'none', key: 'a' } }, 'secret "none" not found'],
    [{ configMapKeyRef: { name: 'settings', key: 'c' } }, "couldn't find key c in ConfigMap shop/settings"],
  ] as const;
  for (const [valueFrom, want] of table) {
    const refused = env({ env: [{ name: 'X', valueFrom }] });
    assert.equal(refused.ok || refused.fault.message, want);
  }
});
test('fieldOf: each field', () => {
  const table = [
    ['metadata.name', 'web'],
    ['metadata.namespace', 'shop'],
    ["metadata.labels['app']", 'web'],
    ["metadata.annotations['note']", 'n'],
    ["metadata.labels['none']", ''],
    ['metadata.labels', 'app="web"\ntier="x"'],
    ['spec.nodeName', 'node-1'],
    ['spec.serviceAccountName', 'robot'],
    ['status.podIP', '10.1.1.1'],
    ['status.hostIP', '10.0.0.1'],
    ['spec.secret', undefined],
  ] as const;
  for (const [path, want] of table) assert.equal(fieldOf(path, place), want, path);
});
test('resourceOf: limits, requests, divisors, the node where there is no limit', () => {
  const container = { resources: { limits: { cpu: '1500m', memory: '64Mi' }, requests: { cpu: '250m' } } };
  const table = [
    ['limits.cpu', undefined, '2'],
    ['limits.cpu', '1m', '1500'],
    ['limits.memory', '1Mi', '64'],
    ['requests.cpu', '1m', '250'],
    ['requests.memory', undefined, '0'],
  ] as const;
  for (const [resource, divisor, want] of table)
    assert.equal(resourceOf(container as unknown as Container, resource, divisor, place.capacity), want, resource);
  assert.equal(resourceOf({} as Container, 'limits.cpu', undefined, place.capacity), '4');
});
test('expand: known, unknown, escaped', () => {
  assert.equal(
    expand('$(A) $(B) $$(A) $A', (name) => (name === 'A' ? '1' : undefined)),
    '1 $(B) $(A) $A',
  );
});
test('serviceEnvironment: host, ports and docker links; none for headless', () => {
  const service = (name: string, clusterIP: string): Service =>
    ({
      metadata: { name },
      spec: { clusterIP, ports: [{ name: 'web', port: 80, protocol: 'TCP' }] },
    }) as unknown as Service;
  assert.deepEqual(serviceEnvironment([service('my-api', '10.96.0.5'), service('none', 'None')]), {
    MY_API_SERVICE_HOST: '10.96.0.5',
    MY_API_SERVICE_PORT: '80',
    MY_API_SERVICE_PORT_WEB: '80',
    MY_API_PORT: 'tcp://10.96.0.5:80',
    MY_API_PORT_80_TCP: 'tcp://10.96.0.5:80',
    MY_API_PORT_80_TCP_PROTO: 'tcp',
    MY_API_PORT_80_TCP_PORT: '80',
    MY_API_PORT_80_TCP_ADDR: '10.96.0.5',
  });
});
test('volumeOf: items, missing keys, kinds that nobody mounts', () => {
  const items = [{ key: 'a', path: 'conf/a.txt' }];
  const made = volumeOf({ name: 'v', configMap: { name: 'settings', items } } as never, place, sources, new Map());
  assert.deepEqual(made.ok && made.value.kind === 'files' && Object.keys(made.value.files), ['conf/a.txt']);
  const wrong = { name: 'v', configMap: { name: 'settings', items: [{ key: 'z', path: 'z' }] } };
  const refused = volumeOf(wrong as never, place, sources, new Map());
  assert.match(refused.ok ? '' : refused.fault.message, /references non-existent config key: z/);
  assert.equal(volumeOf({ name: 'v', nfs: {} } as never, place, sources, new Map()).ok, false);
});
