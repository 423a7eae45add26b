//! Pods: the STATUS column is what a user reads first (printers printPod).
import { get, type Json, listOf, textOf } from '../json.ts';
import { age, parseTime } from '../time.ts';
import {
  ageOf,
  columns,
  containerImages,
  containerNames,
  count,
  labelsText,
  NONE,
  nameOf,
  type Printer,
} from './column.ts';

export interface PodSummary {
  readonly ready: number;
  readonly total: number;
  readonly status: string;
  readonly restarts: number;
  readonly restartedAt: string;
}

const later = (a: string, b: Json | undefined): string =>
  typeof b === 'string' && (parseTime(b) ?? 0) > (parseTime(a) ?? 0) ? b : a;
const finished = (status: Json): Json | undefined => get(status, 'lastState', 'terminated', 'finishedAt');
const conditionTrue = (pod: Json, type: string): boolean =>
  listOf(get(pod, 'status', 'conditions')).some((item) => get(item, 'type') === type && get(item, 'status') === 'True');
const ended = (terminated: Json, prefix: string): string => {
  const reason = textOf(get(terminated, 'reason'));
  if (reason !== '') return `${prefix}${reason}`;
  const signal = count(get(terminated, 'signal'));
  return signal !== 0 ? `${prefix}Signal:${signal}` : `${prefix}ExitCode:${count(get(terminated, 'exitCode'))}`;
};

export function summarize(pod: Json): PodSummary {
  const phase = textOf(get(pod, 'status', 'phase'));
  let status = textOf(get(pod, 'status', 'reason')) || phase;
  if (
    listOf(get(pod, 'status', 'conditions')).some(
      (item) => get(item, 'type') === 'PodScheduled' && get(item, 'reason') === 'SchedulingGated',
    )
  ) {
    status = 'SchedulingGated';
  }
  const inits = listOf(get(pod, 'spec', 'initContainers'));
  const sidecars = new Set(
    inits.filter((item) => get(item, 'restartPolicy') === 'Always').map((item) => get(item, 'name')),
  );
  const total = listOf(get(pod, 'spec', 'containers')).length + sidecars.size;
  let ready = 0;
  let restarts = 0;
  let restartedAt = '';
  let sidecarRestarts = 0;
  let sidecarRestartedAt = '';
  let initializing = false;
  for (const [i, item] of listOf(get(pod, 'status', 'initContainerStatuses')).entries()) {
    const sidecar = sidecars.has(get(item, 'name'));
    restarts += count(get(item, 'restartCount'));
    restartedAt = later(restartedAt, finished(item));
    if (sidecar) {
      sidecarRestarts += count(get(item, 'restartCount'));
      sidecarRestartedAt = later(sidecarRestartedAt, finished(item));
    }
    const terminated = get(item, 'state', 'terminated');
    if (terminated !== undefined && count(get(terminated, 'exitCode')) === 0) continue;
    if (sidecar && get(item, 'started') === true) {
      if (get(item, 'ready') === true) ready++;
      continue;
    }
    const waiting = textOf(get(item, 'state', 'waiting', 'reason'));
    initializing = true;
    if (terminated !== undefined) status = ended(terminated, 'Init:');
    else if (waiting !== '' && waiting !== 'PodInitializing') status = `Init:${waiting}`;
    else status = `Init:${i}/${inits.length}`;
    break;
  }
  if (!initializing || conditionTrue(pod, 'Initialized')) {
    restarts = sidecarRestarts;
    restartedAt = sidecarRestartedAt;
    let running = false;
    for (const item of [...listOf(get(pod, 'status', 'containerStatuses'))].reverse()) {
      restarts += count(get(item, 'restartCount'));
      restartedAt = later(restartedAt, finished(item));
      const waiting = textOf(get(item, 'state', 'waiting', 'reason'));
      const terminated = get(item, 'state', 'terminated');
      if (waiting !== '') status = waiting;
      else if (terminated !== undefined && terminated !== null) status = ended(terminated, '');
      else if (get(item, 'ready') === true && get(item, 'state', 'running') !== undefined) {
        running = true;
        ready++;
      }
    }
    if (status === 'Completed' && running) status = conditionTrue(pod, 'Ready') ? 'Running' : 'NotReady';
  }
  if (get(pod, 'metadata', 'deletionTimestamp') !== undefined) {
    if (get(pod, 'status', 'reason') === 'NodeLost') status = 'Unknown';
    else if (phase !== 'Succeeded' && phase !== 'Failed') status = 'Terminating';
  }
  return { ready, total, status, restarts, restartedAt };
}

export const pods: Printer = {
  columns: columns(
    'Name Ready Status Restarts Age IP:string:1 Node:string:1 Nominated_Node:string:1 Readiness_Gates:string:1',
  ),
  cells: (pod, nowMs) => {
    const { ready, total, status, restarts, restartedAt } = summarize(pod);
    return [
      nameOf(pod),
      `${ready}/${total}`,
      status,
      restarts !== 0 && restartedAt !== '' ? `${restarts} (${age(restartedAt, nowMs)} ago)` : String(restarts),
      ageOf(pod, nowMs),
      textOf(get(pod, 'status', 'podIP')) || textOf(get(pod, 'status', 'podIPs', 0, 'ip')) || NONE,
      textOf(get(pod, 'spec', 'nodeName')) || NONE,
      textOf(get(pod, 'status', 'nominatedNodeName')) || NONE,
      gates(pod),
    ];
  },
  done: (pod) => {
    const phase = get(pod, 'status', 'phase');
    if (phase === 'Succeeded') return { reason: 'Succeeded', message: 'The pod has completed successfully.' };
    if (phase === 'Failed') return { reason: 'Failed', message: 'The pod failed.' };
    return undefined;
  },
};
function gates(pod: Json): string {
  const wanted = listOf(get(pod, 'spec', 'readinessGates'));
  if (wanted.length === 0) return NONE;
  const open = wanted.filter((gate) => conditionTrue(pod, textOf(get(gate, 'conditionType'))));
  return `${open.length}/${wanted.length}`;
}
export const podTemplates: Printer = {
  columns: columns('Name Containers Images Pod_Labels'),
  cells: (object) => [
    nameOf(object),
    containerNames(get(object, 'template', 'spec')),
    containerImages(get(object, 'template', 'spec')),
    labelsText(get(object, 'template', 'metadata', 'labels')),
  ],
};
