import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node } from '../../api/types/cluster.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { EndpointSlice, Service, ServiceSpec } from '../../api/types/service.ts';
import type { Plan } from '../../client/workload/slices.ts';
import { plan } from './logic.ts';

const service = (spec: Partial<ServiceSpec> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'web',
    namespace: 'default',
    uid: 's',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
  spec: {
    type: 'ClusterIP',
    selector: { app: 'web' },
    sessionAffinity: 'None',
    ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }],
    ...spec,
  },
  status: {},
});
const pod = (n: number, look: { ready?: boolean; deleting?: boolean; ip?: string; port?: number } = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `p${n}`,
    namespace: 'default',
    uid: `uid-${n}`,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...(look.deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
  },
  spec: {
    nodeName: 'n1',
    containers: [{ ports: [{ name: 'web', containerPort: look.port ?? 80, protocol: 'TCP' }] }],
  } as unknown as Pod['spec'],
  status: {
    phase: 'Running',
    podIP: look.ip ?? `10.0.${Math.floor(n / 250)}.${n % 250}`,
    conditions: [{ type: 'Ready', status: look.ready === false ? 'False' : 'True' }],
  },
});
const pods = (from: number, to: number): Pod[] => Array.from({ length: to - from }, (_, i) => pod(from + i));
const zoned = (): Node => ({ metadata: { labels: { 'topology.kubernetes.io/zone': 'z1' } } }) as unknown as Node;
let made = 0;
/** The slices as they are after the plan. */
const after = (slices: readonly EndpointSlice[], { create, update, remove }: Plan): EndpointSlice[] => [
  ...slices
    .filter((slice) => !remove.includes(slice))
    .map((slice) => update.find((one) => one.metadata.uid === slice.metadata.uid) ?? slice),
  ...create.map((slice) => ({ ...slice, metadata: { ...slice.metadata, uid: `slice-${++made}` } }) as EndpointSlice),
];
const sizes = (slices: readonly EndpointSlice[]): number[] => slices.map((slice) => slice.endpoints.length);
const counts = ({ create, update, remove }: Plan): number[] => [create.length, update.length, remove.length];

test('endpoint slices: a new service: slices of a hundred, labelled, owned, with zone and conditions', () => {
  const wanted = plan(service(), pods(0, 250), [], zoned);
  assert.deepEqual(
    wanted.create.map((slice) => slice.endpoints?.length),
    [100, 100, 50],
  );
  const { metadata, endpoints, ports, addressType } = wanted.create[0]!;
  assert.equal(metadata.generateName, 'web-');
  assert.deepEqual(metadata.labels, {
    'kubernetes.io/service-name': 'web',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  });
  assert.equal(metadata.ownerReferences?.[0]?.uid, 's');
  assert.deepEqual(ports, [{ name: '', port: 8080, protocol: 'TCP' }]);
  assert.equal(addressType, 'IPv4');
  assert.deepEqual(endpoints?.[0], {
    addresses: ['10.0.0.0'],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: 'n1',
    targetRef: { kind: 'Pod', namespace: 'default', name: 'p0', uid: 'uid-0' },
    zone: 'z1',
  });
});
test('endpoint slices: nothing changed: nothing is written', () => {
  const slices = after([], plan(service(), pods(0, 150), [], zoned));
  assert.deepEqual(counts(plan(service(), pods(0, 150), slices, zoned)), [0, 0, 0]);
});
test('endpoint slices: nobody there: one empty slice, which is filled later', () => {
  const empty = after([], plan(service(), [], [], zoned));
  assert.deepEqual(sizes(empty), [0]);
  assert.deepEqual(counts(plan(service(), [], empty, zoned)), [0, 0, 0]);
  const filled = plan(service(), pods(0, 1), empty, zoned);
  assert.deepEqual(counts(filled), [0, 1, 0]);
  assert.deepEqual(sizes(after(empty, filled)), [1]);
  assert.deepEqual(after(empty, filled)[0]?.ports?.length, 1);
});
test('endpoint slices: one pod more or less or other: one slice changes', () => {
  const slices = after([], plan(service(), pods(0, 250), [], zoned));
  assert.deepEqual(counts(plan(service(), pods(0, 251), slices, zoned)), [0, 1, 0]);
  assert.deepEqual(counts(plan(service(), pods(1, 250), slices, zoned)), [0, 1, 0]);
  assert.deepEqual(counts(plan(service(), [pod(0, { ready: false }), ...pods(1, 250)], slices, zoned)), [0, 1, 0]);
  const replaced = plan(service(), pods(1, 251), slices, zoned);
  assert.deepEqual(sizes(after(slices, replaced)), [100, 100, 50]);
  assert.deepEqual(counts(replaced), [0, 1, 0]);
});
test('endpoint slices: many at once: full slices are new, the rest goes where there is room', () => {
  const slices = after([], plan(service(), pods(0, 3), [], zoned));
  assert.deepEqual(sizes(after(slices, plan(service(), pods(0, 230), slices, zoned))), [30, 100, 100]);
});
test('endpoint slices: terminating: not ready, still serving', () => {
  const conditions = (spec: Partial<ServiceSpec>, one: Pod) =>
    plan(service(spec), [one], [], zoned).create[0]?.endpoints?.[0]?.conditions;
  const leaving = pod(1, { deleting: true });
  assert.deepEqual(conditions({}, leaving), { ready: false, serving: true, terminating: true });
  assert.deepEqual(conditions({ publishNotReadyAddresses: true }, leaving), {
    ready: true,
    serving: true,
    terminating: true,
  });
});
test('endpoint slices: other ports, other families: other slices', () => {
  const named = service({ ports: [{ protocol: 'TCP', port: 80, targetPort: 'web' }] });
  const slices = after([], plan(named, [pod(1), pod(2, { port: 81 })], [], zoned));
  assert.deepEqual(
    slices.map((slice) => slice.ports?.[0]?.port),
    [80, 81],
  );
  const moved = plan(named, [pod(1)], slices, zoned);
  assert.deepEqual(counts(moved), [0, 0, 1]);
  const six = plan(service({ clusterIP: 'fd00::1' }), [pod(1), pod(2, { ip: 'fd00::2' })], slices, zoned);
  assert.deepEqual(
    six.create.map(({ addressType, endpoints }) => [addressType, endpoints?.length]),
    [['IPv6', 1]],
  );
  assert.equal(six.remove.length, 2);
});
