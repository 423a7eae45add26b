//! What a class of volumes is made by, and with (pkg/apis/storage/validation).
import { invalid, required, tooLong } from '../../field-error.ts';
import { type Json, objectOf, textOf } from '../../json.ts';
import { dns1123Subdomain, qualifiedName } from '../../names.ts';
import { type Errors, name } from '../check.ts';

const BYTES_MAX = 256 * 1024;
const COUNT_MAX = 512;
const DRIVER_MAX = 63;

export function provisioner(errors: Errors, path: string, value: Json | undefined): void {
  const text = textOf(value);
  if (text === '') return void errors.push(required(path));
  for (const message of qualifiedName(text.toLowerCase())) errors.push(invalid(path, text.toLowerCase(), message));
}
/** `needed`: at least one. */
export function parameters(errors: Errors, path: string, value: Json | undefined, needed = false): void {
  const entries = Object.entries(objectOf(value));
  if (entries.length > COUNT_MAX) return void errors.push(tooLong(path, COUNT_MAX));
  for (const [key] of entries) if (key === '') errors.push(invalid(path, key, 'field can not be empty.'));
  if (bytesOf(value) > BYTES_MAX) errors.push(tooLong(path, BYTES_MAX));
  if (needed && entries.length === 0) errors.push(required(path, 'must contain at least one key/value pair'));
}
/** Of keys and values together. */
export const bytesOf = (value: Json | undefined): number =>
  Object.entries(objectOf(value)).reduce(
    (sum, [key, text]) => sum + Buffer.byteLength(key) + Buffer.byteLength(textOf(text)),
    0,
  );
/** core/validation ValidateCSIDriverName: capitals are allowed. */
export function driverName(errors: Errors, path: string, value: Json | undefined): void {
  const text = textOf(value);
  if (text === '') errors.push(required(path));
  if (Buffer.byteLength(text) > DRIVER_MAX) errors.push(tooLong(path, DRIVER_MAX));
  name(errors, path, text, (given) => dns1123Subdomain(given.toLowerCase()));
}
