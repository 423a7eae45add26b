//! Names of time zones (pkg/apis/batch/validation validateTimeZone).
import { invalid } from '../../field-error.ts';
import { type Json, textOf } from '../../json.ts';
import type { Errors } from '../check.ts';

const PART = /^[A-Za-z.\-_0-9+]{1,14}$/;

export function timeZone(errors: Errors, path: string, value: Json | undefined): void {
  if (value === undefined || value === null) return;
  const zone = textOf(value);
  const say = (detail: string): void => void errors.push(invalid(path, zone, detail));
  if (zone === '') return say('timeZone must be nil or non-empty string');
  if (zone.split('/').some((part) => part === '.' || part === '..' || part.startsWith('-') || !PART.test(part)))
    return say(`unknown time zone ${zone}`);
  if (zone.toLowerCase() === 'local')
    say('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  if (zone !== 'Local' && !isZone(zone)) say(`unknown time zone ${zone}`);
}
/** By its exact name: zones are files to Go. */
export function isZone(name: string): boolean {
  try {
    const found = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    return found.toLowerCase() !== name.toLowerCase() || found === name;
  } catch {
    return false;
  }
}
