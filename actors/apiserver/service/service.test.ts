import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inbox } from '../../../runtime/address.ts';
import { ETCD } from '../../etcd/protocol.ts';
import { type Any, Rig } from '../rig.ts';

const service = (name: string, spec: object = {}): Any => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
});

test('services: two servers, a small network: no address twice, then full, then free again', () => {
  const rig = new Rig({ servers: 2, latencyMs: [0.1, 5], spec: { serviceCidr: '10.1.0.0/28' } });
  const ips: string[] = [];
  let done = 0;
  let refused = 0;
  for (let i = 0; i < 16; i++)
    rig.send('create', 'services', { body: service(`s${i}`) }, (reply: Any) => {
      done++;
      if (reply.type === 'api.object') ips.push(reply.object.spec.clusterIP);
      else {
        refused++;
        assert.match(reply.fault.message, /range is full|already allocated/);
      }
    });
  rig.world.until('all answered', () => done === 16);
  // 14 addresses, one of them the API server's.
  assert.deepEqual([new Set(ips).size, ips.length, refused], [13, 13, 3]);
  const some = rig.ok('list', 'services').items.find((item: Any) => item.metadata.name !== 'kubernetes');
  rig.ok('delete', 'services', { name: some.metadata.name });
  assert.equal(rig.ok('create', 'services', { body: service('again') }).spec.clusterIP, some.spec.clusterIP);
});

test('services: what the user asks for: given, or refused in the words of Kubernetes', () => {
  const rig = new Rig();
  const create = (name: string, spec: object): Any => rig.ok('create', 'services', { body: service(name, spec) }).spec;
  assert.equal(create('own', { clusterIP: '10.96.0.77' }).clusterIP, '10.96.0.77');
  assert.equal(create('headless', { clusterIP: 'None' }).clusterIP, 'None');
  assert.equal(create('outside', { type: 'ExternalName', externalName: 'example.com' }).clusterIP, undefined);
  assert.equal(create('port', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] }).ports[0].nodePort, 30_080);
  const both = [
    { name: 'a', port: 53, protocol: 'TCP' },
    { name: 'b', port: 53, protocol: 'UDP' },
  ];
  const twin = create('twin', { type: 'LoadBalancer', ports: both });
  assert.equal(twin.ports[0].nodePort, twin.ports[1].nodePort);
  const refusal = (spec: object): string => rig.refusal('create', 'services', { body: service('x', spec) });
  assert.match(refusal({ clusterIP: '10.96.0.77' }), /^422 Invalid: .*provided IP is already allocated/);
  assert.match(
    refusal({ clusterIP: '10.1.0.7' }),
    /^422 Invalid: .*the provided network does not match the current range/,
  );
  const taken = { type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] };
  assert.match(refusal(taken), /^422 Invalid: .*nodePort: Invalid value: 30080: provided port is already allocated/);
  assert.match(refusal({ type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }), /not in the valid range/);
});

test('services: changed: keeps what it has, takes and gives back ports', () => {
  const rig = new Rig();
  const made = rig.ok('create', 'services', { body: service('s') });
  const patch = (spec: object): Any =>
    rig.ok('patch', 'services', { name: 's', patchType: 'merge', body: { spec } }).spec;
  const opened = patch({ type: 'NodePort' });
  assert.equal(opened.clusterIP, made.spec.clusterIP);
  const { nodePort } = opened.ports[0];
  assert.ok(nodePort >= 30_000 && nodePort <= 32_767);
  assert.equal(patch({ ports: [{ port: 80, targetPort: 8080 }] }).ports[0].nodePort, nodePort);
  assert.equal(patch({ type: 'ClusterIP' }).ports[0].nodePort, undefined);
  const again = { type: 'NodePort', ports: [{ port: 80, nodePort }] };
  assert.equal(rig.ok('create', 'services', { body: service('t', again) }).spec.ports[0].nodePort, nodePort);
});

const NETWORK = { group: 'networking.k8s.io' } as const;
const addresses = (rig: Rig): readonly string[] =>
  rig
    .ok('list', 'ipaddresses', { ...NETWORK, namespace: '' })
    .items.map(({ metadata }: Any) => metadata.name)
    .filter((name: string) => name !== '10.96.0.1' && name !== '10.1.0.1')
    .sort();

