//! ServiceCIDRs are held as long as an IPAddress would be left without one (pkg/controller/servicecidrs).
import { type Address, isHostOf, type Network, overlap, parseAddress, parseNetwork } from '../../api/address.ts';
import { get, listOf, textOf } from '../../api/json.ts';
import { parseTime } from '../../api/time.ts';
import type { KubeObject } from '../../api/types/meta.ts';

export const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
const MANAGER = 'ipaddress.kubernetes.io/managed-by';
const ALLOCATOR = 'ipallocator.k8s.io';
/** So long after its deletion every API server knows that it gives no more addresses (deletionGracePeriod). */
const GRACE_MS = 10_000;

export const READY = { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' } as const;
export const HELD = {
  status: 'False',
  reason: 'Terminating',
  message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
} as const;
export type Todo =
  | { readonly what: 'nothing' | 'hold' | 'release' }
  | { readonly what: 'wait'; readonly afterMs: number }
  | { readonly what: 'say'; readonly condition: typeof READY | typeof HELD };

const networksOf = (cidr: KubeObject): readonly Network[] =>
  listOf(get(cidr, 'spec', 'cidrs')).flatMap((one) => parseNetwork(textOf(one)) ?? []);
const says = (cidr: KubeObject, condition: typeof READY | typeof HELD): boolean => {
  const ready = listOf(get(cidr, 'status', 'conditions')).find((one) => get(one, 'type') === 'Ready');
  return (['status', 'reason', 'message'] as const).every((field) => textOf(get(ready, field)) === condition[field]);
};

export function plan(
  cidr: KubeObject,
  all: readonly KubeObject[],
  addresses: readonly KubeObject[],
  nowMs: number,
): Todo {
  const { deletionTimestamp, finalizers = [] } = cidr.metadata;
  const held = finalizers.includes(FINALIZER);
  if (deletionTimestamp === undefined) {
    if (!held) return { what: 'hold' };
    return says(cidr, READY) ? { what: 'nothing' } : { what: 'say', condition: READY };
  }
  if (!held) return { what: 'nothing' };
  if (!isFree(cidr, all, addresses)) return says(cidr, HELD) ? { what: 'nothing' } : { what: 'say', condition: HELD };
  const left = GRACE_MS - (nowMs - (parseTime(deletionTimestamp) ?? 0));
  return left > 0 ? { what: 'wait', afterMs: left } : { what: 'release' };
}
/** No address would be left: others have all of its networks, or all of its addresses. */
function isFree(cidr: KubeObject, all: readonly KubeObject[], addresses: readonly KubeObject[]): boolean {
  const others = all.filter(({ metadata }) => metadata.name !== cidr.metadata.name).flatMap(networksOf);
  const own = networksOf(cidr);
  if (own.every((network) => others.some((other) => overlap(other, network) && other.bits <= network.bits)))
    return true;
  const given = addresses
    .filter(({ metadata }) => metadata.labels?.[MANAGER] === ALLOCATOR)
    .flatMap(({ metadata }) => parseAddress(metadata.name) ?? []);
  const within = (networks: readonly Network[], address: Address): boolean =>
    networks.some((network) => isHostOf(network, address));
  return !given.some((address) => within(own, address) && !within(others, address));
}
