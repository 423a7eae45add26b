//! What drivers are told, in words of their own (pkg/apis/resource/validation).
import { invalid, required, tooLong } from '../../field-error.ts';
import { isObject, type Json, type JsonObject, listOf, textOf } from '../../json.ts';
import type { Errors } from '../check.ts';
import { csiDriverName } from '../volume/csi.ts';
import { each, unique } from './lists.ts';
import { type Requests, requestReference } from './requests.ts';

export const CONFIG_MAX = 32;
const REFERENCES_MAX = 32;
const BYTES_MAX = 10 * 1024;

/** An object as JSON, of at most 10 KiB; `stored` ones may be larger. */
export function rawObject(errors: Errors, path: string, value: Json | undefined, stored = false): void {
  if (value === undefined || value === null) errors.push(required(path));
  else if (!stored && Buffer.byteLength(JSON.stringify(value)) > BYTES_MAX) errors.push(tooLong(path, BYTES_MAX));
  else if (!isObject(value)) errors.push(invalid(path, '<value omitted>', 'must be a valid JSON object'));
}
export function deviceConfig(errors: Errors, at: string, given: JsonObject, stored = false): void {
  const opaque = given['opaque'];
  if (!isObject(opaque)) return void errors.push(required(`${at}.opaque`));
  csiDriverName(errors, `${at}.opaque.driver`, textOf(opaque['driver']));
  rawObject(errors, `${at}.opaque.parameters`, opaque['parameters'], stored);
}
/** For which requests of a claim; none means all. */
export function references(errors: Errors, path: string, value: Json | undefined, requests: Requests): void {
  const check = (item: Json, at: string): void => requestReference(errors, at, textOf(item), requests);
  unique(errors, path, listOf(value), REFERENCES_MAX, check, (item) => item);
}
export function claimConfigs(errors: Errors, path: string, value: Json | undefined, requests: Requests): void {
  each(errors, path, listOf(value), CONFIG_MAX, (item, at) => {
    if (!isObject(item)) return void errors.push(required(`${at}.opaque`));
    references(errors, `${at}.requests`, item['requests'], requests);
    deviceConfig(errors, at, item);
  });
}
