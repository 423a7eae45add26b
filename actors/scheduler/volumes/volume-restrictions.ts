//! VolumeRestrictions: disks that only one pod of a node can mount, claims that only one pod at all may use.
import type { Pod, Volume } from '../../api/types/pod.ts';
import { type Handle, notNow, type Plugin } from '../framework/plugin.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodFacts } from '../pod-facts.ts';
import { claimRefs } from './claims-of.ts';

const DISK_TAKEN = notNow('node(s) had no available disk');
const CLAIM_TAKEN = notNow(
  'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode',
);
interface Restricted {
  readonly disks: readonly Volume[];
  readonly claims: ReadonlySet<string>;
  /** Pods that use one of the claims. */
  users: number;
}

export const volumeRestrictions = (_: unknown, { cluster }: Handle): Plugin<Restricted> => ({
  name: 'VolumeRestrictions',
  wakes: [
    { on: ['AssignedPodDelete'], hint: (_, { object }) => ((object as Pod).spec.volumes ?? []).length > 0 },
    { on: ['NodeAdd', 'PersistentVolumeClaimChange'] },
  ],
  preFilter: ({ pod }) => {
    const disks = (pod.pod.spec.volumes ?? []).filter(isDisk);
    const claims = new Set<string>();
    for (const { key } of claimRefs(pod.pod))
      if (cluster.storage.claims.get(key)?.spec.accessModes?.includes('ReadWriteOncePod')) claims.add(key);
    if (disks.length === 0 && claims.size === 0) return 'skip';
    let users = 0;
    for (const key of claims) users += cluster.table.claimUsers.get(key) ?? 0;
    return { state: { disks, claims, users } };
  },
  filter: (node, _cycle, { disks, users }) => {
    if (disks.length > 0 && conflicts(node, disks)) return DISK_TAKEN;
    return users > 0 ? CLAIM_TAKEN : undefined;
  },
  whatIf: (state, other: PodFacts, _node, by) => {
    for (const { key } of claimRefs(other.pod)) if (state.claims.has(key)) state.users += by;
  },
});
const isDisk = (volume: Volume): boolean =>
  volume.gcePersistentDisk !== undefined ||
  volume.awsElasticBlockStore !== undefined ||
  volume.iscsi !== undefined ||
  volume.rbd !== undefined;
function conflicts(node: NodeInfo, disks: readonly Volume[]): boolean {
  for (const { pod } of node.pods.values())
    for (const there of pod.spec.volumes ?? []) if (disks.some((disk) => sameDisk(disk, there))) return true;
  return false;
}
function sameDisk(a: Volume, b: Volume): boolean {
  const shared = (x?: { readonly readOnly?: boolean }, y?: { readonly readOnly?: boolean }): boolean =>
    x?.readOnly === true && y?.readOnly === true;
  if (a.gcePersistentDisk !== undefined && a.gcePersistentDisk.pdName === b.gcePersistentDisk?.pdName)
    return !shared(a.gcePersistentDisk, b.gcePersistentDisk);
  if (a.awsElasticBlockStore !== undefined && a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore?.volumeID)
    return true;
  if (a.iscsi !== undefined && a.iscsi.iqn === b.iscsi?.iqn) return !shared(a.iscsi, b.iscsi);
  const [x, y] = [a.rbd, b.rbd];
  if (x === undefined || y === undefined) return false;
  const same = x.image === y.image && (x.pool ?? 'rbd') === (y.pool ?? 'rbd');
  return same && x.monitors.some((monitor) => y.monitors.includes(monitor)) && !shared(x, y);
}