test('services: cluster IPs: an IPAddress each, made and removed with the Service', () => {
  const rig = new Rig();
  rig.ok('create', 'services', { body: service('s', { clusterIP: '10.96.3.4' }) });
  const address = rig.ok('get', 'ipaddresses', { ...NETWORK, namespace: '', name: '10.96.3.4' });
  assert.deepEqual(address.spec, { parentRef: { resource: 'services', namespace: 'default', name: 's' } });
  assert.deepEqual(address.metadata.labels, {
    'ipaddress.kubernetes.io/ip-family': 'IPv4',
    'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
  });
  rig.ok('patch', 'services', {
    name: 's',
    patchType: 'merge',
    body: { spec: { type: 'ExternalName', externalName: 'x.y' } },
  });
  assert.deepEqual(addresses(rig), []);
  const back = rig.ok('patch', 'services', { name: 's', patchType: 'merge', body: { spec: { type: 'ClusterIP' } } });
  assert.deepEqual(addresses(rig), [back.spec.clusterIP]);
  rig.ok('delete', 'services', { name: 's' });
  assert.deepEqual(addresses(rig), []);
});

test('services: an address is somebody else: not given, and not taken from them', () => {
  const rig = new Rig();
  const spec = { parentRef: { group: 'example.com', resource: 'gateways', name: 'g' } };
  const metadata = { name: '10.96.3.4' };
  const body = { apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress', metadata, spec };
  rig.ok('create', 'ipaddresses', { ...NETWORK, namespace: '', body });
  const refused = rig.refusal('create', 'services', { body: service('s', { clusterIP: '10.96.3.4' }) });
  assert.match(refused, /^422 Invalid: .*failed to allocate IP 10.96.3.4: provided IP is already allocated/);
});

test('services: dry runs and refused ones: nothing is held', () => {
  const rig = new Rig();
  const options = { dryRun: true };
  const spec = { type: 'NodePort', clusterIP: '10.96.3.4', ports: [{ port: 80, nodePort: 30_001 }] };
  rig.ok('create', 'services', { body: service('s', spec), options });
  assert.equal(rig.ok('create', 'services', { body: service('t'), options }).spec.clusterIP, '10.96.0.0');
  rig.refusal('create', 'services', { body: service('u', { ...spec, sessionAffinity: 'None!' }) });
  assert.deepEqual(addresses(rig), []);
  rig.ok('create', 'services', { body: service('s', spec) });
  assert.match(
    rig.refusal('create', 'services', { body: service('s', { ports: [{ port: 1 }] }) }),
    /^409 AlreadyExists/,
  );
  assert.deepEqual(addresses(rig), ['10.96.3.4']);
  rig.ok('delete', 'services', { name: 's', options });
  assert.deepEqual(addresses(rig), ['10.96.3.4']);
});

test('services: addresses drawn: of the upper part, the lower one is for those that are named', () => {
  const rig = new Rig({ spec: { serviceCidr: '10.1.0.0/24' } });
  for (let i = 0; i < 30; i++) {
    const { spec } = rig.ok('create', 'services', { body: service(`s${i}`, { type: 'NodePort' }) });
    assert.ok(Number(spec.clusterIP.split('.')[3]) > 16, spec.clusterIP);
    assert.ok(spec.ports[0].nodePort >= 30_086, spec.ports[0].nodePort);
  }
});

test('services: two families: one or both, one more and one less', () => {
  const rig = new Rig({ spec: { serviceCidr: '10.1.0.0/24,fd00:10:1::/112' } });
  const create = (name: string, spec: object): Any => rig.ok('create', 'services', { body: service(name, spec) }).spec;
  const patch = (name: string, spec: object): Any =>
    rig.ok('patch', 'services', { name, patchType: 'merge', body: { spec } }).spec;
  assert.deepEqual(create('one', {}).ipFamilies, ['IPv4']);
  assert.match(create('six', { ipFamilies: ['IPv6'] }).clusterIP, /^fd00:10:1::/);
  const both = create('both', { ipFamilyPolicy: 'PreferDualStack' });
  assert.deepEqual([both.ipFamilies, both.clusterIPs.length], [['IPv4', 'IPv6'], 2]);
  assert.equal(addresses(rig).length, 4);
  const more = patch('one', { ipFamilyPolicy: 'RequireDualStack' });
  assert.deepEqual([more.ipFamilies, more.clusterIPs.length], [['IPv4', 'IPv6'], 2]);
  assert.equal(addresses(rig).length, 5);
  const less = patch('one', { ipFamilyPolicy: 'SingleStack' });
  assert.deepEqual([less.ipFamilies, less.clusterIPs], [['IPv4'], [more.clusterIP]]);
  assert.equal(addresses(rig).length, 4);
  const body = { spec: { clusterIPs: [both.clusterIP] } };
  assert.match(
    rig.refusal('patch', 'services', { name: 'both', patchType: 'merge', body }),
    /ipFamilyPolicy: Invalid value: "PreferDualStack": must be 'SingleStack' to release the secondary cluster IP/,
  );
  const alone = { clusterIP: 'None' };
  assert.deepEqual(create('alone', alone).ipFamilies, ['IPv4', 'IPv6']);
  assert.deepEqual(create('chosen', { ...alone, selector: { a: 'b' } }).ipFamilies, ['IPv4']);
});

test('services: one family: the other one is refused', () => {
  const rig = new Rig();
  const refusal = (spec: object): string => rig.refusal('create', 'services', { body: service('x', spec) });
  assert.match(
    refusal({ ipFamilies: ['IPv6'] }),
    /ipFamilies\[0\]: Invalid value: "IPv6": not configured on this cluster/,
  );
  assert.match(
    refusal({ ipFamilyPolicy: 'RequireDualStack' }),
    /this cluster is not configured for dual-stack services/,
  );
  assert.match(refusal({ clusterIP: 'fd00::1' }), /clusterIPs\[0\]: .*: IPv6 is not configured on this cluster/);
});

test('services: another ServiceCIDR: given from as long as it is ready', () => {
  const rig = new Rig();
  const all = { ...NETWORK, namespace: '' };
  const metadata = { name: 'more' };
  const body = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata, spec: { cidrs: ['10.9.0.0/24'] } };
  const wanted = { body: service('s', { clusterIP: '10.9.0.7' }) };
  assert.match(rig.refusal('create', 'services', wanted), /does not match the current range/);
  rig.ok('create', 'servicecidrs', { ...all, body });
  const ready = (status: string): void => {
    const at = '2026-01-01T00:00:00Z';
    const conditions = [{ type: 'Ready', status, reason: 'R', message: '', lastTransitionTime: at }];
    const patch = { status: { conditions } };
    rig.ok('patch', 'servicecidrs', { ...all, name: 'more', subresource: 'status', patchType: 'merge', body: patch });
    rig.world.advance(10);
  };
  ready('False');
  assert.match(rig.refusal('create', 'services', wanted), /does not match the current range/);
  ready('True');
  assert.equal(rig.ok('create', 'services', wanted).spec.clusterIP, '10.9.0.7');
  const last = { body: service('t', { clusterIP: '10.9.0.255' }) };
  assert.match(rig.refusal('create', 'services', last), /does not match the current range/);
});

