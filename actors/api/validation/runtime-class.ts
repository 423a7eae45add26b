//! Ways to run containers (pkg/apis/node/validation).
import { duplicate } from '../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, semanticEqual, textOf } from '../json.ts';
import { dns1123Label } from '../names.ts';
import { type Errors, immutable, labels, name } from './check.ts';
import { containerResources } from './container/resources.ts';
import { tolerations } from './pod/selectors.ts';

export function runtimeClass(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const handler = textOf(object['handler']);
  if (old !== undefined) return void immutable(errors, 'handler', handler, old['handler']);
  name(errors, 'handler', handler, dns1123Label);
  const overhead = object['overhead'];
  if (isObject(overhead)) containerResources(errors, 'overhead', { limits: objectOf(overhead['podFixed']) }, new Set());
  if (isObject(object['scheduling'])) scheduling(errors, 'scheduling', object['scheduling']);
}
function scheduling(errors: Errors, at: string, given: JsonObject): void {
  labels(errors, `${at}.nodeSelector`, given['nodeSelector']);
  const all = listOf(given['tolerations']);
  tolerations(errors, `${at}.tolerations`, all);
  all.forEach((one, i) => {
    if (all.slice(0, i).some((before) => same(before, one)))
      errors.push(duplicate(`${at}.tolerations[${i}]`, shown(one)));
  });
}
const same = (a: Json, b: Json): boolean => semanticEqual(objectOf(a), objectOf(b));
/** As kube-apiserver's own type is printed. */
const shown = (toleration: Json): JsonObject => ({
  Key: textOf(get(toleration, 'key')),
  Operator: textOf(get(toleration, 'operator')),
  Value: textOf(get(toleration, 'value')),
  Effect: textOf(get(toleration, 'effect')),
  TolerationSeconds: get(toleration, 'tolerationSeconds') ?? null,
});
