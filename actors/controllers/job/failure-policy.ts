//! What a Job makes of a pod that failed: which rule of its policy the pod matches first.
import type { FailureAction, JobSpec, PodFailureRule } from '../../api/types/batch.ts';
import type { ContainerStatus, Pod } from '../../api/types/pod.ts';

export interface Judgement {
  readonly action: FailureAction | undefined;
  /** Towards the limits. */
  readonly counts: boolean;
  /** Why the whole Job fails. */
  readonly message?: string;
}
export function judge(policy: JobSpec['podFailurePolicy'], pod: Pod): Judgement {
  for (const [i, rule] of (policy?.rules ?? []).entries()) {
    const why = matched(rule, pod);
    if (why === undefined) continue;
    const { action } = rule;
    if (action !== 'FailJob') return { action, counts: action !== 'Ignore' };
    return { action, counts: true, message: `${why} matching ${action} rule at index ${i}` };
  }
  return { action: undefined, counts: true };
}
function matched({ onExitCodes, onPodConditions }: PodFailureRule, pod: Pod): string | undefined {
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
  if (onExitCodes !== undefined) {
    const { containerStatuses = [], initContainerStatuses = [] } = pod.status;
    const container = [...containerStatuses, ...initContainerStatuses].find((status) => exited(onExitCodes, status));
    const code = container?.state.terminated?.exitCode;
    return container && `Container ${container.name} for pod ${name} failed with exit code ${code}`;
  }
  const condition = (pod.status.conditions ?? []).find(({ type, status }) =>
    onPodConditions?.some((pattern) => pattern.type === type && pattern.status === status),
  );
  return condition && `Pod ${name} has condition ${condition.type}`;
}
function exited(
  { containerName, operator, values }: NonNullable<PodFailureRule['onExitCodes']>,
  { name, state }: ContainerStatus,
): boolean {
  const code = state.terminated?.exitCode ?? 0;
  if (code === 0 || (containerName !== undefined && containerName !== name)) return false;
  return values.includes(code) === (operator === 'In');
}
