//! Services (pkg/apis/core/validation validateService, ValidateServiceUpdate, ValidateLoadBalancerStatus).
import { parseAddress } from '../../address.ts';
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { get, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import { dns1123Subdomain } from '../../names.ts';
import { endpointAddress, legacyAddress } from '../address.ts';
import { type Errors, labels, name, oneOf, specOf } from '../check.ts';
import { clusterIps, clusterIpsUpdate } from './cluster-ips.ts';
import { isExternalName, isHeadless, isNull, needsHealthCheck } from './fields.ts';
import { ports, portsTogether } from './ports.ts';
import { affinity, balancer, balancerClassUpdate, sourceRanges, trafficPolicies } from './traffic.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const HINTS = 'service.kubernetes.io/topology-aware-hints';
const MODE = 'service.kubernetes.io/topology-mode';

export function service(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  const before = old && specOf(old);
  if (before !== undefined) {
    clusterIpsUpdate(errors, spec, before);
    balancerClassUpdate(errors, spec, before);
    const port = (one: JsonObject): unknown => one['healthCheckNodePort'] ?? 0;
    if (needsHealthCheck(before) && needsHealthCheck(spec) && port(spec) !== port(before))
      errors.push(forbidden('spec.healthCheckNodePort', 'field is immutable'));
  }
  topology(errors, object);
  if (listOf(spec['ports']).length === 0 && !isHeadless(spec) && !isExternalName(spec))
    errors.push(required('spec.ports'));
  ofType(errors, spec);
  ports(errors, spec);
  labels(errors, 'spec.selector', spec['selector']);
  affinity(errors, spec);
  clusterIps(errors, spec, before);
  listOf(spec['externalIPs']).forEach((ip, i) => {
    const at = `spec.externalIPs[${i}]`;
    if (legacyAddress(errors, at, textOf(ip), listOf(before?.['externalIPs']))) endpointAddress(errors, at, textOf(ip));
  });
  oneOf(errors, 'spec.type', spec['type'], TYPES);
  portsTogether(errors, spec);
  sourceRanges(errors, object, spec, old);
  balancer(errors, spec);
  trafficPolicies(errors, spec);
}
function topology(errors: Errors, object: JsonObject): void {
  const annotations = objectOf(get(object, 'metadata', 'annotations'));
  const [mode, hints] = [annotations[MODE], annotations[HINTS]];
  if (mode === undefined || hints === undefined || mode === hints) return;
  const detail = `must match annotations[${HINTS}] when both are specified`;
  errors.push(invalid(`metadata.annotations[${MODE}]`, mode, detail));
}
function ofType(errors: Errors, spec: JsonObject): void {
  const type = textOf(spec['type']);
  if (type === 'LoadBalancer' || type === 'NodePort') {
    if (isHeadless(spec))
      errors.push(invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`));
  } else if (type === 'ExternalName') {
    const never = 'may not be set for ExternalName services';
    for (const field of ['clusterIPs', 'ipFamilies'])
      if (listOf(spec[field]).length > 0) errors.push(forbidden(`spec.${field}`, never));
    if (!isNull(spec['ipFamilyPolicy'])) errors.push(forbidden('spec.ipFamilyPolicy', never));
    // A name may end with a dot, to say that it is whole.
    const host = textOf(spec['externalName']).replace(/\.$/, '');
    if (host === '') errors.push(required('spec.externalName'));
    else name(errors, 'spec.externalName', host, dns1123Subdomain);
  }
}

const MODES = ['Proxy', 'VIP'];
export function serviceStatus(errors: Errors, object: JsonObject, old: JsonObject): void {
  const at = 'status.loadBalancer.ingress';
  const points = listOf(get(object, 'status', 'loadBalancer', 'ingress'));
  if (specOf(object)['type'] !== 'LoadBalancer' && points.length > 0)
    return void errors.push(forbidden(at, "may only be used when `spec.type` is 'LoadBalancer'"));
  const before = balancersOf(old);
  points.forEach((item, i) => {
    const point = objectOf(item);
    const ip = textOf(point['ip']);
    const mode = point['ipMode'];
    if (ip !== '') legacyAddress(errors, `${at}[${i}].ip`, ip, before);
    if (isNull(mode)) {
      if (ip !== '') errors.push(required(`${at}[${i}].ipMode`, 'must be specified when `ip` is set'));
    } else if (ip === '') errors.push(forbidden(`${at}[${i}].ipMode`, 'may not be specified when `ip` is not set'));
    else if (!MODES.includes(textOf(mode))) errors.push(notSupported(`${at}[${i}].ipMode`, mode, MODES));
    hostname(errors, `${at}[${i}].hostname`, textOf(point['hostname']));
  });
}
/** Addresses of its load balancers. */
export const balancersOf = (object: JsonObject): readonly string[] =>
  listOf(get(object, 'status', 'loadBalancer', 'ingress'))
    .map((point) => textOf(get(point, 'ip')))
    .filter((ip) => ip !== '');
export function hostname(errors: Errors, path: string, host: string): void {
  if (host === '') return;
  name(errors, path, host, dns1123Subdomain);
  if (parseAddress(host) !== undefined) errors.push(invalid(path, host, 'must be a DNS name, not an IP address'));
}
