//! Plain JSON as the API carries it. Objects are immutable: whoever changes one makes a copy.
import type { KubeObject } from './types/meta.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const asJson = (object: KubeObject | object): JsonObject => object as unknown as JsonObject;
export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : EMPTY);
export const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value : NONE);
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
export const numberOf = (value: unknown, otherwise = 0): number => (typeof value === 'number' ? value : otherwise);
/** `get(pod, 'spec', 'nodeName')`: undefined as soon as a step is missing. */
export function get(value: unknown, ...path: readonly (string | number)[]): Json | undefined {
  let at: unknown = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at as Json | undefined;
}
const EMPTY: JsonObject = Object.freeze({}) as JsonObject;
const NONE: readonly Json[] = Object.freeze([]) as readonly Json[];

/** Deep equality; a field that is absent and one that is undefined are the same. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!equal(a[i], b[i])) return false;
    return true;
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key in left) if (!equal(left[key], right[key])) return false;
  for (const key in right) if (left[key] === undefined && right[key] !== undefined) return false;
  return true;
}
/** As `equal`, and nothing, null, '', false, 0, {} and [] are the same: Go's omitempty seen from outside. */
export function semanticEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isEmpty(a) && isEmpty(b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!semanticEqual(a[i], b[i])) return false;
    return true;
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key in left) if (!semanticEqual(left[key], right[key])) return false;
  for (const key in right) if (!(key in left) && !isEmpty(right[key])) return false;
  return true;
}
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== 'object') return false;
  for (const key in value) if ((value as Record<string, unknown>)[key] !== undefined) return false;
  return true;
}
export function copy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copy) as T;
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) put(result, key, copy((value as Record<string, unknown>)[key]));
  return result as T;
}
/** Sets an own field even where its name is `__proto__`, which assignment would swallow. */
export function put(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else object[key] = value;
}
export const has = (object: object, key: string): boolean => Object.hasOwn(object, key);
/** Go's word for a value that is not what was wanted. */
export const cannotUnmarshal = (value: unknown, wanted: string): string =>
  `json: cannot unmarshal ${goType(value)} into Go value of type ${wanted}`;
export const goType = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
