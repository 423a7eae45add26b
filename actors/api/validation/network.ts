//! Services, endpoints, ingresses and network policies (pkg/apis/{core,discovery,networking}/validation).
import { duplicate, forbidden, invalid, notSupported, required, tooMany } from '../field-error.ts';
import { isCidr, isIp } from '../ip.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { dns1123Label, dns1123Subdomain, portName, portNumber, wildcardDns1123Subdomain } from '../names.ts';
import { type Errors, immutable, labelSelector, name, oneOf, present, specOf } from './check.ts';

const IP_MESSAGE = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

export function endpoints(errors: Errors, object: JsonObject): void {
  listOf(object['subsets']).forEach((item, i) => {
    const at = `subsets[${i}]`;
    const all = [...listOf(get(item, 'addresses')), ...listOf(get(item, 'notReadyAddresses'))];
    if (all.length === 0) errors.push(required(at, 'must specify `addresses` or `notReadyAddresses`'));
    for (const list of ['addresses', 'notReadyAddresses']) {
      listOf(get(item, list)).forEach((address, j) => {
        const ip = textOf(get(address, 'ip'));
        if (!isIp(ip)) errors.push(invalid(`${at}.${list}[${j}].ip`, ip, IP_MESSAGE));
      });
    }
    const ports = listOf(get(item, 'ports'));
    ports.forEach((port, j) => {
      const here = `${at}.ports[${j}]`;
      if (ports.length > 1) present(errors, `${here}.name`, get(port, 'name'));
      const number = get(port, 'port') ?? 0;
      for (const message of portNumber(Number(number))) errors.push(invalid(`${here}.port`, number, message));
      oneOf(errors, `${here}.protocol`, get(port, 'protocol'), ['SCTP', 'TCP', 'UDP']);
    });
  });
}
const ENDPOINTS_MAX = 1000;
const PORTS_MAX = 20_000;
export function endpointSlice(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const type = object['addressType'];
  oneOf(errors, 'addressType', type, ['FQDN', 'IPv4', 'IPv6']);
  const list = listOf(object['endpoints']);
  if (list.length > ENDPOINTS_MAX) errors.push(tooMany('endpoints', list.length, ENDPOINTS_MAX));
  list.forEach((endpoint, i) => {
    const addresses = listOf(get(endpoint, 'addresses'));
    if (addresses.length === 0) errors.push(required(`endpoints[${i}].addresses`, 'must contain at least 1 address'));
    if (addresses.length > 100) errors.push(tooMany(`endpoints[${i}].addresses`, addresses.length, 100));
    addresses.forEach((address, j) => {
      const at = `endpoints[${i}].addresses[${j}]`;
      if (type === 'FQDN') name(errors, at, address, dns1123Subdomain);
      else if (!isIp(String(address)) || String(address).includes(':') !== (type === 'IPv6')) {
        errors.push(invalid(at, address, type === 'IPv6' ? 'must be a valid IPv6 address' : IP_MESSAGE));
      }
    });
  });
  const ports = listOf(object['ports']);
  if (ports.length > PORTS_MAX) errors.push(tooMany('ports', ports.length, PORTS_MAX));
  const names = new Set<Json>();
  ports.forEach((port, i) => {
    const own = get(port, 'name') ?? '';
    if (names.has(own)) errors.push(duplicate(`ports[${i}].name`, own));
    names.add(own);
    oneOf(errors, `ports[${i}].protocol`, get(port, 'protocol'), ['SCTP', 'TCP', 'UDP']);
  });
  if (old !== undefined) immutable(errors, 'addressType', type, old['addressType']);
}

