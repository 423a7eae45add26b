//! Persistent volume claims, and templates of them (ValidatePersistentVolumeClaim and its updates).
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { goDiff } from '../../go-diff.ts';
import { asGo } from '../../go-struct.ts';
import {
  get,
  isEmpty,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  objectOf,
  semanticEqual,
  textOf,
} from '../../json.ts';
import { dns1123Label, dns1123Subdomain, qualifiedName } from '../../names.ts';
import { compare } from '../../quantity.ts';
import {
  type Errors,
  IMMUTABLE,
  immutable,
  isNull,
  labelSelector,
  labels,
  name,
  positiveQuantity,
  present,
  specOf,
} from '../check.ts';
import { annotations } from '../metadata.ts';
import { basicAmount, isNativeResource, resourceAmount } from '../resource-names.ts';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
export const VOLUME_MODES = ['Block', 'Filesystem'];

export function accessModes(errors: Errors, at: string, value: Json | undefined, detail: string): void {
  const modes = listOf(value);
  if (modes.length === 0) errors.push(required(at, detail));
  for (const mode of modes) if (!ACCESS_MODES.includes(textOf(mode))) errors.push(notSupported(at, mode, ACCESS_MODES));
  if (
    modes.includes('ReadWriteOncePod') &&
    modes.some((one) => one !== 'ReadWriteOncePod' && ACCESS_MODES.includes(textOf(one)))
  )
    errors.push(forbidden(at, 'may not use ReadWriteOncePod with other access modes'));
}

