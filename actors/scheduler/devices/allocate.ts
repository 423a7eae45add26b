//! Which devices of a node satisfy a claim: request by request, taken back where a constraint cannot be met.
import type {
  Allocation,
  DeviceAttribute,
  DeviceConstraint,
  DeviceResult,
  ExactRequest,
  ResourceClaim,
} from '../../api/types/devices.ts';
import type { Inventory, Offered } from './inventory.ts';
import { wants } from './selector.ts';

interface Wanted {
  readonly request: string;
  readonly exact: ExactRequest;
}
interface Picked extends Wanted {
  readonly offered: Offered;
}
/** Tries are bounded: a claim that needs more is one that does not fit. */
const TRIES_MAX = 100_000;

/** Undefined: not on this node. `mine`: what other claims of the pod have got; it grows by what is allocated. */
export function allocate(
  claim: ResourceClaim,
  node: string,
  offered: readonly Offered[],
  mine: Set<string>,
  inventory: Inventory,
): Allocation | undefined {
  const { requests = [], constraints = [], config = [] } = claim.spec.devices ?? {};
  const alternatives = requests.map(({ name, exactly, firstAvailable = [] }): readonly Wanted[] =>
    exactly === undefined
      ? firstAvailable.map((one) => ({ request: `${name}/${one.name}`, exact: one }))
      : [{ request: name, exact: exactly }],
  );
  const taken = inventory.taken();
  let tries = 0;
  const fits = (picked: readonly Picked[]): boolean => constraints.every((constraint) => holds(constraint, picked));
  const isFree = ({ id }: Offered, { adminAccess }: ExactRequest, picked: readonly Picked[]): boolean =>
    adminAccess === true ||
    (!taken.has(id) && !mine.has(id) && !picked.some((one) => one.offered.id === id && one.exact.adminAccess !== true));

  /** From the i-th request on, `missing` devices more of this alternative. */
  function some(
    i: number,
    wanted: Wanted,
    missing: number,
    from: number,
    picked: readonly Picked[],
  ): readonly Picked[] | undefined {
    if (missing === 0) return next(i + 1, picked);
    for (let k = from; k < offered.length; k++) {
      if (++tries > TRIES_MAX) return undefined;
      const one = offered[k]!;
      if (!isFree(one, wanted.exact, picked) || !wants(wanted.exact, one, inventory)) continue;
      const more = [...picked, { ...wanted, offered: one }];
      if (!fits(more)) continue;
      const done = some(i, wanted, missing - 1, k + 1, more);
      if (done !== undefined) return done;
    }
    return undefined;
  }
  function every(i: number, wanted: Wanted, picked: readonly Picked[]): readonly Picked[] | undefined {
    const all = offered.filter((one) => wants(wanted.exact, one, inventory));
    if (all.length === 0 || !all.every((one) => isFree(one, wanted.exact, picked))) return undefined;
    const more = [...picked, ...all.map((one) => ({ ...wanted, offered: one }))];
    return fits(more) ? next(i + 1, more) : undefined;
  }
  function next(i: number, picked: readonly Picked[]): readonly Picked[] | undefined {
    const choices = alternatives[i];
    if (choices === undefined) return picked;
    for (const wanted of choices) {
      const { allocationMode = 'ExactCount', count = 1 } = wanted.exact;
      const done = allocationMode === 'All' ? every(i, wanted, picked) : some(i, wanted, count, 0, picked);
      if (done !== undefined) return done;
    }
    return undefined;
  }

  const picked = next(0, []);
  if (picked === undefined) return undefined;
  for (const { offered: one, exact } of picked) if (exact.adminAccess !== true) mine.add(one.id);
  const results = picked.map(({ request, exact, offered: { driver, pool, device } }): DeviceResult => {
    const result = { request, driver, pool, device: device.name };
    return exact.adminAccess === true ? { ...result, adminAccess: true } : result;
  });
  const fromClasses = picked.flatMap(({ request, exact }) =>
    (inventory.classes.get(exact.deviceClassName)?.spec.config ?? []).map((one) => ({
      ...one,
      source: 'FromClass',
      requests: [request],
    })),
  );
  const configs = [...fromClasses, ...config.map((one) => ({ ...one, source: 'FromClaim' }))];
  const local = picked.some((one) => one.offered.local);
  const fields = [{ key: 'metadata.name', operator: 'In', values: [node] }] as const;
  return {
    devices: { results, ...(configs.length === 0 ? {} : { config: configs }) },
    ...(local ? { nodeSelector: { nodeSelectorTerms: [{ matchFields: fields }] } } : {}),
  };
}

function holds(
  { requests = [], matchAttribute, distinctAttribute }: DeviceConstraint,
  picked: readonly Picked[],
): boolean {
  const concerned = picked.filter(
    ({ request }) => requests.length === 0 || requests.includes(request) || requests.includes(request.split('/')[0]!),
  );
  const name = matchAttribute ?? distinctAttribute;
  if (name === undefined || concerned.length === 0) return true;
  const values = concerned.map(({ offered }) => attribute(offered, name));
  if (values.includes(undefined)) return false;
  const distinct = new Set(values).size;
  return matchAttribute === undefined ? distinct === values.length : distinct === 1;
}
function attribute({ driver, device }: Offered, name: string): string | undefined {
  const own = name.startsWith(`${driver}/`) ? name.slice(driver.length + 1) : name;
  const found: DeviceAttribute | undefined = device.attributes?.[name] ?? device.attributes?.[own];
  return found === undefined ? undefined : JSON.stringify(found);
}
