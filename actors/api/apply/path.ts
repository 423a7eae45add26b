//! Steps of a path into an object, spelled as in managedFields: `f:spec`, `k:{"name":"web"}`, `v:"finalizer"`.
import type { Json, JsonObject } from '../json.ts';

/** Most names are those of the API, again and again: one string each, so that sets of them find it by identity. */
export function fieldElement(name: string): string {
  let element = elements.get(name);
  if (element === undefined) {
    element = `f:${name}`;
    if (elements.size >= ELEMENTS_MAX) elements.clear();
    if (name.length <= NAME_MAX) elements.set(name, element);
  }
  return element;
}
const elements = new Map<string, string>();
const ELEMENTS_MAX = 4_096;
const NAME_MAX = 64;
export const valueElement = (value: Json): string => `v:${JSON.stringify(value)}`;
/** Keys in order of their names. */
export function keyElement(keys: JsonObject): string {
  const sorted = Object.keys(keys).sort();
  return `k:{${sorted.map((key) => `${JSON.stringify(key)}:${JSON.stringify(keys[key])}`).join(',')}}`;
}
export const nameOf = (element: string): string => element.slice(2);
export const isField = (element: string): boolean => element.startsWith('f:');
export const isKey = (element: string): boolean => element.startsWith('k:');

export function isPathElement(text: string): boolean {
  if (isField(text)) return true;
  if (!/^[kvi]:/.test(text)) return false;
  try {
    const value = JSON.parse(text.slice(2));
    return text[0] !== 'k' || (typeof value === 'object' && value !== null && !Array.isArray(value));
  } catch {
    return false;
  }
}
/** Fields, then keys, values and indices (structured-merge-diff PathElement.Less). */
const RANK: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 };
export function comparePathElements(a: string, b: string): number {
  if (a.charCodeAt(0) === b.charCodeAt(0)) return a < b ? -1 : a > b ? 1 : 0;
  const rank = (RANK[a[0] ?? ''] ?? 4) - (RANK[b[0] ?? ''] ?? 4);
  return rank || (a < b ? -1 : a > b ? 1 : 0);
}

/** `.spec.containers[name="web"].image`, as conflicts name it. */
export function shownPath(path: readonly string[]): string {
  return path.map(shown).join('');
}
function shown(element: string): string {
  const rest = nameOf(element);
  switch (element[0]) {
    case 'k': {
      const keys = JSON.parse(rest) as JsonObject;
      return `[${Object.keys(keys)
        .map((key) => `${key}=${JSON.stringify(keys[key])}`)
        .join(',')}]`;
    }
    case 'v':
      return `[=${rest}]`;
    case 'i':
      return `[${rest}]`;
    default:
      return `.${rest}`;
  }
}
