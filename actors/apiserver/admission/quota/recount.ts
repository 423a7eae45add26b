//! What is used of a namespace's quotas, counted from what is there.
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import { asJson, equal, get, type JsonObject } from '../../../api/json.ts';
import { type Amounts, amountsOf, sum } from '../../../api/pod-totals.ts';
import { isInScope } from '../../../api/quota/scope.ts';
import { isCharged, usageOf } from '../../../api/quota/usage.ts';
import type { ResourceInfo } from '../../../api/resources.ts';
import type { KubeObject } from '../../../api/types/meta.ts';
import type { Entry } from '../../cache/entry.ts';
import { storageKey } from '../../protocol.ts';
import type { Engine } from '../../verbs/engine.ts';
import { quotasOf, RESOURCE_QUOTAS, write } from './stored.ts';

const ATTEMPTS_MAX = 20;
const COUNT_MS = 10_000;

export function* recounted(engine: Engine, namespace: string, id: string): Task<Result<void>> {
  const deadline = engine.clock.now() + COUNT_MS;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    // Quotas first: what is charged after this changes them, and the count is made again.
    const quotas = yield* quotasOf(engine, namespace, deadline, true);
    if (!quotas.ok) return quotas;
    if (quotas.value.length === 0) return ok(undefined);
    const counted = yield* countedAll(engine, namespace, quotas.value, deadline);
    if (!counted.ok) return counted;
    if (counted.value.length === 0) return ok(undefined);
    const written = yield* write(engine, `${id}:${attempt}`, counted.value, deadline);
    if (!written.ok || written.value) return written.ok ? ok(undefined) : written;
  }
  return ok(undefined);
}
/** Every namespace that has a quota: what another server gave back, or died before it counted. */
export function* recountAll(engine: Engine, id: string): Task<Result<void>> {
  const cache = yield* engine.caches.fresh(RESOURCE_QUOTAS, 0, engine.clock.now() + COUNT_MS);
  if (!cache.ok) return cache;
  const namespaces = new Set([...cache.value.all()].map((entry) => entry.namespace));
  for (const namespace of namespaces) {
    const done = yield* recounted(engine, namespace, `${id}:${namespace}`);
    if (!done.ok) return done;
  }
  return ok(undefined);
}

function* countedAll(
  engine: Engine,
  namespace: string,
  quotas: readonly Entry[],
  deadline: number,
): Task<Result<readonly (readonly [Entry, KubeObject])[]>> {
  const names = new Set(quotas.flatMap(({ object }) => [...amountsOf(get(object, 'spec', 'hard')).keys()]));
  const objects = new Map<ResourceInfo, readonly JsonObject[]>();
  for (const info of chargeable(engine, names)) {
    const cache = yield* engine.caches.newest(info.storage, deadline);
    if (!cache.ok) return cache;
    objects.set(info, withGrants(engine, namespace, info, cache.value.all(namespace)));
  }
  const now = engine.clock.now();
  return ok(
    quotas.flatMap((entry) => {
      const hard = amountsOf(get(entry.object, 'spec', 'hard'));
      const used = usedOf(entry.object, hard, objects, now);
      const status = { hard: Object.fromEntries(hard), used: Object.fromEntries(used) };
      return equal(get(entry.object, 'status'), status)
        ? []
        : [[entry, { ...entry.object, status } as unknown as KubeObject] as const];
    }),
  );
}
/** Resources of which such objects can be charged, each once. */
function chargeable(engine: Engine, names: ReadonlySet<string>): readonly ResourceInfo[] {
  const found = new Map<string, ResourceInfo>();
  for (const info of engine.catalog.enabled()) {
    if (!info.namespaced || !info.stored) continue;
    const key = `${info.group}/${info.resource}`;
    if (!found.has(key) && [...names].some((name) => isCharged(info, name))) found.set(key, info);
  }
  return [...found.values()];
}
/** With what has been charged and may not be written yet. */
function withGrants(
  engine: Engine,
  namespace: string,
  { group, resource }: ResourceInfo,
  entries: Iterable<Entry>,
): readonly JsonObject[] {
  const byKey = new Map([...entries].map((entry) => [entry.key, asJson(entry.object)]));
  for (const { request } of engine.quotas.grants(namespace)) {
    const { of, object } = request;
    if (of.group !== group || of.resource !== resource) continue;
    byKey.set(storageKey(group, resource, namespace, String(get(object, 'metadata', 'name'))), object);
  }
  return [...byKey.values()];
}
function usedOf(
  quota: KubeObject,
  hard: Amounts,
  objects: ReadonlyMap<ResourceInfo, readonly JsonObject[]>,
  now: number,
): Amounts {
  const used = new Map<string, string>();
  for (const [info, all] of objects) {
    const names = [...hard.keys()].filter((name) => isCharged(info, name));
    for (const name of names) if (!used.has(name)) used.set(name, '0');
    if (names.length === 0) continue;
    for (const object of all) {
      if (!isInScope(info, object, asJson(quota))) continue;
      const own = usageOf(info, object, now);
      sum(used, new Map([...own].filter(([name]) => names.includes(name))));
    }
  }
  return new Map([...used].sort(([a], [b]) => (a < b ? -1 : 1)));
}
