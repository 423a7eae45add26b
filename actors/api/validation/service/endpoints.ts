//! Endpoints and EndpointSlices (pkg/apis/{core,discovery}/validation).
import { familyOf } from '../../address.ts';
import { duplicate, invalid, notSupported, required, tooMany } from '../../field-error.ts';
import { get, isObject, type JsonObject, listOf, numberOf, objectOf, semanticEqual, textOf } from '../../json.ts';
import { dns1123Label, dns1123Subdomain, labelValue, type NameCheck, portNumber, qualifiedName } from '../../names.ts';
import { address, endpointAddress, legacyAddress } from '../address.ts';
import { type Errors, IMMUTABLE, labels, name, oneOf } from '../check.ts';
import { PROTOCOLS } from './ports.ts';

export function endpoints(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const found: Errors = [];
  listOf(object['subsets']).forEach((item, i) => {
    const at = `subsets[${i}]`;
    const lists = ['addresses', 'notReadyAddresses'] as const;
    if (lists.every((list) => listOf(get(item, list)).length === 0))
      found.push(required(at, 'must specify `addresses` or `notReadyAddresses`'));
    for (const list of lists)
      listOf(get(item, list)).forEach((one, j) => {
        endpoint(found, `${at}.${list}[${j}]`, objectOf(one));
      });
    const ports = listOf(get(item, 'ports'));
    ports.forEach((one, j) => {
      port(found, `${at}.ports[${j}]`, objectOf(one), ports.length > 1);
    });
  });
  // What older versions took may stay.
  if (found.length > 0 && (old === undefined || !semanticEqual(object['subsets'], old['subsets'])))
    errors.push(...found);
}
function endpoint(errors: Errors, at: string, given: JsonObject): void {
  const ip = textOf(given['ip']);
  legacyAddress(errors, `${at}.ip`, ip);
  if (textOf(given['hostname']) !== '') name(errors, `${at}.hostname`, given['hostname'], dns1123Label);
  name(errors, `${at}.nodeName`, given['nodeName'], dns1123Subdomain);
  endpointAddress(errors, `${at}.ip`, ip);
}
function port(errors: Errors, at: string, given: JsonObject, named: boolean): void {
  const own = textOf(given['name']);
  if (own !== '') name(errors, `${at}.name`, own, dns1123Label);
  else if (named) errors.push(required(`${at}.name`));
  const number = numberOf(given['port']);
  for (const message of portNumber(number)) errors.push(invalid(`${at}.port`, number, message));
  oneOf(errors, `${at}.protocol`, given['protocol'], PROTOCOLS);
  name(errors, `${at}.appProtocol`, given['appProtocol'], qualifiedName);
}

const TYPES = ['FQDN', 'IPv4', 'IPv6'];
const MAX = { endpoints: 1_000, addresses: 100, ports: 20_000, topology: 16, hints: 8 } as const;

export function endpointSlice(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const type = textOf(object['addressType']);
  if (type === '') errors.push(required('addressType'));
  else if (!TYPES.includes(type)) errors.push(notSupported('addressType', type, TYPES));
  slicePorts(errors, object);
  const found: Errors = [];
  const all = listOf(object['endpoints']);
  if (all.length > MAX.endpoints) found.push(tooMany('endpoints', all.length, MAX.endpoints));
  else
    all.forEach((one, i) => {
      sliceEndpoint(found, `endpoints[${i}]`, objectOf(one), type);
    });
  if (found.length > 0 && (old === undefined || !semanticEqual(object['endpoints'], old['endpoints'])))
    errors.push(...found);
  if (old !== undefined && type !== textOf(old['addressType'])) errors.push(invalid('addressType', type, IMMUTABLE));
}
function slicePorts(errors: Errors, object: JsonObject): void {
  const ports = listOf(object['ports']);
  if (ports.length > MAX.ports) return void errors.push(tooMany('ports', ports.length, MAX.ports));
  const names = new Set<string>();
  ports.forEach((one, i) => {
    const at = `ports[${i}]`;
    const own = textOf(get(one, 'name'));
    if (own !== '') name(errors, `${at}.name`, own, dns1123Label);
    if (names.has(own)) errors.push(duplicate(`${at}.name`, own));
    names.add(own);
    const protocol = get(one, 'protocol');
    if (protocol === undefined || protocol === null) errors.push(required(`${at}.protocol`));
    else if (!PROTOCOLS.includes(textOf(protocol))) errors.push(notSupported(`${at}.protocol`, protocol, PROTOCOLS));
    name(errors, `${at}.appProtocol`, get(one, 'appProtocol'), qualifiedName);
  });
}
function sliceEndpoint(errors: Errors, at: string, given: JsonObject, type: string): void {
  const addresses = listOf(given['addresses']).map(textOf);
  if (addresses.length === 0) errors.push(required(`${at}.addresses`, 'must contain at least 1 address'));
  else if (addresses.length > MAX.addresses) errors.push(tooMany(`${at}.addresses`, addresses.length, MAX.addresses));
  for (const [i, one] of addresses.entries()) sliceAddress(errors, `${at}.addresses`, i, one, type);
  name(errors, `${at}.nodeName`, given['nodeName'], dns1123Subdomain);
  const topology = objectOf(given['deprecatedTopology']);
  const count = Object.keys(topology).length;
  if (count > MAX.topology) errors.push(tooMany(`${at}.deprecatedTopology`, count, MAX.topology));
  labels(errors, `${at}.deprecatedTopology`, topology);
  name(errors, `${at}.hostname`, given['hostname'], dns1123Label);
  if (!isObject(given['hints'])) return;
  if (hints(errors, `${at}.hints.forZones`, given['hints']['forZones'], labelValue))
    hints(errors, `${at}.hints.forNodes`, given['hints']['forNodes'], dns1123Subdomain);
}
function sliceAddress(errors: Errors, at: string, i: number, value: string, type: string): void {
  const here = `${at}[${i}]`;
  if (type === 'FQDN') return qualified(errors, here, value);
  if (type !== 'IPv4' && type !== 'IPv6') return;
  if (!(type === 'IPv4' ? legacyAddress : address)(errors, here, value)) return;
  if (familyOf(value) !== type) errors.push(invalid(at, value, `must be an ${type} address`));
  endpointAddress(errors, here, value);
}
/** A name of at least two labels, perhaps with a dot at its end. */
function qualified(errors: Errors, at: string, value: string): void {
  if (value === '') return void errors.push(required(at));
  const whole = value.replace(/\.$/, '');
  const wrong = dns1123Subdomain(whole);
  if (wrong.length > 0) for (const message of wrong) errors.push(invalid(at, whole, message));
  else if (!whole.includes('.'))
    errors.push(invalid(at, whole, 'should be a domain with at least two segments separated by dots'));
  else for (const label of whole.split('.')) name(errors, at, label, dns1123Label);
}
function hints(errors: Errors, at: string, value: unknown, check: NameCheck): boolean {
  const all = listOf(value);
  if (all.length > MAX.hints) errors.push(tooMany(at, all.length, MAX.hints));
  if (all.length > MAX.hints) return false;
  const names = new Set<string>();
  all.forEach((one, i) => {
    const own = textOf(get(one, 'name'));
    if (names.has(own)) errors.push(duplicate(`${at}[${i}].name`, own));
    names.add(own);
    name(errors, `${at}[${i}].name`, own, check);
  });
  return true;
}
