//! What a pod asks for and may use at most, exactly, as quantities: for limits and quotas. The scheduler, which counts
//! thousands of pods a second in numbers, has pod-requests.ts.
import { get, type Json, listOf, objectOf, textOf } from './json.ts';
import { add, compare } from './quantity.ts';

export type Amounts = ReadonlyMap<string, string>;

export const amountsOf = (value: Json | undefined): Map<string, string> => {
  const amounts = new Map<string, string>();
  for (const [name, amount] of Object.entries(objectOf(value)))
    amounts.set(name, typeof amount === 'number' ? String(amount) : textOf(amount));
  return amounts;
};
export const sum = (into: Map<string, string>, from: Amounts): Map<string, string> => {
  for (const [name, amount] of from) into.set(name, into.has(name) ? add(into.get(name)!, amount) : amount);
  return into;
};
const raise = (into: Map<string, string>, to: Amounts): void => {
  for (const [name, amount] of to) if (compare(into.get(name) ?? '0', amount) < 0) into.set(name, amount);
};

/**
 * The larger of all that runs together and the largest step of its start, and overhead: k8s.io/component-helpers
 * resource PodRequests and PodLimits. What the pod names as a whole wins over the sum.
 */
export function totalsOf(spec: Json | undefined, of: 'requests' | 'limits', overhead = true): Map<string, string> {
  const sidecars = new Map<string, string>();
  const peak = new Map<string, string>();
  for (const container of listOf(get(spec, 'initContainers'))) {
    const own = amountsOf(get(container, 'resources', of));
    if (get(container, 'restartPolicy') === 'Always') {
      sum(sidecars, own);
      raise(peak, sidecars);
    } else raise(peak, sum(own, sidecars));
  }
  const total = new Map(sidecars);
  for (const container of listOf(get(spec, 'containers'))) sum(total, amountsOf(get(container, 'resources', of)));
  raise(total, peak);
  for (const [name, amount] of amountsOf(get(spec, 'resources', of))) total.set(name, amount);
  if (!overhead) return total;
  // Of limits only those that there are: no limit is not a limit of the overhead.
  for (const [name, amount] of amountsOf(get(spec, 'overhead')))
    if (of === 'requests' || total.has(name)) total.set(name, total.has(name) ? add(total.get(name)!, amount) : amount);
  return total;
}
