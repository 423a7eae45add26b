import { test } from 'node:test';
import { created, updated } from '../refusal.fixture.ts';

const kind = (name: string, namespaced = false) => ({ group: 'storage.k8s.io', kind: name, namespaced });
const LONG = 'x'.repeat(300_000);

test('storage: classes: what they are made by and with, and that neither changes', () => {
  const sound = { provisioner: 'example.com/a', parameters: { a: 'b' } };
  const term = { matchLabelExpressions: [{ key: 'zone', values: ['a', 'b'] }] };
  created(kind('StorageClass'), sound, [
    [{ provisioner: '' }, 'provisioner: Required value'],
    [{ provisioner: 'EXAMPLE.com/A' }],
    [{ parameters: { '': 'a' } }, 'parameters: Invalid value: "": field can not be empty.'],
    [{ parameters: { a: LONG } }, 'parameters: Too long: may not be more than 262144 bytes'],
    [
      { parameters: Object.fromEntries(Array.from({ length: 513 }, (_, i) => [`k${i}`, ''])) },
      'parameters: Too long: may not be more than 512 bytes',
    ],
    [{ reclaimPolicy: 'Recycle' }, 'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"'],
    [
      { volumeBindingMode: 'Never' },
      'volumeBindingMode: Unsupported value: "Never": supported values: "Immediate", "WaitForFirstConsumer"',
    ],
    [{ allowedTopologies: [term, term] }, 'allowedTopologies[1].matchLabelExpressions: Duplicate value: ""'],
    [
      { allowedTopologies: [{ matchLabelExpressions: [{ key: 'a', values: ['x', 'x'] }, { key: 'a' }] }] },
      'allowedTopologies[0].matchLabelExpressions[0].values[1]: Duplicate value: "x"',
      'allowedTopologies[0].matchLabelExpressions[1].key: Duplicate value: "a"',
      'allowedTopologies[0].matchLabelExpressions[1].values: Required value',
    ],
  ]);
  updated(kind('StorageClass'), sound, [
    [{ parameters: { a: 'c' } }, 'parameters: Forbidden: updates to parameters are forbidden.'],
    [{ provisioner: 'b' }, 'provisioner: Forbidden: updates to provisioner are forbidden.'],
    [{ reclaimPolicy: 'Retain' }, 'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.'],
    [
      { volumeBindingMode: 'WaitForFirstConsumer' },
      'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
    ],
    [{ allowVolumeExpansion: true, mountOptions: ['ro'] }],
  ]);
});
test('storage: attribute classes: a driver and parameters, for good', () => {
  const sound = { driverName: 'example.com', parameters: { a: 'b' } };
  created(kind('VolumeAttributesClass'), sound, [
    [{ driverName: undefined }, 'driverName: Required value'],
    [{ parameters: {} }, 'parameters: Required value: must contain at least one key/value pair'],
  ]);
  updated(kind('VolumeAttributesClass'), sound, [
    [{ driverName: 'b' }, 'driverName: Forbidden: updates to driverName are forbidden.'],
    [{ parameters: { a: 'c' } }, 'parameters: Forbidden: updates to parameters are forbidden.'],
  ]);
});
test('storage: drivers: policies, audiences, periods', () => {
  created(kind('CSIDriver'), { spec: {} }, [
    [
      { 'spec.fsGroupPolicy': 'Odd' },
      'spec.fsGroupPolicy: Unsupported value: "Odd": supported values: "File", "None", "ReadWriteOnceWithFSType"',
    ],
    [
      { 'spec.volumeLifecycleModes': ['Odd'] },
      'spec.volumeLifecycleModes: Unsupported value: "Odd": supported values: "Persistent", "Ephemeral"',
    ],
    [
      { 'spec.tokenRequests': [{ audience: 'a' }, { audience: 'a' }] },
      'spec.tokenRequests[1].audience: Duplicate value: "a"',
    ],
    [
      { 'spec.tokenRequests': [{ expirationSeconds: 599 }, { audience: 'b', expirationSeconds: 2 ** 32 + 1 }] },
      'spec.tokenRequests[0].expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
      'spec.tokenRequests[1].expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
    ],
    [
      { 'spec.nodeAllocatableUpdatePeriodSeconds': 9 },
      'spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 9: must be greater than or equal to 10 seconds',
    ],
  ]);
  updated(kind('CSIDriver'), { spec: {} }, [
    [{ 'spec.attachRequired': false }, 'spec.attachedRequired: Invalid value: false: field is immutable'],
    [
      { 'spec.volumeLifecycleModes': ['Ephemeral'] },
      'spec.volumeLifecycleModes: Invalid value: ["Ephemeral"]: field is immutable',
    ],
    [{ 'spec.podInfoOnMount': true, 'spec.fsGroupPolicy': 'File' }],
  ]);
});
test('storage: nodes of drivers: names, ids and topology; counts may change', () => {
  const sound = { spec: { drivers: [{ name: 'example.com', nodeID: 'a', allocatable: { count: 1 } }] } };
  created(kind('CSINode'), sound, [
    [{ 'spec.drivers.0.nodeID': '' }, 'spec.drivers[0].nodeID: Required value'],
    [
      { 'spec.drivers.0.nodeID': 'x'.repeat(257) },
      `spec.drivers[0].nodeID: Invalid value: "${'x'.repeat(257)}": must be 256 characters or less`,
    ],
    [
      { 'spec.drivers.0.allocatable.count': -1 },
      'spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      { 'spec.drivers.1': { name: 'example.com', nodeID: 'b' } },
      'spec.drivers[1].name: Duplicate value: "example.com"',
    ],
    [{ 'spec.drivers.0.topologyKeys': ['a', 'a'] }, 'spec.drivers[0]: Duplicate value: "a"'],
    [{ 'spec.drivers.0.name': 'x'.repeat(64) }, 'spec.drivers[0].name: Too long: may not be more than 63 bytes'],
  ]);
  updated(kind('CSINode'), sound, [
    [{ 'spec.drivers.0.allocatable.count': 7 }],
    [{ 'spec.drivers': [] }],
    [
      { 'spec.drivers.0.nodeID': 'b' },
      'spec.drivers: Invalid value: {"Name":"example.com","NodeID":"b","TopologyKeys":null,"Allocatable":null}: field is immutable',
    ],
  ]);
});
test('storage: capacities: where and of what class, for good', () => {
  const sound = { storageClassName: 'a', capacity: '1Gi' };
  created(kind('CSIStorageCapacity', true), sound, [
    [{ capacity: '-1' }, 'capacity: Invalid value: "-1": must be greater than or equal to 0'],
    [
      { 'nodeTopology.matchExpressions': [{ key: 'a', operator: 'Odd' }] },
      'nodeTopology.matchExpressions[0].operator: Invalid value: "Odd": not a valid selector operator',
    ],
  ]);
  updated(kind('CSIStorageCapacity', true), sound, [
    [{ storageClassName: 'b' }, 'storageClassName: Invalid value: "b": field is immutable'],
    [
      { nodeTopology: { matchLabels: { a: 'b' } } },
      'nodeTopology: Invalid value: {"matchLabels":{"a":"b"}}: field is immutable',
    ],
    [{ capacity: '2Gi' }],
  ]);
});
test('storage: attachments: one source, a node, and a status within bounds', () => {
  const sound = { spec: { attacher: 'example.com', nodeName: 'a', source: { persistentVolumeName: 'a' } } };
  const one = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  created(kind('VolumeAttachment'), sound, [
    [{ 'spec.source': {} }, `spec.source: Required value: ${one}`],
    [{ 'spec.source.inlineVolumeSpec': {} }, `spec.source: Forbidden: ${one}`],
    [
      { 'spec.source': { inlineVolumeSpec: { capacity: { storage: '1' }, accessModes: ['ReadWriteOnce'] } } },
      'spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec: Required value: must specify a volume type',
    ],
    [
      { status: { attached: false, attachmentMetadata: { a: LONG } } },
      'status.attachmentMetadata: Too long: may not be more than 262144 bytes',
    ],
  ]);
  updated(kind('VolumeAttachment'), sound, [
    [
      { 'spec.nodeName': 'b' },
      'spec: Invalid value: {"Attacher":"example.com","Source":{"PersistentVolumeName":"a","InlineVolumeSpec":null},"NodeName":"b"}: field is immutable',
    ],
  ]);
  updated(
    kind('VolumeAttachment'),
    sound,
    [
      [{ status: { attached: true } }],
      [
        { status: { attached: false, attachError: { message: 'x'.repeat(1025), errorCode: -1 } } },
        'status.attachError.message: Too long: may not be more than 262144 bytes',
        'status.attachError.errorCode: Invalid value: -1: must be between 0 and 2147483647, inclusive',
      ],
    ],
    'status',
  );
});
test('storage: migrations: of one resource, to one version, to one end', () => {
  const which = { group: 'storagemigration.k8s.io', version: 'v1beta1', kind: 'StorageVersionMigration' };
  const sound = { spec: { resource: { group: 'apps', resource: 'deployments' } }, status: { resourceVersion: '5' } };
  created(which, sound, [
    [{ 'spec.resource.resource': '' }, 'spec.resource.resource: Required value: resource is required to be set'],
  ]);
  updated(which, sound, [
    [
      { 'spec.resource.resource': 'pods' },
      'spec: Invalid value: {"resource":{"group":"apps","resource":"pods"}}: field is immutable',
    ],
  ]);
  const condition = (type: string) => ({
    type,
    status: 'True',
    reason: 'A',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  });
  updated(
    which,
    sound,
    [
      [{ 'status.conditions': [condition('Running')] }],
      [{ 'status.resourceVersion': '6' }, 'status.resourceVersion: Invalid value: "6": field is immutable'],
      [
        { 'status.conditions': [{ ...condition('Failed'), reason: '' }] },
        'status.conditions[0].reason: Required value: must be set',
      ],
    ],
    'status',
  );
});
