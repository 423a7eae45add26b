//! What a pod asks of a node: containers, init containers, sidecars and overhead added up as Kubernetes does.
import { milliOf, unitsOf } from './quantity.ts';
import type { Container, PodSpec } from './types/pod.ts';

/** CPU in thousandths, memory in bytes, everything else in its own unit. */
export interface Requests {
  readonly milliCpu: number;
  readonly memory: number;
  /** ephemeral-storage, hugepages and extended resources; nothing when there are none. */
  readonly others: ReadonlyMap<string, number> | undefined;
  /** As scores count them: a container that names no request counts as 100m and 200Mi. */
  readonly scoredMilliCpu: number;
  readonly scoredMemory: number;
}

const DEFAULT_MILLI_CPU = 100;
const DEFAULT_MEMORY = 200 * 1024 * 1024;
type Amounts = Map<string, number>;
type Quantities = Readonly<Record<string, string>>;
const SCORED_CPU = 'scored:cpu';
const SCORED_MEMORY = 'scored:memory';

/** max(containers + sidecars, the largest init step) + overhead; pod-level requests win over the sum. */
export function requestsOf(spec: PodSpec): Requests {
  const sidecars: Amounts = new Map();
  const peak: Amounts = new Map();
  for (const container of spec.initContainers ?? []) {
    const own = containerRequests(container);
    if (container.restartPolicy === 'Always') {
      add(sidecars, own);
      raise(peak, sidecars);
    } else {
      add(own, sidecars);
      raise(peak, own);
    }
  }
  const total: Amounts = new Map(sidecars);
  for (const container of spec.containers) add(total, containerRequests(container));
  raise(total, peak);
  const whole = spec.resources?.requests;
  for (const [name, amount] of amountsOf(whole)) {
    total.set(name, amount);
    if (name === 'cpu') total.set(SCORED_CPU, amount);
    if (name === 'memory') total.set(SCORED_MEMORY, amount);
  }
  for (const [name, amount] of amountsOf(spec.overhead)) {
    bump(total, name, amount);
    if (name === 'cpu') bump(total, SCORED_CPU, amount);
    if (name === 'memory') bump(total, SCORED_MEMORY, amount);
  }
  const take = (name: string): number => {
    const amount = total.get(name) ?? 0;
    total.delete(name);
    return amount;
  };
  return {
    milliCpu: take('cpu'),
    memory: take('memory'),
    scoredMilliCpu: take(SCORED_CPU),
    scoredMemory: take(SCORED_MEMORY),
    others: total.size === 0 ? undefined : total,
  };
}

function containerRequests(container: Container): Amounts {
  const amounts = amountsOf(container.resources?.requests);
  amounts.set(SCORED_CPU, amounts.get('cpu') ?? DEFAULT_MILLI_CPU);
  amounts.set(SCORED_MEMORY, amounts.get('memory') ?? DEFAULT_MEMORY);
  return amounts;
}
export function amountsOf(quantities: Quantities | undefined): Amounts {
  const amounts: Amounts = new Map();
  if (quantities === undefined) return amounts;
  for (const name of Object.keys(quantities)) amounts.set(name, amount(name, quantities[name] ?? '0'));
  return amounts;
}
const bump = (into: Amounts, name: string, by: number): void => {
  into.set(name, (into.get(name) ?? 0) + by);
};
const add = (into: Amounts, from: Amounts): void => {
  for (const [name, by] of from) bump(into, name, by);
};
const raise = (into: Amounts, to: Amounts): void => {
  for (const [name, least] of to) if ((into.get(name) ?? 0) < least) into.set(name, least);
};

/** The same few quantities come in every pod: they are parsed once. */
const PARSED_MAX = 10_000;
const parsed = new Map<string, number>();
function amount(name: string, text: string): number {
  const key = name === 'cpu' ? `cpu ${text}` : text;
  const hit = parsed.get(key);
  if (hit !== undefined) return hit;
  const value = name === 'cpu' ? milliOf(text) : unitsOf(text);
  if (parsed.size >= PARSED_MAX) parsed.clear();
  parsed.set(key, value);
  return value;
}
