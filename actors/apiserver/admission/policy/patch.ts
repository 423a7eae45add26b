//! What one mutation of a policy makes of an object.
import { ok, type Result } from '../../../../runtime/fault.ts';
import { Failure } from '../../../api/cel/failure.ts';
import { toJson } from '../../../api/cel/to-json.ts';
import { List, MapValue, type Value } from '../../../api/cel/value.ts';
import { equal, type Json, type JsonObject, textOf } from '../../../api/json.ts';
import { applyJsonPatch } from '../../../api/patch/json.ts';
import { definitionOf } from '../../../api/schema.ts';
import type { Engine } from '../../verbs/engine.ts';
import { mergeConfiguration } from './merge.ts';

export type Patched = { readonly object: JsonObject } | { readonly fault: string };

/** `value`: what the expression of the mutation gave. */
export function patched(engine: Engine, patchType: string, object: JsonObject, value: Value): Patched {
  try {
    const mismatch = mismatches(value, 'Object');
    if (mismatch !== undefined) return { fault: `type mismatch: ${mismatch}` };
    const json = toJson(value);
    return patchType === 'JSONPatch' ? byOperations(object, json) : byConfiguration(engine, object, json as JsonObject);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { fault: error.message };
  }
}
function byConfiguration(engine: Engine, object: JsonObject, patch: JsonObject): Patched {
  const { kind, apiVersion } = object;
  const definition = definitionOf(engine.schema, textOf(apiVersion), textOf(kind));
  const merged = mergeConfiguration(engine.schema, definition, object, {
    ...patch,
    kind: kind!,
    apiVersion: apiVersion!,
  });
  return 'fault' in merged ? { fault: `error applying patch: ${merged.fault}` } : merged;
}
function byOperations(object: JsonObject, operations: Json): Patched {
  for (const operation of operations as JsonObject[]) {
    // A test that fails means that there is nothing to do.
    if (operation['op'] !== 'test') continue;
    const until = (operations as JsonObject[]).slice(0, (operations as JsonObject[]).indexOf(operation));
    const before = applied(object, until);
    if (!before.ok || !holds(before.value as JsonObject, operation)) return { object };
  }
  const result = applied(object, operations);
  return result.ok ? { object: result.value as JsonObject } : { fault: `JSON Patch: ${why(result.fault)}` };
}
const applied = (object: JsonObject, operations: Json): Result<Json> =>
  Array.isArray(operations) && operations.length === 0 ? ok(object) : applyJsonPatch(object, operations);
function holds(object: JsonObject, { path, value }: JsonObject): boolean {
  let at: Json | undefined = object;
  for (const step of textOf(path).split('/').slice(1))
    at = (at as JsonObject | undefined | null)?.[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  return equal(at ?? null, value ?? null);
}
const why = ({ message, detail }: { readonly message: string; readonly detail?: unknown }): string => {
  const [cause] =
    (detail as { details?: { causes?: readonly { message?: string }[] } } | undefined)?.details?.causes ?? [];
  return cause?.message ?? message;
};

/** `Object.spec{...}` may stand only at `.spec`: the first object that stands elsewhere. */
function mismatches(value: Value, path: string): string | undefined {
  if (value instanceof List) return first(value.items.map((item) => mismatches(item, path)));
  if (!(value instanceof MapValue)) return undefined;
  const { typeName } = value;
  if (typeName === 'JSONPatch') {
    const inner = value.get('value');
    // What an operation sets begins where its own type says.
    return inner instanceof MapValue && inner.typeName?.startsWith('Object')
      ? mismatches(inner, inner.typeName)
      : undefined;
  }
  if (typeName?.startsWith('Object') && typeName !== path)
    return `unexpected type name "${typeName}", expected "${path}", which matches field name path from root Object type`;
  const below = (key: string): string => (typeName === undefined ? path : `${path}.${key}`);
  return first(value.keys().map((key) => mismatches(value.get(key)!, below(String(key)))));
}
const first = (all: readonly (string | undefined)[]): string | undefined => all.find((one) => one !== undefined);