test('services: a load balancer that asks nodes: a port for it, given back', () => {
  const rig = new Rig();
  const local = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', allocateLoadBalancerNodePorts: false };
  const made = rig.ok('create', 'services', { body: service('s', local) }).spec;
  assert.ok(made.healthCheckNodePort >= 30_086);
  assert.equal(made.ports[0].nodePort, undefined);
  const taken = { type: 'NodePort', ports: [{ port: 80, nodePort: made.healthCheckNodePort }] };
  assert.match(rig.refusal('create', 'services', { body: service('t', taken) }), /provided port is already allocated/);
  const body = { spec: { externalTrafficPolicy: 'Cluster' } };
  const shared = rig.ok('patch', 'services', { name: 's', patchType: 'merge', body }).spec;
  assert.equal(shared.healthCheckNodePort, undefined);
  rig.ok('create', 'services', { body: service('t', taken) });
  const again = { ...local, healthCheckNodePort: made.healthCheckNodePort };
  assert.match(
    rig.refusal('create', 'services', { body: service('u', again) }),
    /^422 .*failed to allocate requested HealthCheck NodePort \d+: provided port is already allocated/,
  );
});

test('services: removed: its Endpoints go along', () => {
  const rig = new Rig();
  rig.ok('create', 'services', { body: service('s') });
  const metadata = { name: 's' };
  rig.ok('create', 'endpoints', { body: { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets: [] } });
  rig.ok('delete', 'services', { name: 's' });
  assert.match(rig.refusal('get', 'endpoints', { name: 's' }), /^404/);
});

