//! Taints of devices, what puts up with them, and conditions to wait for (pkg/apis/resource/validation).
import { duplicate, invalid, notSupported, required, tooMany } from '../../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import { labelValue, qualifiedName } from '../../names.ts';
import { type Errors, name, specOf } from '../check.ts';
import { conditions } from '../conditions.ts';
import { isNull } from '../service/fields.ts';
import { csiDriverName } from '../volume/csi.ts';
import { each } from './lists.ts';
import { label, poolName } from './names.ts';

const EFFECTS = ['NoExecute', 'NoSchedule', 'None'];
const OPERATORS = ['Equal', 'Exists'];
const TOLERATIONS_MAX = 16;
const CONDITIONS_MAX = 4;
const RULE_CONDITIONS_MAX = 8;

export function taint(errors: Errors, at: string, given: JsonObject, old?: JsonObject): void {
  name(errors, `${at}.key`, textOf(given['key']), qualifiedName);
  if (textOf(given['value']) !== '') name(errors, `${at}.value`, given['value'], labelValue);
  const effect = textOf(given['effect']);
  if (old !== undefined && textOf(old['effect']) === effect) return;
  if (effect === '') errors.push(required(`${at}.effect`));
  else if (!EFFECTS.includes(effect)) errors.push(notSupported(`${at}.effect`, effect, EFFECTS));
}
export function tolerations(errors: Errors, path: string, value: Json | undefined): void {
  each(errors, path, listOf(value), TOLERATIONS_MAX, (item, at) => {
    toleration(errors, at, objectOf(item));
  });
}
function toleration(errors: Errors, at: string, given: JsonObject): void {
  if (textOf(given['key']) !== '') name(errors, `${at}.key`, given['key'], qualifiedName);
  const [operator, value, effect] = [textOf(given['operator']), textOf(given['value']), textOf(given['effect'])];
  if (operator === '') errors.push(required(`${at}.operator`));
  else if (!OPERATORS.includes(operator)) errors.push(notSupported(`${at}.operator`, operator, OPERATORS));
  else if (operator === 'Equal') name(errors, `${at}.value`, value, labelValue);
  else if (value !== '') errors.push(invalid(`${at}.value`, value, 'must be empty for operator `Exists`'));
  if (effect !== '' && !EFFECTS.includes(effect)) errors.push(notSupported(`${at}.effect`, effect, EFFECTS));
}
/** Conditions that make a device ready, and those that say it will not be: both or none, and no one in both. */
export function bindingConditions(errors: Errors, at: string, given: JsonObject): void {
  const lists = ['bindingConditions', 'bindingFailureConditions'] as const;
  const [ready, failed] = lists.map((list) => listOf(given[list]).map(textOf)) as [string[], string[]];
  for (const list of lists)
    each(errors, `${at}.${list}`, listOf(given[list]), CONDITIONS_MAX, (item, path) => {
      name(errors, path, textOf(item), qualifiedName);
    });
  for (const [list, all] of [
    [lists[0], ready],
    [lists[1], failed],
  ] as const)
    for (const [i, type] of all.entries()) {
      const path = `${at}.${list}[${i}]`;
      if (all.indexOf(type) < i) errors.push(duplicate(path, type));
      if (all === failed && ready.includes(type))
        errors.push(invalid(path, type, 'bindingFailureConditions must not overlap with bindingConditions'));
    }
  const missing = (list: string, other: string): void =>
    void errors.push(invalid(`${at}.${list}`, given[list] ?? null, `${list} are required to use ${other}`));
  if (ready.length === 0 && failed.length > 0) missing(...lists);
  if (failed.length === 0 && ready.length > 0) missing(lists[1], lists[0]);
}

export function deviceTaintRule(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  const at = 'spec.deviceSelector';
  const { driver, pool, device } = objectOf(spec['deviceSelector']);
  if (!isNull(driver)) csiDriverName(errors, `${at}.driver`, textOf(driver));
  if (!isNull(pool)) poolName(errors, `${at}.pool`, pool);
  if (!isNull(device)) label(errors, `${at}.device`, device);
  taint(errors, 'spec.taint', objectOf(spec['taint']), old && objectOf(specOf(old)['taint']));
}
export function deviceTaintRuleStatus(errors: Errors, object: JsonObject): void {
  const all = get(object, 'status', 'conditions');
  const count = listOf(all).length;
  conditions(errors, 'status.conditions', all);
  if (count > RULE_CONDITIONS_MAX) errors.push(tooMany('status.conditions', count, RULE_CONDITIONS_MAX));
}
export const tainted = (device: Json): boolean => isObject(device) && listOf(device['taints']).length > 0;
