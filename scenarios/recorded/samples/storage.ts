//! Volumes, drivers, and devices.
import type { JsonObject } from '../../../actors/api/json.ts';

export const STORAGE: Readonly<Record<string, readonly JsonObject[]>> = {
  'v1/PersistentVolume': [
    { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/tmp/a' } } },
  ],
  'v1/PersistentVolumeClaim': [
    { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'a' } },
  ],
  'storage.k8s.io/v1/StorageClass': [{ provisioner: 'example.com/a' }],
  'storage.k8s.io/v1/CSIDriver': [{ spec: {} }],
  'storage.k8s.io/v1/CSINode': [{ spec: { drivers: [{ name: 'example.com', nodeID: 'a' }] } }],
  'storage.k8s.io/v1/CSIStorageCapacity': [{ storageClassName: 'a', capacity: '1Gi' }],
  'storage.k8s.io/v1/VolumeAttachment': [
    { spec: { attacher: 'example.com', nodeName: 'a', source: { persistentVolumeName: 'a' } } },
  ],
  'storage.k8s.io/v1/VolumeAttributesClass': [{ driverName: 'example.com', parameters: { a: 'b' } }],
  'resource.k8s.io/v1/DeviceClass': [{ spec: { selectors: [{ cel: { expression: 'true' } }] } }],
  'resource.k8s.io/v1/ResourceClaim': [
    { spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu.example.com' } }] } } },
  ],
  'resource.k8s.io/v1/ResourceClaimTemplate': [
    { spec: { spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu.example.com' } }] } } } },
  ],
  'resource.k8s.io/v1/ResourceSlice': [
    {
      spec: {
        driver: 'dra.example.com',
        nodeName: 'a',
        pool: { name: 'pool', generation: 1, resourceSliceCount: 1 },
        devices: [{ name: 'one' }],
      },
    },
  ],
};
