//! Persistent volumes (ValidatePersistentVolumeSpec and its updates).
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { goDiff } from '../../go-diff.ts';
import { asGo, shownAs } from '../../go-struct.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, semanticEqual, textOf } from '../../json.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import { type Errors, IMMUTABLE, immutable, isNull, name, positiveQuantity, present, specOf } from '../check.ts';
import { withoutBacksteps } from '../paths.ts';
import { hasOddValues, nodeSelector } from '../pod/selectors.ts';
import { basicAmount } from '../resource-names.ts';
import { accessModes, VOLUME_MODES } from './claim.ts';
import { persistentCsi } from './csi.ts';
import { persistentIscsi } from './iscsi.ts';
import * as sources from './sources.ts';

const { needs } = sources;
const POLICIES = ['Delete', 'Recycle', 'Retain'];
const INLINE = 'in the context of inline volumes';

/** In the order in which Kubernetes looks. iSCSI disks have the volume's name in what is said of them. */
const SOURCES: Readonly<Record<string, sources.Source>> = {
  hostPath: { check: sources.hostPath },
  gcePersistentDisk: { check: sources.gcePersistentDisk, at: 'persistentDisk' },
  awsElasticBlockStore: { check: sources.awsElasticBlockStore },
  glusterfs: {
    check: (errors, at, source) => {
      needs('endpoints', 'path')(errors, at, source);
      const namespace = source['endpointsNamespace'];
      const field = `${at}.endpointsNamespace`;
      if (namespace === '')
        errors.push(invalid(field, '', 'if the endpointnamespace is set, it must be a valid namespace name'));
      else name(errors, field, namespace, dns1123Label);
    },
  },
  flocker: { check: sources.flocker },
  nfs: { check: sources.nfs },
  rbd: { check: needs('monitors', 'image') },
  quobyte: { check: sources.quobyte },
  cephfs: { check: needs('monitors'), refused: 'cephFS' },
  iscsi: { check: () => {} },
  cinder: { check: sources.cinder('name', 'namespace') },
  fc: { check: sources.fc },
  flexVolume: { check: sources.flexVolume },
  azureFile: {
    check: (errors, at, source) => {
      sources.azureFile(errors, at, source);
      if (source['secretNamespace'] === '') errors.push(required(`${at}.secretNamespace`));
    },
  },
  vsphereVolume: { check: needs('volumePath') },
  photonPersistentDisk: { check: needs('pdID') },
  portworxVolume: { check: needs('volumeID') },
  azureDisk: { check: sources.azureDisk },
  scaleIO: { check: needs('gateway', 'system', 'volumeName') },
  local: {
    check: (errors, at, source) => {
      if (present(errors, `${at}.path`, source['path'])) withoutBacksteps(errors, `${at}.path`, textOf(source['path']));
    },
  },
  storageos: { check: sources.storageOs('name', 'namespace') },
  csi: { check: persistentCsi },
};