export function ingress(errors: Errors, object: JsonObject): void {
  const spec = specOf(object);
  const rules = listOf(spec['rules']);
  if (rules.length === 0 && spec['defaultBackend'] === undefined) {
    errors.push(invalid('spec', spec, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (isObject(spec['defaultBackend'])) backend(errors, 'spec.defaultBackend', spec['defaultBackend']);
  rules.forEach((item, i) => {
    const host = textOf(get(item, 'host'));
    const at = `spec.rules[${i}]`;
    if (host !== '') {
      if (isIp(host)) errors.push(invalid(`${at}.host`, host, 'must be a DNS name, not an IP address'));
      else name(errors, `${at}.host`, host, host.includes('*') ? wildcardDns1123Subdomain : dns1123Subdomain);
    }
    const http = get(item, 'http');
    if (!isObject(http)) return;
    const paths = listOf(http['paths']);
    if (paths.length === 0) errors.push(required(`${at}.http.paths`));
    paths.forEach((entry, j) => {
      const here = `${at}.http.paths[${j}]`;
      const type = get(entry, 'pathType');
      const path = textOf(get(entry, 'path'));
      if (type === undefined) errors.push(required(`${here}.pathType`, 'pathType must be specified'));
      else if (!['Exact', 'ImplementationSpecific', 'Prefix'].includes(String(type))) {
        errors.push(notSupported(`${here}.pathType`, type, ['Exact', 'ImplementationSpecific', 'Prefix']));
      }
      if ((type === 'Exact' || type === 'Prefix') && !path.startsWith('/')) {
        errors.push(invalid(`${here}.path`, path, 'must be an absolute path'));
      }
      if (type === 'ImplementationSpecific' && path !== '' && !path.startsWith('/')) {
        errors.push(invalid(`${here}.path`, path, 'must be an absolute path'));
      }
      backend(errors, `${here}.backend`, objectOf(get(entry, 'backend')));
    });
  });
  name(errors, 'spec.ingressClassName', spec['ingressClassName'], dns1123Subdomain);
}
function backend(errors: Errors, at: string, given: JsonObject): void {
  const service = given['service'];
  if (service !== undefined && given['resource'] !== undefined) {
    errors.push(invalid(at, '', 'cannot set both resource and service backends'));
  } else if (isObject(service)) {
    if (present(errors, `${at}.service.name`, service['name'])) {
      name(errors, `${at}.service.name`, service['name'], dns1123Label);
    }
    const port = objectOf(service['port']);
    const named = textOf(port['name']);
    const number = port['number'];
    if (named !== '' && number !== undefined && number !== 0) {
      errors.push(invalid(at, '', 'cannot set both port name & port number'));
    } else if (named !== '')
      for (const message of portName(named)) errors.push(invalid(`${at}.service.port.name`, named, message));
    else if (number !== undefined && number !== 0) {
      for (const message of portNumber(Number(number)))
        errors.push(invalid(`${at}.service.port.number`, number, message));
    } else errors.push(required(at, 'port name or number is required'));
  } else if (given['resource'] === undefined) {
    errors.push(invalid(at, '', 'resource or service backend is required'));
  }
}
export function ingressClass(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  const controller = textOf(spec['controller']);
  if (controller === '') errors.push(required('spec.controller'));
  if (old !== undefined) immutable(errors, 'spec.controller', controller, get(old, 'spec', 'controller'));
}

export function networkPolicy(errors: Errors, object: JsonObject): void {
  const spec = specOf(object);
  labelSelector(errors, 'spec.podSelector', spec['podSelector']);
  for (const [rules, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    listOf(spec[rules]).forEach((rule, i) => {
      const at = `spec.${rules}[${i}]`;
      listOf(get(rule, 'ports')).forEach((port, j) => {
        const here = `${at}.ports[${j}]`;
        oneOf(errors, `${here}.protocol`, get(port, 'protocol'), ['SCTP', 'TCP', 'UDP'], true);
        const number = get(port, 'port');
        const messages =
          typeof number === 'number' ? portNumber(number) : typeof number === 'string' ? portName(number) : [];
        for (const message of messages) errors.push(invalid(`${here}.port`, number, message));
        const end = get(port, 'endPort');
        if (typeof end === 'number' && typeof number === 'number' && end < number) {
          errors.push(invalid(`${here}.endPort`, end, 'must be greater than or equal to `port`'));
        }
      });
      listOf(get(rule, peers)).forEach((item, j) => {
        const peer = objectOf(item);
        const here = `${at}.${peers}[${j}]`;
        const kinds = ['podSelector', 'namespaceSelector', 'ipBlock'].filter((kind) => isObject(peer[kind]));
        labelSelector(errors, `${here}.podSelector`, peer['podSelector']);
        labelSelector(errors, `${here}.namespaceSelector`, peer['namespaceSelector']);
        if (kinds.length === 0) errors.push(required(here, 'must specify a peer'));
        else if (kinds.length > 1 && kinds.includes('ipBlock')) {
          errors.push(forbidden(here, 'may not specify both ipBlock and another peer'));
        }
        const cidr = get(peer, 'ipBlock', 'cidr');
        if (isObject(peer['ipBlock']) && present(errors, `${here}.ipBlock.cidr`, cidr) && !isCidr(String(cidr))) {
          errors.push(
            invalid(`${here}.ipBlock.cidr`, cidr, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'),
          );
        }
      });
    });
  }
  const types = listOf(spec['policyTypes']);
  types.forEach((type, i) => {
    oneOf(errors, `spec.policyTypes[${i}]`, type, ['Egress', 'Ingress']);
  });
  if (types.length > 2) errors.push(tooMany('spec.policyTypes', types.length, 2));
}
