//! Ingresses (pkg/apis/networking/validation).
import { parseAddress } from '../../address.ts';
import { invalid, notSupported, required } from '../../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../json.ts';
import {
  dns1123Label,
  dns1123Subdomain,
  pathSegment,
  portName,
  portNumber,
  wildcardDns1123Subdomain,
} from '../../names.ts';
import { legacyAddress } from '../address.ts';
import { type Errors, name, specOf } from '../check.ts';
import { balancersOf, hostname } from '../service/service.ts';

const CLASS = 'kubernetes.io/ingress.class';
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const NEVER_IN_PATH = ['//', '/./', '/../', '%2f', '%2F'];
const NEVER_AT_END = ['/..', '/.'];

export function ingress(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  const rules = listOf(spec['rules']);
  if (rules.length === 0 && !isObject(spec['defaultBackend'])) {
    const given = spec['rules'] === undefined ? null : [];
    errors.push(invalid('spec', given, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (isObject(spec['defaultBackend'])) backend(errors, 'spec.defaultBackend', spec['defaultBackend']);
  const lenient = old !== undefined && listOf(specOf(old)['rules']).some(isOddWildcard);
  rules.forEach((item, i) => {
    const at = `spec.rules[${i}]`;
    const host = textOf(get(item, 'host'));
    if (host !== '') ruleHost(errors, `${at}.host`, host);
    if (!lenient || !host.includes('*')) http(errors, `${at}.http`, get(item, 'http'));
  });
  tls(errors, spec, old);
  name(errors, 'spec.ingressClassName', spec['ingressClassName'], dns1123Subdomain);
  const annotation = get(object, 'metadata', 'annotations', CLASS);
  const own = spec['ingressClassName'];
  if (old === undefined && typeof annotation === 'string' && typeof own === 'string' && annotation !== own) {
    const detail = 'must match `ingressClassName` when both are specified';
    errors.push(invalid(`annotations.${CLASS}`, annotation, detail));
  }
}
function isOddWildcard(rule: Json): boolean {
  const found: Errors = [];
  http(found, '', get(rule, 'http'));
  return textOf(get(rule, 'host')).includes('*') && found.length > 0;
}
function ruleHost(errors: Errors, path: string, host: string): void {
  if (parseAddress(host) !== undefined) errors.push(invalid(path, host, 'must be a DNS name, not an IP address'));
  anyHost(errors, path, host);
}
const anyHost = (errors: Errors, path: string, host: string): void =>
  name(errors, path, host, host.includes('*') ? wildcardDns1123Subdomain : dns1123Subdomain);
function http(errors: Errors, at: string, value: Json | undefined): void {
  if (!isObject(value)) return;
  const paths = listOf(value['paths']);
  if (paths.length === 0) errors.push(required(`${at}.paths`));
  paths.forEach((item, i) => {
    onePath(errors, `${at}.paths[${i}]`, objectOf(item));
  });
}
function onePath(errors: Errors, at: string, entry: JsonObject): void {
  const [type, path] = [entry['pathType'], textOf(entry['path'])];
  if (type === undefined || type === null)
    return void errors.push(required(`${at}.pathType`, 'pathType must be specified'));
  const say = (detail: string): void => void errors.push(invalid(`${at}.path`, path, detail));
  const relative = !path.startsWith('/');
  if (type === 'Exact' || type === 'Prefix') {
    if (relative) say('must be an absolute path');
    for (const part of NEVER_IN_PATH) if (path.includes(part)) say(`must not contain '${part}'`);
    for (const end of NEVER_AT_END) if (path.endsWith(end)) say(`cannot end with '${end}'`);
  } else if (type === 'ImplementationSpecific') {
    if (path !== '' && relative) say('must be an absolute path');
  } else errors.push(notSupported(`${at}.pathType`, type, PATH_TYPES));
  backend(errors, `${at}.backend`, objectOf(entry['backend']));
}
function backend(errors: Errors, at: string, given: JsonObject): void {
  const [service, resource] = [given['service'], given['resource']];
  if (isObject(service) && isObject(resource))
    return void errors.push(invalid(at, '', 'cannot set both resource and service backends'));
  if (isObject(resource)) return reference(errors, `${at}.resource`, resource);
  if (!isObject(service)) return void errors.push(invalid(at, '', 'resource or service backend is required'));
  if (textOf(service['name']) === '') errors.push(required(`${at}.service.name`));
  else name(errors, `${at}.service.name`, service['name'], dns1123Label);
  const port = objectOf(service['port']);
  const [named, number] = [textOf(port['name']), numberOf(port['number'])];
  if (named !== '' && number !== 0) errors.push(invalid(at, '', 'cannot set both port name & port number'));
  else if (named !== '') name(errors, `${at}.service.port.name`, named, portName);
  else if (number === 0) errors.push(required(at, 'port name or number is required'));
  else for (const message of portNumber(number)) errors.push(invalid(`${at}.service.port.number`, number, message));
}
/** An object of the same namespace, or whatever a kind is looked for by. */
export function reference(errors: Errors, at: string, given: JsonObject): void {
  name(errors, `${at}.apiGroup`, given['apiGroup'], dns1123Subdomain);
  for (const field of ['kind', 'name']) {
    if (textOf(given[field]) === '') errors.push(required(`${at}.${field}`));
    else name(errors, `${at}.${field}`, given[field], pathSegment);
  }
}
function tls(errors: Errors, spec: JsonObject, old?: JsonObject): void {
  const isOdd = (secret: string): boolean => secret !== '' && dns1123Subdomain(secret).length > 0;
  const lenient = old !== undefined && listOf(specOf(old)['tls']).some((one) => isOdd(textOf(get(one, 'secretName'))));
  listOf(spec['tls']).forEach((one, i) => {
    listOf(get(one, 'hosts')).forEach((host, j) => {
      anyHost(errors, `spec.tls[${i}].hosts[${j}]`, textOf(host));
    });
    const secret = textOf(get(one, 'secretName'));
    if (!lenient && secret !== '') name(errors, `spec.tls[${i}].secretName`, secret, dns1123Subdomain);
  });
}

export function ingressStatus(errors: Errors, object: JsonObject, old: JsonObject): void {
  const before = balancersOf(old);
  listOf(get(object, 'status', 'loadBalancer', 'ingress')).forEach((point, i) => {
    const at = `status.loadBalancer.ingress[${i}]`;
    const ip = textOf(get(point, 'ip'));
    if (ip !== '') legacyAddress(errors, `${at}.ip`, ip, before);
    hostname(errors, `${at}.hostname`, textOf(get(point, 'hostname')));
  });
}
