//! Autoscalers (pkg/apis/autoscaling/validation): of v1 too, which is stored as v2.
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../json.ts';
import { nanosOf } from '../../quantity.ts';
import { type Errors, NONNEGATIVE, nonNegative, specOf } from '../check.ts';
import { isNull } from '../service/fields.ts';
import { metric, objectReference } from './metric.ts';

const PERIOD_MAX_SECONDS = 1800;
const WINDOW_MAX_SECONDS = 3600;
const SELECTS = ['Disabled', 'Max', 'Min'];
const POLICIES = ['Percent', 'Pods'];

export function autoscaler(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  const [min, max] = [spec['minReplicas'], numberOf(spec['maxReplicas'])];
  const least = old !== undefined && specOf(old)['minReplicas'] === 0 ? 0 : 1;
  if (typeof min === 'number' && min < least)
    errors.push(invalid('spec.minReplicas', min, `must be greater than or equal to ${least}`));
  if (max < 1) errors.push(invalid('spec.maxReplicas', max, 'must be greater than 0'));
  if (typeof min === 'number' && max < min)
    errors.push(invalid('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'));
  objectReference(errors, 'spec.scaleTargetRef', objectOf(spec['scaleTargetRef']));
  const metrics = listOf(spec['metrics']);
  metrics.forEach((item, i) => {
    metric(errors, `spec.metrics[${i}]`, objectOf(item));
  });
  const types = metrics.map((item) => get(item, 'type'));
  if (min === 0 && !types.includes('Object') && !types.includes('External')) {
    const detail = 'must specify at least one Object or External metric to support scaling to zero replicas';
    errors.push(forbidden('spec.metrics', detail));
  }
  for (const way of ['scaleUp', 'scaleDown']) {
    const rules = get(spec, 'behavior', way);
    if (isObject(rules)) scalingRules(errors, `spec.behavior.${way}`, rules);
  }
}
function scalingRules(errors: Errors, at: string, rules: JsonObject): void {
  const window = rules['stabilizationWindowSeconds'];
  const path = `${at}.stabilizationWindowSeconds`;
  if (numberOf(window) < 0) errors.push(invalid(path, window, 'must be greater than or equal to zero'));
  if (numberOf(window) > WINDOW_MAX_SECONDS)
    errors.push(invalid(path, window, `must be less than or equal to ${WINDOW_MAX_SECONDS}`));
  const select = rules['selectPolicy'];
  if (!isNull(select) && !SELECTS.includes(textOf(select)))
    errors.push(notSupported(`${at}.selectPolicy`, select, SELECTS));
  const policies = listOf(rules['policies']);
  if (policies.length === 0) errors.push(required(`${at}.policies`, 'must specify at least one Policy'));
  policies.forEach((item, i) => {
    policy(errors, `${at}.policies[${i}]`, objectOf(item));
  });
  const tolerance = rules['tolerance'];
  if (nanosOf(tolerance) < 0n) errors.push(invalid(`${at}.tolerance`, tolerance, NONNEGATIVE));
}
function policy(errors: Errors, at: string, given: JsonObject): void {
  const [type, value, period] = [textOf(given['type']), numberOf(given['value']), numberOf(given['periodSeconds'])];
  if (!POLICIES.includes(type)) errors.push(notSupported(`${at}.type`, type, POLICIES));
  if (value <= 0) errors.push(invalid(`${at}.value`, value, 'must be greater than zero'));
  if (period <= 0) errors.push(invalid(`${at}.periodSeconds`, period, 'must be greater than zero'));
  if (period > PERIOD_MAX_SECONDS)
    errors.push(invalid(`${at}.periodSeconds`, period, `must be less than or equal to ${PERIOD_MAX_SECONDS}`));
}

export function autoscalerStatus(errors: Errors, object: JsonObject): void {
  const status: Json | undefined = object['status'];
  for (const field of ['currentReplicas', 'desiredReplicas'])
    nonNegative(errors, `status.${field}`, get(status, field));
}
