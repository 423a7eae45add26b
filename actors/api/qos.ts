//! The quality of service a pod gets (pkg/apis/core/v1/helper/qos): only CPU and memory count.

import { containersOf } from './defaults/pod.ts';
import { get, type JsonObject, objectOf } from './json.ts';
import { compare, nanosOf } from './quantity.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';
const COMPUTE = ['cpu', 'memory'] as const;

export function qosClass(pod: unknown): QosClass {
  const spec = get(pod, 'spec');
  const whole = get(spec, 'resources');
  const parts: readonly JsonObject[] =
    Object.keys(objectOf(get(whole, 'requests'))).length > 0 || Object.keys(objectOf(get(whole, 'limits'))).length > 0
      ? [objectOf(whole)]
      : containersOf(spec).map((container) => objectOf(container['resources']));
  let some = false;
  let all = true;
  for (const resources of parts) {
    for (const name of COMPUTE) {
      const request = get(resources, 'requests', name);
      const limit = get(resources, 'limits', name);
      if (nanosOf(request) > 0n || nanosOf(limit) > 0n) some = true;
      if (nanosOf(limit) <= 0n || (request !== undefined && compare(request, limit) !== 0)) all = false;
    }
  }
  return !some ? 'BestEffort' : all ? 'Guaranteed' : 'Burstable';
}
