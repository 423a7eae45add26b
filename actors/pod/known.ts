//! What is known of a container before its actor begins: from the engine's records, else from what the API last said.
import { timestamp } from '../api/time.ts';
import type { ContainerStatus } from '../api/types/pod.ts';
import type { Known, Terminated } from '../container/protocol.ts';
import type { ContainerRecord } from '../engine/protocol.ts';

/** Records of one container, of all its attempts. */
export function knownOf(status: ContainerStatus | undefined, records: readonly ContainerRecord[]): Known | undefined {
  const [newest, before] = [...records].sort((a, b) => b.attempt - a.attempt);
  if (newest === undefined) return knownFromStatus(status);
  const latest = newest.exit === undefined ? before && terminatedOf(before, status) : terminatedOf(newest, status);
  const previous = newest.exit === undefined ? undefined : before && terminatedOf(before, status);
  return {
    attempt: newest.attempt,
    id: newest.id,
    imageId: status?.imageID ?? '',
    startedAt: newest.startedAt,
    running: newest.exit === undefined,
    ...(latest === undefined ? {} : { latest }),
    ...(previous === undefined ? {} : { previous }),
  };
}
/** The API's words for it are better: they know of memory that ran out, say. */
function terminatedOf(record: ContainerRecord, status: ContainerStatus | undefined): Terminated {
  const told = [status?.state.terminated, status?.lastState.terminated].find((one) => one?.containerID === record.id);
  if (told !== undefined) return told;
  const { id, startedAt, exit } = record;
  const { exitCode = 137, at = startedAt, signal } = exit ?? {};
  return {
    exitCode,
    ...(signal === undefined ? {} : { signal }),
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: timestamp(startedAt),
    finishedAt: timestamp(at),
    containerID: id,
  };
}

/** What the API last said, when the engine has no record any more: a node that was switched off. */
function knownFromStatus(status: ContainerStatus | undefined): Known | undefined {
  if (status === undefined) return undefined;
  const { state, lastState, restartCount, imageID } = status;
  const id = status.containerID ?? '';
  const common = { attempt: restartCount, imageId: imageID, startedAt: 0, running: false, id };
  const last = lastState.terminated;
  if (state.terminated !== undefined)
    return { ...common, latest: state.terminated, ...(last === undefined ? {} : { previous: last }) };
  if (state.running !== undefined) {
    const { startedAt } = state.running;
    const lost = { exitCode: 137, reason: 'ContainerStatusUnknown', message: LOST, startedAt, finishedAt: startedAt };
    return { ...common, latest: { ...lost, containerID: id }, ...(last === undefined ? {} : { previous: last }) };
  }
  return last === undefined ? undefined : { ...common, latest: last };
}
const LOST = 'The container could not be located when the pod was terminated';

/** Which container's log is meant; undefined: there is none. As kubelet's validateContainerLogStatus. */
export function logId(status: ContainerStatus, previous: boolean): string | undefined {
  const { state, lastState } = status;
  if (previous) return lastState.terminated?.containerID;
  if (state.running !== undefined) return status.containerID;
  if (state.terminated !== undefined) return state.terminated.containerID ?? status.containerID;
  return lastState.terminated?.containerID;
}
