//! Files made of what objects of the API say: keys of secrets and config maps, fields of the pod.
import { invalid, required } from '../../field-error.ts';
import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import { type Errors, present } from '../check.ts';
import { fieldRef, resourceFieldRef, VOLUME_FIELDS } from '../container/env.ts';
import { localPath } from '../paths.ts';

export function mode(errors: Errors, at: string, value: Json | undefined): void {
  if (typeof value === 'number' && (value < 0 || value > 0o777))
    errors.push(invalid(at, value, 'must be a number between 0 and 0777 (octal), both inclusive'));
}
/** A secret or a config map; `named`: the field that says which. */
export function keyFiles(errors: Errors, at: string, source: JsonObject, named: string): void {
  present(errors, `${at}.${named}`, source[named]);
  mode(errors, `${at}.defaultMode`, source['defaultMode']);
  listOf(source['items']).forEach((item, i) => {
    keyToPath(errors, `${at}.items[${i}]`, objectOf(item));
  });
}
export function keyToPath(errors: Errors, at: string, item: JsonObject): void {
  present(errors, `${at}.key`, item['key']);
  present(errors, `${at}.path`, item['path']);
  localPath(errors, `${at}.path`, textOf(item['path']));
  mode(errors, `${at}.mode`, item['mode']);
}
/** Kubernetes does not say which of them. */
export function downwardFiles(errors: Errors, at: string, items: readonly Json[]): void {
  for (const item of items) downwardFile(errors, at, objectOf(item));
}
export function downwardFile(errors: Errors, at: string, file: JsonObject): void {
  present(errors, `${at}.path`, file['path']);
  localPath(errors, `${at}.path`, textOf(file['path']));
  const [field, resource] = [file['fieldRef'], file['resourceFieldRef']];
  if (isObject(field)) {
    fieldRef(errors, `${at}.fieldRef`, field, VOLUME_FIELDS);
    if (isObject(resource))
      errors.push(invalid(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
  } else if (isObject(resource)) resourceFieldRef(errors, `${at}.resourceFieldRef`, resource, true);
  else errors.push(required(at, 'one of fieldRef and resourceFieldRef is required'));
  mode(errors, `${at}.mode`, file['mode']);
}
