import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  assert.match(refusal({ clusterIP: '10.1.0.7' }), /^422 Invalid: .*is not in the valid range/);
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
