//! Two halves of one fact, the volume's first: whoever dies between them finds the first and writes the second.
import { fail, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { semanticEqual } from '../../api/json.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../api/resource.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types/storage.ts';
import type { ControllerIo, Outcome } from '../../client/protocol.ts';
import { annotated, annotation, BIND_COMPLETED, BOUND_BY_CONTROLLER, YES } from '../../client/storage/annotations.ts';
import { isOf } from '../../client/storage/match.ts';

export function boundVolume(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { name, namespace = '', uid, resourceVersion } = claim.metadata;
  const ref = volume.spec.claimRef;
  if (ref?.uid === uid) return volume;
  const claimRef = {
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
    name,
    namespace,
    uid,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  const mine = isOf(volume, claim) ? volume : annotated(volume, { [BOUND_BY_CONTROLLER]: YES });
  return { ...mine, spec: { ...mine.spec, claimRef } };
}
export function boundClaim(claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolumeClaim {
  const { name } = volume.metadata;
  const marks = {
    ...(annotation(claim, BIND_COMPLETED) === undefined ? { [BIND_COMPLETED]: YES } : {}),
    ...(claim.spec.volumeName === name ? {} : { [BOUND_BY_CONTROLLER]: YES }),
  };
  if (Object.keys(marks).length === 0) return claim;
  const marked = annotated(claim, marks);
  return { ...marked, spec: { ...marked.spec, volumeName: name } };
}
export function boundStatus(claim: PersistentVolumeClaim, { spec }: PersistentVolume): PersistentVolumeClaim['status'] {
  const { volumeAttributesClassName: attributes = '' } = spec;
  // A volume that has grown since belongs to whoever grows it.
  const capacity = claim.status?.phase === 'Bound' && claim.status.capacity ? claim.status.capacity : spec.capacity;
  return {
    ...claim.status,
    phase: 'Bound',
    accessModes: spec.accessModes ?? [],
    ...(capacity === undefined ? {} : { capacity }),
    ...(attributes === '' ? {} : { currentVolumeAttributesClassName: attributes }),
  };
}

export function* bind(io: ControllerIo, volume: PersistentVolume, claim: PersistentVolumeClaim): Task<Outcome> {
  const kept = yield* written(io, volume, boundVolume(volume, claim));
  if (!kept.ok) return left(kept);
  const told = yield* phased(io, kept.value, 'Bound');
  if (!told.ok) return left(told);
  const named = boundClaim(claim, kept.value);
  const updated =
    named === claim ? ({ ok: true, value: claim } as const) : yield* io.client.update(PERSISTENT_VOLUME_CLAIMS, named);
  if (!updated.ok) return left(updated);
  const status = boundStatus(updated.value, kept.value);
  if (semanticEqual(updated.value.status, status)) return undefined;
  return left(yield* io.client.update(PERSISTENT_VOLUME_CLAIMS, { ...updated.value, status }, 'status'));
}
function* written(
  io: ControllerIo,
  before: PersistentVolume,
  volume: PersistentVolume,
): Task<Result<PersistentVolume>> {
  return volume === before ? { ok: true, value: before } : yield* io.client.update(PERSISTENT_VOLUMES, volume);
}
export function* phased(
  io: ControllerIo,
  volume: PersistentVolume,
  phase: PersistentVolume['status']['phase'],
  message = '',
): Task<Result<PersistentVolume>> {
  if (volume.status?.phase === phase && (volume.status.message ?? '') === message) return { ok: true, value: volume };
  const status = { phase, ...(message === '' ? {} : { message }) };
  return yield* io.client.update(PERSISTENT_VOLUMES, { ...volume, status }, 'status');
}
/** Gone: nothing is left to do. */
export const left = (done: Result<unknown>): Outcome =>
  done.ok || done.fault.reason === 'NotFound' ? undefined : fail(done.fault.reason, done.fault.message).fault;