/** `old`: what it had of a wrong group or selector may stay. */
export function claimSpec(errors: Errors, path: string, spec: JsonObject, old?: JsonObject): void {
  accessModes(errors, `${path}.accessModes`, spec['accessModes'], 'at least 1 access mode is required');
  labelSelector(errors, `${path}.selector`, spec['selector'], hasOddSelector(old));
  const storage = get(spec, 'resources', 'requests', 'storage');
  const at = `${path}.resources[storage]`;
  if (isNull(storage)) errors.push(required(at));
  else if (positiveQuantity(errors, at, storage)) resourceAmount(errors, at, 'storage', storage);
  if (textOf(spec['storageClassName']) !== '')
    name(errors, `${path}.storageClassName`, spec['storageClassName'], dns1123Subdomain);
  const mode = spec['volumeMode'];
  if (!isNull(mode) && !VOLUME_MODES.includes(textOf(mode)))
    errors.push(notSupported(`${path}.volumeMode`, mode, VOLUME_MODES));
  dataSources(errors, path, spec, old);
  if (textOf(spec['volumeAttributesClassName']) !== '')
    name(errors, `${path}.volumeAttributesClassName`, spec['volumeAttributesClassName'], dns1123Subdomain);
}
function hasOddSelector(old: JsonObject | undefined): boolean {
  const found: Errors = [];
  if (old !== undefined) labelSelector(found, '', old['selector']);
  return found.length > 0;
}
function dataSources(errors: Errors, path: string, spec: JsonObject, old: JsonObject | undefined): void {
  const [source, ref] = [spec['dataSource'], spec['dataSourceRef']];
  const lenient = ['dataSource', 'dataSourceRef'].some((field) => !isNull(get(old, field, 'apiGroup')));
  if (isObject(source)) dataSource(errors, `${path}.dataSource`, source, lenient);
  if (isObject(ref)) dataSource(errors, `${path}.dataSourceRef`, ref, lenient);
  if (!isObject(ref)) return;
  const namespace = textOf(ref['namespace']);
  if (namespace !== '') name(errors, `${path}.dataSourceRef.namespace`, namespace, dns1123Label);
  if (!isObject(source)) return;
  const same = ['apiGroup', 'kind', 'name'].every((field) => (source[field] ?? null) === (ref[field] ?? null));
  // What is shown is a path, of which nothing can be seen.
  const say = (detail: string): void => void errors.push({ ...invalid(path, {}, detail), shown: '{}' });
  if (namespace !== '') say('may not be specified when dataSourceRef.namespace is specified');
  else if (!same) say('must match dataSourceRef');
}
function dataSource(errors: Errors, at: string, source: JsonObject, lenient: boolean): void {
  present(errors, `${at}.name`, source['name']);
  present(errors, `${at}.kind`, source['kind']);
  const [group, kind] = [textOf(source['apiGroup']), textOf(source['kind'])];
  if (group !== '') {
    if (!lenient) name(errors, `${at}.apiGroup`, group, dns1123Subdomain);
  } else if (kind !== 'PersistentVolumeClaim')
    errors.push(invalid(at, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
}

/** ObjectMeta's fields, of which a template has two. */
const NOT_OF_TEMPLATES = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'ownerReferences',
  'finalizers',
  'managedFields',
];
export function claimTemplate(errors: Errors, path: string, template: JsonObject): void {
  const metadata = objectOf(template['metadata']);
  annotations(errors, `${path}.metadata.annotations`, metadata['annotations']);
  labels(errors, `${path}.metadata.labels`, metadata['labels']);
  // Kubernetes lowers one letter only.
  for (const field of NOT_OF_TEMPLATES)
    if (!isEmpty(metadata[field]))
      errors.push(forbidden(`${path}.metadata.${field === 'uid' ? 'uID' : field}`, 'cannot be set'));
  claimSpec(errors, `${path}.spec`, objectOf(template['spec']));
}

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';
const CHANGED =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

export function claim(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  claimSpec(errors, 'spec', spec, old && specOf(old));
  if (old === undefined) return;
  const before = specOf(old);
  const [next, kept] = comparable(errors, object, old);
  if (!semanticEqual(next, kept)) {
    const diff = goDiff(asGo('PersistentVolumeClaimSpec', kept), asGo('PersistentVolumeClaimSpec', next));
    errors.push(forbidden('spec', `${CHANGED}\n${diff}`));
  }
  const storage = (of: JsonObject): Json | undefined => get(of, 'resources', 'requests', 'storage');
  const [size, had] = [storage(spec), get(old, 'status', 'capacity', 'storage')];
  if (compare(size, storage(before)) < 0 && compare(size, had) <= 0)
    errors.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  immutable(errors, 'volumeMode', spec['volumeMode'] ?? null, before['volumeMode']);
  attributesClass(errors, spec, before, old);
}
/** The new and the old spec, without what may differ. */
function comparable(errors: Errors, object: JsonObject, old: JsonObject): readonly [JsonObject, JsonObject] {
  const [next, kept] = [{ ...specOf(object) }, { ...specOf(old) }];
  const keep = (field: string): void => {
    if (kept[field] === undefined) delete next[field];
    else next[field] = kept[field];
  };
  if (textOf(kept['volumeName']) === '') keepFrom(kept, next, 'volumeName');
  const [was, is] = [old, object].map((one) => get(one, 'metadata', 'annotations', BETA_CLASS));
  const named = next['storageClassName'];
  const unnamed = isNull(kept['storageClassName']);
  // From the annotation of old to the field, and from nothing to any class.
  if (typeof was === 'string' && unnamed && named === was && (is === undefined || is === was)) keep('storageClassName');
  else {
    if (textOf(is) !== textOf(was)) errors.push(invalid(`metadata.annotations.${BETA_CLASS}`, textOf(is), IMMUTABLE));
    if (!isNull(named) && unnamed && (was === undefined || named === was)) keep('storageClassName');
  }
  if (get(object, 'status', 'phase') === 'Bound') {
    const size = get(kept, 'resources', 'requests', 'storage');
    const resources = objectOf(next['resources']);
    if (isObject(resources['requests']))
      next['resources'] = { ...resources, requests: { ...resources['requests'], storage: size ?? '0' } };
    keep('volumeAttributesClassName');
  }
  return [next, kept];
}
function keepFrom(into: JsonObject, from: JsonObject, field: string): void {
  if (from[field] === undefined) delete into[field];
  else into[field] = from[field];
}
function attributesClass(errors: Errors, spec: JsonObject, before: JsonObject, old: JsonObject): void {
  const now = spec['volumeAttributesClassName'];
  if ((now ?? null) === (before['volumeAttributesClassName'] ?? null)) return;
  if (isNull(get(old, 'status', 'currentVolumeAttributesClassName'))) return;
  const to = isNull(now) ? 'nil' : now === '' ? 'empty string' : undefined;
  if (to === undefined) return;
  const detail = `update to ${to} is forbidden when status.currentVolumeAttributesClassName is not nil`;
  errors.push(forbidden('spec.volumeAttributesClassName', detail));
}

const RESIZES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
];
export function claimStatus(errors: Errors, object: JsonObject): void {
  const status = objectOf(object['status']);
  if (listOf(specOf(object)['accessModes']).length === 0) errors.push(required('Spec.accessModes'));
  for (const [resource, amount] of Object.entries(objectOf(status['capacity'])))
    basicAmount(errors, `status.capacity[${resource}]`, amount);
  for (const [resource, resize] of Object.entries(objectOf(status['allocatedResourceStatuses']))) {
    const at = 'status.allocatedResourceStatuses';
    claimResource(errors, at, resource);
    if (!RESIZES.includes(textOf(resize))) errors.push(notSupported(at, resource, [...RESIZES].sort()));
  }
  for (const [resource, amount] of Object.entries(objectOf(status['allocatedResources']))) {
    const at = 'status.allocatedResources';
    if (!claimResource(errors, at, resource)) continue;
    const before = errors.length;
    basicAmount(errors, `${at}[${resource}]`, amount);
    if (errors.length === before) resourceAmount(errors, `${at}[${resource}]`, 'storage', amount);
  }
}
/** validatePersistentVolumeClaimResourceKey: of Kubernetes' own resources only storage. */
function claimResource(errors: Errors, at: string, resource: string): boolean {
  const odd = qualifiedName(resource);
  for (const message of odd) errors.push(invalid(at, resource, message));
  if (odd.length > 0) return false;
  if (!isNativeResource(resource) || resource === 'storage') return true;
  errors.push(notSupported(at, resource, ['storage']));
  return false;
}
