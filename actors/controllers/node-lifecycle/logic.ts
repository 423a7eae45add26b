import { timestamp } from '../../api/time.ts';
import type { Node, NodeCondition, Taint } from '../../api/types/cluster.ts';
import type { Pod } from '../../api/types/pod.ts';

/** Silent for so long: unreachable (--node-monitor-grace-period). */
export const GRACE_MS = 50_000;
/** So long for a node's first word (--node-startup-grace-period). */
export const STARTUP_GRACE_MS = 60_000;

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
export const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';
const PRESSURES: Readonly<Record<string, string>> = {
  MemoryPressure: 'node.kubernetes.io/memory-pressure',
  DiskPressure: 'node.kubernetes.io/disk-pressure',
  NetworkUnavailable: 'node.kubernetes.io/network-unavailable',
  PIDPressure: 'node.kubernetes.io/pid-pressure',
};
/** NoSchedule taints with these keys are this controller's alone. */
const OWNED: ReadonlySet<string> = new Set([NOT_READY, UNREACHABLE, UNSCHEDULABLE, ...Object.values(PRESSURES)]);
/** Conditions that a silent kubelet no longer vouches for. */
const VOUCHED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

export type Ready = 'True' | 'False' | 'Unknown' | 'none';
const conditionOf = (node: Node, type: string): NodeCondition | undefined =>
  node.status?.conditions?.find((condition) => condition.type === type);
export const readyOf = (node: Node): Ready => conditionOf(node, 'Ready')?.status ?? 'none';
/** Changes whenever the kubelet has written its status. */
export const statusBeat = (node: Node): string => {
  const ready = conditionOf(node, 'Ready');
  return ready === undefined ? '' : `${ready.lastHeartbeatTime}/${ready.status === 'Unknown' ? '' : ready.status}`;
};

/** What a silent node's status is to say; undefined: it says so already. */
export function silentConditions(node: Node, now: number): readonly NodeCondition[] | undefined {
  const changed: NodeCondition[] = [];
  for (const type of VOUCHED) {
    const old = conditionOf(node, type);
    if (old === undefined)
      changed.push({
        type,
        status: 'Unknown',
        reason: 'NodeStatusNeverUpdated',
        message: 'Kubelet never posted node status.',
        lastHeartbeatTime: node.metadata.creationTimestamp,
        lastTransitionTime: timestamp(now),
      });
    else if (old.status !== 'Unknown')
      changed.push({
        ...old,
        status: 'Unknown',
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
        lastTransitionTime: timestamp(now),
      });
  }
  return changed.length === 0 ? undefined : changed;
}

function noScheduleKeys(node: Node): readonly string[] {
  const keys: string[] = [];
  const ready = readyOf(node);
  if (ready === 'False') keys.push(NOT_READY);
  if (ready === 'Unknown') keys.push(UNREACHABLE);
  for (const [type, key] of Object.entries(PRESSURES)) if (conditionOf(node, type)?.status === 'True') keys.push(key);
  if (node.spec.unschedulable === true) keys.push(UNSCHEDULABLE);
  return keys;
}
/** The NoExecute taint that its Ready condition asks for. */
const noExecuteKey = (ready: Ready): string | undefined =>
  ready === 'False' ? NOT_READY : ready === 'Unknown' ? UNREACHABLE : undefined;

export interface TaintPlan {
  /** Undefined: they are as they should be, as far as may be done now. */
  readonly taints: readonly Taint[] | undefined;
  /** A NoExecute taint is due that was not added: eviction has its own pace. */
  readonly evictionDue: boolean;
}
/**
 * `mayEvict`: a NoExecute taint may be added now. `disrupted`: all zones are down, so it is more likely us than them:
 * nobody is evicted.
 */
export function taintPlan(node: Node, mayEvict: boolean, disrupted: boolean, now: number): TaintPlan {
  const before = node.spec.taints ?? [];
  const ready = readyOf(node);
  const wanted = new Set(noScheduleKeys(node).map((key) => `${key}:NoSchedule`));
  // Before a first word the taint of admission stays.
  if (ready === 'none' && before.some(({ key, effect }) => key === NOT_READY && effect === 'NoSchedule'))
    wanted.add(`${NOT_READY}:NoSchedule`);
  const evicting = disrupted ? undefined : noExecuteKey(ready);
  const isEvicted = before.some(
    ({ key, effect }) => effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE),
  );
  // From one reason to the other there is no waiting: it is evicted already.
  const evict = evicting !== undefined && (isEvicted || mayEvict);
  if (evict) wanted.add(`${evicting}:NoExecute`);
  const owned = ({ key, effect }: Taint): boolean =>
    effect === 'NoSchedule' ? OWNED.has(key) : effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE);
  const kept = before.filter((taint) => !owned(taint) || wanted.delete(`${taint.key}:${taint.effect}`));
  const added = [...wanted].map((text): Taint => {
    const [key = '', effect] = text.split(':');
    return { key, effect: effect as Taint['effect'], timeAdded: timestamp(now) };
  });
  return {
    taints: added.length === 0 && kept.length === before.length ? undefined : [...kept, ...added],
    evictionDue: evicting !== undefined && !evict,
  };
}

/** Pods of a silent node that still claim to be ready. */
export const claimsReady = (pod: Pod): boolean =>
  pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
