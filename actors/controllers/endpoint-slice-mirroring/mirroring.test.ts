import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENDPOINT_SLICES, ENDPOINTS, SERVICES } from '../../api/resource.ts';
import type { EndpointSlice, Endpoints, Service } from '../../api/types/service.ts';
import { Story } from '../manager/cluster.fixture.ts'; // tidy: a fixture of tests
import { endpointSliceMirroring } from './index.ts';
import { ADDRESSES_MAX, isMirrored, plan } from './logic.ts';

const ports = [{ name: 'db', port: 5432, protocol: 'TCP' }];
const endpoints = (subsets: Endpoints['subsets'], metadata: object = {}): Endpoints =>
  ({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'db', namespace: 'default', uid: 'u', ...metadata },
    subsets,
  }) as unknown as Endpoints;

test('mirroring: plan: a slice a family and set of ports, ready and not; what is no address is left out', () => {
  const given = endpoints([
    {
      addresses: [{ ip: '10.0.0.9' }, { ip: 'fd00::9' }],
      notReadyAddresses: [{ ip: '10.0.0.10' }, { ip: 'x' }],
      ports,
    },
    { addresses: [{ ip: '10.0.0.9' }], ports: [{ port: 80, protocol: 'TCP' }] },
  ]);
  const { create, update, remove, invalid, surplus } = plan(given, []);
  assert.deepEqual([update.length, remove.length, invalid, surplus], [0, 0, 1, 0]);
  assert.deepEqual(
    create.map(({ addressType, endpoints: all, ports: at }) => [
      addressType,
      all?.map((one) => `${one?.addresses?.[0]} ${one?.conditions?.ready}`),
      at?.[0]?.port,
    ]),
    [
      ['IPv4', ['10.0.0.9 true', '10.0.0.10 false'], 5432],
      ['IPv4', ['10.0.0.9 true'], 80],
      ['IPv6', ['fd00::9 true'], 5432],
    ],
  );
  const made = create.map((slice, i) => ({ ...slice, metadata: { ...slice.metadata, name: `db-${i}` } }));
  const again = plan(given, made as unknown as EndpointSlice[]);
  assert.deepEqual([again.create.length, again.update.length, again.remove.length], [0, 0, 0]);
});
test('mirroring: plan: more addresses than may be: the rest is counted', () => {
  const addresses = Array.from({ length: ADDRESSES_MAX + 5 }, (_, i) => ({ ip: `10.0.${i >> 8}.${i & 255}` }));
  const { create, surplus } = plan(endpoints([{ addresses, ports }]), []);
  assert.deepEqual([create.length, create[0]?.endpoints?.length, surplus], [1, ADDRESSES_MAX, 5]);
});
test('mirroring: whose Endpoints: of a Service without selector, unless they say otherwise', () => {
  const service = (spec: object): Service => ({ spec }) as unknown as Service;
  const table: [Endpoints, Service | undefined, boolean][] = [
    [endpoints([]), service({}), true],
    [endpoints([]), undefined, false],
    [endpoints([]), service({ selector: { app: 'x' } }), false],
    [endpoints([], { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }), service({}), false],
    [endpoints([], { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }), service({}), false],
  ];
  for (const [one, of, expected] of table) assert.equal(isMirrored(one, of), expected);
});
test('mirroring: a custom Endpoints: mirrored through create, update and delete', () => {
  const story = new Story();
  story.manager('m', [endpointSliceMirroring]);
  const slices = story.seen(ENDPOINT_SLICES);
  const mirrored = (): readonly EndpointSlice[] =>
    slices.list('default').filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'db');
  const ips = (): string =>
    mirrored()
      .flatMap((slice) => slice.endpoints.flatMap((one) => one.addresses))
      .join();
  story.create(SERVICES, 'default', 'db', { spec: { ports: [{ port: 5432, name: 'db' }] } });
  story.create(ENDPOINTS, 'default', 'db', { subsets: [{ addresses: [{ ip: '10.9.0.1' }], ports }] });
  story.until('mirrored', () => ips() === '10.9.0.1');
  const [slice] = mirrored();
  assert.equal(
    slice?.metadata.labels?.['endpointslice.kubernetes.io/managed-by'],
    'endpointslicemirroring-controller.k8s.io',
  );
  assert.equal(slice?.metadata.ownerReferences?.[0]?.kind, 'Endpoints');
  const subsets = [{ addresses: [{ ip: '10.9.0.2' }], ports }];
  story.do('update', story.client.patch(ENDPOINTS, 'default', 'db', { subsets }));
  story.until('follows', () => ips() === '10.9.0.2');
  assert.equal(mirrored()[0]?.metadata.uid, slice?.metadata.uid, 'the same slice');
  story.do('delete', story.client.delete(ENDPOINTS, 'default', 'db'));
  story.until('gone', () => mirrored().length === 0);
});
