//! Update and patch: both make a new state of what is stored, one from a whole object, one from what differs.
import { type fail, ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { asJson, cannotUnmarshal, isObject, type Json, type JsonObject, objectOf, textOf } from '../../api/json.ts';
import { applyJsonPatch } from '../../api/patch/json.ts';
import { applyMergePatch } from '../../api/patch/merge.ts';
import { applyStrategicMergePatch } from '../../api/patch/strategic.ts';
import { scaleOf, withScale } from '../../api/scale.ts';
import { definitionOf } from '../../api/schema.ts';
import { badRequest, conflict, notFound, unsupportedMediaType } from '../../api/status.ts';
import { prepareForUpdate } from '../../api/strategy.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { warningsOf } from '../../api/warnings.ts';
import { attributesOf } from '../admission/attributes.ts';
import { mutate, validate } from '../admission/chain.ts';
import type { Entry } from '../cache/entry.ts';
import { present, toStorage } from '../catalog/conversion.ts';
import { storageKey } from '../protocol.ts';
import { besideRemove, besideUpdate } from '../service/allocate.ts';
import { decodeBody, decodeObject, inPlace, revisionGiven, stored, withDefaults } from './body.ts';
import { isOver } from './deletion.ts';
import { type Answer, type Call, type Engine, refuse } from './engine.ts';
import { manage } from './manage.ts';
import { answerOf, viewOf } from './shown.ts';
import { validateUpdate, warn } from './validate.ts';
import { type Decide, type Decision, modify } from './write.ts';

export const keyOfCall = ({ info, request }: Call): string =>
  storageKey(info.storage.group, info.storage.resource, request.namespace, request.name);

export function* update(engine: Engine, call: Call): Task<Result<Answer>> {
  const given =
    call.request.subresource === 'scale'
      ? decodeScale(engine, call, call.request.body)
      : decodeObject(engine, call, call.request.body);
  if (!given.ok) return given;
  return yield* change(engine, call, () => given);
}

export function* patch(engine: Engine, call: Call): Task<Result<Answer>> {
  return yield* change(engine, call, (current) => {
    const warned = call.warnings.length;
    const patched = patchedFrom(engine, call, current);
    call.warnings.length = warned;
    return patched;
  });
}
export const APPLY = 'application/apply-patch+yaml';
export const PATCH_TYPES: readonly string[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  APPLY,
];

function patchedFrom(engine: Engine, call: Call, current: Entry): Result<JsonObject> {
  const scale = call.request.subresource === 'scale';
  const base = scale ? scaleOf(call.info, current.object) : viewOf(call.info, current);
  const patched = applied(engine, call, asJson(base), call.request.body as Json);
  if (!patched.ok) return patched;
  if (scale) return decodeScale(engine, call, patched.value);
  return decodeObject(engine, call, patched.value);
}
function applied(engine: Engine, call: Call, base: JsonObject, body: Json): Result<Json> {
  const definition = definitionOf(engine.schema, String(base['apiVersion']), String(base['kind']));
  switch (call.request.patchType) {
    case 'json':
      return applyJsonPatch(base, body);
    case 'strategic':
      if (definition === undefined) return refuse(unsupportedMediaType(PATCH_TYPES.slice(0, 2)));
      return applyStrategicMergePatch(engine.schema, definition, base, body);
    default:
      if (!isObject(body))
        return refuse(badRequest(`error decoding patch: ${cannotUnmarshal(body, 'map[string]interface {}')}`));
      return ok(applyMergePatch(base, body));
  }
}
function decodeScale(engine: Engine, call: Call, body: unknown): Result<JsonObject> {
  const scale = decodeBody(engine, call, body, { group: 'autoscaling', version: 'v1', kind: 'Scale' });
  return scale.ok ? inPlace(call, scale.value) : scale;
}

/** `newState` may be asked again, about what has been stored meanwhile. */
export function* change(
  engine: Engine,
  call: Call,
  newState: (current: Entry) => Result<JsonObject>,
): Task<Result<Answer>> {
  const { info, request } = call;
  const decide: Decide = function* (current): Task<Result<Decision>> {
    if (current === undefined) return refuse(notFound(info, request.name));
    const shown = yield* present(engine, info, [current]);
    if (!shown.ok) return shown;
    const given = newState(current);
    if (!given.ok) return given;
    const refusal = stale(call, given.value, current);
    if (refusal !== undefined) return refusal;
    const stands = info.custom?.conversion === undefined ? current.object : viewOf(info, current);
    const old = asJson(stands);
    const scales = request.subresource === 'scale';
    const before = scales ? asJson(scaleOf(info, old)) : old;
    const admitted = yield* mutate(engine, attributesOf(call, 'UPDATE', { object: given.value, old: before }));
    if (!admitted.ok) return admitted;
    const changed = objectOf(admitted.value.object);
    const whole = scales ? stored(call, withDefaults(call, scaledBy(call, old, changed, given.value))) : changed;
    const fresh = prepareForUpdate(info, whole, old, request.subresource);
    // An apply has said already who owns what.
    const prepared = request.patchType === 'apply' ? fresh : manage(engine, call, old, fresh);
    const beside = yield* besideUpdate(engine, call, prepared, old);
    if (!beside.ok) return beside;
    const object = beside.value.object as unknown as KubeObject;
    const invalid = validateUpdate(call, object, stands);
    if (invalid !== undefined) return refuse(invalid);
    if (request.subresource === '') warn(call, warningsOf(info, object, whole, stands));
    const final = scales ? asJson(scaleOf(info, object)) : asJson(object);
    const allowed = yield* validate(engine, { ...admitted.value, object: final });
    if (!allowed.ok) return allowed;
    if (isOver(info, object)) {
      const freed = yield* besideRemove(engine, call, object);
      return freed.ok ? ok({ what: 'remove', object, beside: freed.value }) : freed;
    }
    const kept = yield* toStorage(engine, call, object);
    return kept.ok ? ok({ what: 'put', object: kept.value, beside: beside.value.beside }) : kept;
  };
  const done = yield* modify(engine, call, keyOfCall(call), decide);
  if (!done.ok) return done;
  const shown = yield* present(engine, info, [done.value.entry]);
  return shown.ok ? ok(answerOf(call, done.value.entry)) : shown;
}

/** Who applies a Scale has said in it who owns what. */
function scaledBy({ info, request }: Call, old: JsonObject, scale: JsonObject, given: JsonObject): JsonObject {
  const whole = withScale(info, old, scale);
  const { managedFields } = objectOf(given['metadata']);
  if (request.patchType !== 'apply' || managedFields === undefined) return whole;
  return { ...whole, metadata: { ...objectOf(whole['metadata']), managedFields } };
}
function stale(call: Call, given: JsonObject, current: Entry): ReturnType<typeof fail> | undefined {
  const { info, request } = call;
  const uid = textOf(objectOf(given['metadata'])['uid']);
  if (uid !== '' && uid !== current.object.metadata.uid)
    return refuse(
      conflict(
        info,
        request.name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.object.metadata.uid}`,
      ),
    );
  const revision = revisionGiven(given);
  if (revision !== '' && revision !== '0' && revision !== String(current.revision))
    return refuse(conflict(info, request.name));
  return undefined;
}
