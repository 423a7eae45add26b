//! Sets right what Services, IPAddresses and keys of node ports say of each other, after somebody has changed one by
//! hand or another version has written them (registry/core/service ipallocator and portallocator controllers).
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { canonicalAddress, familyOf, parseAddress } from '../../api/address.ts';
import { get, listOf, textOf } from '../../api/json.ts';
import { parseTime } from '../../api/time.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Operation } from '../../etcd/protocol.ts';
import { stored } from '../admission/lookup.ts';
import type { Entry } from '../cache/entry.ts';
import type { WatchCache } from '../cache/watch-cache.ts';
import { storageKey } from '../protocol.ts';
import { putOf } from '../storage/streams.ts';
import type { Engine } from '../verbs/engine.ts';
import { compareFree } from '../verbs/write.ts';
import { ALLOCATOR, addressOf, gone, IP_ADDRESSES, ipKey, isParent, LABELS } from './held.ts';
import { isServed } from './ranges.ts';
import { type Finding, report } from './report.ts';

export const SERVICES = stored('', 'v1', 'services');
const REPORTER = 'ipallocator-repair-controller';
const ROUND_MS = 30_000;
/** A request lives so long: before that its Service may still come. */
const ORPHAN_MS = 60_000;

interface Round {
  readonly engine: Engine;
  readonly id: string;
  readonly deadline: number;
  readonly services: WatchCache;
  readonly addresses: WatchCache;
}

export function* repairAddresses(engine: Engine, id: string): Task<Result<void>> {
  const deadline = engine.clock.now() + ROUND_MS;
  // Addresses first: who has been given one meanwhile is then among the Services.
  const addresses = yield* engine.caches.newest(IP_ADDRESSES.storage, deadline);
  if (!addresses.ok) return addresses;
  const services = yield* engine.caches.newest(SERVICES, deadline);
  if (!services.ok) return services;
  const round: Round = { engine, id, deadline, services: services.value, addresses: addresses.value };
  for (const entry of services.value.all())
    for (const ip of ipsOf(entry)) {
      const done = yield* repairService(round, entry, ip);
      if (!done.ok) return done;
    }
  for (const entry of addresses.value.all()) {
    const done = yield* repairAddress(round, entry);
    if (!done.ok) return done;
  }
  return ok(undefined);
}
const ipsOf = ({ object }: Entry): readonly string[] =>
  get(object, 'spec', 'type') === 'ExternalName'
    ? []
    : listOf(get(object, 'spec', 'clusterIPs'))
        .map(textOf)
        .filter((ip) => ip !== 'None' && ip !== '');

function* repairService(round: Round, service: Entry, given: string): Task<Result<void>> {
  const { engine, deadline } = round;
  const ip = canonicalAddress(given);
  const { object } = service;
  const place = `${service.namespace}/${service.name}`;
  const say = (reason: string, note: string, action = 'ClusterIPAllocation') =>
    report(engine, round.id, REPORTER, { about: object, reason, action, note, what: given });
  if (ip === undefined) {
    const note = 'Cluster IP <nil> is not a valid IP; please recreate Service';
    return yield* say('ClusterIPNotValid', note, 'ClusterIPValidation');
  }
  const family = familyOf(ip);
  const served = yield* isServed(engine, parseAddress(ip)!, deadline);
  if (!served.ok) return served;
  if (!served.value) {
    const note = `Cluster IP [${family}]: ${ip} is not within any configured Service CIDR; please recreate service`;
    return yield* say('ClusterIPOutOfRange', note);
  }
  const there = round.addresses.get(ipKey(ip));
  if (there !== undefined && isParent(there.object, object)) {
    const labelled = isLabelled(there.object) ? ok(true) : yield* give(round, service, ip, there);
    return labelled.ok ? ok(undefined) : labelled;
  }
  if (there !== undefined) {
    const holder = round.services.get(parentKey(there.object));
    if (holder !== undefined && isParent(there.object, holder.object) && ipsOf(holder).includes(ip)) {
      const note = `Cluster IP [${family}]:${ip} was assigned to multiple services; please recreate service`;
      return yield* say('ClusterIPAlreadyAllocated', note);
    }
  }
  const note =
    there === undefined
      ? `Cluster IP [${family}]: ${ip} is not allocated; repairing`
      : `the ClusterIP [${family}]: ${ip} for Service ${place} has a wrong reference; repairing`;
  const made = yield* give(round, service, ip, there);
  return made.ok && made.value ? yield* say('ClusterIPNotAllocated', note) : ok(undefined);
}
const isLabelled = ({ metadata }: KubeObject): boolean =>
  metadata.labels?.[LABELS.manager] === ALLOCATOR && metadata.labels[LABELS.family] === familyOf(metadata.name);
