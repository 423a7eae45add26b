//! How many pods may be taken away (pkg/apis/policy/validation).
import { invalid, notSupported } from '../field-error.ts';
import { type JsonObject, objectOf, textOf } from '../json.ts';
import { amount, atMostAll } from './apps/amount.ts';
import { type Errors, labelSelector, nonNegative, specOf } from './check.ts';
import { conditions } from './conditions.ts';
import { isNull } from './service/fields.ts';

const AMOUNTS = ['minAvailable', 'maxUnavailable'] as const;
const POLICIES = ['AlwaysAllow', 'IfHealthyBudget'];

export function disruptionBudget(errors: Errors, object: JsonObject): void {
  const spec = specOf(object);
  if (AMOUNTS.every((field) => !isNull(spec[field])))
    errors.push(invalid('spec', shown(spec), 'minAvailable and maxUnavailable cannot be both set'));
  for (const field of AMOUNTS) {
    amount(errors, `spec.${field}`, spec[field]);
    atMostAll(errors, `spec.${field}`, spec[field]);
  }
  labelSelector(errors, 'spec.selector', spec['selector']);
  const policy = spec['unhealthyPodEvictionPolicy'];
  if (!isNull(policy) && !POLICIES.includes(textOf(policy)))
    errors.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, POLICIES));
}
/** As kube-apiserver's own type is printed. */
const shown = (spec: JsonObject): JsonObject => ({
  MinAvailable: spec['minAvailable'] ?? null,
  Selector: spec['selector'] ?? null,
  MaxUnavailable: spec['maxUnavailable'] ?? null,
  UnhealthyPodEvictionPolicy: spec['unhealthyPodEvictionPolicy'] ?? null,
});
export function disruptionBudgetStatus(errors: Errors, object: JsonObject): void {
  const status = objectOf(object['status']);
  conditions(errors, 'status.conditions', status['conditions']);
  for (const field of ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'])
    nonNegative(errors, `status.${field}`, status[field]);
}