const SWEEP_MS = 61_000;
const events = (rig: Rig): readonly string[] =>
  rig.ok('list', 'events').items.map(({ reason, message }: Any) => `${reason}: ${message}`);

test('services: an IPAddress is removed or made by hand: set right, and told', () => {
  const rig = new Rig();
  const all = { ...NETWORK, namespace: '' };
  rig.ok('create', 'services', { body: service('s', { clusterIP: '10.96.3.4' }) });
  const before = rig.ok('get', 'ipaddresses', { ...all, name: '10.96.3.4' });
  rig.ok('delete', 'ipaddresses', { ...all, name: '10.96.3.4' });
  const { labels } = before.metadata;
  const leaked = { ...before, metadata: { name: '10.96.3.5', labels } };
  leaked.spec = { parentRef: { resource: 'services', namespace: 'default', name: 'gone' } };
  rig.ok('create', 'ipaddresses', { ...all, body: leaked });
  const wrong = { ...before, metadata: { name: '10.96.3.6', labels } };
  rig.ok('create', 'ipaddresses', { ...all, body: wrong });
  rig.world.advance(2 * SWEEP_MS);
  assert.deepEqual(addresses(rig), ['10.96.3.4']);
  assert.deepEqual(events(rig).toSorted(), [
    'ClusterIPNotAllocated: Cluster IP [IPv4]: 10.96.3.4 is not allocated; repairing',
    'IPAddressNotAllocated: IPAddress: 10.96.3.5 for Service default/gone appears to have leaked: cleaning up',
    'IPAddressWrongReference: IPAddress: 10.96.3.6 for Service default/s has a wrong reference; cleaning up',
  ]);
});

test('services: the first ServiceCIDR and the Service of the API are removed: they come back', () => {
  const rig = new Rig();
  rig.ok('delete', 'servicecidrs', { ...NETWORK, namespace: '', name: 'kubernetes' });
  rig.ok('delete', 'services', { name: 'kubernetes' });
  rig.world.advance(SWEEP_MS);
  const { conditions } = rig.ok('get', 'servicecidrs', { ...NETWORK, namespace: '', name: 'kubernetes' }).status;
  assert.equal(conditions[0].message, 'Kubernetes default Service CIDR is ready');
  assert.equal(rig.ok('get', 'services', { name: 'kubernetes' }).spec.clusterIP, '10.96.0.1');
});

test('services: the key of a node port is lost or left: made again, and given up after some rounds', () => {
  const rig = new Rig();
  const opened = (port: number): object => ({ type: 'NodePort', ports: [{ port: 80, nodePort: port }] });
  rig.ok('create', 'services', { body: service('s', opened(30_001)) });
  const [lost, left] = [30_001, 30_002].map((port) => `/orrery/services/nodeports/${port}`);
  const change = { type: 'etcd.txn', id: 'by-hand', compare: [], else: [] };
  const operations = [
    { op: 'delete', key: lost, subjects: [] },
    { op: 'put', key: left, value: new Uint8Array(), subjects: [] },
  ];
  let done = false;
  // biome-ignore lint/suspicious/noThenProperty: etcd's word
  rig.world.bus.request(inbox('sim', ETCD), { ...change, then: operations } as Any, 5_000, ({ ok }) => {
    done = ok;
  });
  rig.world.until('written', () => done);
  const refusal = (port: number): string => rig.refusal('create', 'services', { body: service('t', opened(port)) });
  assert.match(refusal(30_002), /already allocated/);
  rig.world.advance(SWEEP_MS);
  assert.match(refusal(30_001), /already allocated/);
  assert.deepEqual(events(rig), ['PortNotAllocated: Port 30001 is not allocated; repairing']);
  assert.match(refusal(30_002), /already allocated/);
  rig.world.advance(4 * SWEEP_MS);
  rig.ok('create', 'services', { body: service('t', opened(30_002)) });
});
