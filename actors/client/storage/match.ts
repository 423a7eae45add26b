//! Which volume a claim gets: of those that satisfy it the smallest (pkg/controller/volume/persistentvolume/index.go).
import { parse } from '../../api/quantity.ts';
import { matches, selectorOf } from '../../api/selector.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types/storage.ts';
import { annotation, BOUND_BY_CONTROLLER, classOf } from './annotations.ts';

const nanosOf = (quantity: string | undefined): bigint => parse(quantity ?? '0')?.nanos ?? 0n;
const requested = ({ spec }: PersistentVolumeClaim): bigint => nanosOf(spec.resources?.requests?.['storage']);
const offered = ({ spec }: PersistentVolume): bigint => nanosOf(spec.capacity?.['storage']);
const modeOf = ({ spec }: PersistentVolume | PersistentVolumeClaim): string => spec.volumeMode ?? 'Filesystem';

/** By uid where the volume knows one. */
export const isOf = ({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean => {
  const ref = spec.claimRef;
  if (ref === undefined || ref.name !== metadata.name || ref.namespace !== metadata.namespace) return false;
  return (ref.uid ?? '') === '' || ref.uid === metadata.uid;
};
/** Why a volume that was asked for by name does not do (checkVolumeSatisfyClaim); undefined: it does. */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (volume.metadata.deletionTimestamp !== undefined)
    return `persistentvolume "${volume.metadata.name}" is marked for deletion`;
  if (offered(volume) < requested(claim)) return 'requested PV is too small';
  if (classOf(volume) !== classOf(claim)) return 'storageClassName does not match';
  if (modeOf(volume) !== modeOf(claim)) return 'incompatible volumeMode';
  return hasModes(volume, claim) ? undefined : 'incompatible accessMode';
}
export const sameMode = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  modeOf(volume) === modeOf(claim);
const hasModes = (volume: PersistentVolume, { spec }: PersistentVolumeClaim): boolean =>
  (spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode));

/**
 * `delayed`: only a volume that was meant for it from the start; the scheduler chooses among others, those that its
 * node `reaches`.
 */
export function bestMatch(
  volumes: Iterable<PersistentVolume>,
  claim: PersistentVolumeClaim,
  delayed: boolean,
  reaches: (volume: PersistentVolume) => boolean = () => true,
): PersistentVolume | undefined {
  const selector = claim.spec.selector === undefined ? undefined : selectorOf(claim.spec.selector);
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (!hasModes(volume, claim) || modeOf(volume) !== modeOf(claim)) continue;
    if (volume.metadata.deletionTimestamp !== undefined) continue;
    if (volume.spec.claimRef !== undefined) {
      // Written beforehand by a person, or by this controller before it could tell the claim.
      if (isOf(volume, claim) && offered(volume) >= requested(claim)) return reaches(volume) ? volume : undefined;
      continue;
    }
    if (delayed || volume.status.phase !== 'Available') continue;
    if (selector !== undefined && !matches(selector, volume.metadata.labels)) continue;
    if (classOf(volume) !== classOf(claim) || offered(volume) < requested(claim)) continue;
    if ((volume.spec.volumeAttributesClassName ?? '') !== (claim.spec.volumeAttributesClassName ?? '')) continue;
    if ((best === undefined || isBefore(volume, best)) && reaches(volume)) best = volume;
  }
  return best;
}
const isBefore = (a: PersistentVolume, b: PersistentVolume): boolean =>
  offered(a) < offered(b) || (offered(a) === offered(b) && a.metadata.name < b.metadata.name);
export const boundByController = (object: PersistentVolume | PersistentVolumeClaim): boolean =>
  annotation(object, BOUND_BY_CONTROLLER) !== undefined;
