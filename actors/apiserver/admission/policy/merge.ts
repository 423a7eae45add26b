//! An apply configuration of a policy, merged into the object: structured merge without managers
//! (k8s.io/apiserver/pkg/admission/plugin/policy/mutating/patch/smd.go).
import { isObject, type Json, type JsonObject, put } from '../../../api/json.ts';
import type { FieldType, Schema } from '../../../api/schema.ts';

export type Merged = { readonly object: JsonObject } | { readonly fault: string };

/** `definition`: of the object; absent for one without a schema, whose lists are all atomic. */
export function mergeConfiguration(
  schema: Schema,
  definition: string | undefined,
  object: JsonObject,
  patch: JsonObject,
): Merged {
  const merger = new Merger(schema);
  const type: FieldType | undefined = definition === undefined ? undefined : { type: 'object', ref: definition };
  const merged = merger.value(type, object, patch, '');
  if (merger.undeclared.length > 0)
    return { fault: `failed to convert patch object to typed object: ${errorsOf(merger.undeclared)}` };
  if (merger.atomics.length > 0)
    return {
      fault: `invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${merger.atomics.join(', ')}`,
    };
  return { object: merged as JsonObject };
}
const errorsOf = (paths: readonly string[]): string => {
  const errors = paths.map((path) => `${path}: field not declared in schema`);
  return errors.length === 1 ? errors[0]! : `errors:\n${errors.map((error) => `  ${error}`).join('\n')}`;
};

class Merger {
  readonly atomics: string[] = [];
  readonly undeclared: string[] = [];
  readonly #schema: Schema;
  constructor(schema: Schema) {
    this.#schema = schema;
  }
  value(type: FieldType | undefined, live: Json | undefined, patch: Json, path: string): Json {
    if (Array.isArray(patch)) return this.#list(type, Array.isArray(live) ? live : [], patch, path);
    if (!isObject(patch)) return patch;
    return this.#object(type, isObject(live) ? live : {}, patch, path);
  }
  #object(type: FieldType | undefined, live: JsonObject, patch: JsonObject, path: string): JsonObject {
    const definition = type?.type === 'object' ? this.#schema.definitions[type.ref ?? ''] : undefined;
    if (type?.mapType === 'atomic' || definition?.mapType === 'atomic') this.atomics.push(path);
    const merged: JsonObject = { ...live };
    for (const [name, value] of Object.entries(patch)) {
      const at = `${path}.${name}`;
      const own = definition === undefined ? type?.items : definition.fields[name];
      if (definition !== undefined && own === undefined) this.undeclared.push(at);
      else put(merged, name, this.value(own, live[name], value, at));
    }
    return merged;
  }
  #list(type: FieldType | undefined, live: readonly Json[], patch: readonly Json[], path: string): Json[] {
    const listType = type?.listType ?? 'atomic';
    if (listType === 'atomic') {
      this.atomics.push(path);
      return [...patch];
    }
    const keys = type?.mapKeys ?? [];
    const identity = (item: Json): string =>
      listType === 'set' || !isObject(item)
        ? JSON.stringify(item)
        : JSON.stringify(keys.map((key) => item[key] ?? null));
    const merged = new Map(live.map((item) => [identity(item), item]));
    for (const [i, item] of patch.entries()) {
      const key = identity(item);
      merged.set(key, this.value(type?.items, merged.get(key), item, `${path}[${i}]`));
    }
    return [...merged.values()];
  }
}
