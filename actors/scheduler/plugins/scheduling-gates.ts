//! A pod with gates does not enter the queue.
import { never, type Plugin } from '../framework/plugin.ts';
import { isGated } from '../pod-facts.ts';

export const schedulingGates = (): Plugin => ({
  name: 'SchedulingGates',
  wakes: [],
  preEnqueue: ({ pod }) =>
    isGated(pod)
      ? never(`waiting for scheduling gates: [${pod.spec.schedulingGates!.map(({ name }) => name).join(' ')}]`)
      : undefined,
});
