//! Names of devices, of their pools and of what they are like (pkg/apis/resource/validation).
import { invalid, required, tooLong } from '../../field-error.ts';
import { type Json, textOf } from '../../json.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import { type Errors, name } from '../check.ts';
import { csiDriverName } from '../volume/csi.ts';

const POOL_MAX = 253;
const ID_MAX = 32;
/** A domain, a slash, an identifier. */
export const QUALIFIED_MAX = 63 + 1 + ID_MAX;
const C_IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*';
const IS_C_IDENTIFIER = new RegExp(`^${C_IDENTIFIER}$`);
const NOT_C_IDENTIFIER = `a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '${C_IDENTIFIER}')`;

export const label = (errors: Errors, path: string, value: Json | undefined): void =>
  name(errors, path, textOf(value), dns1123Label);

/** Subdomains with slashes between. */
export function poolName(errors: Errors, path: string, value: Json | undefined): void {
  const text = textOf(value);
  if (text === '') return void errors.push(required(path));
  if (Buffer.byteLength(text) > POOL_MAX) errors.push(tooLong(path, POOL_MAX));
  for (const part of text.split('/')) name(errors, path, part, dns1123Subdomain);
}
export function className(errors: Errors, path: string, value: Json | undefined): void {
  const text = textOf(value);
  if (text === '') errors.push(required(path));
  else name(errors, path, text, dns1123Subdomain);
}
const UID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
export function uid(errors: Errors, path: string, value: Json | undefined): void {
  const text = textOf(value);
  const normal =
    'uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters';
  if (!UID.test(text)) {
    const fault = text.length === 36 ? 'invalid UUID format' : `invalid UUID length: ${Buffer.byteLength(text)}`;
    errors.push(invalid(path, text, `error validating uid: ${fault}`));
  } else if (text !== text.toLowerCase()) errors.push(invalid(path, text, normal));
}
function identifier(errors: Errors, path: string, text: string): void {
  if (Buffer.byteLength(text) > ID_MAX) errors.push(tooLong(path, ID_MAX));
  if (!IS_C_IDENTIFIER.test(text)) errors.push(invalid(path, text, NOT_C_IDENTIFIER));
}
/** `model`, or `example.com/model`. */
export function qualified(errors: Errors, path: string, text: string): void {
  const [first = '', second, ...more] = text.split('/');
  if (more.length > 0) return void errors.push(invalid(path, text, 'must not contain more than one slash'));
  if (second === undefined) return identifier(errors, path, first);
  if (first === '') errors.push(invalid(path, '', 'the domain must not be empty'));
  else csiDriverName(errors, path, first);
  if (second === '') errors.push(invalid(path, '', 'the name must not be empty'));
  else identifier(errors, path, second);
}
export function fullyQualified(errors: Errors, path: string, value: Json | undefined): void {
  const text = textOf(value);
  qualified(errors, path, text);
  if (!text.includes('/'))
    errors.push(invalid(path, text, 'a fully qualified name must be a domain and a name separated by a slash'));
}
