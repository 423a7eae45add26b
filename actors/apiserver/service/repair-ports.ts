//! Sets right the keys of node ports: each port of a Service has one, and none is left of a Service that went.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { prefixEnd } from '../../etcd/protocol.ts';
import type { Entry } from '../cache/entry.ts';
import type { Engine } from '../verbs/engine.ts';
import { compareFree } from '../verbs/write.ts';
import { heldBy, ownerOf, PORT_KEYS, portKey, portOfKey } from './held.ts';
import { isNodePort, NODE_PORTS } from './ports.ts';
import { SERVICES } from './repair.ts';
import { report } from './report.ts';

const REPORTER = 'portallocator-repair-controller';
const ROUND_MS = 30_000;
/** A port that nobody has is given up in the round after so many (numRepairsBeforeLeakCleanup). */
const ROUNDS_BEFORE = 3;

/** `leaks`: rounds in which a port was nobody's. Kept between rounds; never more than there are node ports. */
export function* repairPorts(engine: Engine, id: string, leaks: Map<number, number>): Task<Result<void>> {
  const deadline = engine.clock.now() + ROUND_MS;
  const keys = yield* engine.store.range(PORT_KEYS, prefixEnd(PORT_KEYS), deadline);
  if (!keys.ok) return keys;
  const services = yield* engine.caches.newest(SERVICES, deadline);
  if (!services.ok) return services;
  const stored = new Map(keys.value.kvs.map((kv) => [portOfKey(kv.key)!, kv]));
  const owners = new Map<number, Entry>();
  for (const entry of services.value.all())
    for (const port of heldBy(entry.object).ports) {
      const wrong = wrongWith(port, owners.has(port), stored.has(port));
      if (!owners.has(port)) owners.set(port, entry);
      if (wrong?.reason === 'PortNotAllocated') {
        const given = yield* give(engine, `${id}:${port}`, entry, port, deadline);
        if (!given.ok) return given;
      }
      if (wrong === undefined) continue;
      const finding = { ...wrong, about: entry.object, action: 'PortAllocation', what: String(port) };
      const told = yield* report(engine, id, REPORTER, finding);
      if (!told.ok) return told;
    }
  for (const port of leaks.keys()) if (owners.has(port) || !stored.has(port)) leaks.delete(port);
  for (const [port, { key, modRevision }] of stored) {
    if (owners.has(port)) continue;
    const rounds = (leaks.get(port) ?? 0) + 1;
    leaks.set(port, rounds);
    if (rounds <= ROUNDS_BEFORE) continue;
    const done = yield* engine.store.txn(
      {
        id: `${id}:leak:${port}`,
        compare: [{ key, target: 'mod', op: '=', value: modRevision }],
        // biome-ignore lint/suspicious/noThenProperty: etcd's word
        then: [{ op: 'delete', key, subjects: [] }],
        else: [],
      },
      deadline,
    );
    if (!done.ok) return done;
    leaks.delete(port);
  }
  return ok(undefined);
}
function wrongWith(port: number, owned: boolean, stored: boolean): { reason: string; note: string } | undefined {
  if (!isNodePort(port)) {
    const range = `${NODE_PORTS.first}-${NODE_PORTS.last}`;
    const note = `Port ${port} is not within the port range ${range}; please recreate service`;
    return { reason: 'PortOutOfRange', note };
  }
  if (owned) {
    const note = `Port ${port} was assigned to multiple services; please recreate service`;
    return { reason: 'PortAlreadyAllocated', note };
  }
  return stored ? undefined : { reason: 'PortNotAllocated', note: `Port ${port} is not allocated; repairing` };
}
function give(engine: Engine, id: string, service: Entry, port: number, deadline: number) {
  const key = portKey(port);
  return engine.store.txn(
    {
      id: `${id}:give`,
      compare: [compareFree(key), { key: service.key, target: 'mod', op: '=', value: service.revision }],
      // biome-ignore lint/suspicious/noThenProperty: etcd's word
      then: [{ op: 'put', key, value: ownerOf(service.object), subjects: [] }],
      else: [],
    },
    deadline,
  );
}
