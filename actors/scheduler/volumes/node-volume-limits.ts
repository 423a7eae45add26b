//! NodeVolumeLimits: so many volumes of a CSI driver can be attached to a node, no more.
import { classOf } from '../../client/storage/annotations.ts';
import { type Handle, notNow, type Plugin } from '../framework/plugin.ts';
import type { PodFacts } from '../pod-facts.ts';
import { claimRefs, claimsOf } from './claims-of.ts';
import type { Storage } from './storage.ts';

const TOO_MANY = notNow('node(s) exceed max volume count');
/** Volume to driver: of the pod that comes. */
type Volumes = ReadonlyMap<string, string>;

export const nodeVolumeLimits = (_: unknown, { cluster: { storage } }: Handle): Plugin<Volumes> => ({
  name: 'NodeVolumeLimits',
  wakes: [
    { on: ['AssignedPodDelete'], hint: (_pod, { object }) => claimRefs(object as never).length > 0 },
    { on: ['CSINodeChange', 'NodeAdd', 'PersistentVolumeClaimChange', 'VolumeAttachmentChange'] },
  ],
  preFilter: ({ pod }) => {
    const volumes = volumesOf(pod, storage);
    return volumes.size === 0 ? 'skip' : { state: volumes };
  },
  filter: (node, _cycle, coming) => {
    const limits = new Map<string, number>();
    for (const { name, allocatable } of storage.csiNodes.get(node.name)?.spec.drivers ?? [])
      if (allocatable?.count !== undefined) limits.set(name, allocatable.count);
    if (limits.size === 0) return undefined;
    const attached = new Map<string, string>();
    for (const pod of node.pods.values()) for (const [id, driver] of volumesOf(pod, storage)) attached.set(id, driver);
    const counts = new Map<string, number>();
    for (const driver of attached.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1);
    for (const [id, driver] of coming) {
      if (attached.has(id)) continue;
      const count = (counts.get(driver) ?? 0) + 1;
      if (count > (limits.get(driver) ?? Number.POSITIVE_INFINITY)) return TOO_MANY;
      counts.set(driver, count);
    }
    return undefined;
  },
});
function volumesOf({ pod }: PodFacts, storage: Storage): Volumes {
  const volumes = new Map<string, string>();
  if (pod.spec.volumes === undefined) return volumes;
  for (const claim of claimsOf(pod, storage)) {
    const { namespace, name } = claim.metadata;
    const csi = storage.volumes.get(claim.spec.volumeName ?? '')?.spec.csi;
    const provisioner = storage.classes.get(classOf(claim))?.provisioner;
    if (csi !== undefined) volumes.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
    // Not made yet: it will be one more, of its own.
    else if ((claim.spec.volumeName ?? '') === '' && provisioner !== undefined && storage.drivers.has(provisioner))
      volumes.set(`${provisioner}/${namespace}/${name}`, provisioner);
  }
  return volumes;
}
