//! What a class of volumes is made by, and with (pkg/apis/storage/validation).
import { invalid, required, tooLong } from '../../field-error.ts';
import { type Json, objectOf, textOf } from '../../json.ts';
import { qualifiedName } from '../../names.ts';
import type { Errors } from '../check.ts';

const BYTES_MAX = 256 * 1024;
const COUNT_MAX = 512;

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
