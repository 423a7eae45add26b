//! Objects as kube-apiserver holds them, printed by Go's encoding/json: what its messages show of them.
import { GO_TYPES } from './go-types.ts';
import { isObject, type Json, type JsonObject, listOf, objectOf } from './json.ts';

interface Field {
  readonly go: string;
  readonly json: string;
  readonly type: string | undefined;
  readonly mark: string;
}
const FIELD = /^(\w+?)(?::(\w+))?([#!?]|\[\])?(?:=(\w+))?$/;
const parsed = new Map<string, readonly Field[]>();
function fieldsOf(type: string): readonly Field[] {
  let fields = parsed.get(type);
  if (fields === undefined) {
    fields = (GO_TYPES[type] ?? '').split(/\s+/).map((token): Field => {
      const [, go = '', of, mark = '', json = lowered(go)] = FIELD.exec(token) ?? [];
      return { go, json, type: of, mark };
    });
    parsed.set(type, fields);
  }
  return fields;
}
/** `HTTPGet` is `httpGet`, `OS` is `os`, `HostIP` is `hostIP`. */
const lowered = (go: string): string =>
  go.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+/, (capitals) => capitals.toLowerCase());

/** Every field is there, under its name in Go. */
export function asGo(type: string, value: Json | undefined): JsonObject {
  const given = objectOf(value);
  const result: JsonObject = {};
  for (const field of fieldsOf(type)) result[field.go] = fieldOf(field, given[field.json]);
  return result;
}
function fieldOf({ type, mark }: Field, value: Json | undefined): Json {
  if (type !== undefined) {
    if (mark === '[]') return Array.isArray(value) ? value.map((item) => asGo(type, item)) : null;
    return mark === '?' && !isObject(value) ? null : asGo(type, value);
  }
  if (value !== undefined && value !== null) return value;
  return mark === '?' ? null : mark === '#' ? 0 : mark === '!' ? false : '';
}
/** What hosts share with a pod is part of its security context there (pkg/apis/core/v1/conversion.go). */
export function podSpecAsGo(spec: JsonObject): JsonObject {
  const shared = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'];
  const context = { ...objectOf(spec['securityContext']) };
  for (const field of shared) if (spec[field] !== undefined) context[field] = spec[field] as Json;
  return asGo('PodSpec', { ...spec, securityContext: context });
}

/** As encoding/json escapes it. */
const escaped = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
export const printed = (value: Json): string => escaped(JSON.stringify(sorted(value)));
/** For a FieldError's `shown`. */
export const shownAs = (type: string, value: Json | undefined): string => printed(asGo(type, value));
export const shownAll = (type: string, list: Json | undefined): string =>
  printed(listOf(list).map((item) => asGo(type, item)));
/** json.MarshalIndent */
export const pretty = (value: Json): string => escaped(JSON.stringify(sorted(value), null, 2));

/** Maps by their keys; a struct's fields, which begin with capitals, stay as they are. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const keys = Object.keys(value);
  if (keys.length > 0 && !/^[A-Z]/.test(keys[0]!)) keys.sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key] as Json)]));
}
