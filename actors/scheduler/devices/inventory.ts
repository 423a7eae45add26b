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

  /** Worked out when asked for, until something of it changes. */
  #taken: ReadonlySet<string> | undefined;
  #whole: Whole | undefined;

  set(object: KubeObject, gone: boolean): void {
    if (object.kind === 'ResourceClaim') this.#taken = undefined;
    if (object.kind === 'ResourceSlice') this.#whole = undefined;
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
    this.#taken = undefined;
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
    if (this.#taken !== undefined) return this.#taken;
    const taken = new Set<string>();
    for (const claim of this.claims.values())
      for (const { driver, pool, device, adminAccess } of this.allocationOf(claim)?.devices?.results ?? [])
        if (adminAccess !== true) taken.add(`${driver}/${pool}/${device}`);
    this.#taken = taken;
    return taken;
  }
  /** What a node reaches, of pools that are told completely. */
  offeredTo(info: NodeInfo): readonly Offered[] {
    this.#whole ??= wholePools(this.#slices.values());
    const { byNode, others } = this.#whole;
    const own = byNode.get(info.name) ?? [];
    const shared = others.filter((slice) => reaches(info, slice));
    return shared.length === 0 ? own : [...own, ...shared.flatMap(offeredBy)];
  }
}

/** Of the newest generation of each pool, when all of its slices are there. */
interface Whole {
  readonly byNode: ReadonlyMap<string, readonly Offered[]>;
  /** Slices that several nodes may reach. */
  readonly others: readonly ResourceSlice[];
}
function wholePools(all: Iterable<ResourceSlice>): Whole {
  const pools = new Map<string, ResourceSlice[]>();
  for (const slice of all) {
    const id = `${slice.spec.driver}/${slice.spec.pool.name}`;
    const { generation } = slice.spec.pool;
    const known = pools.get(id);
    if (known === undefined || known[0]!.spec.pool.generation < generation) pools.set(id, [slice]);
    else if (known[0]!.spec.pool.generation === generation) known.push(slice);
  }
  const byNode = new Map<string, Offered[]>();
  const others: ResourceSlice[] = [];
  for (const [, slices] of [...pools].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (slices.length < slices[0]!.spec.pool.resourceSliceCount) continue;
    for (const slice of slices) {
      const { nodeName } = slice.spec;
      if (nodeName === undefined) others.push(slice);
      else byNode.set(nodeName, [...(byNode.get(nodeName) ?? []), ...offeredBy(slice)]);
    }
  }
  return { byNode, others };
}
const offeredBy = ({ spec: { driver, pool, nodeName, devices = [] } }: ResourceSlice): readonly Offered[] =>
  devices.map((device) => ({
    id: `${driver}/${pool.name}/${device.name}`,
    driver,
    pool: pool.name,
    device,
    local: nodeName !== undefined,
  }));
function reaches({ node }: NodeInfo, { spec }: ResourceSlice): boolean {
  if (spec.allNodes === true) return true;
  return spec.nodeSelector !== undefined && node !== undefined && matchesAny(spec.nodeSelector.nodeSelectorTerms, node);
}
