//! Classes of volumes, and of their attributes (pkg/apis/storage/validation).
import { duplicate, forbidden, notSupported, required } from '../../field-error.ts';
import { get, type Json, type JsonObject, listOf, objectOf, semanticEqual, textOf } from '../../json.ts';
import { qualifiedName } from '../../names.ts';
import { type Errors, immutable, name, oneOf } from '../check.ts';
import { parameters, provisioner } from './parameters.ts';

export function storageClass(errors: Errors, object: JsonObject, old?: JsonObject): void {
  if (old !== undefined) {
    for (const field of ['parameters', 'provisioner', 'reclaimPolicy']) kept(errors, field, object, old);
    immutable(errors, 'volumeBindingMode', object['volumeBindingMode'], old['volumeBindingMode']);
    return;
  }
  provisioner(errors, 'provisioner', object['provisioner']);
  parameters(errors, 'parameters', object['parameters']);
  oneOf(errors, 'reclaimPolicy', object['reclaimPolicy'], ['Delete', 'Retain'], true);
  const mode = object['volumeBindingMode'];
  const modes = ['Immediate', 'WaitForFirstConsumer'];
  if (mode === undefined || mode === null) errors.push(required('volumeBindingMode'));
  else if (!modes.includes(textOf(mode))) errors.push(notSupported('volumeBindingMode', mode, modes));
  topologies(errors, 'allowedTopologies', listOf(object['allowedTopologies']));
}
function topologies(errors: Errors, path: string, terms: readonly Json[]): void {
  const seen: Json[] = [];
  terms.forEach((term, i) => {
    const at = `${path}[${i}].matchLabelExpressions`;
    const keys: JsonObject = {};
    listOf(get(term, 'matchLabelExpressions')).forEach((item, j) => {
      const key = textOf(get(item, 'key'));
      if (Object.hasOwn(keys, key)) errors.push(duplicate(`${at}[${j}].key`, key));
      keys[key] = [...requirement(errors, `${at}[${j}]`, objectOf(item))].sort();
    });
    if (seen.some((one) => semanticEqual(one, keys))) errors.push(duplicate(at, ''));
    seen.push(keys);
  });
}
/** core/validation validateTopologySelectorLabelRequirement. Gives the values. */
function requirement(errors: Errors, at: string, item: JsonObject): ReadonlySet<string> {
  const values = listOf(item['values']).map(textOf);
  const seen = new Set<string>();
  if (values.length === 0) errors.push(required(`${at}.values`));
  values.forEach((value, k) => {
    if (seen.has(value)) errors.push(duplicate(`${at}.values[${k}]`, value));
    seen.add(value);
  });
  name(errors, `${at}.key`, textOf(item['key']), qualifiedName);
  return seen;
}

export function attributesClass(errors: Errors, object: JsonObject, old?: JsonObject): void {
  if (old !== undefined) for (const field of ['driverName', 'parameters']) kept(errors, field, object, old);
  provisioner(errors, 'driverName', object['driverName']);
  parameters(errors, 'parameters', object['parameters'], true);
}
function kept(errors: Errors, field: string, object: JsonObject, old: JsonObject): void {
  if (!semanticEqual(object[field], old[field])) errors.push(forbidden(field, `updates to ${field} are forbidden.`));
}
