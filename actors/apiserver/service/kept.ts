//! What of a Service stays and goes when its type changes, and what a client may leave unsaid.
import { equal, isEmpty, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../api/json.ts';
import {
  isBalanced,
  isExternal,
  isExternalName,
  isNull,
  needsHealthCheck,
} from '../../api/validation/service/fields.ts';
import { nodePortOf } from './held.ts';

const opensPorts = (spec: JsonObject): boolean =>
  spec['type'] === 'NodePort' || (isBalanced(spec) && spec['allocateLoadBalancerNodePorts'] !== false);
const portsOf = (spec: JsonObject): ReadonlySet<number> =>
  new Set(
    listOf(spec['ports'])
      .map(nodePortOf)
      .filter((port) => port !== 0),
  );

/** What the old one was given and the new one does not mention stays (registry/core/service patchAllocatedValues). */
export function kept(spec: JsonObject, before: JsonObject): JsonObject {
  const next: JsonObject = { ...spec };
  if (!isExternalName(before) && !isExternalName(spec)) {
    if (textOf(spec['clusterIP']) === '' && textOf(before['clusterIP']) !== '')
      next['clusterIP'] = before['clusterIP']!;
    if (isEmpty(spec['clusterIPs']) && !isEmpty(before['clusterIPs'])) next['clusterIPs'] = before['clusterIPs']!;
  }
  if (opensPorts(before) && opensPorts(spec)) {
    const now = portsOf(spec);
    const byName = new Map(listOf(before['ports']).map((port) => [textOf(objectOf(port)['name']), nodePortOf(port)]));
    if (!isEmpty(spec['ports']))
      next['ports'] = listOf(spec['ports']).map((port) => {
        const nodePort = byName.get(textOf(objectOf(port)['name'])) ?? 0;
        return nodePortOf(port) !== 0 || nodePort === 0 || now.has(nodePort) ? port : { ...objectOf(port), nodePort };
      });
  }
  if (needsHealthCheck(before) && needsHealthCheck(spec) && numberOf(spec['healthCheckNodePort']) === 0)
    next['healthCheckNodePort'] = before['healthCheckNodePort'] ?? 0;
  return next;
}

/** One list of cluster IPs, whichever of both fields was written (normalizeClusterIPs). */
export function normalized(spec: JsonObject, before?: JsonObject): JsonObject {
  const [ip, ips] = [textOf(spec['clusterIP']), spec['clusterIPs']];
  if (before === undefined) return ip !== '' && isEmpty(ips) ? { ...spec, clusterIPs: [ip] } : spec;
  const was = textOf(before['clusterIP']);
  if (was === ip) {
    const lost = isEmpty(ips) && !isEmpty(before['clusterIPs']);
    return lost ? { ...spec, clusterIPs: before['clusterIPs']! } : spec;
  }
  if (!same(ips, before['clusterIPs'])) return spec;
  if (ip !== '') return { ...spec, clusterIPs: [ip] };
  const { clusterIPs: _, ...rest } = spec;
  return rest;
}
const same = (a: unknown, b: unknown): boolean => equal(a, b) || (isEmpty(a) && isEmpty(b));

/** What only the old type has goes with it, unless the user changes it as well (dropTypeDependentFields). */
export function withoutDependent(spec: JsonObject, before: JsonObject): JsonObject {
  const next: JsonObject = { ...spec };
  const drop = (field: string): void => {
    delete next[field];
  };
  if (!isExternalName(before) && isExternalName(spec)) {
    if (['clusterIP', 'clusterIPs'].every((field) => same(spec[field], before[field]))) {
      drop('clusterIP');
      drop('clusterIPs');
    }
    for (const field of ['ipFamilies', 'ipFamilyPolicy']) if (same(spec[field], before[field])) drop(field);
  }
  const nodePorts = (one: JsonObject): boolean => one['type'] === 'NodePort' || isBalanced(one);
  const had = portsOf(before);
  if (nodePorts(before) && !nodePorts(spec) && [...portsOf(spec)].every((port) => had.has(port)) && spec['ports']) {
    next['ports'] = listOf(spec['ports']).map((port) => {
      const { nodePort: _, ...rest } = objectOf(port);
      return rest;
    });
  }
  const checked = (one: JsonObject): number => numberOf(one['healthCheckNodePort']);
  if (needsHealthCheck(before) && !needsHealthCheck(spec) && checked(spec) === checked(before))
    drop('healthCheckNodePort');
  if (isBalanced(before) && !isBalanced(spec)) {
    const allocate = spec['allocateLoadBalancerNodePorts'];
    if (!isNull(allocate) && allocate === before['allocateLoadBalancerNodePorts'])
      drop('allocateLoadBalancerNodePorts');
    if ((spec['loadBalancerClass'] ?? null) === (before['loadBalancerClass'] ?? null)) drop('loadBalancerClass');
  }
  const policy = (one: JsonObject): string => textOf(one['externalTrafficPolicy']);
  if (isExternal(before) && !isExternal(spec) && policy(spec) === policy(before)) drop('externalTrafficPolicy');
  return next;
}
