//! Lists of devices' API: none longer than it may be, and then none of its items looked at
//! (pkg/apis/resource/validation validateSlice, validateSet).
import { duplicate, tooMany } from '../../field-error.ts';
import type { Json } from '../../json.ts';
import type { Errors } from '../check.ts';

type Each = (item: Json, path: string) => void;
export function each(errors: Errors, path: string, items: readonly Json[], max: number, check: Each): boolean {
  if (items.length > max) {
    errors.push(tooMany(path, items.length, max));
    return false;
  }
  items.forEach((item, i) => {
    check(item, `${path}[${i}]`);
  });
  return true;
}
/** `keyOf`: of which none comes twice. */
export function unique(
  errors: Errors,
  path: string,
  items: readonly Json[],
  max: number,
  check: Each,
  keyOf: (item: Json) => Json,
): void {
  if (!each(errors, path, items, max, check)) return;
  const seen = new Set<string>();
  items.forEach((item, i) => {
    const key = keyOf(item);
    const text = JSON.stringify(key);
    if (seen.has(text)) errors.push(duplicate(`${path}[${i}]`, key));
    seen.add(text);
  });
}
/** A long key is shown without its middle. */
export function keyed(path: string, key: string, max: number): string {
  if (key.length <= max) return `${path}[${key}]`;
  const left = max - 3;
  return `${path}[${key.slice(0, Math.floor((left + 1) / 2))}...${key.slice(key.length - Math.floor(left / 2))}]`;
}
