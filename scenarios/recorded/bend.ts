//! A sound object bent once or twice, mostly where the verb writes.
import { loadDescriptions, loadSchema } from '../../actors/api/edge/load.ts';
import { isObject, type Json, type JsonObject } from '../../actors/api/json.ts';
import { apiVersion, type ResourceInfo } from '../../actors/api/resources.ts';
import { definitionOf } from '../../actors/api/schema.ts';
import type { Change, Draw } from './draw.ts';
import { mutate } from './mutate.ts';
import type { Knowledge } from './values.ts';

export function bends(
  draw: Draw,
  know: Knowledge,
  info: ResourceInfo,
  object: JsonObject,
  verb: 'create' | 'update' | 'status',
): readonly Change[] {
  const definition = definitionOf(know.schema, apiVersion(info), info.kind)!;
  const weight = (field: string): number => {
    if (field === 'apiVersion' || field === 'kind') return 0.01;
    if (field === 'metadata') return 0.1;
    return (field === 'status') === (verb === 'status') ? 1 : 0.02;
  };
  const changes = [mutate(draw, know, definition, object, weight)];
  if (draw.chance(0.3)) changes.push(mutate(draw, know, definition, object, weight));
  return changes;
}
/** What the schema says, and each text of the samples. */
export function knowledge(samples: readonly Json[]): Knowledge {
  const texts = new Set<string>();
  const gather = (value: Json): void => {
    if (typeof value === 'string') texts.add(value);
    else if (Array.isArray(value)) value.forEach(gather);
    else if (isObject(value)) Object.values(value).forEach(gather);
  };
  samples.forEach(gather);
  return { schema: loadSchema(), descriptions: loadDescriptions(), texts: [...texts] };
}
