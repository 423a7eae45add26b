//! Which requests a webhook or a policy is about: pkg/apis/admissionregistration/validation validateRuleWithOperations.
import { invalid, required } from '../field-error.ts';
import { type Json, type JsonObject, listOf, textOf } from '../json.ts';
import { type Errors, oneOf } from './check.ts';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];

export function ruleWithOperations(errors: Errors, path: string, rule: JsonObject): void {
  const operations = listOf(rule['operations']);
  if (operations.length === 0) errors.push(required(`${path}.operations`));
  alone(errors, `${path}.operations`, operations, 'operations');
  for (const [i, operation] of operations.entries()) oneOf(errors, `${path}.operations[${i}]`, operation, OPERATIONS);
  for (const [field, what] of [
    ['apiGroups', 'API groups'],
    ['apiVersions', 'API versions'],
  ] as const) {
    const list = listOf(rule[field]);
    if (list.length === 0) errors.push(required(`${path}.${field}`));
    alone(errors, `${path}.${field}`, list, what);
  }
  for (const [i, version] of listOf(rule['apiVersions']).entries())
    if (version === '') errors.push(required(`${path}.apiVersions[${i}]`));
  resources(errors, `${path}.resources`, listOf(rule['resources']).map(textOf));
  oneOf(errors, `${path}.scope`, rule['scope'], ['*', 'Cluster', 'Namespaced'], true);
}
function alone(errors: Errors, path: string, list: readonly Json[], what: string): void {
  if (list.length > 1 && list.includes('*'))
    errors.push(invalid(path, [...list], `if '*' is present, must not specify other ${what}`));
}
function resources(errors: Errors, path: string, list: readonly string[]): void {
  if (list.length === 0) errors.push(required(path));
  const wholes = new Set<string>();
  const everywhere = new Set<string>();
  for (const [i, one] of list.entries()) {
    const at = `${path}[${i}]`;
    if (one === '') errors.push(required(at));
    const [resource = '', sub] = one.split('/', 2);
    if (sub === undefined) continue;
    if (wholes.has(resource)) errors.push(invalid(at, one, `if '${resource}/*' is present, must not specify ${one}`));
    if (everywhere.has(sub)) errors.push(invalid(at, one, `if '*/${sub}' is present, must not specify ${one}`));
    if (sub === '*') wholes.add(resource);
    if (resource === '*') everywhere.add(sub);
  }
  if (list.length > 1 && list.includes('*/*'))
    errors.push(invalid(path, [...list], "if '*/*' is present, must not specify other resources"));
  if (list.includes('*') && list.some((one) => one !== '*' && one !== '' && !one.includes('/')))
    errors.push(invalid(path, [...list], "if '*' is present, must not specify other resources without subresources"));
}
