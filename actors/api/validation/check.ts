//! Small checks that all kinds share; each adds what it finds to `errors`.
import { type FieldError, invalid, notSupported, required } from '../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, semanticEqual, textOf } from '../json.ts';
import { labelValue, type NameCheck, qualifiedName } from '../names.ts';
import { nanosOf } from '../quantity.ts';
import { matches, type Requirement } from '../selector.ts';

export type Errors = FieldError[];
/** apimachinery/pkg/api/validation */
export const IMMUTABLE = 'field is immutable';
export const NONNEGATIVE = 'must be greater than or equal to 0';
export const POSITIVE = 'must be greater than zero';

export const isNull = (value: unknown): value is null | undefined => value === undefined || value === null;

export function name(errors: Errors, path: string, value: Json | undefined, check: NameCheck): void {
  if (typeof value !== 'string') return;
  for (const message of check(value)) errors.push(invalid(path, value, message));
}
export function nonNegative(errors: Errors, path: string, value: Json | undefined): void {
  if (typeof value === 'number' && value < 0) errors.push(invalid(path, value, NONNEGATIVE));
}
export function positive(errors: Errors, path: string, value: Json | undefined): void {
  if (typeof value === 'number' && value <= 0) errors.push(invalid(path, value, 'must be greater than 0'));
}
export function range(errors: Errors, path: string, value: Json | undefined, min: number, max: number): void {
  if (typeof value === 'number' && (value < min || value > max)) {
    errors.push(invalid(path, value, `must be between ${min} and ${max}, inclusive`));
  }
}
/** A user or a group (util/validation IsValidUserID, IsValidGroupID). */
export const userId = (errors: Errors, path: string, value: Json | undefined): void =>
  range(errors, path, value, 0, 0x7fffffff);
export function nonNegativeQuantity(errors: Errors, path: string, value: Json): void {
  if (nanosOf(value) < 0n) errors.push(invalid(path, value, NONNEGATIVE));
}
export function positiveQuantity(errors: Errors, path: string, value: Json): boolean {
  if (nanosOf(value) > 0n) return true;
  errors.push(invalid(path, value, POSITIVE));
  return false;
}
/** Absent is `Required` unless `optional`. */
export function oneOf(
  errors: Errors,
  path: string,
  value: Json | undefined,
  supported: readonly string[],
  optional = false,
): void {
  if (value === undefined || value === null || value === '') {
    if (!optional) errors.push(required(path));
  } else if (!supported.includes(value as string)) errors.push(notSupported(path, value, supported));
}
export function present(errors: Errors, path: string, value: Json | undefined, detail = ''): boolean {
  if (value !== undefined && value !== null && value !== '') return true;
  errors.push(required(path, detail));
  return false;
}
export function immutable(
  errors: Errors,
  path: string,
  value: Json | undefined,
  old: Json | undefined,
  detail = IMMUTABLE,
): boolean {
  if (semanticEqual(value, old)) return true;
  errors.push(invalid(path, value, detail));
  return false;
}
export function labels(errors: Errors, path: string, value: Json | undefined): void {
  const map = objectOf(value);
  for (const key in map) {
    for (const message of qualifiedName(key)) errors.push(invalid(path, key, message));
    for (const message of labelValue(String(map[key]))) errors.push(invalid(path, map[key], message));
  }
}
/** `lenient`: values that are no labels' may stay. */
export function labelSelector(errors: Errors, path: string, value: Json | undefined, lenient = false): void {
  const selector = objectOf(value);
  labels(errors, `${path}.matchLabels`, selector['matchLabels']);
  listOf(selector['matchExpressions']).forEach((item, i) => {
    const expression = objectOf(item);
    const at = `${path}.matchExpressions[${i}]`;
    const values = listOf(expression['values']);
    switch (expression['operator']) {
      case 'In':
      case 'NotIn':
        if (values.length === 0) {
          errors.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
        }
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) {
          errors.push({
            type: 'Forbidden',
            field: `${at}.values`,
            detail: "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
          });
        }
        break;
      default:
        errors.push(invalid(`${at}.operator`, expression['operator'] ?? '', 'not a valid selector operator'));
    }
    const key = expression['key'] ?? '';
    for (const message of qualifiedName(String(key))) errors.push(invalid(`${at}.key`, key, message));
    if (lenient) return;
    values.forEach((item, j) => {
      for (const message of labelValue(String(item))) errors.push(invalid(`${at}.values[${j}]`, item, message));
    });
  });
}
export const emptySelector = (value: Json | undefined): boolean => {
  const selector = objectOf(value);
  return Object.keys(objectOf(selector['matchLabels'])).length + listOf(selector['matchExpressions']).length === 0;
};
/** Whether it selects these labels; undefined for what no selector can be made of. Absent selects nothing. */
export function selects(value: Json | undefined, own: Json | undefined): boolean | undefined {
  if (!isObject(value)) return false;
  const faults: Errors = [];
  labelSelector(faults, '', value);
  if (faults.length > 0) return undefined;
  const labels: Record<string, string> = {};
  for (const [key, text] of Object.entries(objectOf(own))) labels[key] = textOf(text);
  const requirements = [
    ...Object.entries(objectOf(value['matchLabels'])).map(
      ([key, text]): Requirement => ({
        key,
        operator: 'In',
        values: [textOf(text)],
      }),
    ),
    ...listOf(value['matchExpressions']).map(
      (item): Requirement => ({
        key: textOf(get(item, 'key')),
        operator: textOf(get(item, 'operator')) as Requirement['operator'],
        values: listOf(get(item, 'values')).map(textOf),
      }),
    ),
  ];
  return matches({ requirements }, labels);
}
export const specOf = (object: JsonObject): JsonObject => objectOf(object['spec']);
