//! What the fields of a Service mean together.
import { type JsonObject, listOf, textOf } from '../../json.ts';

export { isNull } from '../check.ts';

export const isHeadless = (spec: JsonObject): boolean => {
  const ips = listOf(spec['clusterIPs']);
  return ips.length === 1 && ips[0] === 'None';
};
export const isExternalName = (spec: JsonObject): boolean => spec['type'] === 'ExternalName';
export const isBalanced = (spec: JsonObject): boolean => spec['type'] === 'LoadBalancer';
/** It can be reached from outside the cluster (pkg/api/service ExternallyAccessible). */
export const isExternal = (spec: JsonObject): boolean =>
  isBalanced(spec) ||
  spec['type'] === 'NodePort' ||
  (spec['type'] === 'ClusterIP' && listOf(spec['externalIPs']).length > 0);
/** A load balancer is to ask nodes whether they have endpoints of their own. */
export const needsHealthCheck = (spec: JsonObject): boolean =>
  isBalanced(spec) && spec['externalTrafficPolicy'] === 'Local';
export const ipsOf = (spec: JsonObject): readonly string[] => listOf(spec['clusterIPs']).map(textOf);
export const familiesOf = (spec: JsonObject): readonly string[] => listOf(spec['ipFamilies']).map(textOf);