const parentKey = (address: KubeObject): string => {
  const parent = get(address, 'spec', 'parentRef');
  return storageKey('', 'services', textOf(get(parent, 'namespace')), textOf(get(parent, 'name')));
};
/** As long as both are as they were seen: false, they are not, and the next round looks again. */
function* give(round: Round, service: Entry, ip: string, there: Entry | undefined): Task<Result<boolean>> {
  const { engine } = round;
  const put = putOf(engine.cluster, IP_ADDRESSES.storage, addressOf(engine, service.object, ip));
  return yield* write(round, `give:${ip}`, put.key, there, [put], service);
}
function* write(
  { engine, id, deadline }: Round,
  what: string,
  key: string,
  there: Entry | undefined,
  then: readonly Operation[],
  service?: Entry,
): Task<Result<boolean>> {
  const same = (entry: Entry) => ({ key: entry.key, target: 'mod', op: '=', value: entry.revision }) as const;
  const compare = [there === undefined ? compareFree(key) : same(there), ...(service ? [same(service)] : [])];
  const done = yield* engine.store.txn({ id: `${id}:${what}`, compare, then, else: [] }, deadline);
  return done.ok ? ok(done.value.succeeded) : done;
}

function* repairAddress(round: Round, address: Entry): Task<Result<void>> {
  const { object } = address;
  if (object.metadata.labels?.[LABELS.manager] !== ALLOCATOR) return ok(undefined);
  const parent = get(object, 'spec', 'parentRef');
  const place = `${textOf(get(parent, 'namespace'))}/${textOf(get(parent, 'name'))}`;
  const of = `IPAddress: ${address.name} for Service ${place}`;
  const drop = (reason: string, note: string) => discarded(round, address, { reason, note });
  if (textOf(get(parent, 'group')) !== '' || get(parent, 'resource') !== 'services') {
    const note = `IPAddress ${address.name} appears to have been modified, not referencing a Service: cleaning up`;
    return yield* drop('IPAddressNotAllocated', note);
  }
  const service = round.services.get(parentKey(object));
  if (service !== undefined) {
    if (ipsOf(service).some((ip) => canonicalAddress(ip) === address.name)) return ok(undefined);
    return yield* drop('IPAddressWrongReference', `${of} has a wrong reference; cleaning up`);
  }
  const age = round.engine.clock.now() - (parseTime(object.metadata.creationTimestamp) ?? 0);
  if (age <= ORPHAN_MS) return ok(undefined);
  return yield* drop('IPAddressNotAllocated', `${of} appears to have leaked: cleaning up`);
}
function* discarded(
  round: Round,
  address: Entry,
  { reason, note }: Pick<Finding, 'reason' | 'note'>,
): Task<Result<void>> {
  const operations = gone(round.engine, IP_ADDRESSES, address.object);
  if (operations.length === 0) return ok(undefined);
  const done = yield* write(round, `drop:${address.name}`, address.key, address, operations);
  if (!done.ok || !done.value) return done.ok ? ok(undefined) : done;
  const finding = { about: address.object, reason, note, action: 'IPAddressAllocation', what: address.name };
  return yield* report(round.engine, round.id, REPORTER, finding);
}
