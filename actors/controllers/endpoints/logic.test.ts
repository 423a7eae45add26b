import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../api/types/pod.ts';
import type { Endpoints, Service, ServiceSpec } from '../../api/types/service.ts';
import { ADDRESSES_MAX, endpointsOf, subsetsOf } from './logic.ts';

const service = (spec: Partial<ServiceSpec> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'web',
    namespace: 'default',
    uid: 's',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { team: 'a' },
  },
  spec: {
    type: 'ClusterIP',
    selector: { app: 'web' },
    sessionAffinity: 'None',
    ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 }],
    ...spec,
  },
  status: {},
});
interface Look {
  readonly ready?: boolean;
  readonly phase?: Pod['status']['phase'];
  readonly deleting?: boolean;
  readonly port?: number;
  readonly at?: string;
}
const pod = (ip: string, look: Look = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `p-${ip}`,
    namespace: 'default',
    uid: `uid-${ip}`,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...(look.deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
  },
  spec: {
    nodeName: 'n1',
    containers: [{ ports: [{ name: 'metrics', containerPort: look.port ?? 9090, protocol: 'TCP' }] }],
  } as unknown as Pod['spec'],
  status: {
    phase: look.phase ?? 'Running',
    podIP: ip,
    conditions: [
      {
        type: 'Ready',
        status: look.ready === false ? 'False' : 'True',
        lastTransitionTime: look.at ?? '2026-01-01T00:00:05Z',
      },
    ],
  },
});
const ips = (found: readonly { readonly ip: string }[] | undefined): string[] => (found ?? []).map(({ ip }) => ip);

test('endpoints: ready, not ready, terminating, finished, without address', () => {
  const pods = [
    pod('10.0.0.2'),
    pod('10.0.0.1'),
    pod('10.0.0.3', { ready: false }),
    pod('10.0.0.4', { deleting: true }),
    pod('10.0.0.5', { phase: 'Succeeded' }),
    pod(''),
  ];
  const [subset, ...others] = subsetsOf(service(), pods);
  assert.deepEqual(others, []);
  assert.deepEqual(ips(subset?.addresses), ['10.0.0.1', '10.0.0.2']);
  assert.deepEqual(ips(subset?.notReadyAddresses), ['10.0.0.3']);
  assert.deepEqual(subset?.ports, [{ name: 'http', port: 8080, protocol: 'TCP' }]);
  assert.deepEqual(subset?.addresses?.[0], {
    ip: '10.0.0.1',
    nodeName: 'n1',
    targetRef: { kind: 'Pod', namespace: 'default', name: 'p-10.0.0.1', uid: 'uid-10.0.0.1' },
  });
  const all = subsetsOf(service({ publishNotReadyAddresses: true }), pods);
  assert.deepEqual(ips(all[0]?.addresses), ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4']);
});
test('endpoints: named target ports: pods with other numbers stand in other subsets', () => {
  const named = service({ ports: [{ protocol: 'TCP', port: 80, targetPort: 'metrics' }] });
  const subsets = subsetsOf(named, [pod('10.0.0.1'), pod('10.0.0.2', { port: 9999 })]);
  assert.deepEqual(
    subsets.map(({ addresses, ports }) => [ips(addresses), ports?.[0]?.port]),
    [
      [['10.0.0.1'], 9090],
      [['10.0.0.2'], 9999],
    ],
  );
  const unknown = service({ ports: [{ protocol: 'TCP', port: 80, targetPort: 'nope' }] });
  assert.deepEqual(subsetsOf(unknown, [pod('10.0.0.1')]), []);
});
test('endpoints: headless: labelled so, and without ports addresses alone', () => {
  const made = endpointsOf(service({ clusterIP: 'None', ports: [] }), [pod('10.0.0.1')], undefined);
  assert.deepEqual(made.metadata.labels, {
    team: 'a',
    'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    'service.kubernetes.io/headless': '',
  });
  assert.equal(made.subsets?.[0]?.ports, undefined);
  assert.deepEqual(subsetsOf(service({ ports: [] }), [pod('10.0.0.1')]), []);
});
test('endpoints: too many: cut at a thousand, ready ones kept, and said so', () => {
  const pods = Array.from({ length: ADDRESSES_MAX + 5 }, (_, i) =>
    pod(`10.0.${Math.floor(i / 250)}.${i % 250}`, { ready: i % 2 === 0 }),
  );
  const made = endpointsOf(service(), pods, undefined);
  const [subset] = made.subsets ?? [];
  assert.equal(subset?.addresses?.length, 503);
  assert.equal(subset?.notReadyAddresses?.length, ADDRESSES_MAX - 503);
  assert.equal(made.metadata.annotations?.['endpoints.kubernetes.io/over-capacity'], 'truncated');
  const after = endpointsOf(service(), pods.slice(0, 3), made as Endpoints);
  assert.equal(after.metadata.annotations?.['endpoints.kubernetes.io/over-capacity'], undefined);
});
test('endpoints: trigger time: the last change of readiness', () => {
  const made = endpointsOf(service(), [pod('10.0.0.1', { at: '2026-01-01T00:09:00Z' }), pod('10.0.0.2')], undefined);
  assert.equal(made.metadata.annotations?.['endpoints.kubernetes.io/last-change-trigger-time'], '2026-01-01T00:09:00Z');
});
