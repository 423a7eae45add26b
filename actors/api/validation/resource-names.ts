//! Names of resources (cpu, hugepages-2Mi, example.com/gpu) and what amounts they may have (pkg/apis/core/helper,
//! core/validation validateResourceName and its kin).
import { invalid, notSupported } from '../field-error.ts';
import type { Json } from '../json.ts';
import { qualifiedName } from '../names.ts';
import { nanosOf } from '../quantity.ts';
import { type Errors, nonNegativeQuantity } from './check.ts';

const COUNTS = [
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
  'services.loadbalancers',
  'services.nodeports',
];
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const COUNTED: ReadonlySet<string> = new Set(COUNTS);
const OF_CONTAINERS: ReadonlySet<string> = new Set(COMPUTE);
const OF_QUOTAS: ReadonlySet<string> = new Set([
  ...COUNTS,
  ...COMPUTE,
  ...COMPUTE.flatMap((name) => [`limits.${name}`, `requests.${name}`]),
  'requests.storage',
]);
/** What a pod as a whole may ask for (component-helpers/resource). */
const OF_PODS = ['cpu', 'hugepages-', 'memory'];

export const isHugePage = (name: string): boolean => name.startsWith('hugepages-');
export const isNativeResource = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');
export const isOvercommitted = (name: string): boolean => isNativeResource(name) && !isHugePage(name);
export const isQuotaResource = (name: string): boolean => OF_QUOTAS.has(name) || /^(requests\.)?hugepages-/.test(name);
export const isPodResource = (name: string): boolean => name === 'cpu' || name === 'memory' || isHugePage(name);
const isContainerResource = (name: string): boolean => OF_CONTAINERS.has(name) || isHugePage(name);
const isExtended = (name: string): boolean =>
  !isNativeResource(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0;

/** Any; tells whether it is one. */
export function resourceName(errors: Errors, at: string, name: string): boolean {
  const odd = qualifiedName(name);
  for (const message of odd) errors.push(invalid(at, name, message));
  if (odd.length > 0) return false;
  if (name.includes('/') || name === 'storage' || isQuotaResource(name)) return true;
  errors.push(invalid(at, name, 'must be a standard resource type or fully qualified'));
  return false;
}
export function containerResourceName(errors: Errors, at: string, name: string): void {
  resourceName(errors, at, name);
  if (!name.includes('/')) {
    if (!isContainerResource(name)) errors.push(invalid(at, name, 'must be a standard resource for containers'));
  } else if (!isNativeResource(name) && !isExtended(name))
    errors.push(invalid(at, name, "doesn't follow extended resource name standard"));
}
export function podResourceName(errors: Errors, at: string, name: string): void {
  if (resourceName(errors, at, name) && !isPodResource(name)) errors.push(notSupported(at, name, OF_PODS));
}
export function quotaResourceName(errors: Errors, at: string, name: string): void {
  resourceName(errors, at, name);
  if (!name.includes('/') && !isQuotaResource(name))
    errors.push(invalid(at, name, 'must be a standard resource for quota'));
}

const MILLI = 1_000_000n;
/** In thousandths, rounded up (Quantity.MilliValue). */
const isFractional = (amount: Json): boolean => ((nanosOf(amount) + MILLI - 1n) / MILLI) % 1000n !== 0n;
/** ValidateResourceQuantityValue: none below zero, and whole things are counted. */
export function resourceAmount(errors: Errors, at: string, name: string, amount: Json): void {
  nonNegativeQuantity(errors, at, amount);
  if ((COUNTED.has(name) || isExtended(name)) && isFractional(amount))
    errors.push(invalid(at, amount, 'must be an integer'));
}
/** validateBasicResource */
export function basicAmount(errors: Errors, at: string, amount: Json): void {
  const nanos = nanosOf(amount);
  if (nanos <= -1_000_000_000n)
    errors.push(invalid(at, Number(nanos / 1_000_000_000n), 'must be a valid resource quantity'));
}
