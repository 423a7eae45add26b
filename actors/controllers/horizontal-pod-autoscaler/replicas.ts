//! How many pods a metric asks for (replica_calculator.go). Values are thousandths and whole, as in Kubernetes.
import type { Pod } from '../../api/types/pod.ts';
import { grouped, readyCount, requestsOf } from './pods.ts';
import type { Limits, PodValue } from './protocol.ts';

export interface Tolerances {
  readonly up: number;
  readonly down: number;
}
export interface Crowd {
  readonly pods: readonly Pod[];
  readonly current: number;
  readonly tolerances: Tolerances;
  readonly limits: Limits;
  readonly nowMs: number;
}
export interface Proposed {
  readonly replicas: number;
  /** Of one pod, or the metric itself. */
  readonly milli: number;
  readonly utilization?: number;
}
type Values = ReadonlyMap<string, PodValue>;
/** A sentence says why there is none. */
export type Proposal = Proposed | string;
interface Ratio {
  readonly ratio: number;
  readonly milli: number;
  readonly utilization?: number;
}
const NO_PODS = 'no pods returned by selector while calculating replica count';
const NO_METRICS = 'did not receive metrics for any ready pods';
const isClose = ({ up, down }: Tolerances, ratio: number): boolean => 1 - down <= ratio && ratio <= 1 + up;

/** Percent of what is requested. */
export function byUtilization(
  crowd: Crowd,
  values: Values,
  resource: string,
  container: string,
  target: number,
): Proposal {
  if (crowd.pods.length === 0) return NO_PODS;
  const requests = requestsOf(crowd.pods, container, resource);
  if (typeof requests === 'string') return requests;
  const ratioOf = (of: Values): Ratio | undefined => {
    let used = 0;
    let asked = 0;
    let count = 0;
    for (const [name, { milli }] of of) {
      const request = requests.get(name);
      if (request === undefined) continue;
      used += milli;
      asked += request;
      count += 1;
    }
    if (asked === 0) return undefined;
    const utilization = Math.trunc((used * 100) / asked);
    return { ratio: utilization / target, milli: Math.trunc(used / count), utilization };
  };
  const fallback = Math.max(100, target);
  return weighed(
    crowd,
    values,
    resource,
    ratioOf,
    (name) => Math.trunc(((requests.get(name) ?? 0) * fallback) / 100),
    true,
  );
}
/** So much a pod. `resource`: '' for what is none. */
export function byAverage(crowd: Crowd, values: Values, resource: string, targetMilli: number): Proposal {
  if (crowd.pods.length === 0) return NO_PODS;
  const ratioOf = (of: Values): Ratio => {
    let used = 0;
    for (const { milli } of of.values()) used += milli;
    const milli = Math.trunc(used / of.size);
    return { ratio: milli / targetMilli, milli };
  };
  return weighed(crowd, values, resource, ratioOf, () => targetMilli, false);
}

function weighed(
  { pods, current, tolerances, limits, nowMs }: Crowd,
  all: Values,
  resource: string,
  ratioOf: (values: Values) => Ratio | undefined,
  guess: (pod: string) => number,
  neverTurns: boolean,
): Proposal {
  const { ready, unready, missing, values } = grouped(pods, all, resource, limits, nowMs);
  if (values.size === 0) return NO_METRICS;
  const first = ratioOf(values);
  if (first === undefined) return 'no metrics returned matched known pods';
  const { ratio, ...seen } = first;
  const stay: Proposed = { replicas: current, ...seen };
  const withUnready = unready.size > 0 && ratio > 1;
  if (!withUnready && missing.size === 0)
    return isClose(tolerances, ratio) ? stay : { replicas: Math.ceil(ratio * ready), ...seen };
  // Whoever is not known is thought to use what makes the change smaller.
  const guessed = new Map(values);
  const add = (name: string, milli: number): void => void guessed.set(name, { milli, atMs: nowMs, windowMs: 0 });
  if (ratio < 1) for (const name of missing) add(name, guess(name));
  else if (ratio > 1 || !neverTurns) for (const name of missing) add(name, 0);
  if (withUnready) for (const name of unready) add(name, 0);
  const again = ratioOf(guessed)?.ratio;
  if (again === undefined) return 'no metrics returned matched known pods';
  if (isClose(tolerances, again) || (ratio < 1 && again > 1) || (ratio > 1 && again < 1)) return stay;
  const replicas = Math.ceil(again * guessed.size);
  const turns = (again < 1 && replicas > current) || (again > 1 && replicas < current);
  return turns ? stay : { replicas, ...seen };
}

/** One number of the whole, against one target. */
export function byValue(crowd: Crowd, milli: number, targetMilli: number): Proposal {
  const ratio = milli / targetMilli;
  if (crowd.current === 0) return { replicas: Math.ceil(ratio), milli };
  if (isClose(crowd.tolerances, ratio)) return { replicas: crowd.current, milli };
  if (crowd.pods.length === 0) return `unable to calculate ready pods: ${NO_PODS}`;
  return { replicas: Math.ceil(ratio * readyCount(crowd.pods)), milli };
}
/** One number of the whole, shared by the pods that there are. */
export function byShare(tolerances: Tolerances, statusReplicas: number, milli: number, targetMilli: number): Proposed {
  const ratio = milli / (targetMilli * statusReplicas);
  const replicas = isClose(tolerances, ratio) ? statusReplicas : Math.ceil(milli / targetMilli);
  return { replicas, milli: statusReplicas === 0 ? milli : Math.ceil(milli / statusReplicas) };
}
