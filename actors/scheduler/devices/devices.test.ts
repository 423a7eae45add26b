import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceConstraint, DeviceRequest, ExactRequest } from '../../api/types/devices.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import { node, pod } from '../fixtures.ts';
import { Rig } from '../rig.ts';

const DRIVER = 'gpu.example.com';
const object = (kind: string, name: string, more: object, namespace?: string): KubeObject => ({
  apiVersion: 'resource.k8s.io/v1',
  kind,
  metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '', ...(namespace && { namespace }) },
  ...more,
});
const gpu = (name: string, memory: string, numa = 0): object => ({
  name,
  attributes: {
    model: { string: memory === '80Gi' ? 'large' : 'small' },
    numa: { int: numa },
    driverVersion: { version: '1.2.3' },
  },
  capacity: { memory: { value: memory } },
});
const slice = (nodeName: string, devices: readonly object[], more: object = {}): KubeObject =>
  object('ResourceSlice', `slice-${nodeName}`, {
    spec: {
      driver: DRIVER,
      pool: { name: nodeName, generation: 1, resourceSliceCount: 1 },
      nodeName,
      devices,
      ...more,
    },
  });
const gpus = (expression?: string): KubeObject =>
  object('DeviceClass', 'gpu', { spec: { selectors: expression === undefined ? [] : [{ cel: { expression } }] } });
const exactly = (more: Partial<ExactRequest> = {}): ExactRequest => ({ deviceClassName: 'gpu', ...more });
const claim = (
  name: string,
  requests: readonly DeviceRequest[],
  constraints: readonly DeviceConstraint[] = [],
): KubeObject => object('ResourceClaim', name, { spec: { devices: { requests, constraints } } }, 'default');
const using = (name: string, ...claims: string[]): Pod =>
  pod(name, { resourceClaims: claims.map((resourceClaimName) => ({ name: resourceClaimName, resourceClaimName })) });
const rig = (...objects: KubeObject[]): Rig => {
  const made = new Rig().node(node('a'), node('b'));
  for (const one of objects) made.cluster.devices.set(one, false);
  return made;
};
const why = (made: Rig, one: Pod): string =>
  made.answer(one).replace(/^0\/\d+ nodes are available: (.*?)\. no new claims.*$/, '$1');
const cel = (expression: string) => exactly({ selectors: [{ cel: { expression } }] });

