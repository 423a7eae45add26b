//! Secrets and config maps.
import { forbidden, invalid, required, tooLong } from '../field-error.ts';
import { unmarshalFault } from '../go-json.ts';
import { equal, get, type Json, type JsonObject, objectOf, textOf } from '../json.ts';
import { configMapKey } from '../names.ts';
import { type Errors, immutable } from './check.ts';

/** core.MaxSecretSize: 1 MiB of values. */
const DATA_MAX = 1024 * 1024;
const FROZEN = 'field is immutable when `immutable` is set';
const SERVICE_ACCOUNT = 'kubernetes.io/service-account.name';
const REDACTED = '<secret contents redacted>';

export function secret(errors: Errors, object: JsonObject, old?: JsonObject): void {
  if (old !== undefined) {
    immutable(errors, 'type', textOf(object['type']), old['type']);
    frozen(errors, object, old, ['data']);
  }
  const data = objectOf(object['data']);
  let size = 0;
  for (const key in data) {
    for (const message of configMapKey(key)) errors.push(invalid(`data[${key}]`, key, message));
    size += bytesOf(textOf(data[key]));
  }
  if (size > DATA_MAX) errors.push(tooLong('data', DATA_MAX));
  ofType(errors, object, data);
}
function ofType(errors: Errors, object: JsonObject, data: JsonObject): void {
  const needs = (...keys: readonly string[]): void => {
    for (const key of keys) if (data[key] === undefined) errors.push(required(`data[${key}]`));
  };
  switch (object['type']) {
    case 'kubernetes.io/service-account-token':
      if (textOf(get(object, 'metadata', 'annotations', SERVICE_ACCOUNT)) === '')
        errors.push(required(`metadata.annotations[${SERVICE_ACCOUNT}]`));
      return;
    case 'kubernetes.io/dockercfg':
      return document(errors, data, '.dockercfg');
    case 'kubernetes.io/dockerconfigjson':
      return document(errors, data, '.dockerconfigjson');
    case 'kubernetes.io/basic-auth':
      if (data['username'] === undefined && data['password'] === undefined) needs('username', 'password');
      return;
    case 'kubernetes.io/ssh-auth':
      if (textOf(data['ssh-privatekey']) === '') errors.push(required('data[ssh-privatekey]'));
      return;
    case 'kubernetes.io/tls':
      needs('tls.crt', 'tls.key');
  }
}
function document(errors: Errors, data: JsonObject, key: string): void {
  const value = data[key];
  if (value === undefined) return void errors.push(required(`data[${key}]`));
  const fault = unmarshalFault(decoded(textOf(value)), '{', 'map[string]interface {}');
  if (fault !== undefined) errors.push(invalid(`data[${key}]`, REDACTED, fault));
}
const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

export function configMap(errors: Errors, object: JsonObject, old?: JsonObject): void {
  if (old !== undefined) frozen(errors, object, old, ['data', 'binaryData']);
  const [data, binary] = [objectOf(object['data']), objectOf(object['binaryData'])];
  let size = 0;
  for (const key in data) {
    for (const message of configMapKey(key)) errors.push(invalid(`data[${key}]`, key, message));
    if (Object.hasOwn(binary, key)) errors.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    size += Buffer.byteLength(textOf(data[key]));
  }
  for (const key in binary) {
    for (const message of configMapKey(key)) errors.push(invalid(`binaryData[${key}]`, key, message));
    size += bytesOf(textOf(binary[key]));
  }
  // No field: it is the whole object.
  if (size > DATA_MAX) errors.push(tooLong('', DATA_MAX));
}
const bytesOf = (base64: string): number => Math.floor((base64.replace(/=+$/, '').length * 3) / 4);

/** `immutable: true` cannot be taken back. */
function frozen(errors: Errors, object: JsonObject, old: JsonObject, fields: readonly string[]): void {
  if (old['immutable'] !== true) return;
  if (object['immutable'] !== true) errors.push(forbidden('immutable', FROZEN));
  for (const field of fields)
    if (!equal(content(object[field]), content(old[field]))) errors.push(forbidden(field, FROZEN));
}
const content = (value: Json | undefined): JsonObject => objectOf(value);
