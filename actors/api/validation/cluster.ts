//! Nodes, namespaces, config maps, secrets, quotas, priorities and events (pkg/apis/core/validation and
//! others).
import { duplicate, forbidden, invalid, required, tooLong } from '../field-error.ts';
import { isCidr } from '../ip.ts';
import { get, type Json, type JsonObject, listOf, objectOf, semanticEqual, textOf } from '../json.ts';
import { configMapKey, labelValue, qualifiedName } from '../names.ts';
import { compare, nanosOf } from '../quantity.ts';
import { type Errors, immutable, name, oneOf, present, specOf } from './check.ts';

/** v1.MaxSecretSize: 1 MiB of values. */
const DATA_MAX = 1024 * 1024;

export function configMap(errors: Errors, object: JsonObject, old?: JsonObject): void {
  let size = 0;
  const data = objectOf(object['data']);
  const binary = objectOf(object['binaryData']);
  for (const key in data) {
    for (const message of configMapKey(key)) errors.push(invalid(`data[${key}]`, key, message));
    if (key in binary) errors.push(invalid(`data[${key}]`, key, `duplicate of key present in binaryData`));
    size += utf8Length(textOf(data[key]));
  }
  for (const key in binary) {
    for (const message of configMapKey(key)) errors.push(invalid(`binaryData[${key}]`, key, message));
    size += base64Length(textOf(binary[key]));
  }
  if (size > DATA_MAX) errors.push(tooLong('', DATA_MAX));
  if (old !== undefined) frozen(errors, object, old, ['data', 'binaryData']);
}
/** `immutable: true` cannot be taken back. */
function frozen(errors: Errors, object: JsonObject, old: JsonObject, fields: readonly string[]): void {
  if (old['immutable'] !== true) return;
  if (object['immutable'] !== true) {
    errors.push(forbidden('immutable', 'field is immutable when `immutable` is set'));
  }
  for (const field of fields) {
    if (!semanticEqual(object[field], old[field])) {
      errors.push(forbidden(field, 'field is immutable when `immutable` is set'));
    }
  }
}
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};
export function secret(errors: Errors, object: JsonObject, old?: JsonObject): void {
  let size = 0;
  const data = objectOf(object['data']);
  for (const key in data) {
    for (const message of configMapKey(key)) errors.push(invalid(`data[${key}]`, key, message));
    size += base64Length(textOf(data[key]));
  }
  if (size > DATA_MAX) errors.push(tooLong('data', DATA_MAX));
  const type = textOf(object['type']);
  for (const key of NEEDED[type] ?? []) if (data[key] === undefined) errors.push(required(`data[${key}]`));
  if (type === 'kubernetes.io/basic-auth' && data['username'] === undefined && data['password'] === undefined) {
    errors.push(required('data[username]'));
    errors.push(required('data[password]'));
  }
  if (type === 'kubernetes.io/service-account-token') {
    const account = get(object, 'metadata', 'annotations', 'kubernetes.io/service-account.name');
    if (textOf(account) === '') errors.push(required('metadata.annotations[kubernetes.io/service-account.name]'));
  }
  if (old === undefined) return;
  immutable(errors, 'type', object['type'], old['type']);
  frozen(errors, object, old, ['data']);
}
function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) length += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return length;
}
const base64Length = (text: string): number => Math.floor((text.replace(/=+$/, '').length * 3) / 4);

export function node(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  const seen = new Set<string>();
  listOf(spec['taints']).forEach((item, i) => {
    const at = `spec.taints[${i}]`;
    const key = textOf(get(item, 'key'));
    name(errors, `${at}.key`, key, qualifiedName);
    name(errors, `${at}.value`, get(item, 'value'), labelValue);
    oneOf(errors, `${at}.effect`, get(item, 'effect'), ['NoExecute', 'NoSchedule', 'PreferNoSchedule']);
    const unique = `${key}:${textOf(get(item, 'effect'))}`;
    if (seen.has(unique)) {
      errors.push({ ...duplicate(at, item), detail: 'taints must be unique by key and effect pair' });
    }
    seen.add(unique);
  });
  listOf(spec['podCIDRs']).forEach((cidr, i) => {
    if (!isCidr(String(cidr))) {
      errors.push(
        invalid(`spec.podCIDRs[${i}]`, cidr, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'),
      );
    }
  });
  const capacity = objectOf(get(object, 'status', 'capacity'));
  for (const key in capacity) {
    if (nanosOf(capacity[key]) < 0n) {
      errors.push(invalid(`status.capacity.${key}`, capacity[key], 'must be greater than or equal to 0'));
    }
  }
  if (old === undefined) return;
  const before = specOf(old);
  if (listOf(before['podCIDRs']).length > 0 && !semanticEqual(spec['podCIDRs'], before['podCIDRs'])) {
    errors.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  }
  if (textOf(before['providerID']) !== '' && spec['providerID'] !== before['providerID']) {
    errors.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  }
}
export function namespace(errors: Errors, object: JsonObject): void {
  listOf(get(object, 'spec', 'finalizers')).forEach((item, i) => {
    name(errors, `spec.finalizers[${i}]`, item, (text) => (text === 'kubernetes' ? [] : qualifiedName(text)));
  });
}
export function limitRange(errors: Errors, object: JsonObject): void {
  const types = new Set<Json>();
  listOf(get(object, 'spec', 'limits')).forEach((item, i) => {
    const limit = objectOf(item);
    const at = `spec.limits[${i}]`;
    const type = limit['type'] ?? '';
    if (types.has(type)) errors.push(duplicate(`${at}.type`, type));
    types.add(type);
    const max = objectOf(limit['max']);
    const min = objectOf(limit['min']);
    for (const key in min) {
      if (max[key] !== undefined && compare(min[key], max[key]) > 0) {
        errors.push(
          invalid(`${at}.min[${key}]`, min[key], `min value ${min[key]} is greater than max value ${max[key]}`),
        );
      }
    }
  });
}
export function event(errors: Errors, object: JsonObject): void {
  const about = objectOf(object['involvedObject'] ?? object['regarding']);
  const namespace = textOf(get(object, 'metadata', 'namespace'));
  const theirs = textOf(about['namespace']);
  const field = object['regarding'] === undefined ? 'involvedObject' : 'regarding';
  if (theirs === '') {
    if (namespace !== '' && namespace !== 'default' && namespace !== 'kube-system') {
      errors.push(invalid(`${field}.namespace`, theirs, 'does not match event.namespace'));
    }
  } else if (theirs !== namespace) {
    errors.push(invalid(`${field}.namespace`, theirs, 'does not match event.namespace'));
  }
}
export function serviceAccount(errors: Errors, object: JsonObject): void {
  listOf(object['imagePullSecrets']).forEach((item, i) => {
    present(errors, `imagePullSecrets[${i}].name`, get(item, 'name'));
  });
}
