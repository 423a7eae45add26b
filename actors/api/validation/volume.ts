//! Volumes of a pod, claims and persistent volumes (pkg/apis/core/validation, pkg/apis/storage/validation).
import { duplicate, forbidden, invalid, required } from '../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, semanticEqual, textOf } from '../json.ts';
import { dns1123Label, dns1123Subdomain } from '../names.ts';
import { compare, nanosOf } from '../quantity.ts';
import { type Errors, immutable, labelSelector, name, oneOf, present, specOf } from './check.ts';
import { fieldRef } from './container.ts';

export function volumes(errors: Errors, path: string, list: readonly Json[]): Map<string, JsonObject> {
  const byName = new Map<string, JsonObject>();
  list.forEach((item, i) => {
    const volume = objectOf(item);
    const at = `${path}[${i}]`;
    const sources = Object.keys(volume).filter((key) => key !== 'name');
    if (sources.length === 0) errors.push(required(at, 'must specify a volume type'));
    for (const source of sources.slice(1)) {
      errors.push(forbidden(`${at}.${source}`, 'may not specify more than 1 volume type'));
    }
    const first = sources[0] ?? '';
    source(errors, `${at}.${first}`, first, objectOf(volume[first]));
    const named = textOf(volume['name']);
    if (named === '') errors.push(required(`${at}.name`));
    else {
      name(errors, `${at}.name`, named, dns1123Label);
      if (byName.has(named)) errors.push(duplicate(`${at}.name`, named));
      byName.set(named, volume);
    }
  });
  return byName;
}
const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];
function source(errors: Errors, at: string, kind: string, given: JsonObject): void {
  switch (kind) {
    case 'hostPath': {
      const path = textOf(given['path']);
      if (path === '') errors.push(required(`${at}.path`));
      else if (path.split('/').includes('..')) errors.push(invalid(`${at}.path`, path, "must not contain '..'"));
      oneOf(errors, `${at}.type`, given['type'], HOST_PATH_TYPES, true);
      return;
    }
    case 'secret':
      present(errors, `${at}.secretName`, given['secretName']);
      items(errors, at, given);
      return;
    case 'configMap':
      present(errors, `${at}.name`, given['name']);
      items(errors, at, given);
      return;
    case 'persistentVolumeClaim':
      present(errors, `${at}.claimName`, given['claimName']);
      return;
    case 'emptyDir': {
      const limit = given['sizeLimit'];
      if (limit !== undefined && nanosOf(limit) < 0n) {
        errors.push(invalid(`${at}.sizeLimit`, limit, 'SizeLimit field must be a valid resource quantity'));
      }
      return;
    }
    case 'nfs':
      present(errors, `${at}.server`, given['server']);
      present(errors, `${at}.path`, given['path']);
      return;
    case 'downwardAPI':
      items(errors, at, given);
      return;
    case 'projected':
      listOf(given['sources']).forEach((item, i) => {
        const kinds = Object.keys(objectOf(item));
        const here = `${at}.sources[${i}]`;
        if (kinds.length === 0) errors.push(required(here, 'must specify a volume type'));
        const first = kinds[0] ?? '';
        const source = objectOf(get(item, first));
        if (first === 'secret' || first === 'configMap') present(errors, `${here}.${first}.name`, source['name']);
        if (first === 'serviceAccountToken') present(errors, `${here}.${first}.path`, source['path']);
        items(errors, `${here}.${first}`, source);
      });
  }
}
function items(errors: Errors, at: string, source: JsonObject): void {
  const mode = source['defaultMode'];
  if (typeof mode === 'number' && (mode < 0 || mode > 0o777)) {
    errors.push(invalid(`${at}.defaultMode`, mode, 'must be a number between 0 and 0777 (octal), both inclusive'));
  }
  listOf(source['items']).forEach((item, i) => {
    const entry = objectOf(item);
    if (isObject(entry['fieldRef'])) fieldRef(errors, `${at}.fieldRef`, entry['fieldRef'], true);
    else if (!isObject(entry['resourceFieldRef'])) present(errors, `${at}.items[${i}].key`, entry['key']);
    const path = textOf(entry['path']);
    if (path === '') errors.push(required(`${at}.items[${i}].path`));
    else if (path.startsWith('/')) errors.push(invalid(`${at}.items[${i}].path`, path, 'must be a relative path'));
    else if (path.split('/').includes('..'))
      errors.push(invalid(`${at}.items[${i}].path`, path, "must not contain '..'"));
  });
}

