//! One endpoint of a slice: a pod as the proxies see it.
import type { Node } from '../../api/types/cluster.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { Endpoint, Service } from '../../api/types/service.ts';
import { isReady, isTerminal, isTerminating } from '../../client/workload/pod-state.ts';
import { hostnameOf, targetPort, targetRefOf } from '../../client/workload/service-pods.ts';
import { type Group, portsKey, type SlicePort } from '../../client/workload/slices.ts';

export type AddressType = 'IPv4' | 'IPv6';
const ZONE_LABEL = 'topology.kubernetes.io/zone';

export function groupsOf(
  service: Service,
  pods: readonly Pod[],
  type: AddressType,
  nodeOf: (name: string) => Node | undefined,
): ReadonlyMap<string, Group> {
  const groups = new Map<string, { ports: readonly SlicePort[]; endpoints: Endpoint[] }>();
  for (const pod of pods) {
    if (isTerminal(pod)) continue;
    const addresses = addressesOf(pod, type);
    if (addresses.length === 0) continue;
    const ports = portsOf(service, pod);
    const key = portsKey(ports);
    let group = groups.get(key);
    if (group === undefined) {
      group = { ports, endpoints: [] };
      groups.set(key, group);
    }
    group.endpoints.push(endpointOf(service, pod, addresses, nodeOf));
  }
  return groups;
}

function addressesOf({ status }: Pod, type: AddressType): readonly string[] {
  const ips = status.podIPs?.map(({ ip }) => ip) ?? (status.podIP ? [status.podIP] : []);
  return ips.filter((ip) => ip.includes(':') === (type === 'IPv6')).slice(0, 1);
}
function portsOf(service: Service, pod: Pod): readonly SlicePort[] {
  const ports: SlicePort[] = [];
  for (const wanted of service.spec.ports ?? []) {
    const port = targetPort(pod, wanted);
    if (port === undefined) continue;
    ports.push({
      name: wanted.name ?? '',
      port,
      protocol: wanted.protocol ?? 'TCP',
      ...(wanted.appProtocol === undefined ? {} : { appProtocol: wanted.appProtocol }),
    });
  }
  return ports;
}
function endpointOf(
  service: Service,
  pod: Pod,
  addresses: readonly string[],
  nodeOf: (name: string) => Node | undefined,
): Endpoint {
  const serving = isReady(pod);
  const terminating = isTerminating(pod);
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const nodeName = pod.spec.nodeName;
  const zone = nodeName ? nodeOf(nodeName)?.metadata.labels?.[ZONE_LABEL] : undefined;
  const hostname = hostnameOf(pod, service);
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName ? { nodeName } : {}),
    targetRef: targetRefOf(pod),
    ...(zone === undefined ? {} : { zone }),
    ...(ready ? hintsOf(service, nodeName, zone) : {}),
  };
}
/** By `spec.trafficDistribution` (k8s.io/endpointslice/trafficdist). */
function hintsOf({ spec }: Service, nodeName?: string, zone?: string): Pick<Endpoint, 'hints'> {
  if (spec.trafficDistribution === undefined || zone === undefined) return {};
  const nodes = spec.trafficDistribution === 'PreferSameNode' && nodeName ? { forNodes: [{ name: nodeName }] } : {};
  return { hints: { forZones: [{ name: zone }], ...nodes } };
}
