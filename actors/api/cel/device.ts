//! What selectors of devices may speak of: k8s.io/dynamic-resource-allocation/cel/compile.go.
import type { Device, DeviceAttribute } from '../types/devices.ts';
import type { Environment } from './environment.ts';
import { kubernetesFunctions } from './library/index.ts';
import { quantity } from './library/quantities.ts';
import { semver } from './library/semver.ts';
import { BOOL, DYN, mapOf, objectType, opaque, STRING } from './type.ts';
import { HeldMap, type Key, type MapValue, type Value } from './value.ts';

/** In cel-go's units: of one selector for one device. */
export const DEVICE_COST_MAX = 1_000_000;
const TYPE = 'kubernetes.DRADevice';
const DEVICE = objectType(TYPE, {
  driver: STRING,
  attributes: mapOf(STRING, mapOf(STRING, DYN)),
  capacity: mapOf(STRING, mapOf(STRING, opaque('kubernetes.Quantity'))),
  allowMultipleAllocations: BOOL,
});
export const deviceEnvironment = (): Environment => ({
  variables: { device: DEVICE },
  functions: kubernetesFunctions(),
});

/** `device`, as its selectors see it. */
export function deviceValue(driver: string, { attributes = {}, capacity = {} }: Device): Value {
  const fields = new Map<Key, Value>([
    ['driver', driver],
    ['attributes', byDomain(driver, attributes, attributeValue)],
    ['capacity', byDomain(driver, capacity, ({ value }) => quantity(value))],
    ['allowMultipleAllocations', false],
  ]);
  return new HeldMap(fields, TYPE);
}
function byDomain<T>(driver: string, named: Readonly<Record<string, T>>, read: (one: T) => Value): MapValue {
  const domains = new Map<Key, Map<Key, Value>>();
  for (const [full, one] of Object.entries(named)) {
    const slash = full.indexOf('/');
    const [domain, name] = slash < 0 ? [driver, full] : [full.slice(0, slash), full.slice(slash + 1)];
    const inside = domains.get(domain) ?? new Map<Key, Value>();
    inside.set(name, read(one));
    domains.set(domain, inside);
  }
  return new Domains(new Map([...domains].map(([domain, inside]) => [domain, new HeldMap(inside)])));
}
const attributeValue = ({ string, int, bool, version }: DeviceAttribute): Value =>
  string ?? bool ?? (int === undefined ? semver(version ?? '0.0.0') : BigInt(int));
/** A domain that a device knows nothing of is empty, not an error. */
class Domains extends HeldMap {
  override get(key: Key): Value | undefined {
    return super.get(key) ?? EMPTY;
  }
}
const EMPTY: MapValue = new HeldMap(new Map());
