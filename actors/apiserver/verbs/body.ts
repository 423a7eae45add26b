//! A body as the object of a kind: its types checked, unknown fields refused, told or dropped, defaults filled in.
import { ok, type Result } from '../../../runtime/fault.ts';
import { convert } from '../../api/convert.ts';
import { cannotBeHandled, decode, duplicateField, strictError, unknownField } from '../../api/decode.ts';
import { applyDefaults } from '../../api/defaults.ts';
import { get, type JsonObject, objectOf, textOf } from '../../api/json.ts';
import { definitionOf } from '../../api/schema.ts';
import { badRequest } from '../../api/status.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { decodeCustom } from '../catalog/custom-body.ts';
import { type Call, type Engine, refuse } from './engine.ts';
import { type Expected, identified, versionOf } from './identity.ts';

/** The body, of the expected kind. What it says of its kind may be absent, but not be another. */
export function decodeBody(engine: Engine, call: Call, body: unknown, expected: Expected): Result<JsonObject> {
  const custom = expected === call.info ? call.info.custom : undefined;
  const identity = identified(engine.schema, body, expected, custom !== undefined);
  if (!identity.ok) return identity;
  const named = identity.value;
  const definition = definitionOf(engine.schema, versionOf(expected), expected.kind);
  if (definition === undefined && custom === undefined) return ok(named);
  const read = custom === undefined ? undefined : decodeCustom(engine.schema, custom, named);
  if (read?.ok === false) return read;
  const decoded = read?.value ?? decode(engine.schema, definition ?? '', named, true);
  if (decoded.errors.length > 0)
    return refuse(badRequest(cannotBeHandled(expected.kind, expected.version, decoded.errors)));
  const validation = call.request.options.fieldValidation ?? 'Ignore';
  if (validation !== 'Ignore') {
    const duplicates = (call.duplicates ?? []).map(duplicateField);
    const unknown = decoded.unknown.map(unknownField);
    // A custom resource's text is read before its schema is asked.
    const problems = custom === undefined ? [...unknown, ...duplicates] : [...duplicates, ...unknown];
    if (problems.length > 0 && validation === 'Strict') return refuse(badRequest(strictError(problems)));
    call.warnings.push(...problems);
  }
  return ok(decoded.object);
}

/** The object of this request with its defaults, in the version in which it is stored. */
export function decodeObject(engine: Engine, call: Call, body: unknown): Result<JsonObject> {
  const decoded = decodeBody(engine, call, body, call.info);
  if (!decoded.ok) return decoded;
  const placed = inPlace(call, decoded.value);
  return placed.ok ? ok(stored(call, withDefaults(call, placed.value))) : placed;
}
export const withDefaults = ({ info }: Call, object: JsonObject): JsonObject =>
  info.custom === undefined ? applyDefaults(info, object) : info.custom.fill(object);
/** In the version in which its resource is stored. */
export function stored(call: Call, object: JsonObject): JsonObject {
  // A webhook is asked as it is written.
  if (call.info.custom?.conversion !== undefined) return object;
  const { group, version } = call.info.storage;
  return convert(object, versionOf({ group, version, kind: '' }));
}
/** As this request's version shows it. */
export const shown = (call: Call, object: KubeObject): KubeObject =>
  call.request.subresource === '' || !isScale(object) ? convert(object, versionOf(call.info)) : object;
const isScale = (object: KubeObject): boolean => object.kind === 'Scale';

/**
 * Name and namespace of the body are those of the URL: rest.EnsureObjectNamespaceMatchesRequestNamespace, and for what
 * is there already the handlers' checkName. What has no namespace loses the one that it was sent with.
 */
export function inPlace(call: Call, object: JsonObject): Result<JsonObject> {
  const { namespace, name, verb } = call.request;
  const { namespace: given, ...metadata } = objectOf(object['metadata']);
  if (call.info.namespaced && textOf(given) !== '' && given !== namespace)
    return refuse(badRequest('the namespace of the provided object does not match the namespace sent on the request'));
  const called = textOf(metadata['name']);
  if (verb === 'update' && called === '')
    return refuse(
      badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`),
    );
  if (name !== '' && called !== '' && called !== name)
    return refuse(badRequest(`the name of the object (${called}) does not match the name on the URL (${name})`));
  return ok({
    ...object,
    metadata: {
      ...(name === '' ? {} : { name }),
      ...metadata,
      ...(call.info.namespaced ? { namespace } : {}),
    },
  });
}
export const revisionGiven = (object: JsonObject): string => textOf(get(object, 'metadata', 'resourceVersion'));
