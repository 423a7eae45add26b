//! ResourceQuotas: names that quotas know, whole numbers where things are counted, scopes that fit them
//! (pkg/apis/core/validation ValidateResourceQuota, pkg/apis/core/helper).
import { invalid, required } from '../field-error.ts';
import { shownAs } from '../go-struct.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { type Errors, IMMUTABLE } from './check.ts';
import { isQuotaResource, quotaResourceName, resourceAmount } from './resource-names.ts';

const COMPUTE = ['cpu', 'limits.cpu', 'limits.memory', 'memory', 'requests.cpu', 'requests.memory'];
const OF_PODS: ReadonlySet<string> = new Set(['pods', ...COMPUTE]);
/** Of which resources a scope may be. */
const SCOPES: Readonly<Record<string, ReadonlySet<string>>> = {
  BestEffort: new Set(['pods']),
  CrossNamespacePodAffinity: OF_PODS,
  NotBestEffort: OF_PODS,
  NotTerminating: OF_PODS,
  PriorityClass: OF_PODS,
  Terminating: OF_PODS,
  VolumeAttributesClass: new Set(['persistentvolumeclaims', 'requests.storage']),
};
const OPPOSITES: readonly (readonly [string, string])[] = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];
const ONLY_EXISTS: ReadonlySet<string> = new Set([
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'Terminating',
]);
const EXISTS_ONLY =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

export function resourceQuota(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = objectOf(object['spec']);
  amounts(errors, 'spec.hard', spec['hard']);
  const names = Object.keys(objectOf(spec['hard'])).filter(isQuotaResource).sort();
  scopes(errors, listOf(spec['scopes']), names);
  if (isObject(spec['scopeSelector'])) selector(errors, spec['scopeSelector'], spec['scopes'], names);
  if (old === undefined) return resourceQuotaStatus(errors, object);
  const sorted = (of: unknown): string =>
    JSON.stringify([...new Set(listOf(get(of, 'spec', 'scopes')).map(textOf))].sort());
  if (sorted(object) !== sorted(old)) errors.push(invalid('spec.scopes', spec['scopes'] ?? null, IMMUTABLE));
}
export function resourceQuotaStatus(errors: Errors, object: JsonObject): void {
  for (const field of ['hard', 'used']) amounts(errors, `status.${field}`, get(object, 'status', field));
}
function amounts(errors: Errors, path: string, list: Json | undefined): void {
  for (const [name, amount] of Object.entries(objectOf(list))) {
    quotaResourceName(errors, `${path}[${name}]`, name);
    resourceAmount(errors, `${path}[${name}]`, name, amount);
  }
}

function scopes(errors: Errors, given: readonly Json[], names: readonly string[]): void {
  const path = 'spec.scopes';
  for (const scope of given) {
    const fits = SCOPES[textOf(scope)];
    if (fits === undefined) errors.push(invalid(path, [...given], 'unsupported scope'));
    for (const name of names)
      if (fits !== undefined && !fits.has(name))
        errors.push(invalid(path, [...given], 'unsupported scope applied to resource'));
  }
  for (const [one, other] of OPPOSITES)
    if (given.includes(one) && given.includes(other)) errors.push(invalid(path, [...given], 'conflicting scopes'));
}

function selector(errors: Errors, whole: Json, given: Json | undefined, names: readonly string[]): void {
  const path = 'spec.scopeSelector.matchExpressions';
  const shown = shownAs('ScopeSelector', whole);
  const seen = new Set<string>();
  for (const item of listOf(get(whole, 'matchExpressions'))) {
    const { scopeName, operator, values } = objectOf(item);
    const scope = textOf(scopeName);
    const fits = SCOPES[scope];
    if (fits === undefined) errors.push(invalid(`${path}.scopeName`, scope, 'unsupported scope'));
    for (const name of names)
      if (fits !== undefined && !fits.has(name))
        errors.push({ ...invalid(path, whole, 'unsupported scope applied to resource'), shown });
    if (ONLY_EXISTS.has(scope) && operator !== 'Exists')
      errors.push(invalid(`${path}.operator`, operator ?? '', EXISTS_ONLY));
    const some = listOf(values).length > 0;
    if (operator === 'In' || operator === 'NotIn') {
      const why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
      if (!some) errors.push(required(`${path}.values`, why));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
      if (some) errors.push(invalid(`${path}.values`, values, why));
    } else errors.push(invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
    seen.add(scope);
  }
  for (const [one, other] of OPPOSITES)
    if (seen.has(one) && seen.has(other)) errors.push(invalid('spec.scopes', given ?? null, 'conflicting scopes'));
}
