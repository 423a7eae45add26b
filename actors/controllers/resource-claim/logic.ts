//! What pods need of claims, and what claims need no more (pkg/controller/resourceclaim).

import type { ResourceClaim } from '../../api/types/devices.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import { isControlledBy } from '../../client/owners.ts';
import { isTerminal } from '../../client/workload/pod-state.ts';

export interface ResourceClaimTemplate extends KubeObject {
  readonly kind: 'ResourceClaimTemplate';
  readonly spec: {
    readonly metadata?: {
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly spec: ResourceClaim['spec'];
  };
}
/** On a claim that was made for a pod: for which of its entries. */
export const POD_CLAIM_NAME = 'resource.kubernetes.io/pod-claim-name';
export const FINALIZER = 'resource.kubernetes.io/delete-protection';

/** It will run no more, or never: its claims are free. */
export const isDone = (pod: Pod): boolean =>
  isTerminal(pod) || (pod.metadata.deletionTimestamp !== undefined && !pod.spec.nodeName);

export interface Entry {
  readonly name: string;
  readonly template: string;
}
/** Entries that are to have a claim made from a template. */
export const templated = ({ spec }: Pod): readonly Entry[] =>
  (spec.resourceClaims ?? []).flatMap(({ name, resourceClaimTemplateName: template }) =>
    template === undefined ? [] : [{ name, template }],
  );
/** The claim of an entry by its name: as the pod's status says, or made before the status could say so. */
export function claimFor(pod: Pod, entry: string, claims: readonly ResourceClaim[]): ResourceClaim | undefined {
  const said = pod.status?.resourceClaimStatuses?.find(({ name }) => name === entry)?.resourceClaimName;
  return claims.find(
    (claim) =>
      isControlledBy(claim, pod) &&
      (said === undefined ? claim.metadata.annotations?.[POD_CLAIM_NAME] === entry : claim.metadata.name === said),
  );
}
/** Names of all claims that a pod uses. */
export const claimNames = ({ spec, status }: Pod): readonly string[] =>
  (spec.resourceClaims ?? []).flatMap(({ name, resourceClaimName }) => {
    const own = resourceClaimName ?? status?.resourceClaimStatuses?.find((one) => one.name === name)?.resourceClaimName;
    return own === undefined ? [] : [own];
  });

export type ClaimTodo =
  | { readonly what: 'nothing' }
  /** Of a pod that is done: nobody else may have it. */
  | { readonly what: 'delete' }
  /** `status`: without those that use it no more; without an allocation once nobody does. */
  | { readonly what: 'release'; readonly claim: ResourceClaim };
/** `isThere`: whether a pod of that name and uid is there and may still use it. */
export function planClaim(
  claim: ResourceClaim,
  isThere: (name: string, uid: string) => boolean,
  ownerIsDone: boolean,
): ClaimTodo {
  const reserved = claim.status?.reservedFor ?? [];
  const left = reserved.filter(({ resource, name, uid }) => resource !== 'pods' || isThere(name, uid));
  const frees = left.length === 0 && claim.status?.allocation !== undefined;
  const had = reserved.length > 0 || claim.metadata.deletionTimestamp !== undefined;
  if (left.length < reserved.length || (frees && had)) {
    const { allocation, reservedFor: _, ...status } = claim.status ?? {};
    const kept = left.length === 0 ? status : { ...status, allocation, reservedFor: left };
    return { what: 'release', claim: { ...claim, status: kept } as ResourceClaim };
  }
  if (ownerIsDone && claim.metadata.deletionTimestamp === undefined) return { what: 'delete' };
  // Only of one that goes: a scheduler holds a claim before it allocates.
  const goes = claim.metadata.deletionTimestamp !== undefined && claim.status?.allocation === undefined;
  return goes && isHeld(claim) ? { what: 'release', claim: unheld(claim) } : { what: 'nothing' };
}
const isHeld = ({ metadata }: ResourceClaim): boolean => metadata.finalizers?.includes(FINALIZER) === true;
/** Freed just now: what held it for its allocation goes with that. */
export const freed = (claim: ResourceClaim): ResourceClaim | undefined =>
  claim.status?.allocation === undefined && isHeld(claim) ? unheld(claim) : undefined;
const unheld = (claim: ResourceClaim): ResourceClaim => ({
  ...claim,
  metadata: {
    ...claim.metadata,
    finalizers: (claim.metadata.finalizers ?? []).filter((name) => name !== FINALIZER),
  },
});
