//! Where the files of a volume come from: one check a kind of source (validateVolumeSource and what it calls).
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { isObject, type Json, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../json.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import { nanosOf } from '../../quantity.ts';
import { type Errors, isNull, name, oneOf, present } from '../check.ts';
import { relativePath, withoutBacksteps } from '../paths.ts';
import { csiDriverName } from './csi.ts';
import { downwardFiles, keyFiles, mode } from './files.ts';
import { iscsi } from './iscsi.ts';
import { projected } from './projected.ts';

export type SourceCheck = (errors: Errors, at: string, source: JsonObject) => void;
export const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];

/** Fields that must be there. */
export const needs =
  (...fields: readonly string[]): SourceCheck =>
  (errors, at, source) => {
    for (const field of fields) if (isBare(source[field])) errors.push(required(`${at}.${field}`));
  };
const isBare = (value: Json | undefined): boolean =>
  isNull(value) || value === '' || (Array.isArray(value) && value.length === 0);
/** A secret that is named at all needs these. */
export const secretRef = (errors: Errors, at: string, ref: Json | undefined, ...fields: readonly string[]): void => {
  if (isObject(ref)) needs(...fields)(errors, at, ref);
};

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
export const hostPath: SourceCheck = (errors, at, source) => {
  if (!present(errors, `${at}.path`, source['path'])) return;
  withoutBacksteps(errors, `${at}.path`, textOf(source['path']));
  const type = source['type'];
  if (!isNull(type) && !HOST_PATH_TYPES.includes(textOf(type)))
    errors.push(notSupported(`${at}.type`, type, HOST_PATH_TYPES));
};
const partitioned =
  (id: string): SourceCheck =>
  (errors, at, source) => {
    present(errors, `${at}.${id}`, source[id]);
    const partition = numberOf(source['partition']);
    if (partition < 0 || partition > 255)
      errors.push(invalid(`${at}.partition`, partition, 'must be between 1 and 255, inclusive'));
  };
