//! ObjectMeta (apimachinery/pkg/api/validation/objectmeta.go).
import { forbidden, invalid, required, tooLong } from '../field-error.ts';
import { type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { configMapKey, dns1123Label, dns1123Subdomain, type NameCheck, pathSegment, qualifiedName } from '../names.ts';
import type { ResourceInfo } from '../resources.ts';
import { type Errors, immutable, labels, nonNegative } from './check.ts';
import { addressName } from './networking/addresses.ts';

const ANNOTATIONS_MAX = 256 * 1024;
const NAMES: Readonly<Record<string, NameCheck>> = {
  '/Namespace': dns1123Label,
  'apps/StatefulSet': dns1123Label,
  '/Service': dns1123Label,
  'certificates.k8s.io/ClusterTrustBundle': (name) => dns1123Subdomain(name.replaceAll(':', '.')),
  'coordination.k8s.io/LeaseCandidate': configMapKey,
  'apiregistration.k8s.io/APIService': pathSegment,
  'networking.k8s.io/IPAddress': addressName,
  'rbac.authorization.k8s.io/ClusterRole': pathSegment,
  'rbac.authorization.k8s.io/ClusterRoleBinding': pathSegment,
  'rbac.authorization.k8s.io/Role': pathSegment,
  'rbac.authorization.k8s.io/RoleBinding': pathSegment,
};
export const nameCheckOf = (info: { readonly group: string; readonly kind: string }): NameCheck =>
  NAMES[`${info.group}/${info.kind}`] ?? dns1123Subdomain;

type Kind = Pick<ResourceInfo, 'group' | 'kind' | 'namespaced' | 'custom'>;

export function metadata(errors: Errors, info: Kind, object: JsonObject): void {
  const meta = objectOf(object['metadata']);
  const check = nameCheckOf(info);
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
  common(errors, meta);
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
  managed(errors, meta);
  finalizerNames(errors, info, finalizers);
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
function finalizerNames(errors: Errors, info: Kind, finalizers: readonly Json[]): void {
  if (info.custom !== undefined || PLAIN.has(info.group)) return;
  finalizers.forEach((finalizer, i) => {
    if (textOf(finalizer).includes('/') || STANDARD.includes(finalizer)) return;
    const detail = 'name is neither a standard finalizer name nor is it fully qualified';
    errors.push(invalid(`metadata.finalizers[${i}]`, finalizer, detail));
  });
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

export function metadataUpdate(errors: Errors, info: Kind, object: JsonObject, oldObject: JsonObject): void {
  const meta = objectOf(object['metadata']);
  const old = objectOf(oldObject['metadata']);
  if (old['deletionTimestamp'] !== undefined) {
    const extra = listOf(meta['finalizers']).filter((item) => !listOf(old['finalizers']).includes(item));
    if (extra.length > 0) {
      const list = extra.map((item) => JSON.stringify(item)).join(', ');
      errors.push(
        forbidden(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
        ),
      );
    }
  }
  for (const field of FIXED) {
    if (meta[field] !== undefined) immutable(errors, `metadata.${field}`, meta[field], old[field]);
  }
  common(errors, meta);
  managed(errors, meta);
  finalizerNames(errors, info, listOf(meta['finalizers']));
}
const FIXED = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

function common(errors: Errors, meta: JsonObject): void {
  labels(errors, 'metadata.labels', meta['labels']);
  annotations(errors, 'metadata.annotations', meta['annotations']);
  const owners = listOf(meta['ownerReferences']);
  let controller = '';
  owners.forEach((item, i) => {
    const owner = objectOf(item);
    const at = `metadata.ownerReferences[${i}]`;
    for (const field of ['apiVersion', 'kind', 'name', 'uid']) {
      if (textOf(owner[field]) === '') errors.push(required(`${at}.${field}`, 'must not be empty'));
    }
    if (owner['apiVersion'] === 'v1' && owner['kind'] === 'Event') {
      errors.push(invalid(at, owner, '/v1, Kind=Event is disallowed from being an owner'));
    }
    if (owner['controller'] !== true) return;
    const self = `${textOf(owner['kind'])}/${textOf(owner['name'])}`;
    if (controller !== '') {
      errors.push(
        invalid(
          'metadata.ownerReferences',
          [...owners],
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${self}`,
        ),
      );
    } else controller = self;
  });
}
export function annotations(errors: Errors, path: string, value: unknown): void {
  let size = 0;
  const map = objectOf(value);
  for (const key in map) {
    for (const message of qualifiedName(key.toLowerCase())) errors.push(invalid(path, key, message));
    size += key.length + textOf(map[key]).length;
  }
  if (size > ANNOTATIONS_MAX) errors.push(tooLong(path, ANNOTATIONS_MAX));
}