const ACCESS = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
function accessModes(errors: Errors, path: string, value: Json | undefined, word: string): void {
  const modes = listOf(value);
  if (modes.length === 0) errors.push(required(path, word));
  for (const mode of modes) oneOf(errors, path, mode, ACCESS);
  if (modes.includes('ReadWriteOncePod') && modes.length > 1) {
    errors.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
  }
}
export function claimSpec(errors: Errors, path: string, spec: JsonObject): void {
  accessModes(errors, `${path}.accessModes`, spec['accessModes'], 'at least 1 access mode is required');
  labelSelector(errors, `${path}.selector`, spec['selector']);
  const storage = get(spec, 'resources', 'requests', 'storage');
  if (storage === undefined) errors.push(required(`${path}.resources[storage]`));
  else if (nanosOf(storage) <= 0n)
    errors.push(invalid(`${path}.resources[storage]`, storage, 'must be greater than zero'));
  if (textOf(spec['storageClassName']) !== '') {
    name(errors, `${path}.storageClassName`, spec['storageClassName'], dns1123Subdomain);
  }
  oneOf(errors, `${path}.volumeMode`, spec['volumeMode'], ['Block', 'Filesystem'], true);
}
export function claim(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  claimSpec(errors, 'spec', spec);
  if (old === undefined) return;
  const before = specOf(old);
  const size = get(spec, 'resources', 'requests', 'storage');
  const beforeSize = get(before, 'resources', 'requests', 'storage');
  const bound = get(old, 'status', 'phase') === 'Bound';
  const fixed = (from: JsonObject): JsonObject => {
    const { resources: _1, volumeAttributesClassName: _2, volumeName, storageClassName, ...rest } = from;
    return textOf(before['volumeName']) === ''
      ? rest
      : { ...rest, volumeName: volumeName ?? '', storageClassName: storageClassName ?? '' };
  };
  if (!semanticEqual(fixed(spec), fixed(before))) {
    errors.push(
      forbidden(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    );
  } else if (!bound && !semanticEqual(size, beforeSize)) {
    errors.push(
      forbidden(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    );
  } else if (compare(size, get(old, 'status', 'capacity', 'storage') ?? beforeSize) < 0) {
    errors.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  }
}
export function persistentVolume(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  accessModes(errors, 'spec.accessModes', spec['accessModes'], '');
  const capacity = objectOf(spec['capacity']);
  if (Object.keys(capacity).length === 0) errors.push(required('spec.capacity'));
  else if (capacity['storage'] === undefined || Object.keys(capacity).length > 1) {
    errors.push({
      type: 'NotSupported',
      field: 'spec.capacity',
      value: capacity,
      detail: 'supported values: "storage"',
    });
  } else if (nanosOf(capacity['storage']) <= 0n) {
    errors.push(invalid('spec.capacity[storage]', capacity['storage'], 'must be greater than zero'));
  }
  oneOf(
    errors,
    'spec.persistentVolumeReclaimPolicy',
    spec['persistentVolumeReclaimPolicy'],
    ['Delete', 'Recycle', 'Retain'],
    true,
  );
  const sources = Object.keys(spec).filter((key) => SOURCES.has(key));
  if (sources.length === 0) errors.push(required('spec', 'must specify a volume type'));
  for (const source of sources.slice(1)) {
    errors.push(forbidden(`spec.${source}`, 'may not specify more than 1 volume type'));
  }
  if (
    isObject(spec['hostPath']) &&
    get(spec, 'hostPath', 'path') === '/' &&
    spec['persistentVolumeReclaimPolicy'] === 'Recycle'
  ) {
    errors.push(forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'"));
  }
  if (old === undefined) return;
  for (const source of SOURCES) {
    if (!semanticEqual(spec[source], get(old, 'spec', source))) {
      errors.push(forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'));
    }
  }
  immutable(errors, 'spec.volumeMode', spec['volumeMode'], get(old, 'spec', 'volumeMode'));
}
const SOURCES: ReadonlySet<string> = new Set(
  `awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs hostPath
  iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume`.split(/\s+/),
);