test('devices: selectors in CEL: attributes, capacities, versions, a domain that is not there', () => {
  const asks = (expression: string): string =>
    why(
      rig(
        gpus(`device.driver == '${DRIVER}'`),
        slice('a', [gpu('g', '40Gi')]),
        slice('b', [gpu('g', '80Gi')]),
        claim('c', [{ name: 'r', exactly: cel(expression) }]),
      ),
      using('p', 'c'),
    );
  assert.equal(asks(`device.attributes['${DRIVER}'].model == 'large'`), 'b');
  assert.equal(asks(`device.capacity['${DRIVER}'].memory.compareTo(quantity('50Gi')) < 0`), 'a');
  assert.equal(
    asks(`device.attributes['${DRIVER}'].driverVersion.isGreaterThan(semver('2.0.0'))`),
    '2 cannot allocate all claims',
  );
  assert.equal(asks(`'x' in device.attributes['other.example.com']`), '2 cannot allocate all claims');
  assert.match(asks(`device.attributes['${DRIVER}'].missing == 'x'`), /^2 CEL runtime error: no such key: missing/);
});
test('devices: one owner each: taken until the claim goes; a claim that is allocated binds its pods to the node', () => {
  const made = rig(
    gpus(),
    slice('a', [gpu('g', '40Gi')]),
    claim('c', [{ name: 'r', exactly: exactly() }]),
    claim('d', [{ name: 'r', exactly: exactly() }]),
  );
  made.pod(using('p', 'c'));
  const first = made.cycle();
  assert(first?.type === 'assigned' && first.node === 'a');
  assert.equal(why(made, using('q', 'd')), '2 cannot allocate all claims');
  assert.equal(why(made, using('other', 'c')), 'a');
  made.node(node('a', { spec: { unschedulable: true } }));
  assert.equal(why(made, using('r', 'c')), '1 node(s) were unschedulable, 1 resourceclaim not available on the node');
  made.scheduler.unbound(first, false, 0);
  assert.equal(made.cluster.devices.taken().size, 0);
});
test('devices: counts, all of them, alternatives, constraints', () => {
  const pool = [gpu('g0', '40Gi', 0), gpu('g1', '40Gi', 1), gpu('g2', '40Gi', 1)];
  const answer = (
    request: DeviceRequest,
    constraints: readonly DeviceConstraint[] = [],
  ): readonly string[] | string => {
    const made = rig(gpus(), slice('a', pool), claim('c', [request], constraints));
    made.pod(using('p', 'c'));
    const decision = made.cycle();
    return decision?.type === 'assigned' ? [...made.cluster.devices.taken()].map((id) => id.split('/')[2]!) : 'nowhere';
  };
  const two = { name: 'r', exactly: exactly({ count: 2 }) };
  assert.deepEqual(answer(two), ['g0', 'g1']);
  assert.deepEqual(
    answer(two, [{ matchAttribute: `${DRIVER}/numa` }]),
    ['g1', 'g2'],
    'taken back where the constraint fails',
  );
  assert.equal(
    answer({ name: 'r', exactly: exactly({ count: 3 }) }, [{ distinctAttribute: `${DRIVER}/numa` }]),
    'nowhere',
  );
  assert.deepEqual(answer({ name: 'r', exactly: exactly({ allocationMode: 'All' }) }), ['g0', 'g1', 'g2']);
  const large = { name: 'large', ...cel(`device.attributes['${DRIVER}'].model == 'large'`) };
  assert.deepEqual(answer({ name: 'r', firstAvailable: [large, { name: 'any', ...exactly() }] }), ['g0']);
  assert.deepEqual(answer({ name: 'r', exactly: exactly({ adminAccess: true }) }), [], 'who only looks owns nothing');
});
test('devices: a claim that is not there, a class that is not there, a pool that is not told completely', () => {
  const made = rig(
    gpus(),
    slice('a', [gpu('g', '40Gi')], { pool: { name: 'a', generation: 1, resourceSliceCount: 2 } }),
    claim('c', [{ name: 'r', exactly: exactly() }]),
    claim('odd', [{ name: 'r', exactly: exactly({ deviceClassName: 'fpga' }) }]),
  );
  made.pod(using('early', 'later'));
  assert.equal(made.scheduler.queue.count('gated'), 1);
  assert.equal(why(made, using('p', 'c')), '2 cannot allocate all claims');
  assert.equal(why(made, using('q', 'odd')), 'request r: device class fpga does not exist');
  const later = claim('later', []);
  made.cluster.devices.set(later, false);
  made.scheduler.happened({ kind: 'ResourceClaimChange', object: later }, 0);
  assert.equal(made.scheduler.queue.count('gated'), 0);
});
test('devices: allocated where its pod cannot go, and used by nobody: given up', () => {
  const made = rig(gpus(), slice('a', [gpu('g', '40Gi')]));
  const terms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }];
  const allocation = { devices: { results: [] }, nodeSelector: { nodeSelectorTerms: terms } };
  const message = (reservedFor: readonly object[]): string => {
    made.cluster.devices.set({ ...claim('c', []), status: { allocation, reservedFor } } as KubeObject, false);
    return made.answer(using('p', 'c'));
  };
  made.node(node('a', { spec: { unschedulable: true } }));
  assert.match(
    message([]),
    /1 resourceclaim not available on the node\. deallocation of ResourceClaim completed, preemption: /,
  );
  assert.match(message([{ resource: 'pods', name: 'x', uid: 'x' }]), /no new claims to deallocate/);
});
