//! The kinds of storage, as kinds.ts has the others.
import type { Any } from './api.ts';
import type { Kind } from './lifecycle.ts';

function attachment(): Any {
  return {
    spec: { attacher: 'e2e.example.com', nodeName: 'node-1', source: { persistentVolumeName: 'no-such-volume' } },
  };
}
export const STORAGE_KINDS: Readonly<Record<string, Kind>> = {
  '[sig-storage] CSIInlineVolumes should run through the lifecycle of a CSIDriver [Conformance]': {
    at: 'apis/storage.k8s.io/v1',
    resource: 'csidrivers',
    cluster: true,
    body: () => ({ spec: { attachRequired: false, podInfoOnMount: true, volumeLifecycleModes: ['Ephemeral'] } }),
  },
  '[sig-storage] CSINodes CSI Conformance should run through the lifecycle of a csinode [Conformance]': {
    at: 'apis/storage.k8s.io/v1',
    resource: 'csinodes',
    cluster: true,
    body: () => ({ spec: { drivers: [] } }),
  },
  '[sig-storage] CSIStorageCapacity should support CSIStorageCapacities API operations [Conformance]': {
    at: 'apis/storage.k8s.io/v1',
    resource: 'csistoragecapacities',
    body: () => ({ storageClassName: 'fast', capacity: '100Gi', nodeTopology: { matchLabels: { zone: 'a' } } }),
    change: (object) => {
      object.capacity = '50Gi';
    },
  },
  '[sig-storage] StorageClasses CSI Conformance should run through the lifecycle of a StorageClass [Conformance]': {
    at: 'apis/storage.k8s.io/v1',
    resource: 'storageclasses',
    cluster: true,
    body: () => ({ provisioner: 'e2e.example.com' }),
  },
  '[sig-storage] VolumeAttachment Conformance should run through the lifecycle of a VolumeAttachment [Conformance]': {
    at: 'apis/storage.k8s.io/v1',
    resource: 'volumeattachments',
    cluster: true,
    body: attachment,
  },
  '[sig-storage] VolumeAttachment Conformance should apply changes to a volumeattachment status [Conformance]': {
    at: 'apis/storage.k8s.io/v1',
    resource: 'volumeattachments',
    cluster: true,
    body: attachment,
    status: {
      patch: { attached: true },
      update: (object) => {
        object.status = { attached: false, attachError: { message: 'detached', time: '2026-01-01T00:00:00Z' } };
      },
      seen: ({ status }) => [status?.attached, status?.attachError?.message],
    },
  },
  '[sig-storage] VolumeAttributesClass [FeatureGate:VolumeAttributesClass] should run through the lifecycle of a VolumeAttributesClass [Conformance]':
    {
      at: 'apis/storage.k8s.io/v1',
      resource: 'volumeattributesclasses',
      cluster: true,
      body: () => ({ driverName: 'e2e.example.com', parameters: { iops: '100' } }),
    },
};
