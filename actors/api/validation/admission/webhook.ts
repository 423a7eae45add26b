//! Mutating- and ValidatingWebhookConfigurations (pkg/apis/admissionregistration/validation).
import { duplicate, invalid, required } from '../../field-error.ts';
import { type Json, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import { dns1035Label, dns1123Subdomain } from '../../names.ts';
import { type Errors, labelSelector, name, oneOf } from '../check.ts';
import { matchConditions } from '../policy.ts';
import { ruleWithOperations } from '../rule.ts';
import { clientConfig } from './client-config.ts';

const EFFECTS = ['None', 'NoneOnDryRun'];
const REVIEWS = ['v1', 'v1beta1'];

export const mutatingWebhooks = (errors: Errors, object: JsonObject): void =>
  each(errors, object, (at, hook) =>
    oneOf(errors, `${at}.reinvocationPolicy`, hook['reinvocationPolicy'], ['IfNeeded', 'Never'], true),
  );
export const validatingWebhooks = (errors: Errors, object: JsonObject): void => each(errors, object, () => {});

function each(errors: Errors, object: JsonObject, more: (at: string, hook: JsonObject) => void): void {
  const names = new Set<Json>();
  for (const [i, item] of listOf(object['webhooks']).entries()) {
    const hook = objectOf(item);
    const at = `webhooks[${i}]`;
    webhook(errors, at, hook);
    more(at, hook);
    const own = hook['name'] ?? '';
    if (names.has(own)) errors.push(duplicate(`${at}.name`, own));
    names.add(own);
  }
}
function webhook(errors: Errors, at: string, hook: JsonObject): void {
  qualified(errors, `${at}.name`, textOf(hook['name']));
  for (const [n, rule] of listOf(hook['rules']).entries())
    ruleWithOperations(errors, `${at}.rules[${n}]`, objectOf(rule));
  oneOf(errors, `${at}.failurePolicy`, hook['failurePolicy'], ['Fail', 'Ignore'], true);
  oneOf(errors, `${at}.matchPolicy`, hook['matchPolicy'], ['Equivalent', 'Exact'], true);
  if (textOf(hook['sideEffects']) === '')
    errors.push(required(`${at}.sideEffects`, `must specify one of ${EFFECTS.join(', ')}`));
  else oneOf(errors, `${at}.sideEffects`, hook['sideEffects'], EFFECTS);
  const seconds = hook['timeoutSeconds'];
  if (typeof seconds === 'number' && (seconds < 1 || seconds > 30))
    errors.push(invalid(`${at}.timeoutSeconds`, seconds, 'the timeout value must be between 1 and 30 seconds'));
  for (const field of ['namespaceSelector', 'objectSelector'])
    if (hook[field] !== undefined) labelSelector(errors, `${at}.${field}`, hook[field]);
  clientConfig(errors, `${at}.clientConfig`, objectOf(hook['clientConfig']));
  reviewVersions(errors, `${at}.admissionReviewVersions`, listOf(hook['admissionReviewVersions']));
  matchConditions(errors, `${at}.matchConditions`, hook['matchConditions']);
}
/** validation.IsFullyQualifiedName */
function qualified(errors: Errors, at: string, value: string): void {
  if (value === '') return void errors.push(required(at));
  const before = errors.length;
  name(errors, at, value, dns1123Subdomain);
  if (errors.length === before && value.split('.').length < 3)
    errors.push(invalid(at, value, 'should be a domain with at least three segments separated by dots'));
}
function reviewVersions(errors: Errors, at: string, versions: readonly Json[]): void {
  if (versions.length === 0) return void errors.push(required(at, `must specify one of ${REVIEWS.join(', ')}`));
  const seen = new Set<Json>();
  for (const [i, version] of versions.entries()) {
    if (seen.has(version)) errors.push(invalid(`${at}[${i}]`, version, 'duplicate version'));
    else name(errors, `${at}[${i}]`, version, dns1035Label);
    seen.add(version);
  }
  if (!versions.some((version) => REVIEWS.includes(textOf(version))))
    errors.push(invalid(at, [...versions], `must include at least one of ${REVIEWS.join(', ')}`));
}
