//! DynamicResources: a pod's claims get devices of the node where it goes, and are reserved for it.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { matchesAny } from '../../api/node-selector.ts';
import { keyOf, type Resource } from '../../api/resource.ts';
import type { Allocation, ResourceClaim } from '../../api/types/devices.ts';
import type { Pod } from '../../api/types/pod.ts';
import { type Handle, never, type Placement, type Plugin, type Refusal } from '../framework/plugin.ts';
import type { NodeInfo } from '../node-info.ts';
import { allocate } from './allocate.ts';

const ELSEWHERE = never('resourceclaim not available on the node');
const NONE_LEFT = never('cannot allocate all claims');
const IN_USE = never('resourceclaim in use');
const FINALIZER = 'resource.kubernetes.io/delete-protection';
/** Pods that may share a claim. */
const RESERVED_MAX = 256;
export const RESOURCE_CLAIMS: Resource<ResourceClaim> = {
  group: 'resource.k8s.io',
  version: 'v1',
  resource: 'resourceclaims',
  kind: 'ResourceClaim',
  namespaced: true,
};
interface Claims {
  readonly allocated: readonly Allocation[];
  readonly open: readonly ResourceClaim[];
}

export function dynamicResources(_: unknown, { cluster, client }: Handle): Plugin<Claims> {
  const { devices } = cluster;
  const decided = new Map<string, ReadonlyMap<string, Allocation>>();
  return {
    name: 'DynamicResources',
    wakes: [
      { on: ['ResourceClaimChange', 'ResourceSliceChange', 'DeviceClassChange'] },
      { on: ['NodeAdd', 'NodeLabelChange'] },
    ],
    preEnqueue: ({ pod }) => missing(pod),
    preFilter: ({ pod: { pod } }) => {
      if ((pod.spec.resourceClaims ?? []).length === 0) return 'skip';
      const absent = missing(pod);
      if (absent !== undefined) return { refusal: absent };
      const allocated: Allocation[] = [];
      const open: ResourceClaim[] = [];
      for (const claim of claimsOf(pod)) {
        if (claim.metadata.deletionTimestamp !== undefined)
          return { refusal: never(`resourceclaim "${claim.metadata.name}" is being deleted`) };
        const allocation = devices.allocationOf(claim);
        const reserved = claim.status?.reservedFor ?? [];
        const shared = reserved.filter(({ uid }) => uid !== pod.metadata.uid).length;
        if (allocation !== undefined && shared >= RESERVED_MAX) return { refusal: IN_USE };
        if (allocation === undefined) open.push(claim);
        else allocated.push(allocation);
        const unknown = allocation === undefined ? unknownClass(claim) : undefined;
        if (unknown !== undefined) return { refusal: unknown };
      }
      return { state: { allocated, open } };
    },
    filter: (node, _cycle, claims) => {
      for (const { nodeSelector } of claims.allocated)
        if (
          nodeSelector !== undefined &&
          (node.node === undefined || !matchesAny(nodeSelector.nodeSelectorTerms, node.node))
        )
          return ELSEWHERE;
      if (claims.open.length === 0) return undefined;
      const found = allocateAll(node, claims.open);
      return found instanceof Map ? undefined : (found as Refusal);
    },
    postFilter: ({ pod: { pod } }, { counts }) => {
      const idle = counts.has(ELSEWHERE) ? claimsOf(pod).find((claim) => isIdle(claim, pod)) : undefined;
      if (idle === undefined) return { message: 'no new claims to deallocate' };
      return { message: 'deallocation of ResourceClaim completed', write: deallocate(idle) };
    },
    reserve: ({ pod, node: name }) => {
      const node = cluster.table.get(name);
      const open = claimsOf(pod.pod).filter((claim) => devices.allocationOf(claim) === undefined);
      if (open.length === 0 || node === undefined) return undefined;
      const found = allocateAll(node, open);
      if (!(found instanceof Map)) return found as Refusal;
      for (const [key, allocation] of found) devices.decide(key, allocation);
      decided.set(pod.key, found);
      return undefined;
    },
    unreserve: ({ pod }) => {
      for (const key of decided.get(pod.key)?.keys() ?? []) devices.decide(key, undefined);
      decided.delete(pod.key);
    },
    preBind: (placement) => ((placement.pod.pod.spec.resourceClaims ?? []).length === 0 ? undefined : write(placement)),
  };

  /** Allocated where its pod cannot go, and used by nobody. */
  function isIdle(claim: ResourceClaim, pod: Pod): boolean {
    const { allocation, reservedFor = [] } = claim.status ?? {};
    return allocation !== undefined && reservedFor.every(({ uid }) => uid === pod.metadata.uid);
  }
  function deallocate(claim: ResourceClaim): Task<Result<ResourceClaim>> {
    const { allocation: _, reservedFor: __, ...status } = claim.status ?? {};
    return client.update(RESOURCE_CLAIMS, { ...claim, status }, 'status');
  }
  function names({ spec, status }: Pod): readonly (readonly [name: string, claim: string | undefined])[] {
    return (spec.resourceClaims ?? []).flatMap(({ name, resourceClaimName }) => {
      if (resourceClaimName !== undefined) return [[name, resourceClaimName] as const];
      const made = status?.resourceClaimStatuses?.find((one) => one.name === name);
      // Said to need none.
      if (made !== undefined && made.resourceClaimName === undefined) return [];
      return [[name, made?.resourceClaimName] as const];
    });
  }
  function missing(pod: Pod): Refusal | undefined {
    const { namespace = '', name } = pod.metadata;
    for (const [entry, claim] of names(pod)) {
      if (claim === undefined)
        return never(`pod "${namespace}/${name}": resourceclaim for "${entry}" has not been created yet`);
      if (!devices.claims.has(`${namespace}/${claim}`)) return never(`resourceclaim "${claim}" not found`);
    }
    return undefined;
  }
  function claimsOf(pod: Pod): readonly ResourceClaim[] {
    return names(pod)
      .map(([, claim]) => devices.claims.get(`${pod.metadata.namespace}/${claim}`))
      .filter((claim) => claim !== undefined);
  }
  function unknownClass({ spec }: ResourceClaim): Refusal | undefined {
    for (const { name, exactly, firstAvailable = [] } of spec.devices?.requests ?? [])
      for (const { deviceClassName } of exactly === undefined ? firstAvailable : [exactly])
        if (!devices.classes.has(deviceClassName))
          return never(`request ${name}: device class ${deviceClassName} does not exist`);
    return undefined;
  }
  function allocateAll(node: NodeInfo, claims: readonly ResourceClaim[]): ReadonlyMap<string, Allocation> | Refusal {
    const offered = devices.offeredTo(node);
    const mine = new Set<string>();
    const found = new Map<string, Allocation>();
    try {
      for (const claim of claims) {
        const allocation = allocate(claim, node.name, offered, mine, devices);
        if (allocation === undefined) return NONE_LEFT;
        found.set(keyOf(claim), allocation);
      }
    } catch (error) {
      return never((error as Error).message);
    }
    return found;
  }
  function* write({ pod: { pod, key } }: Placement): Task<Result<void>> {
    const found = decided.get(key);
    const user = { resource: 'pods', name: pod.metadata.name, uid: pod.metadata.uid };
    for (const claim of claimsOf(pod)) {
      const { namespace = '', name, finalizers = [] } = claim.metadata;
      const allocation = found?.get(keyOf(claim));
      let current = claim;
      if (allocation !== undefined && !finalizers.includes(FINALIZER)) {
        const metadata = { ...claim.metadata, finalizers: [...finalizers, FINALIZER] };
        const held = yield* client.update(RESOURCE_CLAIMS, { ...claim, metadata });
        if (!held.ok) return held;
        current = held.value;
      }
      const reserved = current.status?.reservedFor ?? [];
      if (reserved.some(({ uid }) => uid === user.uid) && allocation === undefined) continue;
      const status = {
        ...current.status,
        ...(allocation === undefined ? {} : { allocation }),
        reservedFor: [...reserved.filter(({ uid }) => uid !== user.uid), user],
      };
      // As it was read: who was faster with the same claim is not overwritten.
      const said = yield* client.update(RESOURCE_CLAIMS, { ...current, status }, 'status');
      if (!said.ok) return said;
      devices.set({ ...said.value, kind: 'ResourceClaim' }, false);
      devices.decide(`${namespace}/${name}`, undefined);
    }
    decided.delete(key);
    return ok(undefined);
  }
}
