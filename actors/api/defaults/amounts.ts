//! Amounts of resources: nothing is finer than a thousandth (SetDefaults_ResourceList); what a pod asks for where it
//! only says what it may use.
import { isObject, type Json, type JsonObject, objectOf } from '../json.ts';
import { totalsOf } from '../pod-totals.ts';
import { format, parse } from '../quantity.ts';
import { at, fill } from './fill.ts';

const MILLI = 1_000_000n;

/** Those lists of an object, each amount rounded up, away from zero. */
export const rounded = (object: JsonObject, ...lists: readonly string[]): JsonObject =>
  lists.reduce((result, list) => at(result, list, roundedList), object);
function roundedList(amounts: JsonObject): JsonObject {
  let result = amounts;
  for (const name in amounts) {
    const amount = amounts[name];
    // Quantities are canonical already: others than these are coarse enough.
    if (typeof amount !== 'string' || !/[nu]$|e-/.test(amount)) continue;
    const quantity = parse(amount);
    if (quantity === undefined || quantity.nanos % MILLI === 0n) continue;
    const { nanos, form } = quantity;
    if (result === amounts) result = { ...amounts };
    result[name] = format({ nanos: (nanos / MILLI + (nanos < 0n ? -1n : 1n)) * MILLI, form });
  }
  return result;
}
export const resources = (owner: JsonObject): JsonObject =>
  at(owner, 'resources', (given) => rounded(given, 'limits', 'requests'));

/** A container asks for what it may use at most, unless it says. */
export const askedByLimits = (owner: JsonObject): JsonObject =>
  at(owner, 'resources', (given) => {
    const limits = given['limits'];
    if (!isObject(limits)) return given;
    const requests = fill(objectOf(given['requests']), limits);
    return requests === given['requests'] ? given : { ...given, requests };
  });

const isHuge = (name: string): boolean => name.startsWith('hugepages-');
const isOfPods = (name: string): boolean => name === 'cpu' || name === 'memory' || isHuge(name);

/** Of a whole pod: from its containers, then from its own limits (defaultHugePagePodLimits, defaultPodRequests). */
export function ofWholePod(spec: JsonObject): JsonObject {
  return at(spec, 'resources', (given) => {
    const { resources: _, ...parts } = spec;
    const totals = (of: 'limits' | 'requests', wanted: (name: string) => boolean): Record<string, Json> =>
      Object.fromEntries([...totalsOf(parts, of, false)].filter(([name]) => wanted(name)));
    const limits = fill(objectOf(given['limits']), totals('limits', isHuge));
    let result = given;
    const set = (field: string, amounts: JsonObject): void => {
      if (amounts !== objectOf(given[field])) result = { ...result, [field]: amounts };
    };
    set('limits', limits);
    if (Object.keys(limits).length === 0) return result;
    const own = Object.fromEntries(Object.entries(limits).filter(([name]) => isOfPods(name)));
    const asked = totals('requests', (name) => isOfPods(name) && !isHuge(name));
    set('requests', fill(fill(objectOf(given['requests']), asked), own));
    return result;
  });
}
