//! Claims and volumes in use are kept until nobody uses them (pkg/controller/volume/pvcprotection, pvprotection,
//! vacprotection): their finalizer comes from admission and is taken away here.
import { get, listOf, textOf } from '../../api/json.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';

export const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection';
export const VOLUME_FINALIZER = 'kubernetes.io/pv-protection';
export const CLASS_FINALIZER = 'kubernetes.io/vac-protection';

/** Deleted, and held by the finalizer. */
export const isHeld = ({ metadata }: KubeObject, finalizer: string): boolean =>
  metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(finalizer);

/** Claims that a pod uses, as `namespace/name`: only once it has a node, for before that no kubelet lets it start. */
export function claimsOf({ metadata, spec }: Pod): readonly string[] {
  if (!spec.nodeName) return [];
  return (spec.volumes ?? []).flatMap((volume) => {
    const named = textOf(get(volume, 'persistentVolumeClaim', 'claimName'));
    const own = get(volume, 'ephemeral') === undefined ? '' : `${metadata.name}-${textOf(get(volume, 'name'))}`;
    const claim = named || own;
    return claim === '' ? [] : [`${metadata.namespace}/${claim}`];
  });
}
export const isBound = (volume: KubeObject): boolean => get(volume, 'status', 'phase') === 'Bound';
/** VolumeAttributesClasses that a claim or volume names, wants or is being given. */
export const classesOf = (object: KubeObject): readonly string[] => [
  ...new Set(
    [
      get(object, 'spec', 'volumeAttributesClassName'),
      get(object, 'status', 'currentVolumeAttributesClassName'),
      get(object, 'status', 'modifyVolumeStatus', 'targetVolumeAttributesClassName'),
    ]
      .map(textOf)
      .filter((name) => name !== ''),
  ),
];
export const without = ({ metadata }: KubeObject, finalizer: string): readonly string[] =>
  listOf(metadata.finalizers)
    .map(textOf)
    .filter((one) => one !== finalizer);