export const gcePersistentDisk = partitioned('pdName');
export const awsElasticBlockStore = partitioned('volumeID');
export const nfs: SourceCheck = (errors, at, source) => {
  needs('server', 'path')(errors, at, source);
  const path = textOf(source['path']);
  if (!path.startsWith('/')) errors.push(invalid(`${at}.path`, path, 'must be an absolute path'));
};
export const flocker: SourceCheck = (errors, at, source) => {
  const [dataset, uuid] = [textOf(source['datasetName']), textOf(source['datasetUUID'])];
  if (dataset === '' && uuid === '') errors.push(required(at, 'one of datasetName and datasetUUID is required'));
  if (dataset !== '' && uuid !== '')
    errors.push(invalid(at, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  if (dataset.includes('/')) errors.push(invalid(`${at}.datasetName`, dataset, "must not contain '/'"));
};
const REGISTRY = 'must be a host:port pair or multiple pairs separated by commas';
/** As net.SplitHostPort takes it. */
const HOST_PORT = /^(\[[^[\]]*\]|[^:[\]]*):[^:[\]]*$/;
export const quobyte: SourceCheck = (errors, at, source) => {
  const registry = textOf(source['registry']);
  if (registry === '') errors.push(required(`${at}.registry`, REGISTRY));
  else if (textOf(source['tenant']).length >= 65)
    errors.push(required(`${at}.tenant`, 'must be a UUID and may not exceed a length of 64 characters'));
  else
    for (const pair of registry.split(','))
      if (!HOST_PORT.test(pair)) errors.push(invalid(`${at}.registry`, registry, REGISTRY));
  present(errors, `${at}.volume`, source['volume']);
};
export const fc: SourceCheck = (errors, at, source) => {
  const [targets, ids] = [listOf(source['targetWWNs']), listOf(source['wwids'])];
  const field = `${at}.targetWWNs`;
  if (targets.length === 0 && ids.length === 0)
    errors.push(required(field, 'must specify either targetWWNs or wwids, but not both'));
  if (targets.length === 0) return;
  if (ids.length > 0)
    errors.push(invalid(field, [...targets], 'targetWWNs and wwids can not be specified simultaneously'));
  const lun = source['lun'];
  if (isNull(lun)) errors.push(required(`${at}.lun`, 'lun is required if targetWWNs is specified'));
  else if (numberOf(lun) < 0 || numberOf(lun) > 255)
    errors.push(invalid(`${at}.lun`, lun, 'must be between 0 and 255, inclusive'));
};
export const flexVolume: SourceCheck = (errors, at, source) => {
  present(errors, `${at}.driver`, source['driver']);
  for (const key of Object.keys(objectOf(source['options']))) {
    const domain = `.${key.split('/')[0]!.toLowerCase()}`;
    if (domain.endsWith('.kubernetes.io') || domain.endsWith('.k8s.io'))
      errors.push(invalid(`${at}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved'));
  }
};
export const azureFile = needs('secretName', 'shareName');
const MANAGED = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
const BLOB = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';
export const azureDisk: SourceCheck = (errors, at, source) => {
  needs('diskName', 'diskURI')(errors, at, source);
  const supported = (field: string, values: readonly string[]): void => {
    const value = source[field];
    if (!isNull(value) && !values.includes(textOf(value))) errors.push(notSupported(`${at}.${field}`, value, values));
  };
  supported('cachingMode', ['None', 'ReadOnly', 'ReadWrite']);
  supported('kind', ['Dedicated', 'Managed', 'Shared']);
  const [kind, uri] = [source['kind'], textOf(source['diskURI'])];
  if (isNull(kind)) return;
  const [start, form] = kind === 'Managed' ? ['/subscriptions/', MANAGED] : ['https://', BLOB];
  if (!uri.startsWith(start!)) errors.push(notSupported(`${at}.diskURI`, uri, [form!]));
};
export const storageOs =
  (...secret: readonly string[]): SourceCheck =>
  (errors, at, source) => {
    if (present(errors, `${at}.volumeName`, source['volumeName']))
      name(errors, `${at}.volumeName`, source['volumeName'], dns1123Label);
    if (textOf(source['volumeNamespace']) !== '')
      name(errors, `${at}.volumeNamespace`, source['volumeNamespace'], dns1123Label);
    secretRef(errors, `${at}.secretRef`, source['secretRef'], ...secret);
  };
export const cinder =
  (...secret: readonly string[]): SourceCheck =>
  (errors, at, source) => {
    present(errors, `${at}.volumeID`, source['volumeID']);
    secretRef(errors, `${at}.secretRef`, source['secretRef'], ...secret);
  };

export interface Source {
  readonly check: SourceCheck;
  /** What its own errors are under, and what a second source is refused under, where these differ from its field. */
  readonly at?: string;
  readonly refused?: string;
}
/** Of a pod, without those that look at the pod itself (volumes.ts), in the order in which Kubernetes looks. */
export const SOURCES: Readonly<Record<string, Source>> = {
  emptyDir: {
    check: (errors, at, source) => {
      if (nanosOf(source['sizeLimit']) < 0n)
        errors.push(forbidden(`${at}.sizeLimit`, 'SizeLimit field must be a valid resource quantity'));
    },
  },
  hostPath: { check: hostPath },
  gitRepo: {
    check: (errors, at, source) => {
      present(errors, `${at}.repository`, source['repository']);
      relativePath(errors, `${at}.directory`, textOf(source['directory']));
    },
  },
  gcePersistentDisk: { check: gcePersistentDisk, at: 'persistentDisk' },
  awsElasticBlockStore: { check: awsElasticBlockStore },
  secret: { check: (errors, at, source) => keyFiles(errors, at, source, 'secretName') },
  nfs: { check: nfs },
  iscsi: { check: iscsi },
  glusterfs: { check: needs('endpoints', 'path') },
  flocker: { check: flocker },
  persistentVolumeClaim: { check: needs('claimName') },
  rbd: { check: needs('monitors', 'image') },
  cinder: { check: cinder('name') },
  cephfs: { check: needs('monitors'), refused: 'cephFS' },
  quobyte: { check: quobyte },
  downwardAPI: {
    check: (errors, at, source) => {
      mode(errors, `${at}.defaultMode`, source['defaultMode']);
      downwardFiles(errors, at, listOf(source['items']));
    },
    refused: 'downwarAPI',
  },
  fc: { check: fc },
  flexVolume: { check: flexVolume },
  configMap: { check: (errors, at, source) => keyFiles(errors, at, source, 'name') },
  azureFile: { check: azureFile },
  vsphereVolume: { check: needs('volumePath') },
  photonPersistentDisk: { check: needs('pdID') },
  portworxVolume: { check: needs('volumeID') },
  azureDisk: { check: azureDisk },
  storageos: { check: storageOs('name') },
  projected: { check: projected },
  scaleIO: { check: needs('gateway', 'system', 'volumeName') },
  csi: {
    check: (errors, at, source) => {
      csiDriverName(errors, `${at}.driver`, textOf(source['driver']));
      const ref = source['nodePublishSecretRef'];
      if (!isObject(ref)) return;
      if (present(errors, `${at}.nodePublishSecretRef.name`, ref['name']))
        name(errors, `${at}.name`, ref['name'], dns1123Subdomain);
    },
  },
};
export const image: SourceCheck = (errors, at, source) => {
  present(errors, `${at}.reference`, source['reference']);
  oneOf(errors, `${at}.pullPolicy`, source['pullPolicy'], PULL_POLICIES);
};
