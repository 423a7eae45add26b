//! What was given to a claim, and for whom (pkg/apis/resource/validation validateResourceClaimStatusUpdate).

import { formatAddress, parseAddress } from '../../address.ts';
import { forbidden, invalid, notSupported, required, tooLong, tooMany } from '../../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, semanticEqual, textOf } from '../../json.ts';
import { type Errors, immutable } from '../check.ts';
import { conditions } from '../conditions.ts';
import { nodeSelector } from '../pod/selectors.ts';
import { isNull } from '../service/fields.ts';
import { csiDriverName } from '../volume/csi.ts';
import { CONFIG_MAX, deviceConfig, rawObject, references } from './config.ts';
import { each, unique } from './lists.ts';
import { label, poolName, uid } from './names.ts';
import { type Requests, requestReference, requestsOf } from './requests.ts';
import { bindingConditions, tolerations } from './taint.ts';

const MAX = { reserved: 256, results: 32, conditions: 8, ips: 16, interface: 256, hardware: 128 } as const;
const ANY = Number.POSITIVE_INFINITY;

export function resourceClaimStatus(errors: Errors, object: JsonObject, old: JsonObject): void {
  const [status, before] = [objectOf(object['status']), objectOf(old['status'])];
  const requests = requestsOf(get(object, 'spec', 'devices'));
  const reserved = listOf(status['reservedFor']);
  unique(
    errors,
    'status.reservedFor',
    reserved,
    MAX.reserved,
    (item, at) => {
      for (const field of ['resource', 'name', 'uid'])
        if (textOf(get(item, field)) === '') errors.push(required(`${at}.${field}`));
    },
    (item) => textOf(get(item, 'uid')),
  );
  const allocation = status['allocation'];
  const given = new Set(listOf(get(allocation, 'devices', 'results')).map((one) => JSON.stringify(idOf(one))));
  const device = (item: Json, at: string): void => deviceStatus(errors, at, objectOf(item), given);
  unique(errors, 'status.devices', listOf(status['devices']), ANY, device, idOf);
  if (reserved.length > 0 && !isObject(allocation))
    errors.push(forbidden('status.reservedFor', 'may not be specified when `allocated` is not set'));
  else if (!isNull(get(object, 'metadata', 'deletionTimestamp')) && addsTo(reserved, listOf(before['reservedFor']))) {
    const detail = 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set';
    errors.push(forbidden('status.reservedFor', detail));
  }
  if (isObject(before['allocation']) && isObject(allocation))
    immutable(errors, 'status.allocation', allocation, before['allocation']);
  else if (isObject(allocation)) allocated(errors, 'status.allocation', allocation, requests);
}
/** A device, and which share of it. */
const idOf = (item: Json): Json => ({
  Driver: textOf(get(item, 'driver')),
  Pool: textOf(get(item, 'pool')),
  Device: textOf(get(item, 'device')),
  ShareID: textOf(get(item, 'shareID')),
});
const addsTo = (now: readonly Json[], before: readonly Json[]): boolean =>
  now.some((one) => !before.some((other) => semanticEqual(one, other)));

function allocated(errors: Errors, at: string, allocation: JsonObject, requests: Requests): void {
  const devices = objectOf(allocation['devices']);
  each(errors, `${at}.devices.results`, listOf(devices['results']), MAX.results, (item, path) => {
    result(errors, path, objectOf(item), requests);
  });
  each(errors, `${at}.devices.config`, listOf(devices['config']), 2 * CONFIG_MAX, (item, path) => {
    const config = objectOf(item);
    const source = textOf(config['source']);
    const sources = ['FromClaim', 'FromClass'];
    if (source === '') errors.push(required(`${path}.source`));
    else if (!sources.includes(source)) errors.push(notSupported(`${path}.source`, source, sources));
    references(errors, `${path}.requests`, config['requests'], requests);
    deviceConfig(errors, path, config);
  });
  if (isObject(allocation['nodeSelector'])) nodeSelector(errors, `${at}.nodeSelector`, allocation['nodeSelector']);
}
function result(errors: Errors, at: string, given: JsonObject, requests: Requests): void {
  requestReference(errors, `${at}.request`, textOf(given['request']), requests);
  csiDriverName(errors, `${at}.driver`, textOf(given['driver']));
  poolName(errors, `${at}.pool`, given['pool']);
  label(errors, `${at}.device`, given['device']);
  bindingConditions(errors, at, given);
  tolerations(errors, `${at}.tolerations`, given['tolerations']);
  if (!isNull(given['shareID'])) uid(errors, `${at}.shareID`, given['shareID']);
}
function deviceStatus(errors: Errors, at: string, given: JsonObject, allocatedIds: ReadonlySet<string>): void {
  csiDriverName(errors, `${at}.driver`, textOf(given['driver']));
  poolName(errors, `${at}.pool`, given['pool']);
  label(errors, `${at}.device`, given['device']);
  if (!isNull(given['shareID'])) uid(errors, `${at}.shareID`, given['shareID']);
  const id = idOf(given);
  if (!allocatedIds.has(JSON.stringify(id))) errors.push(invalid(at, id, 'must be an allocated device in the claim'));
  const count = listOf(given['conditions']).length;
  if (count > MAX.conditions) errors.push(tooMany(`${at}.conditions`, count, MAX.conditions));
  conditions(errors, `${at}.conditions`, given['conditions']);
  if (!isNull(given['data'])) rawObject(errors, `${at}.data`, given['data']);
  if (isObject(given['networkData'])) networkData(errors, `${at}.networkData`, given['networkData']);
}
function networkData(errors: Errors, at: string, given: JsonObject): void {
  for (const [field, max] of [
    ['interfaceName', MAX.interface],
    ['hardwareAddress', MAX.hardware],
  ] as const)
    if (Buffer.byteLength(textOf(given[field])) > max) errors.push(tooLong(`${at}.${field}`, max));
  const address = (item: Json, path: string): void => interfaceAddress(errors, path, textOf(item));
  unique(errors, `${at}.ips`, listOf(given['ips']), MAX.ips, address, (item) => item);
}
/** `10.0.0.5/24`, in its canonical form (util/validation IsValidInterfaceAddress). */
function interfaceAddress(errors: Errors, path: string, text: string): void {
  const [ip = '', bits, ...more] = text.split('/');
  const address = parseAddress(ip);
  const most = address?.family === 'IPv6' ? 128 : 32;
  if (address === undefined || bits === undefined || more.length > 0 || !/^\d+$/.test(bits) || Number(bits) > most) {
    const detail = 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)';
    return void errors.push(invalid(path, text, detail));
  }
  const canonical = `${formatAddress(address.family, address.value)}/${Number(bits)}`;
  if (canonical !== text) errors.push(invalid(path, text, `must be in canonical form (${JSON.stringify(canonical)})`));
}
