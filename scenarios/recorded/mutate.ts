//! One change somewhere in an object, evenly over the fields of its type rather than over what it happens to say.
import { type Json, type JsonObject, objectOf } from '../../actors/api/json.ts';
import type { FieldType } from '../../actors/api/schema.ts';
import type { Change, Draw, Path } from './draw.ts';
import { type Knowledge, value, words } from './values.ts';

/** `top`: fields of the object itself that may change, with their weights. */
export function mutate(
  draw: Draw,
  know: Knowledge,
  definition: string,
  object: JsonObject,
  top: (field: string) => number,
): Change {
  const fields = Object.keys(know.schema.definitions[definition]?.fields ?? {});
  const weights = fields.map(top);
  let left = draw.number() * weights.reduce((sum, weight) => sum + weight, 0);
  const field =
    fields.find((_, i) => {
      left -= weights[i]!;
      return left < 0;
    }) ?? fields[0]!;
  return inField(draw, know, definition, field, object, []);
}
const SERVERS = new Set(['managedFields', 'creationTimestamp', 'selfLink', 'generation', 'uid', 'resourceVersion']);

function inField(
  draw: Draw,
  know: Knowledge,
  definition: string,
  field: string,
  object: JsonObject,
  path: Path,
): Change {
  const type = know.schema.definitions[definition]!.fields[field]!;
  return at(draw, know, type, words(know, definition, field), object[field], [...path, field]);
}
function at(
  draw: Draw,
  know: Knowledge,
  type: FieldType,
  own: readonly string[],
  now: Json | undefined,
  path: Path,
): Change {
  const fresh = (): Change => ({ path, value: value(draw, know, type, own) });
  if (now === undefined) return fresh();
  const leaf = typeof now !== 'object' || now === null;
  if (leaf || draw.chance(0.15)) return draw.chance(leaf ? 0.15 : 0.6) ? { path } : fresh();
  if (Array.isArray(now)) {
    const items = type.items;
    if (items === undefined || now.length === 0) return fresh();
    const i = draw.below(now.length);
    if (draw.chance(0.1)) return { path: [...path, now.length], value: now[i]! };
    if (draw.chance(0.1)) return { path: [...path, now.length], value: value(draw, know, items, []) };
    return at(draw, know, items, own, now[i], [...path, i]);
  }
  if (type.type === 'object') {
    const name = type.ref ?? '';
    const all = Object.keys(know.schema.definitions[name]?.fields ?? {}).filter((key) => !SERVERS.has(key));
    if (all.length === 0) return fresh();
    const present = all.filter((key) => key in now);
    const field = present.length > 0 && draw.chance(0.65) ? draw.of(present) : draw.of(all);
    return inField(draw, know, name, field, now, path);
  }
  const keys = Object.keys(objectOf(now));
  const items = type.items;
  if (items === undefined || keys.length === 0 || draw.chance(0.3)) {
    if (items === undefined) return fresh();
    return { path: [...path, String(value(draw, know, { type: 'string' }, []))], value: value(draw, know, items, []) };
  }
  const key = draw.of(keys);
  return at(draw, know, items, [], now[key] as Json, [...path, key]);
}
