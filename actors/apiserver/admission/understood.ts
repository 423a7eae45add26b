//! An object that a patch has made, read as a body would be.
import { convert } from '../../api/convert.ts';
import { decode } from '../../api/decode.ts';
import { applyDefaults } from '../../api/defaults.ts';
import { isObject, type JsonObject } from '../../api/json.ts';
import { definitionOf } from '../../api/schema.ts';
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
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  if (patched['kind'] !== kind.kind || patched['apiVersion'] !== apiVersion)
    return `unexpected patched object of ${String(patched['apiVersion'])}, Kind=${String(patched['kind'])}`;
  const definition = definitionOf(engine.schema, apiVersion, kind.kind);
  if (definition === undefined) return patched;
  const decoded = decode(engine.schema, definition, patched);
  const [error] = decoded.errors;
  if (error !== undefined) return error.detail ?? error.field;
  const { info } = a.call;
  if (kind.kind !== info.kind) return decoded.object as JsonObject;
  const { group, version } = info.storage;
  return applyDefaults(info, convert(decoded.object as JsonObject, group === '' ? version : `${group}/${version}`));
}
