//! Delete and deletecollection.
import { ok, type Result } from '../../../runtime/fault.ts';
import { all, type Task } from '../../../runtime/task.ts';
import { asJson } from '../../api/json.ts';
import { badRequest, conflict, notFound, success } from '../../api/status.ts';
import { admitDelete } from '../admission/chain.ts';
import type { Entry } from '../cache/entry.ts';
import { selectionOf } from '../cache/selection.ts';
import { storageKey } from '../protocol.ts';
import { besideRemove } from '../service/allocate.ts';
import { deletionOf } from './deletion.ts';
import { type Answer, type Call, type Engine, refuse } from './engine.ts';
import { answerOf } from './shown.ts';
import { keyOfCall } from './update.ts';
import { type Decide, type Decision, modify, type Written } from './write.ts';

/** Deletions of a collection under way at once. */
const AT_ONCE = 50;

/** `admitted`: an eviction has been, and the deletion that it is asks nobody again. */
export function* remove(engine: Engine, call: Call, admitted = false): Task<Result<Answer>> {
  const { info, request } = call;
  const done = yield* removeOne(engine, call, keyOfCall(call), admitted);
  if (!done.ok) return done;
  const { what, entry } = done.value;
  // A pod is answered by itself even when it is gone, as registry/core/pod does.
  if (what !== 'remove' || info.resource === 'pods') return ok(answerOf(call, entry));
  const { uid } = entry.object.metadata;
  const group = info.group === '' ? {} : { group: info.group };
  return ok({ type: 'status', status: success({ name: request.name, ...group, kind: info.resource, uid }) });
}

function* removeOne(engine: Engine, call: Call, key: string, admitted = false): Task<Result<Written>> {
  const { info, request } = call;
  const { options } = request;
  const decide: Decide = function* (current): Task<Result<Decision>> {
    if (current === undefined) return refuse(notFound(info, request.name));
    const refusal = unmet(call, current);
    if (refusal !== undefined) return refusal;
    const allowed = admitted ? ok(undefined) : yield* admitDelete(engine, call, asJson(current.object));
    if (!allowed.ok) return allowed;
    const deletion = deletionOf(info, current.object, options, engine.clock.now());
    if (deletion.what !== 'remove') return ok(deletion);
    const freed = yield* besideRemove(engine, call, current.object);
    return freed.ok ? ok({ ...deletion, beside: freed.value }) : freed;
  };
  return yield* modify(engine, call, key, decide);
}

/** A precondition that does not hold. */
export function unmet({ info, request }: Call, current: Entry): ReturnType<typeof refuse> | undefined {
  const { uid, resourceVersion } = request.options.preconditions ?? {};
  const { metadata } = current.object;
  if (uid !== undefined && uid !== metadata.uid)
    return refuse(
      conflict(
        info,
        current.name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`,
      ),
    );
  if (resourceVersion !== undefined && resourceVersion !== String(current.revision))
    return refuse(
      conflict(
        info,
        current.name,
        `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${current.revision}`,
      ),
    );
  return undefined;
}

export function* removeCollection(engine: Engine, call: Call): Task<Result<Answer>> {
  const { info, request } = call;
  if (request.options.preconditions !== undefined)
    return refuse(badRequest('preconditions are not supported on the deletion of a collection'));
  const selection = selectionOf(info, request.namespace, '', request.options);
  if (!selection.ok) return selection;
  const cache = yield* engine.caches.newest(info.storage, call.deadline);
  if (!cache.ok) return cache;
  const chosen = [...cache.value.all(selection.value.namespace)].filter(
    (entry) =>
      (selection.value.name === '' || selection.value.name === entry.name) &&
      (selection.value.all || selection.value.matches(entry)),
  );
  for (let i = 0; i < chosen.length; i += AT_ONCE) {
    const some = chosen.slice(i, i + AT_ONCE).map((entry) => {
      const { namespace, name } = entry;
      const one: Call = { ...call, request: { ...request, id: `${request.id}:${name}:${namespace}`, namespace, name } };
      return removeOne(engine, one, storageKey(info.storage.group, info.storage.resource, namespace, name));
    });
    for (const done of yield* all(some)) if (!done.ok && done.fault.reason !== 'NotFound') return done;
  }
  return ok({ type: 'list', items: chosen, revision: cache.value.revision });
}
