//! Phase, progress and order of a pod's containers.
import type { Container, ContainerStatus, PodSpec, PodStatus } from '../api/types/pod.ts';
import type { Progress } from './protocol.ts';

export type Statuses = ReadonlyMap<string, ContainerStatus>;
export const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always';

/** kubelet's getPhase. `terminal`: nothing of it will run again. */
export function phaseOf(spec: PodSpec, statuses: Statuses, terminal: boolean): PodStatus['phase'] {
  let pendingInit = 0;
  let failedInit = 0;
  const count = { unknown: 0, running: 0, waiting: 0, stopped: 0, succeeded: 0 };
  for (const container of spec.initContainers ?? []) {
    const status = statuses.get(container.name);
    const last = status?.lastState.terminated;
    if (isSidecar(container)) {
      if (status === undefined) count.unknown++;
      else if (status.state.running !== undefined) {
        if (status.started !== true) pendingInit++;
        count.running++;
      } else if (status.state.terminated === undefined && last === undefined) {
        pendingInit++;
        count.waiting++;
      }
      continue;
    }
    const { running, terminated } = status?.state ?? {};
    if (terminated !== undefined) failedInit += terminated.exitCode === 0 ? 0 : 1;
    else if (running !== undefined || last === undefined) pendingInit++;
    else failedInit += last.exitCode === 0 ? 0 : 1;
  }
  let everStarted = false;
  for (const { name } of spec.containers) {
    const status = statuses.get(name);
    if (status === undefined) {
      count.unknown++;
      continue;
    }
    const { running, terminated } = status.state;
    if (running || terminated || status.lastState.terminated) everStarted = true;
    if (running !== undefined) count.running++;
    else if (terminated !== undefined) {
      count.stopped++;
      if (terminated.exitCode === 0) count.succeeded++;
    } else if (status.lastState.terminated !== undefined) count.stopped++;
    else count.waiting++;
  }
  const { restartPolicy } = spec;
  if (failedInit > 0 && restartPolicy === 'Never') return 'Failed';
  if (pendingInit > 0 && !everStarted) return 'Pending';
  if (count.waiting > 0) return 'Pending';
  if (count.running > 0 && count.unknown === 0) return 'Running';
  if (count.running === 0 && count.stopped > 0 && count.unknown === 0) {
    const allSucceeded = count.stopped === count.succeeded;
    if (terminal) return allSucceeded ? 'Succeeded' : 'Failed';
    if (restartPolicy === 'Always') return 'Running';
    if (allSucceeded) return 'Succeeded';
    return restartPolicy === 'Never' ? 'Failed' : 'Running';
  }
  return 'Pending';
}

/** A pod never leaves a terminal phase, and one that is over is in one. */
export function stickyPhase(
  before: PodStatus['phase'] | undefined,
  computed: PodStatus['phase'],
  over: boolean,
): PodStatus['phase'] {
  if (before === 'Succeeded' || before === 'Failed') return before;
  return over && computed !== 'Succeeded' ? 'Failed' : computed;
}

/**
 * Whose turn it is. Init containers one after the other, a sidecar as soon as it has started; then all others at once,
 * and those that were added to look into a running pod.
 * `live`: containers whose actor runs; `begun`: those that had one.
 */
export function progressOf(
  spec: PodSpec,
  statuses: Statuses,
  begun: ReadonlySet<string>,
  live: ReadonlySet<string>,
): Progress {
  const begin: string[] = [];
  for (const container of spec.initContainers ?? []) {
    const { name } = container;
    if (!begun.has(name)) return { stage: 'initializing', begin: [name] };
    const status = statuses.get(name);
    if (isSidecar(container)) {
      if (status?.started === true || !live.has(name)) continue;
      return { stage: 'initializing', begin };
    }
    if (live.has(name)) return { stage: 'initializing', begin };
    // Its policy does not run it again: the pod has failed.
    if (status?.state.terminated?.exitCode !== 0) return { stage: live.size === 0 ? 'idle' : 'over', begin };
  }
  for (const { name } of spec.containers) if (!begun.has(name)) begin.push(name);
  if (begin.length > 0 || spec.containers.some(({ name }) => live.has(name))) {
    for (const { name } of spec.ephemeralContainers ?? []) if (!begun.has(name)) begin.push(name);
    return { stage: 'running', begin };
  }
  return { stage: live.size === 0 ? 'idle' : 'over', begin };
}

/** An init container runs until it has succeeded, unless nothing is ever run again. */
export function policyOf(spec: PodSpec, container: Container, isInit: boolean): 'Always' | 'OnFailure' | 'Never' {
  if (!isInit) return spec.restartPolicy;
  if (isSidecar(container)) return 'Always';
  return spec.restartPolicy === 'Never' ? 'Never' : 'OnFailure';
}

const RETRY_LEAST_MS = 500;
const RETRY_MOST_MS = 122_000;
export const retryMs = (failures: number): number =>
  Math.min(RETRY_LEAST_MS * 2 ** Math.max(0, failures - 1), RETRY_MOST_MS);
