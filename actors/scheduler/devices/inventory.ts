//! Devices as the scheduler knows them: slices, classes, claims, and what is allocated or about to be.
import { matchesAny } from '../../api/node-selector.ts';
import { keyOf } from '../../api/resource.ts';
import type { Allocation, Device, DeviceClass, ResourceClaim, ResourceSlice } from '../../api/types/devices.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { NodeInfo } from '../node-info.ts';

export interface Offered {
  /** `driver/pool/device` */
  readonly id: string;
  readonly driver: string;
  readonly pool: string;
  readonly device: Device;
  /** Only nodes of its slice reach it. */
  readonly local: boolean;
}

export class Inventory {
  readonly classes = new Map<string, DeviceClass>();
  readonly claims = new Map<string, ResourceClaim>();
  readonly #slices = new Map<string, ResourceSlice>();
  /** Decided, and not yet seen in the API: by the claim's key. */
  readonly #decided = new Map<string, Allocation>();

  set(object: KubeObject, gone: boolean): void {
    const all = this.#of(object.kind);
    const key = keyOf(object);
    if (gone) all.delete(key);
    else all.set(key, object);
  }
  #of(kind: string): Map<string, KubeObject> {
    if (kind === 'DeviceClass') return this.classes;
    return (kind === 'ResourceClaim' ? this.claims : this.#slices) as Map<string, KubeObject>;
  }
  decide(key: string, allocation: Allocation | undefined): void {
    if (allocation === undefined) this.#decided.delete(key);
    else this.#decided.set(key, allocation);
  }
  isDecided(key: string): boolean {
    return this.#decided.has(key);
  }
  /** Of a claim: as the API has it, or as it was decided. */
  allocationOf(claim: ResourceClaim): Allocation | undefined {
    return claim.status?.allocation ?? this.#decided.get(keyOf(claim));
  }
  /** Ids of devices that have an owner. Whoever only looks (adminAccess) owns nothing. */
  taken(): ReadonlySet<string> {
    const taken = new Set<string>();
    for (const claim of this.claims.values())
      for (const { driver, pool, device, adminAccess } of this.allocationOf(claim)?.devices?.results ?? [])
        if (adminAccess !== true) taken.add(`${driver}/${pool}/${device}`);
    return taken;
  }
  /** What a node reaches, of pools that are told completely. */
  offeredTo(info: NodeInfo): readonly Offered[] {
    const newest = new Map<string, number>();
    for (const { spec } of this.#slices.values()) {
      const id = `${spec.driver}/${spec.pool.name}`;
      newest.set(id, Math.max(newest.get(id) ?? 0, spec.pool.generation));
    }
    const slices = new Map<string, ResourceSlice[]>();
    for (const slice of this.#slices.values()) {
      const { driver, pool } = slice.spec;
      const id = `${driver}/${pool.name}`;
      if (pool.generation === newest.get(id)) slices.set(id, [...(slices.get(id) ?? []), slice]);
    }
    const offered: Offered[] = [];
    for (const [id, pool] of [...slices].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (pool.length < pool[0]!.spec.pool.resourceSliceCount) continue;
      for (const { spec } of pool.filter((slice) => reaches(info, slice)))
        for (const device of spec.devices ?? [])
          offered.push({
            id: `${id}/${device.name}`,
            driver: spec.driver,
            pool: spec.pool.name,
            device,
            local: spec.nodeName !== undefined,
          });
    }
    return offered;
  }
}
function reaches({ name, node }: NodeInfo, { spec }: ResourceSlice): boolean {
  if (spec.nodeName !== undefined) return spec.nodeName === name;
  if (spec.allNodes === true) return true;
  return spec.nodeSelector !== undefined && node !== undefined && matchesAny(spec.nodeSelector.nodeSelectorTerms, node);
}
