//! When a container is started again, and what a resize does to it (validateContainerRestartPolicy,
//! validateResizePolicy).
import { duplicate, invalid, notSupported, required, tooMany } from '../../field-error.ts';
import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import { type Errors, isNull, oneOf } from '../check.ts';

const POLICIES = ['Always', 'Never', 'OnFailure'];
const ACTIONS = ['Restart', 'RestartAllContainers'];
const OPERATORS = ['In', 'NotIn'];
const RULES_MAX = 20;
const CODES_MAX = 255;

export function restartPolicy(errors: Errors, path: string, container: JsonObject): void {
  const [policy, rules] = [container['restartPolicy'], listOf(container['restartPolicyRules'])];
  const at = `${path}.restartPolicy`;
  if (isNull(policy)) {
    if (rules.length === 0) return;
    errors.push(required(at, 'must specify restartPolicy when restart rules are used'));
  } else if (!POLICIES.includes(textOf(policy))) errors.push(notSupported(at, policy, POLICIES));
  if (rules.length > RULES_MAX) errors.push(tooMany(`${path}.restartPolicyRules`, rules.length, RULES_MAX));
  rules.forEach((item, i) => {
    restartRule(errors, `${path}.restartPolicyRules[${i}]`, objectOf(item));
  });
}
/** An init container without a policy is told of its rules only that they need one. */
export function initRestartPolicy(errors: Errors, path: string, container: JsonObject): void {
  if (!isNull(container['restartPolicy'])) restartPolicy(errors, path, container);
  else if (listOf(container['restartPolicyRules']).length > 0)
    errors.push(required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used'));
}
function restartRule(errors: Errors, at: string, rule: JsonObject): void {
  const action = textOf(rule['action']);
  if (!ACTIONS.includes(action)) errors.push(notSupported(`${at}.action`, action, ACTIONS));
  const codes = rule['exitCodes'];
  if (!isObject(codes)) return void errors.push(required(`${at}.exitCodes`, 'must be specified'));
  const operator = textOf(codes['operator']);
  if (!OPERATORS.includes(operator)) errors.push(notSupported(`${at}.exitCodes.operator`, operator, OPERATORS));
  const values = listOf(codes['values']);
  if (values.length > CODES_MAX) errors.push(tooMany(`${at}.exitCodes.values`, values.length, CODES_MAX));
}

/** Of a pod that is never restarted nothing may ask for a restart. */
export function resizePolicy(errors: Errors, at: string, list: readonly Json[], podPolicy: string): void {
  const seen = new Set<string>();
  list.forEach((item, i) => {
    const { resourceName, restartPolicy: policy } = objectOf(item);
    const resource = textOf(resourceName);
    if (seen.has(resource)) errors.push(duplicate(`${at}[${i}]`, resource));
    seen.add(resource);
    oneOf(errors, at, resourceName, ['cpu', 'memory']);
    oneOf(errors, at, policy, ['NotRequired', 'RestartContainer']);
    if (podPolicy === 'Never' && policy !== 'NotRequired') {
      const detail = "must be 'NotRequired' when pod `restartPolicy` is 'Never'";
      errors.push(invalid(at, textOf(policy), detail));
    }
  });
}
