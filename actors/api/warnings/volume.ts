//! Volumes of kinds that are no more, amounts that are no bytes, classes told in the old way (pkg/api/persistentvolume
//! and persistentvolumeclaim util.go, pkg/api/pod warnings.go).
import { get, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { nanosOf } from '../quantity.ts';
import { annotationsOf } from '../validation/pod/annotations.ts';
import { nodeTerm } from './label.ts';

const CLASS = 'volume.beta.kubernetes.io/storage-class';
/** JSON's name, Kubernetes' name of it in the warning, since when. */
const GONE: readonly (readonly [field: string, since: string, told?: string])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+', 'storageOS'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];
export function goneSources(warnings: string[], at: string, holder: JsonObject): void {
  for (const [field, since, told = field] of GONE)
    if (holder[field] !== undefined && holder[field] !== null) warnings.push(`${at}.${told}: ${since}`);
}
const UNIT = 1_000_000_000n;
export function wholeBytes(warnings: string[], at: string, amounts: Json | undefined, ...names: string[]): void {
  for (const name of names) {
    const amount = objectOf(amounts)[name];
    if (amount !== undefined && nanosOf(amount) % UNIT !== 0n)
      warnings.push(`${at}[${name}]: fractional byte value ${JSON.stringify(amount)} is invalid, must be an integer`);
  }
}
export const claimSpec = (warnings: string[], at: string, spec: Json | undefined): void =>
  wholeBytes(warnings, `${at}.resources.requests`, get(spec, 'resources', 'requests'), 'storage');
function oldClass(warnings: string[], object: JsonObject): void {
  if (annotationsOf(object)[CLASS] !== undefined)
    warnings.push(`metadata.annotations[${CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`);
}

export function claim(warnings: string[], object: JsonObject): void {
  oldClass(warnings, object);
  claimSpec(warnings, 'spec', object['spec']);
}
export function persistentVolume(warnings: string[], object: JsonObject): void {
  const spec = objectOf(object['spec']);
  oldClass(warnings, object);
  if (textOf(spec['persistentVolumeReclaimPolicy']) === 'Recycle')
    warnings.push(
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    );
  listOf(get(spec, 'nodeAffinity', 'required', 'nodeSelectorTerms')).forEach((term, i) => {
    nodeTerm(warnings, `spec.nodeAffinity.required.nodeSelectorTerms[${i}]`, term);
  });
  goneSources(warnings, 'spec', spec);
}
