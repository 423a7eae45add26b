//! Defaults of services, endpoints, ingresses and policies (pkg/apis/{core,discovery,networking}/v1/defaults.go).
import { isObject, type JsonObject, listOf } from '../json.ts';
import { at, each, fill, within } from './fill.ts';

/** Three hours. */
const AFFINITY_SECONDS = 10_800;

export const service = (object: JsonObject): JsonObject =>
  at(
    within(object, 'spec', (spec) => {
      let filled = fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
      if (filled['sessionAffinity'] === 'ClientIP') {
        filled = within(filled, 'sessionAffinityConfig', (config) =>
          within(config, 'clientIP', (client) => fill(client, { timeoutSeconds: AFFINITY_SECONDS })),
        );
      } else if (filled['sessionAffinityConfig'] !== undefined) {
        const { sessionAffinityConfig: _, ...rest } = filled;
        filled = rest;
      }
      filled = each(filled, 'ports', (port) => {
        const typed = fill(port, { protocol: 'TCP' });
        const target = typed['targetPort'];
        const port_ = typed['port'];
        return (target === undefined || target === 0 || target === '') && port_ !== undefined
          ? { ...typed, targetPort: port_ }
          : typed;
      });
      const type = filled['type'];
      const external =
        type === 'NodePort' ||
        type === 'LoadBalancer' ||
        (type === 'ClusterIP' && listOf(filled['externalIPs']).length > 0);
      return fill(filled, {
        externalTrafficPolicy: external ? 'Cluster' : undefined,
        internalTrafficPolicy: type === 'ExternalName' ? undefined : 'Cluster',
        allocateLoadBalancerNodePorts: type === 'LoadBalancer' ? true : undefined,
      });
    }),
    'status',
    (status) =>
      at(status, 'loadBalancer', (balancer) =>
        each(balancer, 'ingress', (item) => (item['ip'] === undefined ? item : fill(item, { ipMode: 'VIP' }))),
      ),
  );
export const endpoints = (object: JsonObject): JsonObject =>
  each(object, 'subsets', (subset) => each(subset, 'ports', (port) => fill(port, { protocol: 'TCP' })));
export const endpointSlice = (object: JsonObject): JsonObject =>
  each(object, 'ports', (port) => fill(port, { name: '', protocol: 'TCP' }));
export const networkPolicy = (object: JsonObject): JsonObject =>
  within(object, 'spec', (spec) => {
    const ports = (rule: JsonObject): JsonObject => each(rule, 'ports', (port) => fill(port, { protocol: 'TCP' }));
    return fill(each(each(spec, 'ingress', ports), 'egress', ports), {
      policyTypes: listOf(spec['egress']).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'],
      podSelector: {},
    });
  });
export const ingressClass = (object: JsonObject): JsonObject =>
  at(object, 'spec', (spec) => at(spec, 'parameters', (parameters) => fill(parameters, { scope: 'Cluster' })));
export const hasPorts = (object: unknown): boolean => isObject(object) && listOf(object['ports']).length > 0;
