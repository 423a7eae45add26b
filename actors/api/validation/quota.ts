//! ResourceQuotas: names that quotas know, whole numbers where things are counted, scopes that fit them
//! (pkg/apis/core/validation ValidateResourceQuota, pkg/apis/core/helper).
import { invalid, required } from '../field-error.ts';
import { get, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { qualifiedName } from '../names.ts';
import { nanosOf } from '../quantity.ts';
import { type Errors, IMMUTABLE, NONNEGATIVE } from './check.ts';

const COUNTED: ReadonlySet<string> = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
  'services.loadbalancers',
  'services.nodeports',
]);
const COMPUTE = ['cpu', 'limits.cpu', 'limits.memory', 'memory', 'requests.cpu', 'requests.memory'];
const STANDARD: ReadonlySet<string> = new Set([
  ...COUNTED,
  ...COMPUTE,
  'ephemeral-storage',
  'limits.ephemeral-storage',
  'requests.ephemeral-storage',
  'requests.storage',
]);
const isStandard = (name: string): boolean => STANDARD.has(name) || /^(requests\.)?hugepages-/.test(name);
const WHOLE = 1_000_000_000n;

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
  for (const field of ['hard', 'used']) amounts(errors, `status.${field}`, get(object, 'status', field));
  const names = Object.keys(objectOf(spec['hard'])).filter(isStandard).sort();
  scopes(errors, listOf(spec['scopes']), names);
  if (spec['scopeSelector'] !== undefined) selector(errors, spec['scopeSelector'], spec['scopes'], names);
  if (old === undefined) return;
  const sorted = (of: unknown): string =>
    JSON.stringify([...new Set(listOf(get(of, 'spec', 'scopes')).map(textOf))].sort());
  if (sorted(object) !== sorted(old)) errors.push(invalid('spec.scopes', spec['scopes'] ?? null, IMMUTABLE));
}

function amounts(errors: Errors, path: string, list: Json | undefined): void {
  for (const [name, amount] of Object.entries(objectOf(list))) {
    const at = `${path}[${name}]`;
    const odd = qualifiedName(name);
    for (const message of odd) errors.push(invalid(at, name, message));
    if (!name.includes('/') && !isStandard(name)) {
      if (odd.length === 0) errors.push(invalid(at, name, 'must be a standard resource type or fully qualified'));
      errors.push(invalid(at, name, 'must be a standard resource for quota'));
    }
    const nanos = nanosOf(amount);
    if (nanos < 0n) errors.push(invalid(at, amount, NONNEGATIVE));
    if (COUNTED.has(name) && nanos % WHOLE !== 0n) errors.push(invalid(at, amount, 'must be an integer'));
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
  const seen = new Set<string>();
  for (const item of listOf(get(whole, 'matchExpressions'))) {
    const { scopeName, operator, values } = objectOf(item);
    const scope = textOf(scopeName);
    const fits = SCOPES[scope];
    if (fits === undefined) errors.push(invalid(`${path}.scopeName`, scope, 'unsupported scope'));
    for (const name of names)
      if (fits !== undefined && !fits.has(name))
        errors.push(invalid(path, whole, 'unsupported scope applied to resource'));
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
