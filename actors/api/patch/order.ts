//! In which order a merged list stands (strategicpatch normalizeElementOrder).
import { equal, isObject, type Json } from '../json.ts';

export type Same = (a: Json, b: Json) => boolean;
export const byValue: Same = equal;
export const byKey =
  (key: string): Same =>
  (a, b) =>
    isObject(a) && isObject(b) && equal(a[key], b[key]);

/**
 * Items that `order` names stand in its order; the others keep the server's order; the two are zipped: one of the
 * others goes first only where the server had it before. Hence a new item without an order comes first.
 */
export function merged(list: readonly Json[], order: readonly Json[], server: readonly Json[], same: Same): Json[] {
  const at = (items: readonly Json[], item: Json): number => items.findIndex((other) => same(other, item));
  const named = list.filter((item) => at(order, item) >= 0).sort((a, b) => at(order, a) - at(order, b));
  const others = list.filter((item) => at(order, item) < 0).sort((a, b) => at(server, a) - at(server, b));
  const result: Json[] = [];
  let i = 0;
  let j = 0;
  while (i < others.length && j < named.length) {
    const left = at(server, others[i] as Json);
    const right = at(server, named[j] as Json);
    if (left >= 0 && right >= 0 && left < right) result.push(others[i++] as Json);
    else result.push(named[j++] as Json);
  }
  return [...result, ...others.slice(i), ...named.slice(j)];
}

/** What is left of a patch that is taken as a value. */
export function withoutDirectives(value: Json): Json {
  if (Array.isArray(value)) {
    return value.filter((item) => !isObject(item) || item['$patch'] === undefined).map(withoutDirectives);
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !DIRECTIVES.test(key) && item !== null)
      .map(([key, item]) => [key, withoutDirectives(item)]),
  );
}
const DIRECTIVES = /^\$(?:patch|retainKeys)$|^\$(?:deleteFromPrimitiveList|setElementOrder)\//;
