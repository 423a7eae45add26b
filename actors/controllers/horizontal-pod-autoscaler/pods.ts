//! Which pods count: ready ones do, young and unready ones wait, those without numbers are guessed (groupPods).
import { milliOf } from '../../api/quantity.ts';
import { parseTime } from '../../api/time.ts';
import type { Pod } from '../../api/types/pod.ts';
import { findCondition } from '../../client/conditions.ts';
import type { Limits, PodValue } from './protocol.ts';

export interface Grouped {
  readonly ready: number;
  readonly unready: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
  /** What counts of the values: of ready pods. */
  readonly values: ReadonlyMap<string, PodValue>;
}
const timeOf = (text: string | undefined): number => parseTime(text) ?? 0;

export function grouped(
  pods: readonly Pod[],
  values: ReadonlyMap<string, PodValue>,
  resource: string,
  limits: Limits,
  nowMs: number,
): Grouped {
  const unready = new Set<string>();
  const missing = new Set<string>();
  const left = new Map(values);
  let ready = 0;
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata;
    const phase = pod.status?.phase;
    if (deletionTimestamp !== undefined || phase === 'Failed') {
      left.delete(name);
      continue;
    }
    const value = values.get(name);
    if (phase === 'Pending') unready.add(name);
    else if (value === undefined) missing.add(name);
    else if (resource === 'cpu' && isIgnored(pod, value, limits, nowMs)) unready.add(name);
    else {
      ready += 1;
      continue;
    }
    left.delete(name);
  }
  return { ready, unready, missing, values: left };
}
function isIgnored({ status }: Pod, value: PodValue, limits: Limits, nowMs: number): boolean {
  const condition = findCondition(status?.conditions, 'Ready');
  if (condition === undefined || status?.startTime === undefined) return true;
  const started = timeOf(status.startTime);
  const changed = timeOf(condition.lastTransitionTime);
  const isUnready = condition.status === 'False';
  if (started + limits.cpuInitializationMs > nowMs) return isUnready || value.atMs < changed + value.windowMs;
  return isUnready && started + limits.initialReadinessMs > changed;
}
export const readyCount = (pods: readonly Pod[]): number =>
  pods.filter(
    ({ status }) => status?.phase === 'Running' && findCondition(status.conditions, 'Ready')?.status === 'True',
  ).length;

/** In thousandths, by pod; or which container does not say. `container`: '' for all. */
export function requestsOf(
  pods: readonly Pod[],
  container: string,
  resource: string,
): ReadonlyMap<string, number> | string {
  const requests = new Map<string, number>();
  for (const { metadata, spec } of pods) {
    const restartable = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
    let sum = 0;
    for (const one of [...spec.containers, ...restartable]) {
      if (container !== '' && container !== one.name) continue;
      const request = one.resources?.requests?.[resource];
      if (request === undefined)
        return `missing request for ${resource} in container ${one.name} of Pod ${metadata.name}`;
      sum += milliOf(request);
    }
    requests.set(metadata.name, sum);
  }
  return requests;
}
