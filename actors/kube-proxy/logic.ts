import type { Endpoint, EndpointSlice, Service, ServicePort } from '../api/types/service.ts';
import type { Backend, ListenAt, PortPlan } from './protocol.ts';

const AFFINITY_DEFAULT_S = 10_800;

export interface ProxyNode {
  readonly name: string;
  /** NodePorts are served on it. */
  readonly ip: string;
}

/** What a service asks of this node's proxy. Level-based: the same objects give the same plans. */
export function planService(
  service: Service | undefined,
  slices: readonly EndpointSlice[],
  node: ProxyNode,
): readonly PortPlan[] {
  const spec = service?.spec;
  if (service === undefined || spec === undefined || spec.type === 'ExternalName') return [];
  if (spec.clusterIP === undefined || spec.clusterIP === '' || spec.clusterIP === 'None') return [];
  const affinity = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? AFFINITY_DEFAULT_S;
  return (spec.ports ?? []).flatMap((port): PortPlan[] => {
    const protocol = port.protocol ?? 'TCP';
    if (protocol === 'SCTP') return [];
    const endpoints = endpointsOf(slices, port);
    return [
      {
        key: `${service.metadata.namespace}/${service.metadata.name}:${port.name ?? ''}/${protocol}`,
        protocol,
        listen: listenersOf(service, port, node),
        affinityMs: spec.sessionAffinity === 'ClientIP' ? affinity * 1_000 : 0,
        backends: usable(endpoints),
        localBackends: usable(endpoints.filter(({ backend }) => backend.node === node.name)),
      },
    ];
  });
}

function listenersOf({ spec, status }: Service, port: ServicePort, node: ProxyNode): readonly ListenAt[] {
  const inside = spec.internalTrafficPolicy === 'Local';
  const outside = spec.externalTrafficPolicy === 'Local';
  const listeners: ListenAt[] = (spec.clusterIPs ?? [spec.clusterIP ?? '']).map((ip) => ({
    ip,
    port: port.port,
    kind: 'service',
    local: inside,
  }));
  const balancers = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip === undefined ? [] : [ip]));
  for (const ip of [...(spec.externalIPs ?? []), ...balancers])
    listeners.push({ ip, port: port.port, kind: 'shared', local: outside });
  if (port.nodePort !== undefined && port.nodePort > 0) {
    listeners.push({ ip: node.ip, port: port.nodePort, kind: 'own', local: outside });
    listeners.push({ ip: '127.0.0.1', port: port.nodePort, kind: 'shared', local: outside });
  }
  const seen = new Set<string>();
  return listeners.filter(({ ip, port: number }) => {
    const at = `${ip}:${number}`;
    // User-space sockets of IPv4 only, as the rest of the network.
    if (ip.includes(':') || seen.has(at)) return false;
    seen.add(at);
    return true;
  });
}

interface Known {
  readonly backend: Backend;
  readonly endpoint: Endpoint;
}
function endpointsOf(slices: readonly EndpointSlice[], port: ServicePort): readonly Known[] {
  const found = new Map<string, Known>();
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue;
    const at = slice.ports?.find(
      (one) => (one.name ?? '') === (port.name ?? '') && (one.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    );
    if (at?.port === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const ip = endpoint.addresses[0];
      if (ip === undefined) continue;
      const known = { backend: { ip, port: at.port, node: endpoint.nodeName ?? '' }, endpoint };
      const key = backendKey(known.backend);
      // While it moves from one slice to another an endpoint is in both: the ready one counts.
      if (!found.has(key) || isReady(endpoint)) found.set(key, known);
    }
  }
  return [...found.values()];
}
/** The ready ones; when there are none, those that are going and still serve (KEP-1669). */
function usable(endpoints: readonly Known[]): readonly Backend[] {
  const ready = endpoints.filter(({ endpoint }) => isReady(endpoint));
  const chosen = ready.length > 0 ? ready : endpoints.filter(({ endpoint }) => isServing(endpoint));
  return chosen.map(({ backend }) => backend).sort(byAddress);
}
// Absent means ready (discovery/v1 EndpointConditions).
const isReady = ({ conditions }: Endpoint): boolean => conditions?.ready !== false;
const isServing = ({ conditions }: Endpoint): boolean =>
  conditions?.terminating === true && conditions.serving !== false;
const byAddress = (a: Backend, b: Backend): number => (backendKey(a) < backendKey(b) ? -1 : 1);

export const backendKey = (backend: Backend): string => `${backend.ip}:${backend.port}`;
export const listenKey = (at: { readonly ip: string; readonly port: number }): string => `${at.ip}:${at.port}`;
