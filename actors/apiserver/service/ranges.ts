//! The ServiceCIDRs that are ready, as networks to give addresses from.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { type Address, type Family, parseNetwork } from '../../api/address.ts';
import { get, listOf, textOf } from '../../api/json.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { stored } from '../admission/lookup.ts';
import type { Engine } from '../verbs/engine.ts';
import { AddressRange } from './range.ts';

export const SERVICE_CIDRS = stored('networking.k8s.io', 'v1', 'servicecidrs');

/** Oldest first. A network of several ServiceCIDRs is ready when one of them is. */
export function* readyRanges(engine: Engine, family: Family, deadline: number): Task<Result<readonly AddressRange[]>> {
  const cache = yield* engine.caches.fresh(SERVICE_CIDRS, 0, deadline);
  if (!cache.ok) return cache;
  const objects = [...cache.value.all()].map(({ object }) => object).filter(isReady);
  objects.sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1));
  const cidrs = new Set(objects.flatMap(cidrsOf));
  return ok([...cidrs].map(rangeOf).filter((range) => range?.family === family) as AddressRange[]);
}
export const cidrsOf = (object: KubeObject): readonly string[] => listOf(get(object, 'spec', 'cidrs')).map(textOf);

/** The condition is a controller's: without it, none may run. */
function isReady(object: KubeObject): boolean {
  if (object.metadata.deletionTimestamp !== undefined) return false;
  const ready = listOf(get(object, 'status', 'conditions')).find((one) => get(one, 'type') === 'Ready');
  return ready === undefined || get(ready, 'status') === 'True';
}
function rangeOf(cidr: string): AddressRange | undefined {
  const network = parseNetwork(cidr);
  return network && new AddressRange(network, cidr);
}
/** Whether any ServiceCIDR, ready or not, has it. */
export function* isServed(engine: Engine, address: Address, deadline: number): Task<Result<boolean>> {
  const cache = yield* engine.caches.fresh(SERVICE_CIDRS, 0, deadline);
  if (!cache.ok) return cache;
  return ok(
    [...cache.value.all()].some(({ object }) => cidrsOf(object).some((cidr) => rangeOf(cidr)?.contains(address))),
  );
}
