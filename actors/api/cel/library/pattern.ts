//! Patterns in RE2's language. The library is loaded with the first pattern; compiled patterns are kept, up to a bound.
import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';
import { Failure } from '../failure.ts';

type Library = typeof import('re2js');
let library: Library | undefined;
const load = (): Library => {
  library ??= createRequire(import.meta.url)('re2js') as Library;
  return library;
};
const KEPT_MAX = 500;
const kept = new Map<string, RE2JS>();

/** Throws a Failure for what is no pattern. */
export function patternOf(text: string): RE2JS {
  const known = kept.get(text);
  if (known !== undefined) return known;
  let pattern: RE2JS;
  try {
    pattern = load().RE2JS.compile(text);
  } catch (error) {
    throw new Failure((error as Error).message);
  }
  if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value!);
  kept.set(text, pattern);
  return pattern;
}
export const matches = (text: string, pattern: string): boolean => patternOf(pattern).matcher(text).find();
/** Whether RE2 takes it: what others accept may take for ever. */
export function isPattern(text: string): boolean {
  try {
    patternOf(text);
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}
