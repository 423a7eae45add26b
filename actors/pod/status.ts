//! A pod's whole status out of what is known: one pure function, so that no write depends on the one before.
import type { Condition } from '../api/types/meta.ts';
import type { ContainerStatus, Pod, PodStatus } from '../api/types/pod.ts';
import { conditionsOf } from './conditions.ts';
import { phaseOf, type Statuses, stickyPhase } from './logic.ts';
import type { Rejection } from './protocol.ts';
import { waitingStatus } from './waiting.ts';

export interface Known {
  readonly pod: Pod;
  readonly node: { readonly ip: string };
  /** Undefined: no sandbox. */
  readonly ip: string | undefined;
  readonly statuses: Statuses;
  readonly initializing: boolean;
  readonly over: boolean;
  readonly rejected: Rejection | undefined;
  readonly failed: Rejection | undefined;
  readonly startedAt: string;
  /** The last that was computed. */
  readonly before: PodStatus | undefined;
  readonly nowMs: number;
}

export function statusOf(known: Known): PodStatus {
  const { pod, before, failed } = known;
  const { spec, metadata } = pod;
  const asked = known.rejected ?? failed;
  if (known.rejected !== undefined)
    return {
      phase: 'Failed',
      reason: known.rejected.reason,
      message: known.rejected.message,
      startTime: known.startedAt,
      ...qos(pod),
      ...generation(pod),
    };
  const statuses = complete(known);
  const phase = stickyPhase(
    before?.phase ?? pod.status?.phase,
    failed !== undefined && known.over ? 'Failed' : phaseOf(spec, statuses, known.over),
    known.over,
  );
  const ip = known.ip ?? before?.podIP ?? pod.status?.podIP;
  const hasIp = ip !== undefined && ip !== '';
  const list = (containers: Pod['spec']['containers']): readonly ContainerStatus[] =>
    containers.map(({ name }) => statuses.get(name)!);
  return {
    phase,
    ...(asked === undefined ? {} : { reason: asked.reason, message: asked.message }),
    conditions: conditionsOf({
      spec,
      statuses,
      phase,
      hasSandbox: known.ip !== undefined && !(known.over && phase !== 'Pending'),
      before: merged(pod.status?.conditions, before?.conditions),
      generation: metadata.generation,
      nowMs: known.nowMs,
    }),
    hostIP: known.node.ip,
    hostIPs: [{ ip: known.node.ip }],
    ...(hasIp ? { podIP: ip, podIPs: [{ ip }] } : {}),
    startTime: known.startedAt,
    ...qos(pod),
    ...generation(pod),
    ...(spec.initContainers?.length ? { initContainerStatuses: list(spec.initContainers) } : {}),
    containerStatuses: list(spec.containers),
    ...(spec.ephemeralContainers?.length ? { ephemeralContainerStatuses: list(spec.ephemeralContainers) } : {}),
  };
}
const qos = (pod: Pod): Pick<PodStatus, 'qosClass'> =>
  pod.status?.qosClass === undefined ? {} : { qosClass: pod.status.qosClass };
const generation = (pod: Pod): Pick<PodStatus, 'observedGeneration'> =>
  pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation };

/** Of those that have not begun, what they wait for. */
function complete(known: Known): Statuses {
  const { spec } = known.pod;
  const all = new Map<string, ContainerStatus>();
  const init = spec.initContainers ?? [];
  const blocked = init.length > 0 && known.initializing;
  for (const container of init)
    all.set(container.name, known.statuses.get(container.name) ?? waitingStatus(container, 'PodInitializing'));
  for (const container of spec.containers)
    all.set(
      container.name,
      known.statuses.get(container.name) ?? waitingStatus(container, blocked ? 'PodInitializing' : 'ContainerCreating'),
    );
  for (const container of spec.ephemeralContainers ?? [])
    all.set(container.name, known.statuses.get(container.name) ?? waitingStatus(container, 'ContainerCreating'));
  return all;
}
/** Own conditions are newer in what was computed last; foreign ones are in the API's object. */
function merged(api: readonly Condition[] = [], own: readonly Condition[] = []): readonly Condition[] {
  const mine = new Set(own.map(({ type }) => type));
  return [...own, ...api.filter(({ type }) => !mine.has(type))];
}
