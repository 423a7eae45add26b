//! The Endpoints object that a service should have, given its pods.
import type { Draft } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { EndpointAddress, EndpointSubset, Endpoints, Service } from '../../api/types/service.ts';
import { isReady, isTerminal, isTerminating } from '../../client/workload/pod-state.ts';
import {
  HEADLESS,
  hostnameOf,
  isHeadless,
  TRIGGER_TIME,
  targetPort,
  targetRefOf,
  triggerTime,
} from '../../client/workload/service-pods.ts';

export const ADDRESSES_MAX = 1_000;
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';
const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const MANAGER = 'endpoint-controller';
export const isOurs = ({ metadata }: Endpoints): boolean => metadata.labels?.[MANAGED_BY] === MANAGER;

type Port = NonNullable<EndpointSubset['ports']>[number];

export function endpointsOf(service: Service, pods: readonly Pod[], current: Endpoints | undefined): Draft<Endpoints> {
  const { subsets, truncated } = capped(subsetsOf(service, pods));
  const { [OVER_CAPACITY]: _, [TRIGGER_TIME]: __, ...annotations } = current?.metadata.annotations ?? {};
  return {
    metadata: {
      ...(current?.metadata ?? { name: service.metadata.name, namespace: service.metadata.namespace ?? '' }),
      labels: {
        ...service.metadata.labels,
        [MANAGED_BY]: MANAGER,
        ...(isHeadless(service) ? { [HEADLESS]: '' } : {}),
      },
      annotations: {
        ...annotations,
        ...(truncated ? { [OVER_CAPACITY]: 'truncated' } : {}),
        [TRIGGER_TIME]: triggerTime(service, pods),
      },
    },
    ...(subsets.length === 0 ? {} : { subsets }),
  };
}

/** One subset for each combination of ports; within it ready and not ready addresses, in order of address. */
export function subsetsOf(service: Service, pods: readonly Pod[]): readonly EndpointSubset[] {
  const tolerant = service.spec.publishNotReadyAddresses === true;
  const groups = new Map<string, { ports: readonly Port[]; ready: EndpointAddress[]; notReady: EndpointAddress[] }>();
  for (const pod of pods) {
    if (!pod.status.podIP || isTerminal(pod) || (isTerminating(pod) && !tolerant)) continue;
    const ports = portsOf(service, pod);
    if (ports === undefined) continue;
    const key = JSON.stringify(ports);
    let group = groups.get(key);
    if (group === undefined) {
      group = { ports, ready: [], notReady: [] };
      groups.set(key, group);
    }
    (tolerant || isReady(pod) ? group.ready : group.notReady).push(addressOf(service, pod));
  }
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { ports, ready, notReady }]) => ({
      ...(ready.length === 0 ? {} : { addresses: ready.sort(byAddress) }),
      ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady.sort(byAddress) }),
      ...(ports.length === 0 ? {} : { ports }),
    }));
}
/** Undefined: of the named ports this pod has none. */
function portsOf(service: Service, pod: Pod): readonly Port[] | undefined {
  const wanted = service.spec.ports ?? [];
  if (wanted.length === 0) return isHeadless(service) ? [] : undefined;
  const ports: Port[] = [];
  for (const port of wanted) {
    const number = targetPort(pod, port);
    if (number === undefined) continue;
    const { name, protocol, appProtocol } = port;
    ports.push({
      ...(name ? { name } : {}),
      port: number,
      protocol: protocol ?? 'TCP',
      ...(appProtocol === undefined ? {} : { appProtocol }),
    });
  }
  return ports.length === 0 ? undefined : ports;
}
function addressOf(service: Service, pod: Pod): EndpointAddress {
  const hostname = hostnameOf(pod, service);
  return {
    ip: pod.status.podIP ?? '',
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: targetRefOf(pod),
  };
}
const byAddress = (a: EndpointAddress, b: EndpointAddress): number =>
  a.ip !== b.ip ? (a.ip < b.ip ? -1 : 1) : (a.targetRef?.uid ?? '') < (b.targetRef?.uid ?? '') ? -1 : 1;

/** Ready addresses keep their place before others when there are too many. */
function capped(subsets: readonly EndpointSubset[]): { subsets: readonly EndpointSubset[]; truncated: boolean } {
  const count = (list: readonly unknown[] | undefined): number => list?.length ?? 0;
  const ready = subsets.reduce((sum, subset) => sum + count(subset.addresses), 0);
  const all = subsets.reduce((sum, subset) => sum + count(subset.notReadyAddresses), ready);
  if (all <= ADDRESSES_MAX) return { subsets, truncated: false };
  let readyLeft = ADDRESSES_MAX;
  let notReadyLeft = Math.max(0, ADDRESSES_MAX - ready);
  const cut = subsets.map(({ addresses, notReadyAddresses, ...rest }): EndpointSubset => {
    const keptReady = addresses?.slice(0, readyLeft) ?? [];
    const keptNotReady = notReadyAddresses?.slice(0, notReadyLeft) ?? [];
    readyLeft -= keptReady.length;
    notReadyLeft -= keptNotReady.length;
    return {
      ...(keptReady.length === 0 ? {} : { addresses: keptReady }),
      ...(keptNotReady.length === 0 ? {} : { notReadyAddresses: keptNotReady }),
      ...rest,
    };
  });
  return { subsets: cut.filter((subset) => subset.addresses ?? subset.notReadyAddresses), truncated: true };
}
