//! Cluster IPs of one write, named ones and drawn ones (alloc.go allocClusterIPs, updateClusterIPs).
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { type Family, formatAddress, parseAddress } from '../../api/address.ts';
import { invalid as invalidField } from '../../api/field-error.ts';
import type { JsonObject } from '../../api/json.ts';
import { internalError, invalid } from '../../api/status.ts';
import { familiesOf, ipsOf, isExternalName } from '../../api/validation/service/fields.ts';
import { type Call, type Engine, refuse } from '../verbs/engine.ts';
import { isSettled } from './families.ts';
import { IP_ADDRESSES, ipKey } from './held.ts';
import { SERVICE_KIND } from './node-ports.ts';
import type { AddressRange } from './range.ts';
import { readyRanges } from './ranges.ts';

export const IP_TAKEN = 'provided IP is already allocated';
const NOT_OURS = 'the provided network does not match the current range';

export interface Placing {
  readonly engine: Engine;
  readonly call: Call;
  readonly name: string;
  /** Keys that turned out to be somebody's. */
  readonly avoid: ReadonlySet<string>;
}

export function* placed(placing: Placing, spec: JsonObject): Task<Result<JsonObject>> {
  const ips = ipsOf(spec);
  if (isExternalName(spec) || ips[0] === 'None') return ok(spec);
  const families = familiesOf(spec);
  const wanted = [...ips, ...Array<string>(Math.max(0, families.length - ips.length)).fill('')];
  return yield* filled(
    placing,
    spec,
    wanted,
    families.map((_, i) => i),
  );
}
export function* replaced(placing: Placing, spec: JsonObject, before: JsonObject): Task<Result<JsonObject>> {
  if (isExternalName(spec) || isSettled(spec, before)) return ok(spec);
  if (isExternalName(before)) return yield* placed(placing, spec);
  if (ipsOf(before)[0] === 'None') return ok(spec);
  if (familiesOf(before).length !== 1 || familiesOf(spec).length !== 2) return ok(spec);
  const [first = '', second = ''] = ipsOf(spec);
  return yield* filled(placing, spec, [first, second], [1]);
}

function* filled(
  placing: Placing,
  spec: JsonObject,
  wanted: readonly string[],
  places: readonly number[],
): Task<Result<JsonObject>> {
  const ips = [...wanted];
  const families = familiesOf(spec);
  const wrong = (detail: string) =>
    refuse(invalid(SERVICE_KIND, placing.name, [invalidField('spec.clusterIPs', [...wanted], detail)]));
  for (const i of places) {
    const family = families[i] as Family;
    const given = wanted[i]!;
    const ranges = yield* readyRanges(placing.engine, family, placing.call.deadline);
    if (!ranges.ok) return ranges;
    if (given === '') {
      const drawn = yield* draw(placing, ranges.value);
      if (!drawn.ok) return drawn;
      if (drawn.value === undefined) return wrong('failed to allocate IP: allocator not ready');
      ips[i] = drawn.value;
    } else {
      const detail = yield* refusal(placing, ranges.value, given);
      if (!detail.ok) return detail;
      if (detail.value !== undefined) return wrong(`failed to allocate IP ${given}: ${detail.value}`);
    }
  }
  return ok({ ...spec, clusterIPs: ips, clusterIP: ips[0] ?? '' });
}

/** A dry run draws nothing: it shows the network's own address. Undefined: it finds no network. */
function* draw(
  { engine, call, name, avoid }: Placing,
  ranges: readonly AddressRange[],
): Task<Result<string | undefined>> {
  if (call.request.options.dryRun) return ok(ranges[0]?.base);
  const { storage } = IP_ADDRESSES;
  // Only what etcd has now may say that all are taken.
  for (const newest of [false, true]) {
    const { caches } = engine;
    const cache = yield* newest ? caches.newest(storage, call.deadline) : caches.fresh(storage, 0, call.deadline);
    if (!cache.ok) return cache;
    const used = (ip: string): boolean => cache.value.get(ipKey(ip)) !== undefined || avoid.has(ipKey(ip));
    for (const range of ranges) {
      const ip = range.draw(engine.random, used);
      if (ip !== undefined) return ok(ip);
    }
  }
  return refuse(internalError(`failed to allocate a serviceIP for Service ${JSON.stringify(name)}: range is full`));
}
/** Why this address cannot be had; undefined: it can. */
function* refusal(
  { engine, call }: Placing,
  ranges: readonly AddressRange[],
  given: string,
): Task<Result<string | undefined>> {
  const address = parseAddress(given)!;
  const ip = formatAddress(address.family, address.value);
  if (call.request.options.dryRun) {
    const [range] = ranges;
    if (range === undefined) return ok('allocator not ready');
    if (range.contains(address)) return ok(undefined);
    return ok(`the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${range.cidr}`);
  }
  if (!ranges.some((range) => range.contains(address))) return ok(NOT_OURS);
  const there = yield* engine.store.get(ipKey(ip), call.deadline);
  if (!there.ok) return there;
  return ok(there.value === undefined ? undefined : IP_TAKEN);
}
