//! Volumes. Facts of Kubernetes 1.36 discovery.
import { cluster, group, namespaced, type ResourceInfo } from './declare.ts';

export const STORAGE: readonly ResourceInfo[] = [
  ...group('storage.k8s.io', 'v1', [
    cluster('csidrivers', 'CSIDriver'),
    cluster('csinodes', 'CSINode'),
    namespaced('csistoragecapacities', 'CSIStorageCapacity'),
    cluster('storageclasses', 'StorageClass', { shortNames: ['sc'] }),
    cluster('volumeattachments', 'VolumeAttachment', { subresources: ['status'] }),
    cluster('volumeattributesclasses', 'VolumeAttributesClass', { shortNames: ['vac'] }),
  ]),
  ...group('storage.k8s.io', 'v1beta1', [
    cluster('volumeattributesclasses', 'VolumeAttributesClass', { shortNames: ['vac'] }),
  ]),
  ...group('storagemigration.k8s.io', 'v1beta1', [
    cluster('storageversionmigrations', 'StorageVersionMigration', { subresources: ['status'] }),
  ]),
];
