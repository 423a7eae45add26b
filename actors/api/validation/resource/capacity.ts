//! How much a device has, and how much of it may be asked for (pkg/apis/resource/validation).
import { duplicate, forbidden, invalid, required, tooMany } from '../../field-error.ts';
import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import { compare, nanosOf } from '../../quantity.ts';
import type { Errors } from '../check.ts';
import { isNull } from '../service/fields.ts';

const OPTIONS_MAX = 10;
const UNIT = 1_000_000_000n;

export function capacity(errors: Errors, at: string, given: JsonObject, shared: boolean): void {
  const policy = given['requestPolicy'];
  if (!isObject(policy)) return;
  const path = `${at}.requestPolicy`;
  if (!shared) return void errors.push(forbidden(path, 'allowMultipleAllocations must be true'));
  const values = listOf(policy['validValues']);
  const range = policy['validRange'];
  if (values.length > 0 && isObject(range)) {
    const both = 'cannot specify "validValues" and "validRange" at the same time';
    errors.push(forbidden(path, `exactly one policy can be specified, ${both}`));
  } else if (values.length > 0 || isObject(range)) {
    const field = values.length > 0 ? 'validValues' : 'validRange';
    const byDefault = policy['default'];
    if (isNull(byDefault)) errors.push(required(`${path}.default`, `required when ${field} is defined`));
    else if (values.length > 0) options(errors, `${path}.validValues`, values, byDefault, given['value']);
    else ranged(errors, `${path}.validRange`, objectOf(range), byDefault, given['value']);
  }
}
function options(errors: Errors, path: string, values: readonly Json[], byDefault: Json, max: Json | undefined): void {
  values.forEach((value, i) => {
    if (i > 0 && compare(values[i - 1], value) > 0)
      errors.push(invalid(`${path}[${i}]`, value, 'values must be sorted in ascending order'));
  });
  if (values.length > OPTIONS_MAX) errors.push(tooMany(path, values.length, OPTIONS_MAX));
  else {
    const seen = new Set<bigint>();
    values.forEach((value, i) => {
      if (compare(value, max) > 0)
        errors.push(invalid(`${path}[${i}]`, value, `option is larger than capacity value: ${textOf(max)}`));
    });
    values.forEach((value, i) => {
      const units = nanosOf(value) / UNIT;
      if (seen.has(units)) errors.push(duplicate(`${path}[${i}]`, String(units)));
      seen.add(units);
    });
  }
  if (values.length > OPTIONS_MAX || !values.some((value) => compare(value, byDefault) === 0))
    errors.push(invalid(path, byDefault, 'default value is not valid according to the requestPolicy'));
}
function ranged(errors: Errors, at: string, range: JsonObject, byDefault: Json, whole: Json | undefined): void {
  const { min, max, step } = range;
  if (isNull(min)) return void errors.push(required(`${at}.min`, 'required when validRange is defined'));
  const say = (field: string, value: Json, detail: string): void =>
    void errors.push(invalid(`${at}.${field}`, value, detail));
  const total = textOf(whole);
  if (compare(min, whole) > 0) say('min', min, `min is larger than capacity value: ${total}`);
  if (compare(byDefault, min) < 0) say('default', byDefault, `default is less than min: ${textOf(min)}`);
  if (!isNull(max)) {
    if (compare(min, max) > 0) say('max', min, `min is larger than max: ${textOf(max)}`);
    if (compare(max, whole) > 0) say('max', max, `max is larger than capacity value: ${total}`);
    if (compare(byDefault, max) > 0) say('default', byDefault, `default is more than max: ${textOf(max)}`);
  }
  if (!isNull(step)) steps(errors, `${at}.step`, { min, max: isNull(max) ? undefined : max, step, byDefault, whole });
}
interface Steps {
  readonly min: Json;
  readonly max: Json | undefined;
  readonly step: Json;
  readonly byDefault: Json;
  readonly whole: Json | undefined;
}
function steps(errors: Errors, path: string, { min, max, step, byDefault, whole }: Steps): void {
  if (nanosOf(step) <= 0n) return void errors.push(invalid(path, step, 'must be greater than zero'));
  const first = nanosOf(min) + nanosOf(step);
  if (first > nanosOf(whole)) {
    const one = `one step ${first / UNIT} is larger than capacity value: ${textOf(whole)}`;
    errors.push(invalid(path, step, one));
  }
  const units = (value: Json): bigint => (nanosOf(value) + UNIT - 1n) / UNIT;
  for (const value of [byDefault, max])
    if (value !== undefined && (units(value) - units(min)) % units(step) !== 0n)
      errors.push(
        invalid(path, value, `value is not a multiple of a given step (${textOf(step)}) from (${textOf(min)})`),
      );
}
