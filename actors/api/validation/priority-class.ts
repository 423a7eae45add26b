//! Priorities of pods (pkg/apis/scheduling/validation).
import { forbidden, notSupported, required } from '../field-error.ts';
import { get, type JsonObject, numberOf, textOf } from '../json.ts';
import { type Errors, immutable } from './check.ts';
import { isNull } from './service/fields.ts';

const USER_MAX = 1_000_000_000;
const PREFIX = 'system-';
const SYSTEM: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};
const PREEMPTIONS = ['PreemptLowerPriority', 'Never'];

export function priorityClass(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const value = numberOf(object['value']);
  if (old !== undefined) {
    if (value !== numberOf(old['value'])) errors.push(forbidden('value', 'may not be changed in an update.'));
    immutable(errors, 'preemptionPolicy', object['preemptionPolicy'], old['preemptionPolicy']);
    return;
  }
  const own = textOf(get(object, 'metadata', 'name'));
  if (own.startsWith(PREFIX)) {
    const fault = systemFault(own, value, object['globalDefault'] === true);
    const rule = `priority class names with '${PREFIX}' prefix are reserved for system use only`;
    if (fault !== undefined) errors.push(forbidden('metadata.name', `${rule}. error: ${fault}`));
  } else if (value > USER_MAX)
    errors.push(forbidden('value', `maximum allowed value of a user defined priority is ${USER_MAX}`));
  const policy = object['preemptionPolicy'];
  if (policy === '') errors.push(required('preemptionPolicy'));
  else if (!isNull(policy) && !PREEMPTIONS.includes(textOf(policy)))
    errors.push(notSupported('preemptionPolicy', policy, PREEMPTIONS));
}
/** scheduling/v1 IsKnownSystemPriorityClass. */
function systemFault(own: string, value: number, isDefault: boolean): string | undefined {
  const known = Object.hasOwn(SYSTEM, own) ? SYSTEM[own] : undefined;
  if (known === undefined) return `${own} is not a known system priority class`;
  if (value !== known) return `value of ${own} PriorityClass must be ${known}`;
  return isDefault ? `globalDefault of ${own} PriorityClass must be false` : undefined;
}
