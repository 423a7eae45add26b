//! What devices share, by name (pkg/apis/resource/validation).
import { required, tooMany } from '../../field-error.ts';
import { type JsonObject, objectOf, textOf } from '../../json.ts';
import type { Errors } from '../check.ts';
import { label } from './names.ts';

const COUNTERS_MAX = 32;

/** `field`: what says which set it is. */
export function counters(errors: Errors, at: string, given: JsonObject, field: 'name' | 'counterSet'): void {
  if (textOf(given[field]) === '') errors.push(required(`${at}.${field}`));
  else label(errors, `${at}.${field}`, given[field]);
  const names = Object.keys(objectOf(given['counters']));
  if (names.length === 0) errors.push(required(`${at}.counters`));
  else if (names.length > COUNTERS_MAX) errors.push(tooMany(`${at}.counters`, names.length, COUNTERS_MAX));
  else for (const name of names) label(errors, `${at}.counters`, name);
}
