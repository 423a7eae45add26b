//! Services, endpoints, ingresses and what belongs to them.
import { get, type Json, listOf, textOf } from '../json.ts';
import {
  ageOf,
  columns,
  count,
  labelsText,
  NONE,
  nameOf,
  type Printer,
  selectorText,
  shortList,
  UNKNOWN,
  UNSET,
} from './column.ts';

const balancer = (object: Json): string =>
  [
    ...new Set(
      listOf(get(object, 'status', 'loadBalancer', 'ingress')).map(
        (item) => textOf(get(item, 'ip')) || textOf(get(item, 'hostname')),
      ),
    ),
  ]
    .sort()
    .join(',');
function externalIp(object: Json): string {
  const given = listOf(get(object, 'spec', 'externalIPs')).join(',');
  switch (get(object, 'spec', 'type')) {
    case 'ClusterIP':
    case 'NodePort':
      return given || NONE;
    case 'LoadBalancer':
      return [balancer(object), given].filter((part) => part !== '').join(',') || '<pending>';
    case 'ExternalName':
      return textOf(get(object, 'spec', 'externalName'));
    default:
      return UNKNOWN;
  }
}
export const services: Printer = {
  columns: columns('Name Type Cluster-IP External-IP Port(s) Age Selector:string:1'),
  cells: (object, nowMs) => [
    nameOf(object),
    textOf(get(object, 'spec', 'type')),
    textOf(get(object, 'spec', 'clusterIP')) || NONE,
    externalIp(object),
    listOf(get(object, 'spec', 'ports'))
      .map((port) => {
        const node = count(get(port, 'nodePort'));
        return `${get(port, 'port')}${node > 0 ? `:${node}` : ''}/${get(port, 'protocol')}`;
      })
      .join(',') || NONE,
    ageOf(object, nowMs),
    labelsText(get(object, 'spec', 'selector')),
  ],
};
const joined = (host: string, port: Json | undefined): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
export const endpoints: Printer = {
  columns: columns('Name Endpoints Age'),
  cells: (object, nowMs) => {
    const all = listOf(get(object, 'subsets')).flatMap((subset) => {
      const addresses = listOf(get(subset, 'addresses')).map((address) => textOf(get(address, 'ip')));
      const ports = listOf(get(subset, 'ports'));
      if (ports.length === 0) return addresses;
      return ports.flatMap((port) => addresses.map((address) => joined(address, get(port, 'port'))));
    });
    return [nameOf(object), shortList(all, 3, NONE), ageOf(object, nowMs)];
  },
};
export const endpointSlices: Printer = {
  columns: columns('Name AddressType Ports Endpoints Age'),
  cells: (object, nowMs) => {
    const ports = listOf(get(object, 'ports')).map((port) => String(get(port, 'port') ?? '*'));
    const addresses = listOf(get(object, 'endpoints')).flatMap((item) => listOf(get(item, 'addresses')).map(String));
    return [
      nameOf(object),
      textOf(get(object, 'addressType')),
      shortList(ports, 3, UNSET),
      shortList(addresses, 3, UNSET),
      ageOf(object, nowMs),
    ];
  },
};
export const ingresses: Printer = {
  columns: columns('Name Class Hosts Address Ports Age'),
  cells: (object, nowMs) => {
    const rules = listOf(get(object, 'spec', 'rules'));
    const hosts = rules.map((rule) => textOf(get(rule, 'host'))).filter((host) => host !== '');
    return [
      nameOf(object),
      textOf(get(object, 'spec', 'ingressClassName')) || NONE,
      shortList(hosts, 3, '*'),
      balancer(object),
      listOf(get(object, 'spec', 'tls')).length > 0 ? '80, 443' : '80',
      ageOf(object, nowMs),
    ];
  },
};
export const ingressClasses: Printer = {
  columns: columns('Name Controller Parameters Age'),
  cells: (object, nowMs) => {
    const given = get(object, 'spec', 'parameters');
    const group = textOf(get(given, 'apiGroup'));
    const kind = textOf(get(given, 'kind'));
    return [
      nameOf(object),
      textOf(get(object, 'spec', 'controller')),
      given === undefined ? NONE : `${kind}${group === '' ? '' : `.${group}`}/${textOf(get(given, 'name'))}`,
      ageOf(object, nowMs),
    ];
  },
};
export const networkPolicies: Printer = {
  columns: columns('Name Pod-Selector Age'),
  cells: (object, nowMs) => [nameOf(object), selectorText(get(object, 'spec', 'podSelector')), ageOf(object, nowMs)],
};
export const serviceCidrs: Printer = {
  columns: columns('Name CIDRs Age'),
  cells: (object, nowMs) => [nameOf(object), listOf(get(object, 'spec', 'cidrs')).join(','), ageOf(object, nowMs)],
};
export const ipAddresses: Printer = {
  columns: columns('Name ParentRef'),
  cells: (object) => {
    const parent = get(object, 'spec', 'parentRef');
    const parts = ['group', 'resource', 'namespace', 'name'].map((field) => textOf(get(parent, field)));
    const [group = '', resource = '', namespace = '', name = ''] = parts;
    return [
      nameOf(object),
      [group === '' ? resource : `${resource}.${group}`, namespace, name].filter(Boolean).join('/'),
    ];
  },
};
