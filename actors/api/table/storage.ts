//! Volumes, claims and classes of storage.
import { get, type Json, listOf, objectOf, textOf } from '../json.ts';
import { ageOf, columns, NONE, nameOf, type Printer, sizeOf, UNSET } from './column.ts';

const MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const modes = (value: Json | undefined): string => {
  const given = listOf(value);
  return Object.entries(MODES)
    .filter(([mode]) => given.includes(mode))
    .map(([, short]) => short)
    .join(',');
};
const phase = (object: Json): string =>
  get(object, 'metadata', 'deletionTimestamp') !== undefined ? 'Terminating' : textOf(get(object, 'status', 'phase'));
const className = (object: Json): string =>
  textOf(get(object, 'metadata', 'annotations', 'volume.beta.kubernetes.io/storage-class')) ||
  textOf(get(object, 'spec', 'storageClassName'));
const attributes = (object: Json): string => textOf(get(object, 'spec', 'volumeAttributesClassName')) || UNSET;

export const persistentVolumes: Printer = {
  columns: columns(
    'Name Capacity Access_Modes Reclaim_Policy Status Claim StorageClass VolumeAttributesClass Reason Age VolumeMode:string:1',
  ),
  cells: (object, nowMs) => {
    const claim = get(object, 'spec', 'claimRef');
    return [
      nameOf(object),
      textOf(get(object, 'spec', 'capacity', 'storage')) || '0',
      modes(get(object, 'spec', 'accessModes')),
      textOf(get(object, 'spec', 'persistentVolumeReclaimPolicy')),
      phase(object),
      claim === undefined ? '' : `${textOf(get(claim, 'namespace'))}/${textOf(get(claim, 'name'))}`,
      className(object),
      attributes(object),
      textOf(get(object, 'status', 'reason')),
      ageOf(object, nowMs),
      textOf(get(object, 'spec', 'volumeMode')) || UNSET,
    ];
  },
};
export const claims: Printer = {
  columns: columns(
    'Name Status Volume Capacity Access_Modes StorageClass VolumeAttributesClass Age VolumeMode:string:1',
  ),
  cells: (object, nowMs) => {
    const volume = textOf(get(object, 'spec', 'volumeName'));
    return [
      nameOf(object),
      phase(object),
      volume,
      volume === '' ? '' : textOf(get(object, 'status', 'capacity', 'storage')) || '0',
      volume === '' ? '' : modes(get(object, 'status', 'accessModes')),
      className(object),
      attributes(object),
      ageOf(object, nowMs),
      textOf(get(object, 'spec', 'volumeMode')) || UNSET,
    ];
  },
};
export const storageClasses: Printer = {
  columns: columns('Name Provisioner ReclaimPolicy VolumeBindingMode AllowVolumeExpansion:boolean Age'),
  cells: (object, nowMs) => {
    const isDefault =
      get(object, 'metadata', 'annotations', 'storageclass.kubernetes.io/is-default-class') === 'true' ||
      get(object, 'metadata', 'annotations', 'storageclass.beta.kubernetes.io/is-default-class') === 'true';
    return [
      isDefault ? `${nameOf(object)} (default)` : nameOf(object),
      textOf(get(object, 'provisioner')),
      textOf(get(object, 'reclaimPolicy')) || 'Delete',
      textOf(get(object, 'volumeBindingMode')) || 'Immediate',
      get(object, 'allowVolumeExpansion') === true,
      ageOf(object, nowMs),
    ];
  },
};
export const volumeAttachments: Printer = {
  columns: columns('Name Attacher PV Node Attached:boolean Age'),
  cells: (object, nowMs) => [
    nameOf(object),
    textOf(get(object, 'spec', 'attacher')),
    textOf(get(object, 'spec', 'source', 'persistentVolumeName')),
    textOf(get(object, 'spec', 'nodeName')),
    get(object, 'status', 'attached') === true,
    ageOf(object, nowMs),
  ],
};
export const csiNodes: Printer = {
  columns: columns('Name Drivers:integer Age'),
  cells: (object, nowMs) => [nameOf(object), sizeOf(get(object, 'spec', 'drivers')), ageOf(object, nowMs)],
};
export const csiDrivers: Printer = {
  columns: columns(
    'Name AttachRequired:boolean PodInfoOnMount:boolean StorageCapacity:boolean TokenRequests RequiresRepublish:boolean Modes Age',
  ),
  cells: (object, nowMs) => {
    const spec = objectOf(get(object, 'spec'));
    const audiences = listOf(spec['tokenRequests']).map((item) => textOf(get(item, 'audience')));
    return [
      nameOf(object),
      spec['attachRequired'] !== false,
      spec['podInfoOnMount'] === true,
      spec['storageCapacity'] === true,
      audiences.join(',') || UNSET,
      spec['requiresRepublish'] === true,
      listOf(spec['volumeLifecycleModes']).join(',') || NONE,
      ageOf(object, nowMs),
    ];
  },
};
export const storageCapacities: Printer = {
  columns: columns('Name StorageClassName Capacity'),
  cells: (object) => {
    const capacity = textOf(get(object, 'capacity'));
    return [nameOf(object), textOf(get(object, 'storageClassName')), /^0*$/.test(capacity) ? UNSET : capacity];
  },
};
const DEFAULT_ATTRIBUTES = 'volumeattributesclass.alpha.kubernetes.io/is-default-class';
export const volumeAttributesClasses: Printer = {
  columns: columns('Name DriverName Age'),
  cells: (object, nowMs) => [
    get(object, 'metadata', 'annotations', DEFAULT_ATTRIBUTES) === 'true'
      ? `${nameOf(object)} (default)`
      : nameOf(object),
    textOf(get(object, 'driverName')),
    ageOf(object, nowMs),
  ],
};
