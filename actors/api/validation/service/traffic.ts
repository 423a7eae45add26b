//! Which traffic a Service lets in and where it goes.
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { get, type JsonObject, listOf, numberOf, textOf } from '../../json.ts';
import { portNumber, qualifiedName } from '../../names.ts';
import { legacyNetwork } from '../address.ts';
import { type Errors, name, oneOf } from '../check.ts';
import { isBalanced, isExternal, isNull, needsHealthCheck } from './fields.ts';

const AFFINITY_SECONDS_MAX = 86_400;
const RANGES_ANNOTATION = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const ONLY_BALANCED = "may only be used when `type` is 'LoadBalancer'";
const POLICIES = ['Cluster', 'Local'];

export function affinity(errors: Errors, spec: JsonObject): void {
  const at = 'spec.sessionAffinityConfig';
  const config = spec['sessionAffinityConfig'];
  oneOf(errors, 'spec.sessionAffinity', spec['sessionAffinity'], ['ClientIP', 'None']);
  if (spec['sessionAffinity'] === 'None') {
    if (!isNull(config)) errors.push(forbidden(at, 'must not be set when session affinity is None'));
  } else if (spec['sessionAffinity'] === 'ClientIP') {
    const seconds = get(config, 'clientIP', 'timeoutSeconds');
    const when = 'when session affinity type is ClientIP';
    if (isNull(config)) errors.push(required(at, when));
    else if (isNull(get(config, 'clientIP'))) errors.push(required(`${at}.clientIP`, when));
    else if (isNull(seconds)) errors.push(required(`${at}.clientIP.timeoutSeconds`, when));
    else if (numberOf(seconds) <= 0 || numberOf(seconds) > AFFINITY_SECONDS_MAX) {
      const detail = `must be greater than 0 and less than ${AFFINITY_SECONDS_MAX}`;
      errors.push(invalid(`${at}.clientIP.timeoutSeconds`, seconds, detail));
    }
  }
}

/** From the field or, when it is not used, from the annotation that was there before it. */
export function sourceRanges(errors: Errors, object: JsonObject, spec: JsonObject, old?: JsonObject): void {
  const ranges = listOf(spec['loadBalancerSourceRanges']).map(textOf);
  const annotation = (of?: JsonObject) => get(of, 'metadata', 'annotations', RANGES_ANNOTATION);
  if (ranges.length > 0) {
    const at = 'spec.LoadBalancerSourceRanges';
    if (!isBalanced(spec)) errors.push(forbidden(at, ONLY_BALANCED));
    const before = listOf(get(old, 'spec', 'loadBalancerSourceRanges')).map((one) => textOf(one).trim());
    ranges.forEach((range, i) => {
      legacyNetwork(errors, `${at}[${i}]`, range.trim(), before);
    });
    return;
  }
  const text = annotation(object);
  if (typeof text !== 'string') return;
  const at = `metadata.annotations[${RANGES_ANNOTATION}]`;
  if (!isBalanced(spec)) errors.push(forbidden(at, ONLY_BALANCED));
  if (text.trim() === '' || annotation(old) === text) return;
  for (const range of text.trim().split(',')) legacyNetwork(errors, at, range.trim());
}

export function balancer(errors: Errors, spec: JsonObject): void {
  const allocate = spec['allocateLoadBalancerNodePorts'];
  if (!isBalanced(spec)) {
    if (!isNull(allocate)) errors.push(forbidden('spec.allocateLoadBalancerNodePorts', ONLY_BALANCED));
  } else if (isNull(allocate)) errors.push(required('allocateLoadBalancerNodePorts'));
  balancerClass(errors, spec);
}
function balancerClass(errors: Errors, spec: JsonObject): void {
  const own = spec['loadBalancerClass'];
  if (isNull(own)) return;
  if (isBalanced(spec)) name(errors, 'spec.loadBalancerClass', own, qualifiedName);
  else errors.push(forbidden('spec.loadBalancerClass', ONLY_BALANCED));
}
export function balancerClassUpdate(errors: Errors, spec: JsonObject, before: JsonObject): void {
  const [now, was] = [spec['loadBalancerClass'] ?? null, before['loadBalancerClass'] ?? null];
  if (isBalanced(spec) && isBalanced(before) && now !== was)
    errors.push(invalid('spec.loadBalancerClass', now, 'may not change once set'));
  balancerClass(errors, spec);
}

export function trafficPolicies(errors: Errors, spec: JsonObject): void {
  const external = textOf(spec['externalTrafficPolicy']);
  if (isExternal(spec)) oneOf(errors, 'spec.externalTrafficPolicy', external, POLICIES);
  else if (external !== '') {
    const detail = 'may only be set for externally-accessible services';
    errors.push(invalid('spec.externalTrafficPolicy', external, detail));
  }
  const port = numberOf(spec['healthCheckNodePort']);
  const at = 'spec.healthCheckNodePort';
  if (!needsHealthCheck(spec)) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    if (port !== 0) errors.push(invalid(at, port, detail));
  } else if (port === 0) errors.push(required(at));
  else for (const message of portNumber(port)) errors.push(invalid(at, port, message));
  const internal = spec['internalTrafficPolicy'];
  if (isNull(internal)) {
    const types = ['NodePort', 'LoadBalancer', 'ClusterIP'];
    if (types.includes(textOf(spec['type']))) errors.push(required('spec.internalTrafficPolicy'));
  } else if (!POLICIES.includes(textOf(internal)))
    errors.push(notSupported('spec.internalTrafficPolicy', internal, POLICIES));
  const spread = spec['trafficDistribution'];
  const known = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
  if (!isNull(spread) && !known.includes(textOf(spread)))
    errors.push(notSupported('spec.trafficDistribution', spread, known));
}
