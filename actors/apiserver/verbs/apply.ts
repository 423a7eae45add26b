//! Server-side apply: what a manager wants of an object, laid over what is stored; created when there is nothing.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { cannotBeHandled, decode, duplicateField, strictError, unknownField } from '../../api/decode.ts';
import { asJson, get, isObject, type JsonObject, objectOf, textOf } from '../../api/json.ts';
import { apiVersion } from '../../api/resources.ts';
import { scaleOf } from '../../api/scale.ts';
import { definitionOf } from '../../api/schema.ts';
import { badRequest, conflict } from '../../api/status.ts';
import { decodeCustom } from '../catalog/custom-body.ts';
import { decodeObject } from './body.ts';
import { createAs } from './create.ts';
import { type Answer, type Call, type Engine, refuse } from './engine.ts';
import { applyConfig, liveOf } from './manage.ts';
import { viewOf } from './shown.ts';
import { change } from './update.ts';

export function* apply(engine: Engine, call: Call): Task<Result<Answer>> {
  const config = configOf(engine, call);
  if (!config.ok) return config;
  const warned = call.warnings.length;
  const over = (live: JsonObject | undefined): Result<JsonObject> => {
    call.warnings.length = warned;
    const applied = applyConfig(engine, call, live, config.value);
    if (!applied.ok) return applied;
    if (scales(call)) return ok(scaleWithManagers(call, applied.value));
    // The whole is checked and filled in as any object is; what is wrong with it is no matter of strictness.
    return decodeObject(engine, lenient(call), applied.value);
  };
  for (;;) {
    const changed = yield* change(engine, call, (current) => over(liveOf(call, viewOf(call.info, current))));
    if (changed.ok || changed.fault.reason !== 'NotFound' || call.request.subresource !== '') return changed;
    const uid = textOf(get(config.value, 'metadata', 'uid'));
    if (uid !== '') return refuse(conflict(call.info, call.request.name, mismatch(uid)));
    const made = over(undefined);
    if (!made.ok) return made;
    const created = yield* createAs(engine, call, made.value);
    // Somebody has made it meanwhile: then it is applied over that.
    if (created.ok || created.fault.reason !== 'AlreadyExists') return created;
  }
}
const mismatch = (uid: string): string =>
  `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
const lenient = (call: Call): Call => ({
  ...call,
  warnings: [],
  request: { ...call.request, options: { ...call.request.options, fieldValidation: 'Ignore' } },
});

const scales = ({ request }: Call): boolean => request.subresource === 'scale';
function scaleWithManagers({ info }: Call, applied: JsonObject): JsonObject {
  const scale = asJson(scaleOf(info, applied));
  const { managedFields } = objectOf(applied['metadata']);
  return { ...scale, metadata: { ...objectOf(scale['metadata']), ...(managedFields ? { managedFields } : {}) } };
}
/** A Scale says one field of the object that it scales. */
function scaled({ info, request }: Call, scale: JsonObject): JsonObject {
  const { resourceVersion, uid } = objectOf(scale['metadata']);
  const replicas = get(scale, 'spec', 'replicas');
  return {
    apiVersion: apiVersion(info),
    kind: info.kind,
    metadata: {
      name: request.name,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(uid === undefined ? {} : { uid }),
    },
    ...(replicas === undefined ? {} : { spec: { replicas } }),
  };
}

/** What was sent, of the right kind and with fields that exist only. */
function configOf(engine: Engine, call: Call): Result<JsonObject> {
  const { request } = call;
  const { body } = request;
  const info = scales(call) ? { version: 'v1', kind: 'Scale', group: 'autoscaling' } : call.info;
  const wanted = apiVersion(info);
  if (!isObject(body)) return refuse(badRequest('error decoding YAML: the body of an apply must be an object'));
  if (textOf(body['apiVersion']) === '' || textOf(body['kind']) === '')
    return refuse(badRequest("Object 'Kind' or 'apiVersion' is missing: an apply must say both"));
  if (body['apiVersion'] !== wanted)
    return refuse(
      badRequest(
        `Incorrect version specified in apply patch. Specified patch version: ${body['apiVersion']}, expected: ${wanted}`,
      ),
    );
  if (body['kind'] !== info.kind)
    return refuse(badRequest(`invalid object type: ${wanted}, Kind=${body['kind']}; expected Kind=${info.kind}`));
  const managed = get(body, 'metadata', 'managedFields');
  if (managed !== undefined && managed !== null) return refuse(badRequest('metadata.managedFields must be nil'));
  const definition = definitionOf(engine.schema, wanted, info.kind);
  const named = { ...body, metadata: { name: request.name, ...objectOf(body['metadata']) } } as JsonObject;
  const custom = scales(call) ? undefined : call.info.custom;
  if (definition === undefined && custom === undefined) return ok(reachable(call, named));
  const read = custom === undefined ? undefined : decodeCustom(engine.schema, custom, named);
  if (read?.ok === false) return read;
  const decoded = read?.value ?? decode(engine.schema, definition ?? '', named);
  if (decoded.errors.length > 0) return refuse(badRequest(cannotBeHandled(info.kind, info.version, decoded.errors)));
  const duplicates = (call.duplicates ?? []).map(duplicateField);
  const validation = request.options.fieldValidation ?? 'Ignore';
  if (validation === 'Strict' && duplicates.length > 0)
    return refuse(badRequest(strictError([...duplicates, ...decoded.unknown.map(unknownField)])));
  if (validation === 'Warn') call.warnings.push(...duplicates);
  if (decoded.unknown.length > 0) {
    const why = decoded.unknown.map((path) => `.${path}: field not declared in schema`);
    const all = why.length === 1 ? why[0] : `errors:\n${why.map((line) => `  ${line}`).join('\n')}`;
    return refuse(
      badRequest(
        `failed to create typed patch object (${request.namespace}/${request.name}; ${wanted}, Kind=${info.kind}): ${all}`,
      ),
    );
  }
  return ok(scales(call) ? scaled(call, decoded.object) : reachable(call, decoded.object));
}
/** What this path leads to: of `status` only that, of the object all but that. The rest is not refused, but no wish. */
function reachable({ info, request }: Call, config: JsonObject): JsonObject {
  const { status, ...object } = config;
  if (request.subresource === 'status') {
    const { apiVersion, kind, metadata } = config;
    return { apiVersion, kind, metadata, ...(status === undefined ? {} : { status }) } as JsonObject;
  }
  return info.subresources.some(({ name }) => name === 'status') ? object : config;
}
