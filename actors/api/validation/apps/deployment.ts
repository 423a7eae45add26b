//! Deployments and ReplicaSets (pkg/apis/apps/validation).
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { isObject, type JsonObject, objectOf } from '../../json.ts';
import { type Errors, immutable, nonNegative, specOf } from '../check.ts';
import { amount, atMostAll, isNone } from './amount.ts';
import { replicated } from './selector.ts';

export function deployment(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  nonNegative(errors, 'spec.replicas', spec['replicas']);
  replicated(errors, spec);
  strategy(errors, objectOf(spec['strategy']));
  nonNegative(errors, 'spec.minReadySeconds', spec['minReadySeconds']);
  nonNegative(errors, 'spec.revisionHistoryLimit', spec['revisionHistoryLimit']);
  const deadline = spec['progressDeadlineSeconds'];
  nonNegative(errors, 'spec.progressDeadlineSeconds', deadline);
  if (typeof deadline === 'number' && deadline <= Number(spec['minReadySeconds'] ?? 0)) {
    errors.push(invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  }
  if (old !== undefined) immutable(errors, 'spec.selector', spec['selector'], specOf(old)['selector']);
}
function strategy(errors: Errors, given: JsonObject): void {
  const rolling = given['rollingUpdate'];
  const at = 'spec.strategy.rollingUpdate';
  switch (given['type']) {
    case 'Recreate':
      if (isObject(rolling)) errors.push(forbidden(at, "may not be specified when strategy `type` is 'Recreate'"));
      break;
    case 'RollingUpdate':
      if (!isObject(rolling)) errors.push(required(at, 'this should be defaulted and never be nil'));
      else {
        amount(errors, `${at}.maxUnavailable`, rolling['maxUnavailable']);
        amount(errors, `${at}.maxSurge`, rolling['maxSurge']);
        if (isNone(rolling['maxUnavailable']) && isNone(rolling['maxSurge'])) {
          const value = rolling['maxUnavailable'] ?? 0;
          errors.push(invalid(`${at}.maxUnavailable`, value, 'may not be 0 when `maxSurge` is 0'));
        }
        atMostAll(errors, `${at}.maxUnavailable`, rolling['maxUnavailable']);
      }
      break;
    default:
      errors.push(notSupported('spec.strategy', strategyShown(given), ['Recreate', 'RollingUpdate']));
  }
}
/** As kube-apiserver's own type is printed. */
export const strategyShown = (given: JsonObject): JsonObject => ({
  Type: given['type'] ?? '',
  RollingUpdate: isObject(given['rollingUpdate'])
    ? {
        MaxUnavailable: given['rollingUpdate']['maxUnavailable'] ?? 0,
        MaxSurge: given['rollingUpdate']['maxSurge'] ?? 0,
      }
    : null,
});

export function replicaSet(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  nonNegative(errors, 'spec.replicas', spec['replicas']);
  nonNegative(errors, 'spec.minReadySeconds', spec['minReadySeconds']);
  replicated(errors, spec);
  if (old !== undefined) immutable(errors, 'spec.selector', spec['selector'], specOf(old)['selector']);
}
