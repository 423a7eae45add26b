//! Which volumes a pod's unbound claims would get on a node: one that is there, or one that is made for it there.
import { matchesAny } from '../../api/node-selector.ts';
import { compare } from '../../api/quantity.ts';
import { keyOf } from '../../api/resource.ts';
import { matches, selectorOf } from '../../api/selector.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types/storage.ts';
import { classOf } from '../../client/storage/annotations.ts';
import { bestMatch } from '../../client/storage/match.ts';
import { never, type Refusal } from '../framework/plugin.ts';
import type { NodeInfo } from '../node-info.ts';
import type { Storage } from './storage.ts';

const UNREACHED = never("node(s) didn't match PersistentVolume's node affinity");
const NONE_TO_BIND = never("node(s) didn't find available persistent volumes to bind");
const NO_SPACE = never('node(s) did not have enough free storage');
const VOLUME_GONE = never('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');
const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

export interface VolumePlan {
  readonly bind: readonly { readonly volume: PersistentVolume; readonly claim: PersistentVolumeClaim }[];
  /** A provisioner is to make them for the node. */
  readonly provision: readonly PersistentVolumeClaim[];
}

/** Of claims that are bound: whether the node reaches their volumes. */
export function reachesAll(
  node: NodeInfo,
  claims: readonly PersistentVolumeClaim[],
  storage: Storage,
): Refusal | undefined {
  for (const { spec } of claims) {
    const volume = storage.volumes.get(spec.volumeName ?? '');
    if (volume === undefined) return VOLUME_GONE;
    if (!reaches(node, volume)) return UNREACHED;
  }
  return undefined;
}
export function reaches({ node }: NodeInfo, { spec }: PersistentVolume): boolean {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms;
  return terms === undefined || (node !== undefined && matchesAny(terms, node));
}

/** `claims`: unbound ones that wait for a consumer. */
export function planVolumes(
  node: NodeInfo,
  claims: readonly PersistentVolumeClaim[],
  storage: Storage,
): VolumePlan | Refusal {
  const bind: { volume: PersistentVolume; claim: PersistentVolumeClaim }[] = [];
  const provision: PersistentVolumeClaim[] = [];
  const taken = new Set<string>();
  const bySize = [...claims].sort((a, b) => compare(sizeOf(a), sizeOf(b)));
  for (const claim of bySize) {
    const selected = storage.selectedNode(claim);
    if (selected !== undefined) {
      if (selected !== node.name) return NONE_TO_BIND;
      provision.push(claim);
      continue;
    }
    const promised = (volume: PersistentVolume): boolean => {
      const to = storage.promised.get(volume.metadata.name);
      return taken.has(volume.metadata.name) || (to !== undefined && to !== keyOf(claim));
    };
    const volume = bestMatch(storage.volumes.values(), claim, false, (one) => !promised(one) && reaches(node, one));
    if (volume !== undefined) {
      taken.add(volume.metadata.name);
      bind.push({ volume, claim });
    } else provision.push(claim);
  }
  for (const claim of provision) {
    const refusal = provisionable(node, claim, storage);
    if (refusal !== undefined) return refusal;
  }
  return { bind, provision };
}
const sizeOf = ({ spec }: PersistentVolumeClaim): string => spec.resources?.requests?.['storage'] ?? '0';

function provisionable(node: NodeInfo, claim: PersistentVolumeClaim, storage: Storage): Refusal | undefined {
  const storageClass = storage.classes.get(classOf(claim));
  if (storageClass === undefined) return NONE_TO_BIND;
  const { provisioner } = storageClass;
  if (provisioner === '' || provisioner === NO_PROVISIONER || !allows(storageClass, node)) return NONE_TO_BIND;
  if (storage.drivers.get(provisioner)?.spec.storageCapacity !== true) return undefined;
  for (const { storageClassName, capacity, maximumVolumeSize, nodeTopology } of storage.capacities.values()) {
    if (storageClassName !== storageClass.metadata.name || nodeTopology === undefined) continue;
    const limit = maximumVolumeSize ?? capacity;
    if (limit !== undefined && compare(limit, sizeOf(claim)) >= 0 && matches(selectorOf(nodeTopology), node.labels))
      return undefined;
  }
  return NO_SPACE;
}
function allows({ allowedTopologies = [] }: StorageClass, { labels }: NodeInfo): boolean {
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => values.includes(labels[key] ?? '')),
  );
}
