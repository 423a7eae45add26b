import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import { node, pod } from '../fixtures.ts';
import { Rig } from '../rig.ts';

const ZONE = 'topology.kubernetes.io/zone';
const object = (apiVersion: string, kind: string, name: string, more: object, namespace?: string): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '', ...(namespace && { namespace }) },
  ...more,
});
const WRITE = { accessModes: ['ReadWriteOnce'] };
const on = (...names: string[]) => ({
  required: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: names }] }] },
});
const volume = (name: string, spec: object = {}): KubeObject =>
  object('v1', 'PersistentVolume', name, {
    spec: { capacity: { storage: '10Gi' }, storageClassName: 'late', ...WRITE, ...spec },
    status: { phase: 'Available' },
  });
const claim = (name: string, spec: object = {}): KubeObject => {
  const requests = { storage: '5Gi' };
  const made = object(
    'v1',
    'PersistentVolumeClaim',
    name,
    { spec: { resources: { requests }, storageClassName: 'late', ...WRITE, ...spec }, status: { phase: 'Pending' } },
    'default',
  );
  if (!('volumeName' in spec)) return made;
  return { ...made, metadata: { ...made.metadata, annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } } };
};
const late = (provisioner: string, more: object = {}): KubeObject =>
  object('storage.k8s.io/v1', 'StorageClass', 'late', {
    provisioner,
    volumeBindingMode: 'WaitForFirstConsumer',
    ...more,
  });
const using = (name: string, ...claims: string[]): Pod =>
  pod(name, { volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })) });
const rig = (...objects: KubeObject[]): Rig => {
  const made = new Rig().node(...['a', 'b', 'c'].map((name) => node(name, { labels: { [ZONE]: name } })));
  for (const one of objects) made.cluster.storage.set(one, false);
  return made;
};
const why = (made: Rig, one: Pod): string =>
  made.answer(one).replace(/^0\/\d+ nodes are available: (.*?)\. no new claims.*$/, '$1');

test('volumes: a claim that is not there, not bound, on its way out, lost: no node at all, and why', () => {
  const none = rig(late('x'));
  assert.equal(why(none, using('p', 'data')), 'persistentvolumeclaim "data" not found');
  const immediate = rig(
    object('storage.k8s.io/v1', 'StorageClass', 'now', { provisioner: 'x' }),
    claim('data', { storageClassName: 'now' }),
  );
  assert.equal(why(immediate, using('p', 'data')), 'pod has unbound immediate PersistentVolumeClaims');
  const leaving = claim('data');
  const gone = rig({ ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: 'now' } });
  assert.equal(why(gone, using('p', 'data')), 'persistentvolumeclaim "data" is being deleted');
  const own = pod('p', { volumes: [{ name: 'scratch', ephemeral: {} }] });
  assert.equal(
    why(none, own),
    'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-scratch"',
  );
});
test('volumes: bound: only where the volume is reached, by affinity and by zone', () => {
  const local = rig(volume('v', { nodeAffinity: on('b') }), claim('data', { volumeName: 'v' }));
  assert.equal(why(local, using('p', 'data')), 'b');
  local.node(node('b', { labels: { [ZONE]: 'b' }, spec: { unschedulable: true } }));
  assert.equal(
    why(local, using('p', 'data')),
    "1 node(s) were unschedulable, 2 node(s) didn't match PersistentVolume's node affinity",
  );
  const zoned = volume('v');
  const far = rig(
    { ...zoned, metadata: { ...zoned.metadata, labels: { [ZONE]: 'c__d' } } },
    claim('data', { volumeName: 'v' }),
  );
  assert.equal(why(far, using('p', 'data')), 'c');
  const lost = rig(claim('data', { volumeName: 'v' }));
  assert.match(why(lost, using('p', 'data')), /bound to non-existent pv\(s\)$/);
});
test('volumes: waiting for a consumer: a volume of the node, promised once; else one that can be made there', () => {
  const made = rig(
    late('kubernetes.io/no-provisioner'),
    volume('v', { nodeAffinity: on('b') }),
    claim('one'),
    claim('two'),
  );
  made.pod(using('p', 'one'));
  const decision = made.cycle();
  assert(decision?.type === 'assigned' && decision.node === 'b');
  assert.equal(why(made, using('q', 'two')), "3 node(s) didn't find available persistent volumes to bind");
  made.scheduler.unbound(decision, false, 0);
  assert.equal(why(made, using('q', 'two')), 'b', 'what did not happen is free again');
  const topology = { allowedTopologies: [{ matchLabelExpressions: [{ key: ZONE, values: ['c'] }] }] };
  assert.equal(why(rig(late('disk.example.com', topology), claim('one')), using('p', 'one')), 'c');
  const two = rig(
    late('kubernetes.io/no-provisioner'),
    volume('v', { nodeAffinity: on('b') }),
    claim('one'),
    claim('two'),
  );
  assert.match(why(two, using('p', 'one', 'two')), /^3 node\(s\) didn't find available/);
});
test('volumes: capacity: only where the driver says that there is enough', () => {
  const driver = object('storage.k8s.io/v1', 'CSIDriver', 'disk.example.com', { spec: { storageCapacity: true } });
  const capacity = (name: string, size: string) =>
    object(
      'storage.k8s.io/v1',
      'CSIStorageCapacity',
      name,
      { storageClassName: 'late', capacity: size, nodeTopology: { matchLabels: { [ZONE]: name } } },
      'kube-system',
    );
  const made = rig(late('disk.example.com'), driver, capacity('a', '1Gi'), capacity('b', '20Gi'), claim('one'));
  assert.equal(why(made, using('p', 'one')), 'b');
  made.cluster.storage.set(capacity('b', '20Gi'), true);
  assert.equal(why(made, using('p', 'one')), '3 node(s) did not have enough free storage');
});
test('volumes: one pod only, one disk only, so many of a driver', () => {
  const once = rig(volume('v'), claim('data', { volumeName: 'v', accessModes: ['ReadWriteOncePod'] }));
  once.place(using('user', 'data'), 'a');
  assert.match(
    why(once, using('p', 'data')),
    /^3 node has pod using PersistentVolumeClaim with the same name and Read/,
  );
  const disk = (name: string) => pod(name, { volumes: [{ name: 'd', gcePersistentDisk: { pdName: 'd' } }] });
  const disks = new Rig().node(node('a'));
  disks.place(disk('user'), 'a');
  assert.equal(why(disks, disk('p')), '1 node(s) had no available disk');
  const csi = (name: string) => volume(name, { csi: { driver: 'disk.example.com', volumeHandle: name } });
  const drivers = [{ name: 'disk.example.com', nodeID: 'a', allocatable: { count: 1 } }];
  const full = rig(
    csi('v'),
    csi('w'),
    claim('one', { volumeName: 'v' }),
    claim('two', { volumeName: 'w' }),
    object('storage.k8s.io/v1', 'CSINode', 'a', { spec: { drivers } }),
  );
  full.node(node('b', { spec: { unschedulable: true } }), node('c', { spec: { unschedulable: true } }));
  full.place(using('user', 'one'), 'a');
  assert.equal(why(full, using('p', 'one')), 'a', 'the same volume is one');
  assert.equal(why(full, using('p', 'two')), '1 node(s) exceed max volume count, 2 node(s) were unschedulable');
});
