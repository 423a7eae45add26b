//! ObjectMeta (apimachinery/pkg/api/validation/objectmeta.go).
import { forbidden, invalid, required, tooLong } from '../field-error.ts';
import { type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { configMapKey, dns1123Label, dns1123Subdomain, type NameCheck, pathSegment, qualifiedName } from '../names.ts';
import type { ResourceInfo } from '../resources.ts';
import { type Errors, immutable, labels, nonNegative } from './check.ts';
import { addressName } from './networking/addresses.ts';

const ANNOTATIONS_MAX = 256 * 1024;
const NAMES: Readonly<Record<string, NameCheck>> = {
  '/Event': pathSegment,
  '/Namespace': dns1123Label,
  'apps/StatefulSet': dns1123Label,
  '/Service': dns1123Label,
  'certificates.k8s.io/CertificateSigningRequest': pathSegment,
  // Its own validation looks at it: it says whose it is.
  'certificates.k8s.io/ClusterTrustBundle': () => [],
  'coordination.k8s.io/LeaseCandidate': configMapKey,
  'apiregistration.k8s.io/APIService': pathSegment,
  'networking.k8s.io/IPAddress': addressName,
  'rbac.authorization.k8s.io/ClusterRole': pathSegment,
  'rbac.authorization.k8s.io/ClusterRoleBinding': pathSegment,
  'rbac.authorization.k8s.io/Role': pathSegment,
  'rbac.authorization.k8s.io/RoleBinding': pathSegment,
};
const nameCheckOf = (info: { readonly group: string; readonly kind: string }): NameCheck =>
  NAMES[`${info.group}/${info.kind}`] ?? dns1123Subdomain;

type Kind = Pick<ResourceInfo, 'group' | 'kind' | 'namespaced' | 'custom'>;

export function metadata(errors: Errors, info: Kind, object: JsonObject): void {
  const meta = objectOf(object['metadata']);
  shape(errors, info, meta, nameCheckOf(info), contents(meta));
  finalizerNames(errors, info, meta);
}
/** ValidateObjectMetaAccessor */
function shape(errors: Errors, info: Kind, meta: JsonObject, check: NameCheck, found: Contents): void {
  const prefix = textOf(meta['generateName']);
  if (prefix !== '') {
    // What is generated may follow a dash (NameIsDNSSubdomain with prefix).
    const masked = prefix.endsWith('-') ? `${prefix.slice(0, -1)}a` : prefix;
    for (const message of check(masked)) errors.push(invalid('metadata.generateName', prefix, message));
  }
  const name = textOf(meta['name']);
  if (name === '') errors.push(required('metadata.name', 'name or generateName is required'));
  else for (const message of check(name)) errors.push(invalid('metadata.name', name, message));
  const namespace = textOf(meta['namespace']);
  if (!info.namespaced) {
    if (namespace !== '') errors.push(forbidden('metadata.namespace', 'not allowed on this type'));
  } else if (namespace === '') errors.push(required('metadata.namespace'));
  else for (const message of dns1123Label(namespace)) errors.push(invalid('metadata.namespace', namespace, message));
  nonNegative(errors, 'metadata.generation', meta['generation']);
  errors.push(...found.said);
  const finalizers = listOf(meta['finalizers']);
  for (const finalizer of finalizers) {
    for (const message of qualifiedName(textOf(finalizer))) {
      errors.push(invalid('metadata.finalizers', finalizer, message));
    }
  }
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(
      invalid('metadata.finalizers', [...finalizers], 'finalizer orphan and foregroundDeletion cannot be both set'),
    );
  }
  errors.push(...found.managed);
}
/** What is checked of any metadata, new or changed: it is looked at once, and told as often as Kubernetes looks. */
interface Contents {
  readonly said: Errors;
  readonly managed: Errors;
}
function contents(meta: JsonObject): Contents {
  const found: Contents = { said: [], managed: [] };
  labels(found.said, 'metadata.labels', meta['labels']);
  annotations(found.said, 'metadata.annotations', meta['annotations']);
  owners(found.said, 'metadata.ownerReferences', listOf(meta['ownerReferences']));
  managed(found.managed, meta);
  return found;
}
/** Groups of which metadata is checked as of any object; of the rest as of the core's (core/validation). */
const PLAIN = new Set([
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'policy',
]);
const STANDARD: readonly unknown[] = ['kubernetes', 'orphan', 'foregroundDeletion'];
function finalizerNames(errors: Errors, info: Kind, meta: JsonObject): void {
  if (info.custom !== undefined || PLAIN.has(info.group) || isCoreEvent(info)) return;
  listOf(meta['finalizers']).forEach((finalizer, i) => {
    legacyFinalizer(errors, `metadata.finalizers[${i}]`, finalizer);
  });
}
const isCoreEvent = (info: Kind): boolean => info.group === '' && info.kind === 'Event';
/** validateKubeFinalizerName */
export function legacyFinalizer(errors: Errors, at: string, finalizer: Json): void {
  if (textOf(finalizer).includes('/') || STANDARD.includes(finalizer)) return;
  errors.push(invalid(at, finalizer, 'name is neither a standard finalizer name nor is it fully qualified'));
}
const MANAGER_MAX = 128;
const SUBRESOURCE_MAX = 256;
/** metav1 validation.ValidateManagedFields */
function managed(errors: Errors, meta: JsonObject): void {
  listOf(meta['managedFields']).forEach((item, i) => {
    const entry = objectOf(item);
    const at = `metadata.managedFields[${i}]`;
    const operation = textOf(entry['operation']);
    if (operation !== 'Apply' && operation !== 'Update')
      errors.push(invalid(`${at}.operation`, operation, 'must be `Apply` or `Update`'));
    const type = textOf(entry['fieldsType']);
    if (type !== '' && type !== 'FieldsV1') errors.push(invalid(`${at}.fieldsType`, type, 'must be `FieldsV1`'));
    fieldManager(errors, `${at}.manager`, textOf(entry['manager']));
    if (textOf(entry['subresource']).length > SUBRESOURCE_MAX)
      errors.push(tooLong(`${at}.subresource`, SUBRESOURCE_MAX));
  });
}
/** metav1 validation.ValidateFieldManager: short, and to be seen. */
export function fieldManager(errors: Errors, path: string, name: string): void {
  if (Buffer.byteLength(name) > MANAGER_MAX) errors.push(tooLong(path, MANAGER_MAX));
  for (const [i, letter] of [...name].entries()) {
    if (/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(letter)) continue;
    const code = (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    errors.push(invalid(path, name, `invalid character U+${code} (at position ${i})`));
    break;
  }
}

/** Kinds of which an update is also checked as a new object is, its metadata too. */
const WHOLE: ReadonlySet<string> = new Set([
  '/ConfigMap',
  '/Endpoints',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  '/Pod',
  '/Secret',
  '/ServiceAccount',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
]);
/** rest.BeforeUpdate looks at it as at any object's, new and changed; then the kind's own check looks again. */
export function metadataUpdate(
  errors: Errors,
  info: Kind,
  object: JsonObject,
  oldObject: JsonObject,
  subresource = '',
): void {
  const [meta, old] = [objectOf(object['metadata']), objectOf(oldObject['metadata'])];
  const found = contents(meta);
  shape(errors, info, meta, pathSegment, found);
  const changes = changed(meta, old, found);
  errors.push(...changes);
  if (isCoreEvent(info)) return;
  errors.push(...changes);
  finalizerNames(errors, info, meta);
  if (subresource === 'status' || !WHOLE.has(`${info.group}/${info.kind}`)) return;
  shape(errors, info, meta, nameCheckOf(info), found);
  finalizerNames(errors, info, meta);
}
/** ValidateObjectMetaAccessorUpdate */
function changed(meta: JsonObject, old: JsonObject, found: Contents): Errors {
  const errors: Errors = [];
  if (old['deletionTimestamp'] !== undefined) {
    const extra = listOf(meta['finalizers']).filter((item) => !listOf(old['finalizers']).includes(item));
    if (extra.length > 0) {
      const list = [...new Set(extra.map(textOf))].sort().map((item) => JSON.stringify(item));
      const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list.join(', ')}}`;
      errors.push(forbidden('metadata.finalizers', detail));
    }
  }
  for (const field of FIXED)
    if (meta[field] !== undefined) immutable(errors, `metadata.${field}`, meta[field], old[field]);
  errors.push(...found.said, ...found.managed);
  return errors;
}
const FIXED = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** Kubernetes does not say which of them. */
function owners(errors: Errors, at: string, list: readonly Json[]): void {
  let controller = '';
  for (const item of list) {
    const owner = objectOf(item);
    const version = textOf(owner['apiVersion']);
    // One slash at most, and something behind it.
    if (!/^([^/]*\/)?[^/]+$/.test(version))
      errors.push(invalid(`${at}.apiVersion`, version, 'version must not be empty'));
    for (const field of ['kind', 'name', 'uid'])
      if (textOf(owner[field]) === '') errors.push(invalid(`${at}.${field}`, '', 'must not be empty'));
    if (version === 'v1' && owner['kind'] === 'Event')
      errors.push(invalid(at, owner, '/v1, Kind=Event is disallowed from being an owner'));
    if (owner['controller'] !== true) continue;
    const self = `${textOf(owner['kind'])}/${textOf(owner['name'])}`;
    if (controller === '') controller = self;
    else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${self}`;
      errors.push(invalid(at, [...list], detail));
    }
  }
}
export function annotations(errors: Errors, path: string, value: unknown): void {
  let size = 0;
  const map = objectOf(value);
  for (const key in map) {
    for (const message of qualifiedName(key.toLowerCase())) errors.push(invalid(path, key, message));
    size += Buffer.byteLength(key) + Buffer.byteLength(textOf(map[key]));
  }
  if (size > ANNOTATIONS_MAX) errors.push(tooLong(path, ANNOTATIONS_MAX));
}
