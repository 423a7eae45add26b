//! An object that a patch has made, read as a body would be.
import { convert } from '../../api/convert.ts';
import { decode } from '../../api/decode.ts';
import { applyDefaults } from '../../api/defaults.ts';
import { isObject, type JsonObject } from '../../api/json.ts';
import { apiVersion as apiVersionOf } from '../../api/resources.ts';
import { definitionOf } from '../../api/schema.ts';
import { decodeCustom } from '../catalog/custom-body.ts';
import type { Engine } from '../verbs/engine.ts';
import type { Attributes, GroupVersionKind } from './attributes.ts';

/** The patched object as the API would have read it, in the version in which it is stored; a string: why it cannot. */
export function understood(
  engine: Engine,
  a: Attributes,
  kind: GroupVersionKind,
  patched: unknown,
): JsonObject | string {
  if (!isObject(patched)) return 'the patched object is not an object';
  const apiVersion = apiVersionOf(kind);
  if (patched['kind'] !== kind.kind || patched['apiVersion'] !== apiVersion)
    return `unexpected patched object of ${String(patched['apiVersion'])}, Kind=${String(patched['kind'])}`;
  const { info } = a.call;
  const kept = apiVersionOf(info.storage);
  const custom = engine.catalog.findKind(apiVersion, kind.kind)?.custom;
  if (custom !== undefined) {
    const read = decodeCustom(engine.schema, custom, patched);
    if (!read.ok) return read.fault.message;
    const filled = custom.fill(read.value.object);
    // What a webhook converts is converted after admission.
    return custom.conversion === undefined ? convert(filled, kept) : filled;
  }
  const definition = definitionOf(engine.schema, apiVersion, kind.kind);
  if (definition === undefined) return patched;
  const decoded = decode(engine.schema, definition, patched);
  const [error] = decoded.errors;
  if (error !== undefined) return error.detail ?? error.field;
  if (kind.kind !== info.kind) return decoded.object as JsonObject;
  return applyDefaults(info, convert(decoded.object as JsonObject, kept));
}
