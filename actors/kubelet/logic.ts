//! What a node says of itself, and what is to be done for a pod.
import { timestamp } from '../api/time.ts';
import type { Node, NodeCondition } from '../api/types/cluster.ts';
import type { Draft } from '../api/types/meta.ts';
import type { EngineInfo } from '../engine/protocol.ts';
import type { KubeletOptions } from './protocol.ts';

export const LEASE_SECONDS = 40;
export const LEASE_RENEW_MS = 10_000;
export const REPORT_MS = 10_000;
/** An unchanged status is written again after so long. */
export const REPORT_AGAIN_MS = 300_000;
export const RELIST_MS = 30_000;
export const KUBELET_PORT = 10_250;
export const VERSION = 'v1.36.0';
export const PODS_MAX = 110;
const STORAGE_BYTES = 100 * 2 ** 30;
/** What hard eviction keeps back: memory.available<100Mi, nodefs.available<10%. */
export const MEMORY_KEPT_BYTES = 100 * 2 ** 20;

const RETRY_LEAST_MS = 100;
const RETRY_MOST_MS = 7_000;
export const retryMs = (failures: number): number =>
  Math.min(RETRY_LEAST_MS * 2 ** Math.max(0, failures - 1), RETRY_MOST_MS);
/** A pod whose actor died of a bug of ours. */
export const restartMs = (failures: number): number => Math.min(1_000 * 2 ** Math.max(0, failures - 1), 300_000);

const cpu = (milli: number): string => (milli % 1_000 === 0 ? String(milli / 1_000) : `${milli}m`);
const kibi = (bytes: number): string => `${Math.floor(bytes / 1_024)}Ki`;

export function capacityOf(info: EngineInfo, options: KubeletOptions): Readonly<Record<string, string>> {
  return {
    cpu: cpu(info.cpuMilli),
    'ephemeral-storage': kibi(options.ephemeralStorageBytes ?? STORAGE_BYTES),
    memory: kibi(info.memoryBytes),
    pods: String(options.podsMax ?? PODS_MAX),
  };
}
export function allocatableOf(info: EngineInfo, options: KubeletOptions): Readonly<Record<string, string>> {
  const storage = options.ephemeralStorageBytes ?? STORAGE_BYTES;
  return {
    ...capacityOf(info, options),
    'ephemeral-storage': String(Math.floor(storage * 0.9)),
    memory: kibi(Math.max(0, info.memoryBytes - MEMORY_KEPT_BYTES)),
  };
}
export function nodeDraft(info: EngineInfo, options: KubeletOptions): Draft<Node> {
  const arch = info.architecture;
  return {
    metadata: {
      name: options.node,
      labels: {
        'beta.kubernetes.io/arch': arch,
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': arch,
        'kubernetes.io/hostname': options.node,
        'kubernetes.io/os': 'linux',
        ...options.labels,
      },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true', ...options.annotations },
    },
    spec: {
      podCIDR: info.podCidr,
      podCIDRs: [info.podCidr],
      ...(options.taints === undefined ? {} : { taints: options.taints }),
    },
  };
}

/**
 * The object was made on another machine, or where other addresses were free (a restored cluster). The API lets nobody
 * change a podCIDR, so another object takes its name; pods are bound by name, and stay.
 */
export const hasMoved = (before: Node, draft: Draft<Node>): boolean =>
  before.spec?.podCIDR !== undefined && before.spec.podCIDR !== draft.spec?.podCIDR;
/** With what people have set on the one before. */
export const movedDraft = (before: Node, draft: Draft<Node>): Draft<Node> => ({
  metadata: {
    ...draft.metadata,
    labels: { ...before.metadata.labels, ...draft.metadata.labels },
    annotations: { ...before.metadata.annotations, ...draft.metadata.annotations },
  },
  spec: { ...before.spec, ...draft.spec },
});

export interface Identity {
  readonly machineId: string;
  readonly bootId: string;
}
export function nodeStatus(
  info: EngineInfo,
  options: KubeletOptions,
  identity: Identity,
  conditions: readonly NodeCondition[],
): Node['status'] {
  return {
    capacity: capacityOf(info, options),
    allocatable: allocatableOf(info, options),
    conditions,
    addresses: [
      { type: 'InternalIP', address: info.nodeIp },
      { type: 'Hostname', address: options.node },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: KUBELET_PORT } },
    nodeInfo: {
      machineID: identity.machineId,
      systemUUID: identity.machineId,
      bootID: identity.bootId,
      kernelVersion: info.kernelVersion,
      osImage: info.osImage,
      containerRuntimeVersion: `${info.name}://${info.version}`,
      kubeletVersion: options.version ?? VERSION,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: info.architecture,
    },
  };
}

/** `down`: why the engine does not answer; undefined: it does. */
export function nodeConditions(
  before: readonly NodeCondition[],
  down: string | undefined,
  nowMs: number,
): readonly NodeCondition[] {
  const now = timestamp(nowMs);
  const made: readonly (readonly [string, NodeCondition['status'], string, string])[] = [
    ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
    ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
    ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
    down === undefined
      ? ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status']
      : ['Ready', 'False', 'KubeletNotReady', `[container runtime is down: ${down}]`],
  ];
  return made.map(([type, status, reason, message]) => {
    const old = before.find((condition) => condition.type === type);
    const since = old?.status === status ? (old.lastTransitionTime ?? now) : now;
    return { type, status, lastHeartbeatTime: now, lastTransitionTime: since, reason, message };
  });
}
export const sameConditions = (a: readonly NodeCondition[], b: readonly NodeCondition[]): boolean =>
  a.length === b.length &&
  a.every((one, i) => one.type === b[i]?.type && one.status === b[i]?.status && one.reason === b[i]?.reason);

/** What the API wants of a name, and what runs under it here. Level-based: asked twice, it says the same. */
export type Plan = 'start' | 'update' | 'end' | 'nothing';
export function planFor(wantedUid: string | undefined, runningUid: string | undefined): Plan {
  if (runningUid === undefined) return wantedUid === undefined ? 'nothing' : 'start';
  return wantedUid === runningUid ? 'update' : 'end';
}
