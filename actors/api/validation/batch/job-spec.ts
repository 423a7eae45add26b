//! What a Job asks for, whether it is one or a CronJob's template (pkg/apis/batch/validation validateJobSpec).
import { invalid, notSupported, required, tooLong } from '../../field-error.ts';
import { get, isObject, type Json, type JsonObject, objectOf, textOf } from '../../json.ts';
import { type Errors, nonNegative } from '../check.ts';
import { prefixedPath } from '../networking/ingress-class.ts';
import { podTemplate } from '../pod.ts';
import { isNull } from '../service/fields.ts';
import { podFailurePolicy } from './failure-policy.ts';
import { successPolicy } from './success-policy.ts';

const LIMITS = { parallelism: 100_000, failed: 100_000, managedBy: 63 } as const;
/** Beyond so many completions, with a limit of retries of each. */
const MANY = { completions: 100_000, parallelism: 10_000, failed: 10_000 } as const;
const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
];
export const isIndexed = (spec: JsonObject): boolean => spec['completionMode'] === 'Indexed';

export function jobSpec(errors: Errors, at: string, spec: JsonObject): void {
  for (const field of COUNTS) nonNegative(errors, `${at}.${field}`, spec[field]);
  if (!isNull(spec['maxFailedIndexes']) && isNull(spec['backoffLimitPerIndex']))
    errors.push(required(`${at}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  const manager = spec['managedBy'];
  if (typeof manager === 'string') {
    prefixedPath(errors, `${at}.managedBy`, manager);
    if (Buffer.byteLength(manager) > LIMITS.managedBy) errors.push(tooLong(`${at}.managedBy`, LIMITS.managedBy));
  }
  const mode = spec['completionMode'];
  if (!isNull(mode) && mode !== 'NonIndexed' && mode !== 'Indexed')
    errors.push(notSupported(`${at}.completionMode`, mode, ['NonIndexed', 'Indexed']));
  if (isIndexed(spec)) indexed(errors, at, spec);
  else if (isNull(mode) || mode === 'NonIndexed')
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'])
      if (!isNull(spec[field])) errors.push(invalid(`${at}.${field}`, spec[field], 'requires indexed completion mode'));
  if (isObject(spec['podFailurePolicy'])) podFailurePolicy(errors, `${at}.podFailurePolicy`, spec);
  if (isObject(spec['successPolicy'])) {
    if (isIndexed(spec)) successPolicy(errors, `${at}.successPolicy`, spec);
    else
      errors.push(
        invalid(`${at}.successPolicy`, policyShown(spec['successPolicy']), 'requires indexed completion mode'),
      );
  }
  replacement(errors, `${at}.podReplacementPolicy`, spec);
  podTemplate(errors, `${at}.template`, objectOf(spec['template']));
  restarts(errors, `${at}.template.spec.restartPolicy`, spec);
}
/** As kube-apiserver's own type is printed. */
const policyShown = (policy: JsonObject): JsonObject => ({
  Rules: Array.isArray(policy['rules'])
    ? policy['rules'].map((rule) => ({
        SucceededIndexes: get(rule, 'succeededIndexes') ?? null,
        SucceededCount: get(rule, 'succeededCount') ?? null,
      }))
    : null,
});
function indexed(errors: Errors, at: string, spec: JsonObject): void {
  const [completions, parallelism, failed] = ['completions', 'parallelism', 'maxFailedIndexes'].map(
    (field) => spec[field],
  ) as [Json?, Json?, Json?];
  const above = (value: Json | undefined, limit: number): value is number => typeof value === 'number' && value > limit;
  const atMost = (field: string, value: Json | undefined, limit: number, when = ''): void => {
    if (above(value, limit))
      errors.push(invalid(`${at}.${field}`, value, `must be less than or equal to ${limit}${when}`));
  };
  if (isNull(completions)) errors.push(required(`${at}.completions`, 'when completion mode is Indexed'));
  atMost('parallelism', parallelism, LIMITS.parallelism, ' when completion mode is Indexed');
  if (typeof completions === 'number' && above(failed, completions))
    errors.push(invalid(`${at}.maxFailedIndexes`, failed, 'must be less than or equal to completions'));
  atMost('maxFailedIndexes', failed, LIMITS.failed);
  if (!above(completions, MANY.completions) || isNull(spec['backoffLimitPerIndex'])) return;
  if (isNull(failed))
    errors.push(required(`${at}.maxFailedIndexes`, `must be specified when completions is above ${MANY.completions}`));
  const when = ` when completions are above ${MANY.completions} and used with backoff limit per index`;
  atMost('parallelism', parallelism, MANY.parallelism, when);
  atMost('maxFailedIndexes', failed, MANY.failed, when);
}
function replacement(errors: Errors, path: string, spec: JsonObject): void {
  const policy = spec['podReplacementPolicy'];
  if (isNull(policy)) return;
  const policies = isObject(spec['podFailurePolicy']) ? ['Failed'] : ['Failed', 'TerminatingOrFailed'];
  if (!policies.includes(textOf(policy))) errors.push(notSupported(path, policy, policies));
}
function restarts(errors: Errors, path: string, spec: JsonObject): void {
  const policy = textOf(get(spec, 'template', 'spec', 'restartPolicy'));
  if (policy === '' || policy === 'Always') errors.push(required(path, 'valid values: "OnFailure", "Never"'));
  else if (policy !== 'OnFailure' && policy !== 'Never')
    errors.push(notSupported(path, policy, ['OnFailure', 'Never']));
  else if (isObject(spec['podFailurePolicy']) && policy !== 'Never')
    errors.push(invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified'));
}
