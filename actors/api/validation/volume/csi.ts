//! Drivers of volumes by their names, and the secrets that they are given.
import { invalid, required, tooLong } from '../../field-error.ts';
import { isObject, type JsonObject, textOf } from '../../json.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import { type Errors, name, present } from '../check.ts';

const NAME_MAX = 63;
const SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
];

/** ValidateCSIDriverName */
export function csiDriverName(errors: Errors, at: string, driver: string): void {
  if (driver === '') errors.push(required(at));
  if (Buffer.byteLength(driver) > NAME_MAX) errors.push(tooLong(at, NAME_MAX));
  for (const message of dns1123Subdomain(driver.toLowerCase())) errors.push(invalid(at, driver, message));
}
export function persistentCsi(errors: Errors, at: string, source: JsonObject): void {
  csiDriverName(errors, `${at}.driver`, textOf(source['driver']));
  present(errors, `${at}.volumeHandle`, source['volumeHandle']);
  for (const field of SECRETS) {
    const ref = source[field];
    if (!isObject(ref)) continue;
    if (present(errors, `${at}.${field}.name`, ref['name']))
      name(errors, `${at}.${field}.name`, ref['name'], dns1123Subdomain);
    if (present(errors, `${at}.${field}.namespace`, ref['namespace']))
      name(errors, `${at}.${field}.namespace`, ref['namespace'], dns1123Label);
  }
}
