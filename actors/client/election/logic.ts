import { microTime } from '../../api/time.ts';
import type { Lease } from '../../api/types/cluster.ts';

/** What a lease said when it was last seen to change, by this clock: clocks of other machines count for nothing. */
export interface Seen {
  readonly said: string;
  readonly at: number;
}
export const see = (before: Seen | undefined, { spec }: Lease, now: number): Seen => {
  const said = `${spec.holderIdentity}/${spec.renewTime}/${spec.leaseTransitions}`;
  return before?.said === said ? before : { said, at: now };
};

export type Claim = { readonly take: true; readonly spec: Lease['spec'] } | { readonly take: false; holder: string };

/** May I have it, and what do I write then? */
export function claim(
  lease: Lease | undefined,
  seen: Seen | undefined,
  identity: string,
  leaseMs: number,
  now: number,
): Claim {
  const holder = lease?.spec.holderIdentity ?? '';
  const mine = holder === identity;
  const lastsMs = lease?.spec.leaseDurationSeconds === undefined ? leaseMs : lease.spec.leaseDurationSeconds * 1_000;
  if (holder !== '' && !mine && seen !== undefined && seen.at + lastsMs > now) return { take: false, holder };
  const transitions = lease?.spec.leaseTransitions ?? 0;
  return {
    take: true,
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: Math.round(leaseMs / 1_000),
      acquireTime: (mine ? lease?.spec.acquireTime : undefined) ?? microTime(now),
      renewTime: microTime(now),
      leaseTransitions: mine || lease === undefined ? transitions : transitions + 1,
    },
  };
}

/** So that the next one need not wait. */
export const released = (lease: Lease, now: number): Lease['spec'] => ({
  ...lease.spec,
  holderIdentity: '',
  leaseDurationSeconds: 1,
  renewTime: microTime(now),
});
