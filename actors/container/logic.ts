import type { Container, ContainerStatus, LifecycleHandler, Probe } from '../api/types/pod.ts';
import type { ContainerPolicy, ProbeKind, Terminated } from './protocol.ts';

const BACKOFF_BASE_MS = 10_000;
const BACKOFF_MAX_MS = 300_000;
const BACKOFF_RESET_MS = 600_000; // a run this long forgives all earlier crashes

export const shouldRestart = (policy: ContainerPolicy, exitCode: number): boolean =>
  policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);

export const nextCrashes = (crashes: number, ranMs: number): number => (ranMs >= BACKOFF_RESET_MS ? 1 : crashes + 1);

/** The first restart is immediate. */
export const backoffMs = (crashes: number): number =>
  crashes <= 1 ? 0 : Math.min(BACKOFF_BASE_MS * 2 ** (crashes - 2), BACKOFF_MAX_MS);
export const pullBackoffMs = (failures: number): number =>
  failures <= 0 ? 0 : Math.min(BACKOFF_BASE_MS * 2 ** (failures - 1), BACKOFF_MAX_MS);

/** Go's time.Duration for whole seconds: `10s`, `1m20s`, `5m0s`. */
export function goDuration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours > 0) return `${hours}h${minutes % 60}m${seconds % 60}s`;
  return minutes > 0 ? `${minutes}m${seconds % 60}s` : `${seconds}s`;
}

/** What a pod is called in messages. */
export const podTitle = (pod: { readonly name: string; readonly namespace: string; readonly uid: string }): string =>
  `${pod.name}_${pod.namespace}(${pod.uid})`;

export interface Shown {
  readonly kind: 'waiting' | 'running' | 'terminated';
  readonly reason?: string;
  readonly message?: string;
  readonly started?: boolean;
  readonly ready?: boolean;
}
/** What a status is made of. `latest`: how the last run ended; `previous`: the run before it. */
export interface History {
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  readonly id: string;
  readonly attempt: number;
  readonly startedAt: number;
  readonly latest: Terminated | undefined;
  readonly previous: Terminated | undefined;
}
export function statusOf(history: History, shown: Shown, time: (ms: number) => string): ContainerStatus {
  const { name, image, imageId, id, attempt, startedAt, latest, previous } = history;
  const last = shown.kind === 'terminated' ? previous : latest;
  return {
    name,
    state: stateOf(shown, latest, time(startedAt)),
    lastState: last === undefined ? {} : { terminated: last },
    ready: shown.ready ?? false,
    restartCount: Math.max(0, attempt),
    image,
    imageID: imageId,
    ...(id === '' ? {} : { containerID: id }),
    started: shown.started ?? false,
  };
}
function stateOf(shown: Shown, latest: Terminated | undefined, startedAt: string): ContainerStatus['state'] {
  if (shown.kind === 'running') return { running: { startedAt } };
  if (shown.kind === 'terminated' && latest !== undefined) return { terminated: latest };
  const { reason = 'ContainerCreating', message } = shown;
  return { waiting: message === undefined ? { reason } : { reason, message } };
}
export const crashLoop = (name: string, pod: string, crashes: number): Shown => ({
  kind: 'waiting',
  reason: 'CrashLoopBackOff',
  message: `back-off ${goDuration(backoffMs(crashes))} restarting failed container=${name} pod=${pod}`,
});
export const pullRefused = (image: string, fault: string): string => `Failed to pull image "${image}": ${fault}`;
export const pullBackoff = (image: string, fault: string): Shown => ({
  kind: 'waiting',
  reason: 'ImagePullBackOff',
  message: `Back-off pulling image "${image}": ErrImagePull: ${fault}`,
});
export const pulledMessage = (image: string, pulled: boolean, tookMs: number, sizeBytes: number): string =>
  pulled
    ? `Successfully pulled image "${image}" in ${Math.round(tookMs)}ms (${Math.round(tookMs)}ms including waiting). Image size: ${sizeBytes} bytes.`
    : `Container image "${image}" already present on machine and can be accessed by the pod`;
export const exitReason = (exitCode: number, oomKilled: boolean): string =>
  oomKilled ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error';

/** By number, or by name among the container's own ports. */
export function portOf(port: number | string, container: Container): number | undefined {
  if (typeof port === 'number') return port;
  const named = container.ports?.find((one) => one.name === port)?.containerPort;
  const number = Number(port);
  return named ?? (Number.isInteger(number) && number > 0 ? number : undefined);
}
export function probeOf(container: Container, kind: ProbeKind): Probe | undefined {
  if (kind === 'startup') return container.startupProbe;
  return kind === 'liveness' ? container.livenessProbe : container.readinessProbe;
}
export const preStopOf = (container: Container): LifecycleHandler | undefined => container.lifecycle?.preStop;
