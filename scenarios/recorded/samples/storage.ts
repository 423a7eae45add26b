//! Volumes and their drivers.
import type { JsonObject } from '../../../actors/api/json.ts';
import { CLAIMS, PERSISTENT } from './volumes.ts';

const inline: JsonObject = {
  accessModes: ['ReadWriteOnce'],
  csi: { driver: 'example.com', volumeHandle: 'h', fsType: 'ext4' },
};
const gold: JsonObject = { driverName: 'example.com', parameters: { a: 'b' } };

export const STORAGE: Readonly<Record<string, readonly JsonObject[]>> = {
  'v1/PersistentVolume': [
    { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/tmp/a' } } },
    ...PERSISTENT,
  ],
  'v1/PersistentVolumeClaim': [
    { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'a' } },
    ...CLAIMS,
  ],
  'storage.k8s.io/v1/StorageClass': [
    { provisioner: 'example.com/a' },
    {
      provisioner: 'example.com/a',
      parameters: { type: 'ssd' },
      reclaimPolicy: 'Retain',
      mountOptions: ['noatime'],
      allowVolumeExpansion: true,
      volumeBindingMode: 'WaitForFirstConsumer',
      allowedTopologies: [{ matchLabelExpressions: [{ key: 'topology.kubernetes.io/zone', values: ['a', 'b'] }] }],
    },
  ],
  'storage.k8s.io/v1/CSIDriver': [
    { spec: {} },
    {
      spec: {
        attachRequired: false,
        podInfoOnMount: true,
        volumeLifecycleModes: ['Persistent', 'Ephemeral'],
        storageCapacity: true,
        fsGroupPolicy: 'File',
        tokenRequests: [{ audience: 'vault', expirationSeconds: 3600 }],
        requiresRepublish: true,
        seLinuxMount: true,
        nodeAllocatableUpdatePeriodSeconds: 60,
      },
    },
  ],
  'storage.k8s.io/v1/CSINode': [
    { spec: { drivers: [{ name: 'example.com', nodeID: 'a' }] } },
    {
      spec: {
        drivers: [{ name: 'example.com', nodeID: 'a', topologyKeys: ['zone', 'rack'], allocatable: { count: 25 } }],
      },
    },
  ],
  'storage.k8s.io/v1/CSIStorageCapacity': [
    { storageClassName: 'a', capacity: '1Gi' },
    {
      storageClassName: 'a',
      capacity: '0.5Ti',
      maximumVolumeSize: '100Gi',
      nodeTopology: { matchLabels: { zone: 'a' } },
    },
  ],
  'storage.k8s.io/v1/VolumeAttachment': [
    { spec: { attacher: 'example.com', nodeName: 'a', source: { persistentVolumeName: 'a' } } },
    { spec: { attacher: 'example.com', nodeName: 'a', source: { inlineVolumeSpec: inline } } },
  ],
  'storage.k8s.io/v1/VolumeAttributesClass': [gold],
  'storage.k8s.io/v1beta1/VolumeAttributesClass': [gold],
  'storagemigration.k8s.io/v1beta1/StorageVersionMigration': [
    { spec: { resource: { group: 'apps', resource: 'deployments' } } },
  ],
};
