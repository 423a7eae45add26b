//! All extenders of a scheduler, one after the other: each sees what those before it left.
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { ExtenderConfiguration } from '../config/configuration.ts';
import type { NodeInfo } from '../node-info.ts';
import type { Candidate } from '../preemption/victims.ts';
import type { Begun } from '../scheduler.ts';
import { filterNodes, filters, isInterested, preemptBy, preempts, prioritizes, scoreNodes } from './extender.ts';

/** Who is to be blamed for refusals: any event may help. */
export const EXTENDER_NAME = 'Extender';

export interface Extended {
  readonly fitting: readonly NodeInfo[];
  readonly scores: readonly number[];
}
export function* extend(extenders: readonly ExtenderConfiguration[], { run, found }: Begun): Task<Result<Extended>> {
  const { pod } = run.cycle.pod;
  let { fitting } = found;
  for (const extender of extenders) {
    if (fitting.length === 0) break;
    if (!filters(extender) || !isInterested(extender, pod)) continue;
    const answer = yield* filterNodes(extender, pod, fitting);
    if (answer.ok) {
      for (const [node, refusal] of answer.value.refused) run.refused(node, refusal, EXTENDER_NAME);
      fitting = answer.value.fitting;
    } else if (extender.ignorable !== true)
      return fail(answer.fault.reason, `running extender "${extender.urlPrefix}": ${answer.fault.message}`);
  }
  const scores = fitting.map(() => 0);
  if (fitting.length > 1)
    for (const extender of extenders) {
      if (!prioritizes(extender) || !isInterested(extender, pod)) continue;
      const answer = yield* scoreNodes(extender, pod, fitting);
      // One that cannot say does not hold the pod up.
      if (!answer.ok) continue;
      for (let i = 0; i < scores.length; i++) scores[i]! += answer.value[i]!;
    }
  return ok({ fitting, scores });
}
export function* preemptWith(
  extenders: readonly ExtenderConfiguration[],
  pod: Pod,
  candidates: readonly Candidate[],
): Task<Result<readonly Candidate[]>> {
  let left = candidates;
  for (const extender of extenders) {
    if (left.length === 0) break;
    if (!preempts(extender) || !isInterested(extender, pod)) continue;
    const answer = yield* preemptBy(extender, pod, left);
    if (answer.ok) left = answer.value;
    else if (extender.ignorable !== true) return answer;
  }
  return ok(left);
}
