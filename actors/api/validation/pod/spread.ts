//! How pods are spread over a topology (validateTopologySpreadConstraints).
import { duplicate, invalid, notSupported, required } from '../../field-error.ts';
import { type Json, type JsonObject, numberOf, objectOf, textOf } from '../../json.ts';
import { type Errors, isNull, labelSelector, POSITIVE } from '../check.ts';
import { labelKeys } from './affinity.ts';

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];
const POLICIES = ['Honor', 'Ignore'];

/** `old`: of the spec that is updated; a selector that is wrong there may stay. */
export function topologySpread(errors: Errors, path: string, list: readonly Json[], old: readonly Json[]): void {
  const lenient = old.some((item) => {
    const found: Errors = [];
    labelSelector(found, '', objectOf(item)['labelSelector']);
    return found.length > 0;
  });
  const all = list.map(objectOf);
  all.forEach((given, i) => {
    constraint(errors, `${path}[${i}]`, given, all.slice(i + 1), lenient);
  });
}
function constraint(
  errors: Errors,
  at: string,
  given: JsonObject,
  others: readonly JsonObject[],
  lenient: boolean,
): void {
  const [key, action] = [textOf(given['topologyKey']), textOf(given['whenUnsatisfiable'])];
  const skew = numberOf(given['maxSkew']);
  if (skew <= 0) errors.push(invalid(`${at}.maxSkew`, skew, POSITIVE));
  if (key === '') errors.push(required(`${at}.topologyKey`, 'can not be empty'));
  if (!ACTIONS.includes(action)) errors.push(notSupported(`${at}.whenUnsatisfiable`, action, ACTIONS));
  if (others.some((other) => textOf(other['topologyKey']) === key && textOf(other['whenUnsatisfiable']) === action))
    errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${key}, ${action}}`));
  const domains = given['minDomains'];
  if (!isNull(domains)) {
    if (numberOf(domains) <= 0) errors.push(invalid(`${at}.minDomains`, domains, POSITIVE));
    if (action !== 'DoNotSchedule') {
      const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
      errors.push(invalid(`${at}.minDomains`, domains, detail));
    }
  }
  for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy']) {
    const policy = given[field];
    if (!isNull(policy) && !POLICIES.includes(textOf(policy)))
      errors.push(notSupported(`${at}.${field}`, policy, POLICIES));
  }
  labelKeys(errors, at, given);
  if (!lenient) labelSelector(errors, `${at}.labelSelector`, given['labelSelector']);
}
