//! Which slices tell what Endpoints of somebody say (pkg/controller/endpointslicemirroring).
import { isIpv4, isIpv6 } from '../../api/ip.ts';
import type { Endpoint, EndpointAddress, EndpointSlice, Endpoints, Service } from '../../api/types/service.ts';
import { controllerRef } from '../../client/owners.ts';
import { TRIGGER_TIME } from '../../client/workload/service-pods.ts';
import { type Group, MANAGED_BY, type Plan, planSlices, portsKey, SERVICE_NAME } from '../../client/workload/slices.ts';

/** --mirroring-max-endpoints-per-subset, and as many go into a slice. */
export const ADDRESSES_MAX = 1_000;
export const MANAGER = 'endpointslicemirroring-controller.k8s.io';
const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Endpoints that nobody makes from pods, of a Service that says so. */
export const isMirrored = (endpoints: Endpoints, service: Service | undefined): boolean =>
  service !== undefined &&
  service.spec.selector === undefined &&
  service.spec.type !== 'ExternalName' &&
  endpoints.metadata.labels?.[SKIP] !== 'true' &&
  endpoints.metadata.annotations?.[LEADER] === undefined;

export interface Mirror extends Plan {
  /** Addresses that are none. */
  readonly invalid: number;
  /** Addresses beyond the most of a subset. */
  readonly surplus: number;
}
export function plan(endpoints: Endpoints, slices: readonly EndpointSlice[]): Mirror {
  let invalid = 0;
  let surplus = 0;
  const wanted = { IPv4: new Map<string, Grouped>(), IPv6: new Map<string, Grouped>() };
  for (const subset of endpoints.subsets ?? []) {
    const ports = (subset.ports ?? []).map(({ name = '', ...port }) => ({ name, ...port }));
    const key = portsKey(ports);
    let told = 0;
    const add = (address: EndpointAddress, ready: boolean): void => {
      const type = typeOf(address.ip);
      if (type === undefined) invalid++;
      else if (++told > ADDRESSES_MAX) surplus++;
      else {
        const group = wanted[type].get(key) ?? { ports, endpoints: [] };
        group.endpoints.push(endpointOf(address, ready));
        wanted[type].set(key, group);
      }
    };
    for (const address of subset.addresses ?? []) add(address, true);
    for (const address of subset.notReadyAddresses ?? []) add(address, false);
  }
  const parts = (['IPv4', 'IPv6'] as const).map((type) =>
    planSlices(
      frameOf(endpoints, type),
      wanted[type],
      slices.filter((slice) => slice.addressType === type),
    ),
  );
  return {
    create: parts.flatMap(({ create }) => create),
    update: parts.flatMap(({ update }) => update),
    remove: parts.flatMap(({ remove }) => remove),
    invalid,
    surplus,
  };
}
type Grouped = Group & { readonly endpoints: Endpoint[] };
const typeOf = (ip: string): 'IPv4' | 'IPv6' | undefined => (isIpv4(ip) ? 'IPv4' : isIpv6(ip) ? 'IPv6' : undefined);

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef === undefined ? {} : { targetRef }),
  };
}
function frameOf(endpoints: Endpoints, type: 'IPv4' | 'IPv6') {
  const { name, namespace = '', labels, annotations = {} } = endpoints.metadata;
  const { [TRIGGER_TIME]: changedAt, [LAST_APPLIED]: _, ...kept } = annotations;
  return {
    namespace,
    name,
    type,
    owner: controllerRef(endpoints),
    labels: { ...labels, [SERVICE_NAME]: name, [MANAGED_BY]: MANAGER },
    annotations: kept,
    changedAt,
    most: ADDRESSES_MAX,
    keepEmpty: false,
  };
}
