//! Counts that may be percentages: how many pods may lack, or be too many, while pods are replaced.
import { invalid } from '../../field-error.ts';
import { isPercent } from '../../intstr.ts';
import type { Json } from '../../json.ts';
import { type Errors, nonNegative } from '../check.ts';

const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/** ValidatePositiveIntOrPercent. Absent is zero. */
export function amount(errors: Errors, path: string, value: Json | undefined): void {
  if (typeof value !== 'string') nonNegative(errors, path, value);
  else if (!isPercent(value)) errors.push(invalid(path, value, PERCENT));
}
export function atMostAll(errors: Errors, path: string, value: Json | undefined): void {
  if (typeof value === 'string' && isPercent(value) && Number(value.slice(0, -1)) > 100) {
    errors.push(invalid(path, value, 'must not be greater than 100%'));
  }
}
/** A text that is neither number nor percentage counts as zero. */
export function isNone(value: Json | undefined): boolean {
  if (typeof value !== 'string') return value === 0 || value === undefined;
  return isPercent(value) ? Number(value.slice(0, -1)) === 0 : !/^[+-]?\d+$/.test(value) || Number(value) === 0;
}
