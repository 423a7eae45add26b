//! The conditions that a kubelet writes, in its words.
import { timestamp } from '../api/time.ts';
import type { Condition } from '../api/types/meta.ts';
import type { ContainerStatus, PodSpec, PodStatus } from '../api/types/pod.ts';
import { isSidecar, type Statuses } from './logic.ts';

type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>;
const TRUE: Verdict = { status: 'True' };
const no = (reason: string, message?: string): Verdict => ({
  status: 'False',
  reason,
  ...(message === undefined ? {} : { message }),
});
const names = (list: readonly string[]): string => `[${list.join(' ')}]`;

export function initialized(spec: PodSpec, statuses: Statuses, phase: PodStatus['phase']): Verdict {
  const init = spec.initContainers ?? [];
  const unknown = init.filter(({ name }) => !statuses.has(name)).map(({ name }) => name);
  if (phase === 'Succeeded' && unknown.length === 0) return { status: 'True', reason: 'PodCompleted' };
  const hasStarted = (status: ContainerStatus | undefined): boolean =>
    status?.state.running !== undefined || status?.state.terminated !== undefined || !!status?.lastState.terminated;
  if (spec.containers.some(({ name }) => hasStarted(statuses.get(name)))) return TRUE;
  const incomplete = init
    .filter((container) => {
      const status = statuses.get(container.name);
      if (status === undefined) return false;
      return isSidecar(container) ? status.started !== true : status.state.terminated?.exitCode !== 0;
    })
    .map(({ name }) => name);
  const said = [
    ...(unknown.length > 0 ? [`containers with unknown status: ${names(unknown)}`] : []),
    ...(incomplete.length > 0 ? [`containers with incomplete status: ${names(incomplete)}`] : []),
  ];
  return said.length === 0 ? TRUE : no('ContainersNotInitialized', said.join(', '));
}

export function containersReady(spec: PodSpec, statuses: Statuses, phase: PodStatus['phase']): Verdict {
  const sidecars = (spec.initContainers ?? []).filter(isSidecar);
  const all = [...sidecars, ...spec.containers].map(({ name }) => name);
  const unknown = all.filter((name) => !statuses.has(name));
  if (phase === 'Succeeded' && unknown.length === 0) return no('PodCompleted');
  if (phase === 'Failed' && unknown.length === 0) return no('PodFailed');
  const unready = all.filter((name) => statuses.get(name)?.ready === false);
  const said = [
    ...(unknown.length > 0 ? [`containers with unknown status: ${names(unknown)}`] : []),
    ...(unready.length > 0 ? [`containers with unready status: ${names(unready)}`] : []),
  ];
  return said.length === 0 ? TRUE : no('ContainersNotReady', said.join(', '));
}

/** The containers, and every readiness gate that somebody else has to open. */
export function ready(spec: PodSpec, containers: Verdict, conditions: readonly Condition[]): Verdict {
  if (containers.status !== 'True') return containers;
  const said: string[] = [];
  for (const { conditionType } of spec.readinessGates ?? []) {
    const gate = conditions.find(({ type }) => type === conditionType);
    if (gate === undefined)
      said.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (gate.status !== 'True')
      said.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`);
  }
  return said.length === 0 ? TRUE : no('ReadinessGatesNotReady', said.join(', '));
}

export interface Seen {
  readonly spec: PodSpec;
  readonly statuses: Statuses;
  readonly phase: PodStatus['phase'];
  readonly hasSandbox: boolean;
  /** Those of the API, of the own last write, and foreign ones. */
  readonly before: readonly Condition[];
  readonly generation: number | undefined;
  readonly nowMs: number;
}
/** The kubelet's own, each with the time of its last change. */
export function conditionsOf(seen: Seen): readonly Condition[] {
  const { spec, statuses, phase, before } = seen;
  const containers = containersReady(spec, statuses, phase);
  const made: readonly (readonly [string, Verdict])[] = [
    ['PodReadyToStartContainers', { status: seen.hasSandbox ? 'True' : 'False' }],
    ['Initialized', initialized(spec, statuses, phase)],
    ['Ready', ready(spec, containers, before)],
    ['ContainersReady', containers],
    ['PodScheduled', TRUE],
  ];
  return made.map(([type, verdict]) => {
    const old = before.find((condition) => condition.type === type);
    const since = old?.status === verdict.status ? old.lastTransitionTime : undefined;
    return {
      type,
      ...verdict,
      lastTransitionTime: since ?? timestamp(seen.nowMs),
      ...(seen.generation === undefined ? {} : { observedGeneration: seen.generation }),
    };
  });
}