interface SpecOptions {
  /** The volume's. */
  readonly name?: string;
  /** In a VolumeAttachment: CSI only, and nothing that binds it. */
  readonly inline?: boolean;
  /** What is no label's value may stay. */
  readonly lenient?: boolean;
}
export function volumeSpec(errors: Errors, path: string, spec: JsonObject, options: SpecOptions = {}): void {
  const { inline = false, lenient = false } = options;
  const not = (field: string): void =>
    void errors.push(forbidden(`${path}.${field}`, `may not be specified ${INLINE}`));
  if (inline) {
    if (isObject(spec['claimRef'])) not('claimRef');
    if (Object.keys(objectOf(spec['capacity'])).length > 0) not('capacity');
    if (!isObject(spec['csi'])) errors.push(required(`${path}.csi`, `has to be specified ${INLINE}`));
  }
  accessModes(errors, `${path}.accessModes`, spec['accessModes'], '');
  if (!inline) capacity(errors, `${path}.capacity`, spec['capacity']);
  const policy = textOf(spec['persistentVolumeReclaimPolicy']);
  const at = `${path}.persistentVolumeReclaimPolicy`;
  if (inline && policy !== '' && policy !== 'Retain') errors.push(forbidden(at, `may only be Retain ${INLINE}`));
  else if (policy !== '' && !POLICIES.includes(policy)) errors.push(notSupported(at, policy, POLICIES));
  const affinity = spec['nodeAffinity'];
  if (isObject(affinity)) {
    if (inline) not('nodeAffinity');
    else if (isObject(affinity['required']))
      nodeSelector(errors, `${path}.nodeAffinity.required`, affinity['required'], lenient);
    else errors.push(required(`${path}.nodeAffinity.required`, 'must specify required node constraints'));
  }
  source(errors, path, spec, options);
  if (textOf(spec['storageClassName']) !== '') {
    if (inline) not('storageClassName');
    else name(errors, `${path}.storageClassName`, spec['storageClassName'], dns1123Subdomain);
  }
  volumeMode(errors, `${path}.volumeMode`, spec['volumeMode'], inline);
  attributesClass(errors, path, spec);
}
function capacity(errors: Errors, at: string, value: Json | undefined): void {
  const amounts = objectOf(value);
  const names = Object.keys(amounts);
  if (names.length === 0) errors.push(required(at));
  if (amounts['storage'] === undefined || names.length > 1)
    errors.push(notSupported(at, isObject(value) ? value : null, ['storage']));
  for (const resource of names) {
    basicAmount(errors, `${at}[${resource}]`, amounts[resource] as Json);
    positiveQuantity(errors, `${at}[${resource}]`, amounts[resource] as Json);
  }
}
function source(errors: Errors, path: string, spec: JsonObject, { inline, name: volume = '' }: SpecOptions): void {
  let some = false;
  for (const [field, { check, at = field, refused = field }] of Object.entries(SOURCES)) {
    const given = spec[field];
    if (!isObject(given)) continue;
    // A second one is refused, except a flex volume.
    if (some && field !== 'flexVolume')
      errors.push(forbidden(`${path}.${refused}`, 'may not specify more than 1 volume type'));
    else if (field === 'iscsi') persistentIscsi(errors, `${path}.iscsi`, given, volume);
    else {
      check(errors, `${path}.${at}`, given);
      if (field === 'local' && (inline || !isObject(spec['nodeAffinity'])))
        errors.push(required(`${path}.nodeAffinity`, 'Local volume requires node affinity'));
    }
    some = true;
  }
  if (!some) errors.push(required(path, 'must specify a volume type'));
  const onHost = get(spec, 'hostPath', 'path');
  if (typeof onHost === 'string' && isRoot(onHost) && spec['persistentVolumeReclaimPolicy'] === 'Recycle') {
    const detail = "may not be 'recycle' for a hostPath mount of '/'";
    errors.push(forbidden(`${path}.persistentVolumeReclaimPolicy`, detail));
  }
}
/** path.Clean makes `/` of it. */
function isRoot(path: string): boolean {
  if (!path.startsWith('/')) return false;
  let depth = 0;
  for (const part of path.split('/')) {
    if (part === '..') depth = Math.max(0, depth - 1);
    else if (part !== '' && part !== '.') depth++;
  }
  return depth === 0;
}
function volumeMode(errors: Errors, at: string, mode: Json | undefined, inline: boolean): void {
  if (isNull(mode)) return;
  if (!inline) {
    if (!VOLUME_MODES.includes(textOf(mode))) errors.push(notSupported(at, mode, VOLUME_MODES));
  } else if (mode !== 'Filesystem')
    errors.push(forbidden(at, `may not specify volumeMode other than Filesystem ${INLINE}`));
}
function attributesClass(errors: Errors, path: string, spec: JsonObject): void {
  const given = spec['volumeAttributesClassName'];
  if (isNull(given)) return;
  const at = `${path}.volumeAttributesClassName`;
  if (given === '') errors.push(required(at, 'an empty string is disallowed'));
  else name(errors, at, given, dns1123Subdomain);
  if (!isObject(spec['csi']))
    errors.push(required(`${path}.csi`, 'has to be specified when using volumeAttributesClassName'));
}

export function persistentVolume(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const [spec, before] = [specOf(object), old && specOf(old)];
  const lenient = hasOddValues(get(before, 'nodeAffinity', 'required'));
  volumeSpec(errors, 'spec', spec, { name: textOf(get(object, 'metadata', 'name')), lenient });
  if (before === undefined) return;
  const [next, kept] = [sourceOf(spec), sourceOf(before)];
  if (isObject(kept['csi']) && isObject(next['csi']) && !isObject(kept['csi']['controllerExpandSecretRef'])) {
    // May be said later.
    const { controllerExpandSecretRef: _, ...csi } = next['csi'];
    next['csi'] = csi;
  }
  if (!semanticEqual(next, kept)) {
    const diff = goDiff(asGo('PersistentVolumeSource', kept), asGo('PersistentVolumeSource', next));
    const detail = `spec.persistentvolumesource is immutable after creation\n${diff}`;
    errors.push(forbidden('spec.persistentvolumesource', detail));
  }
  immutable(errors, 'volumeMode', spec['volumeMode'] ?? null, before['volumeMode']);
  if (isObject(before['nodeAffinity'])) affinityKept(errors, spec['nodeAffinity'], before['nodeAffinity']);
  const at = 'spec.volumeAttributesClassName';
  if (!isNull(before['volumeAttributesClassName']) && isNull(spec['volumeAttributesClassName']))
    errors.push(forbidden(at, 'update from non-nil value to nil is forbidden'));
}
const sourceOf = (spec: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(spec).filter(([field]) => field in SOURCES));

/** Labels that have got other names since. */
const RENAMED: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
};
function affinityKept(errors: Errors, now: Json | undefined, before: JsonObject): void {
  const terms = (of: Json | undefined): readonly Json[] => listOf(get(of, 'required', 'nodeSelectorTerms'));
  const renamed = terms(before).map((term, i) => ({
    ...objectOf(term),
    matchExpressions: listOf(get(term, 'matchExpressions')).map((item, j) => {
      const key = get(terms(now), i, 'matchExpressions', j, 'key');
      const renamed = RENAMED[textOf(get(item, 'key'))];
      return renamed !== undefined && renamed === key ? { ...objectOf(item), key: renamed } : item;
    }),
  }));
  if (semanticEqual(now, { required: { nodeSelectorTerms: renamed } })) return;
  const shown = isObject(now) ? shownAs('VolumeNodeAffinity', now) : 'null';
  const detail = `${IMMUTABLE}, except for updating from beta label to GA`;
  errors.push({ ...invalid('nodeAffinity', now ?? null, detail), shown });
}
