//! APIServices kept in order: those of this server listed, those of others checked. Every API server does it; each
//! change is one compared write, so the fastest wins and the others see nothing to do.
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { withCondition } from '../../api/custom/names.ts';
import { asJson, equal, get, type JsonObject, listOf, objectOf } from '../../api/json.ts';
import { timestamp } from '../../api/time.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { ensure } from '../bootstrap.ts';
import type { Entry } from '../cache/entry.ts';
import type { Call, Engine } from '../verbs/engine.ts';
import { type Decide, type Decision, modify } from '../verbs/write.ts';
import { check, LOCAL, read } from './check.ts';
import { ALWAYS, localServices, MANAGED } from './local.ts';
import { API_SERVICES } from './remotes.ts';

const WORK_MS = 30_000;

/**
 * What is to be there: `all` at the start of a server, `custom` later, for then what is built in is its owner's; `none`
 * where nobody can reach this server as clients do.
 */
export type Registered = 'all' | 'custom' | 'none';
export function* orderServices(engine: Engine, id: string, registered: Registered): Task<Result<void>> {
  const cache = yield* engine.caches.newest(API_SERVICES.storage, engine.clock.now() + WORK_MS);
  if (!cache.ok) return cache;
  const wanted = localServices(engine.catalog.enabled()) as readonly KubeObject[];
  const there = new Map([...cache.value.all()].map((entry) => [entry.name, entry]));
  const missing = wanted.filter(
    ({ metadata }) =>
      registered !== 'none' &&
      !there.has(metadata.name) &&
      (registered === 'all' || metadata.labels?.[MANAGED] === ALWAYS),
  );
  const now = timestamp(engine.clock.now());
  const status = { conditions: [{ ...LOCAL, lastTransitionTime: now }] };
  const complete = missing.map((one) => ({ ...one, status }));
  const made = yield* ensure(engine, `${id}:made`, complete);
  if (!made.ok) return made;
  for (const [name, entry] of there) {
    const done = yield* orderOne(
      engine,
      `${id}:${name}:${entry.revision}`,
      entry,
      wanted.find(({ metadata }) => metadata.name === name),
    );
    if (!done.ok && done.fault.reason !== 'NotFound') return done;
  }
  return ok(undefined);
}
function* orderOne(engine: Engine, id: string, entry: Entry, wanted: KubeObject | undefined): Task<Result<unknown>> {
  const { object } = entry;
  if (get(object, 'spec', 'service') !== undefined) return ok(undefined);
  const managed = object.metadata.labels?.[MANAGED];
  // What somebody else has made stays, even if nobody answers for it.
  if (managed !== undefined && wanted === undefined) return yield* change(engine, id, entry, () => undefined);
  return yield* change(engine, id, entry, (current) =>
    withAvailable(
      managed === ALWAYS && wanted !== undefined ? { ...current, spec: asJson(wanted)['spec'] ?? {} } : current,
      LOCAL,
      engine.clock.now(),
    ),
  );
}
/** One round over the others: asked whether they are there, and what they publish. True: discovery has changed. */
export function* checkRemotes(engine: Engine, id: string): Task<Result<boolean>> {
  const { remotes } = engine.catalog;
  let changed = false;
  for (const remote of remotes.list()) {
    const entry = engine.caches.feed(API_SERVICES.storage).cache.get(keyOf(engine, remote.name));
    if (entry === undefined) continue;
    const condition = yield* check(engine, remote);
    const done = yield* change(engine, `${id}:${remote.name}`, entry, (current) =>
      withAvailable(current, condition, engine.clock.now()),
    );
    if (!done.ok && done.fault.reason !== 'NotFound') return done;
    const publication = condition['status'] === 'True' ? yield* read(engine, remote) : undefined;
    if (publication !== undefined && remotes.publish(remote, publication)) changed = true;
  }
  return ok(changed);
}
const keyOf = (engine: Engine, name: string): string => {
  for (const entry of engine.caches.feed(API_SERVICES.storage).cache.all()) if (entry.name === name) return entry.key;
  return '';
};

function withAvailable(object: JsonObject, condition: JsonObject, nowMs: number): JsonObject {
  const conditions = withCondition(listOf(get(object, 'status', 'conditions')), condition, timestamp(nowMs));
  return { ...object, status: { ...objectOf(object['status']), conditions } };
}
/** `next`: undefined removes it. */
function* change(
  engine: Engine,
  id: string,
  entry: Entry,
  next: (current: JsonObject) => JsonObject | undefined,
): Task<Result<unknown>> {
  const decide: Decide = function* (current): Task<Result<Decision>> {
    if (current === undefined) return fail('NotFound', 'the APIService is gone');
    const object = next(asJson(current.object));
    if (object === undefined) return ok({ what: 'remove', object: current.object });
    return ok(equal(object, asJson(current.object)) ? { what: 'keep' } : { what: 'put', object: object as never });
  };
  const own = next(asJson(entry.object));
  if (own !== undefined && equal(own, asJson(entry.object))) return ok(undefined);
  return yield* modify(engine, callOf(engine, id, entry.name), entry.key, decide);
}
const callOf = (engine: Engine, id: string, name: string): Call => ({
  info: API_SERVICES,
  request: {
    type: 'api.request',
    id,
    user: { name: 'system:apiserver', groups: ['system:masters'] },
    verb: 'update',
    group: API_SERVICES.group,
    version: API_SERVICES.version,
    resource: API_SERVICES.resource,
    namespace: '',
    name,
    subresource: '',
    options: {},
  },
  deadline: engine.clock.now() + WORK_MS,
  warnings: [],
});
