//! ObjectMeta (apimachinery/pkg/api/validation/objectmeta.go).
import { forbidden, invalid, required, tooLong } from '../field-error.ts';
import { type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { dns1035Label, dns1123Label, dns1123Subdomain, type NameCheck, pathSegment, qualifiedName } from '../names.ts';
import type { ResourceInfo } from '../resources.ts';
import { type Errors, immutable, labels, nonNegative } from './check.ts';

const ANNOTATIONS_MAX = 256 * 1024;
const NAMES: Readonly<Record<string, NameCheck>> = {
  '/Namespace': dns1123Label,
  '/Service': dns1035Label,
  'certificates.k8s.io/ClusterTrustBundle': (name) => dns1123Subdomain(name.replaceAll(':', '.')),
  'flowcontrol.apiserver.k8s.io/FlowSchema': dns1123Subdomain,
  'apiregistration.k8s.io/APIService': pathSegment,
  'networking.k8s.io/IPAddress': pathSegment,
  'rbac.authorization.k8s.io/ClusterRole': pathSegment,
  'rbac.authorization.k8s.io/ClusterRoleBinding': pathSegment,
  'rbac.authorization.k8s.io/Role': pathSegment,
  'rbac.authorization.k8s.io/RoleBinding': pathSegment,
};
export const nameCheckOf = (info: { readonly group: string; readonly kind: string }): NameCheck =>
  NAMES[`${info.group}/${info.kind}`] ?? dns1123Subdomain;

type Kind = Pick<ResourceInfo, 'group' | 'kind' | 'namespaced'>;

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
}

export function metadataUpdate(errors: Errors, object: JsonObject, oldObject: JsonObject): void {
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
  for (const field of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp']) {
    if (meta[field] !== undefined) immutable(errors, `metadata.${field}`, meta[field], old[field]);
  }
  common(errors, meta);
}

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
