//! CustomResourceDefinitions kept in order: names accepted, served or not, removed with all their objects. Every API
//! server does it, each change is one compared write, so the fastest wins and the others see nothing to do.
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { withCondition, withNames } from '../../api/custom/names.ts';
import { asJson, equal, get, listOf, objectOf } from '../../api/json.ts';
import { findResource, type ResourceInfo } from '../../api/resources.ts';
import { timestamp } from '../../api/time.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Entry } from '../cache/entry.ts';
import type { User } from '../protocol.ts';
import { removeCollection } from '../verbs/delete.ts';
import { CLEANUP, isOver } from '../verbs/deletion.ts';
import type { Call, Engine } from '../verbs/engine.ts';
import { type Decide, type Decision, modify } from '../verbs/write.ts';

export const DEFINITIONS: ResourceInfo = findResource('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')!;
const WORK_MS = 60_000;
const SERVER: User = { name: 'system:apiserver', groups: ['system:masters'] };

const callOf = (engine: Engine, info: ResourceInfo, id: string, name: string): Call => ({
  info,
  request: {
    type: 'api.request',
    id,
    user: SERVER,
    verb: name === '' ? 'deletecollection' : 'update',
    group: info.group,
    version: info.version,
    resource: info.resource,
    namespace: '',
    name,
    subresource: '',
    options: {},
  },
  deadline: engine.clock.now() + WORK_MS,
  warnings: [],
});

/** What the catalog is made of, as fresh as etcd. */
export function* loadDefinitions(engine: Engine): Task<Result<void>> {
  const cache = yield* engine.caches.newest(DEFINITIONS.storage, engine.clock.now() + WORK_MS);
  if (!cache.ok) return cache;
  engine.catalog.replace(cache.value.all());
  return ok(undefined);
}

/** One round: every definition that is not as it should be. A fault: another round is needed. */
export function* orderDefinitions(engine: Engine, id: string): Task<Result<void>> {
  const cache = yield* engine.caches.fresh(DEFINITIONS.storage, 0, engine.clock.now() + WORK_MS);
  if (!cache.ok) return cache;
  const oldestFirst = [...cache.value.all()].sort((a, b) => age(a) - age(b) || (a.name < b.name ? -1 : 1));
  for (const entry of oldestFirst) {
    const done =
      entry.object.metadata.deletionTimestamp === undefined
        ? yield* accept(engine, `${id}:${entry.name}:${entry.revision}`, entry)
        : yield* cleanUp(engine, `${id}:${entry.name}:${entry.revision}`, entry);
    if (!done.ok && done.fault.reason !== 'NotFound') return done;
  }
  return ok(undefined);
}
const age = ({ object }: Entry): number => Date.parse(object.metadata.creationTimestamp ?? '') || 0;

function* accept(engine: Engine, id: string, entry: Entry): Task<Result<unknown>> {
  const now = timestamp(engine.clock.now());
  const next = (object: KubeObject): KubeObject => {
    const others = [...engine.caches.feed(DEFINITIONS.storage).cache.all()].map((other) => other.object);
    return withNames(
      object,
      others.filter((other) => other.metadata.name !== object.metadata.name),
      now,
    );
  };
  if (next(entry.object) === entry.object) return ok(undefined);
  const decide: Decide = function* (current): Task<Result<Decision>> {
    if (current === undefined) return fail('NotFound', 'the definition is gone');
    const object = next(current.object);
    return ok(object === current.object ? { what: 'keep' } : { what: 'put', object });
  };
  return yield* modify(engine, callOf(engine, DEFINITIONS, id, entry.name), entry.key, decide);
}

/** Its objects first, then its finalizer. */
function* cleanUp(engine: Engine, id: string, entry: Entry): Task<Result<unknown>> {
  if (!(entry.object.metadata.finalizers ?? []).includes(CLEANUP)) return ok(undefined);
  const info = engine.catalog.customs().find((one) => one.custom?.definition === entry.name);
  if (info !== undefined) {
    const told = yield* terminating(engine, `${id}:told`, entry, 'True', 'InstanceDeletionInProgress');
    if (!told.ok) return told;
    const removed = yield* removeCollection(engine, callOf(engine, info, `${id}:objects`, ''));
    if (!removed.ok) return removed;
    const left = yield* engine.caches.newest(info.storage, engine.clock.now() + WORK_MS);
    if (!left.ok) return left;
    // Others hold some of them: their going is another round.
    if (left.value.size > 0) return fail('Busy', 'objects of the definition are left');
  }
  return yield* terminating(engine, `${id}:done`, entry, 'False', 'InstanceDeletionCompleted');
}
const WORDS: Readonly<Record<string, string>> = {
  InstanceDeletionInProgress: 'CustomResource deletion is in progress',
  InstanceDeletionCompleted: 'removed all instances',
};
function* terminating(
  engine: Engine,
  id: string,
  entry: Entry,
  status: 'True' | 'False',
  reason: string,
): Task<Result<unknown>> {
  const now = timestamp(engine.clock.now());
  const decide: Decide = function* (current): Task<Result<Decision>> {
    if (current === undefined) return fail('NotFound', 'the definition is gone');
    const source = asJson(current.object);
    const condition = { type: 'Terminating', status, reason, message: WORDS[reason] ?? '' };
    const conditions = withCondition(listOf(get(source, 'status', 'conditions')), condition, now);
    const metadata = { ...current.object.metadata };
    if (status === 'False') {
      const finalizers = (metadata.finalizers ?? []).filter((name) => name !== CLEANUP);
      Object.assign(metadata, { finalizers });
    }
    const object = {
      ...source,
      metadata,
      status: { ...objectOf(source['status']), conditions },
    } as unknown as KubeObject;
    if (isOver(DEFINITIONS, object)) return ok({ what: 'remove', object });
    return ok(equal(object, current.object) ? { what: 'keep' } : { what: 'put', object });
  };
  return yield* modify(engine, callOf(engine, DEFINITIONS, id, entry.name), entry.key, decide);
}
