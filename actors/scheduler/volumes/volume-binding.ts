//! VolumeBinding: volumes that are there must be reachable; claims that wait for their first pod get theirs where it
//! goes.
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import { pause, type Task } from '../../../runtime/task.ts';
import { keyOf, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../api/resource.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types/storage.ts';
import { BOUND_BY_CONTROLLER, classOf, SELECTED_NODE, YES } from '../../client/storage/annotations.ts';
import { type Handle, never, type Placement, type Plugin, type Refusal } from '../framework/plugin.ts';
import type { PodFacts } from '../pod-facts.ts';
import { claimRefs, claimsOf } from './claims-of.ts';
import { planVolumes, reachesAll, type VolumePlan } from './plan.ts';
import { isBound } from './storage.ts';

const IMMEDIATE = never('pod has unbound immediate PersistentVolumeClaims');
const LOOK_MS = 500;

export interface VolumeBindingArgs {
  readonly bindTimeoutSeconds: number;
}
interface Claims {
  readonly bound: readonly PersistentVolumeClaim[];
  /** Wait for their first consumer. */
  readonly waiting: readonly PersistentVolumeClaim[];
}

export function volumeBinding(args: VolumeBindingArgs, { cluster, client, now }: Handle): Plugin<Claims> {
  const { storage } = cluster;
  const plans = new Map<string, VolumePlan>();
  return {
    name: 'VolumeBinding',
    wakes: [
      { on: ['PersistentVolumeClaimChange'], hint: (pod, { object }) => hasClaim(pod, keyOf(object)) },
      { on: ['PersistentVolumeChange', 'StorageClassChange', 'CSIStorageCapacityChange', 'CSIDriverChange'] },
      { on: ['NodeAdd', 'NodeLabelChange', 'CSINodeChange'] },
    ],
    preFilter: ({ pod }) => {
      const refs = claimRefs(pod.pod);
      if (refs.length === 0) return 'skip';
      const missing = refs.map((ref) => absent(ref.key, ref.name, ref.ephemeral)).find((why) => why !== undefined);
      if (missing !== undefined) return { refusal: missing };
      const claims = sort(pod);
      return 'reasons' in claims ? { refusal: claims } : { state: claims };
    },
    filter: (node, _, { bound, waiting }) => {
      const refusal = reachesAll(node, bound, storage);
      if (refusal !== undefined || waiting.length === 0) return refusal;
      const plan = planVolumes(node, waiting, storage);
      return 'reasons' in plan ? plan : undefined;
    },
    reserve: ({ pod, node: name }) => {
      const node = cluster.table.get(name);
      if (claimRefs(pod.pod).length === 0 || node === undefined) return undefined;
      const claims = sort(pod);
      if ('reasons' in claims || claims.waiting.length === 0) return 'reasons' in claims ? claims : undefined;
      const plan = planVolumes(node, claims.waiting, storage);
      if ('reasons' in plan) return plan;
      for (const { volume, claim } of plan.bind) storage.promised.set(volume.metadata.name, keyOf(claim));
      for (const claim of plan.provision) storage.selected.set(keyOf(claim), name);
      plans.set(pod.key, plan);
      return undefined;
    },
    unreserve: ({ pod }) => {
      const plan = plans.get(pod.key);
      if (plan !== undefined) release(plan);
      plans.delete(pod.key);
    },
    preBind: (placement) => {
      const plan = plans.get(placement.pod.key);
      return plan === undefined ? undefined : carryOut(plan, placement);
    },
  };

  function absent(key: string, name: string, ephemeral: boolean): Refusal | undefined {
    const claim = storage.claims.get(key);
    if (claim === undefined)
      return never(
        ephemeral
          ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
          : `persistentvolumeclaim "${name}" not found`,
      );
    if (claim.status?.phase === 'Lost')
      return never(
        `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ''}"`,
      );
    return claim.metadata.deletionTimestamp === undefined
      ? undefined
      : never(`persistentvolumeclaim "${name}" is being deleted`);
  }
  function sort(pod: PodFacts): Claims | Refusal {
    const all = claimsOf(pod.pod, storage);
    const bound = all.filter(isBound);
    const open = all.filter((claim) => !isBound(claim));
    const immediate = open.some(
      (claim) =>
        (claim.spec.volumeName ?? '') !== '' ||
        storage.classes.get(classOf(claim))?.volumeBindingMode !== 'WaitForFirstConsumer',
    );
    return immediate ? IMMEDIATE : { bound, waiting: open };
  }
  function release(plan: VolumePlan): void {
    for (const { volume } of plan.bind) storage.promised.delete(volume.metadata.name);
    for (const claim of plan.provision) storage.selected.delete(keyOf(claim));
  }
  /** Says which volume is whose and for which node one is to be made, then waits until all claims are bound. */
  function* carryOut(plan: VolumePlan, { pod, node }: Placement): Task<Result<void>> {
    for (const { volume, claim } of plan.bind) {
      const said = yield* client.update(PERSISTENT_VOLUMES, meantFor(volume, claim));
      if (!said.ok) return said;
    }
    for (const claim of plan.provision) {
      const { namespace = '', name, annotations } = claim.metadata;
      if (annotations?.[SELECTED_NODE] === node) continue;
      const patch = { metadata: { annotations: { [SELECTED_NODE]: node } } };
      const said = yield* client.patch(PERSISTENT_VOLUME_CLAIMS, namespace, name, patch);
      if (!said.ok) return said;
    }
    const keys = [...plan.bind.map(({ claim }) => claim), ...plan.provision].map(keyOf);
    const deadline = now() + args.bindTimeoutSeconds * 1_000;
    let asked = false;
    for (;;) {
      const claims = keys.map((key) => storage.claims.get(key));
      if (claims.every((claim) => claim !== undefined && isBound(claim))) break;
      if (claims.includes(undefined)) return fail('NotFound', 'binding volumes: a claim of the pod is gone');
      // A provisioner that cannot takes the node off again: another one may do.
      const open = plan.provision.map((claim) => storage.claims.get(keyOf(claim))!);
      const selected = open.every(
        (claim) => isBound(claim) || claim.metadata.annotations?.[SELECTED_NODE] !== undefined,
      );
      if (asked && !selected) {
        const { name } = open.find((claim) => claim.metadata.annotations?.[SELECTED_NODE] === undefined)!.metadata;
        return fail('Unavailable', `binding volumes: provisioning failed for PVC "${name}"`);
      }
      asked ||= selected;
      if (now() >= deadline) return fail('Timeout', 'binding volumes: context deadline exceeded');
      yield* pause(LOOK_MS);
    }
    plans.delete(pod.key);
    release(plan);
    return ok(undefined);
  }
}
const hasClaim = (pod: PodFacts, key: string): boolean => claimRefs(pod.pod).some((ref) => ref.key === key);
const meantFor = (
  volume: PersistentVolume,
  { metadata, apiVersion, kind }: PersistentVolumeClaim,
): PersistentVolume => ({
  ...volume,
  metadata: { ...volume.metadata, annotations: { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: YES } },
  spec: {
    ...volume.spec,
    claimRef: {
      apiVersion,
      kind,
      namespace: metadata.namespace ?? '',
      name: metadata.name,
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
    },
  },
});
