//! Which slices to make, change and delete, so that as few as possible change when a pod does.
import { semanticEqual } from '../../api/json.ts';
import type { Node } from '../../api/types/cluster.ts';
import type { Draft } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { Endpoint, EndpointSlice, Service } from '../../api/types/service.ts';
import { controllerRef } from '../../client/owners.ts';
import { HEADLESS, isHeadless, TRIGGER_TIME, triggerTime } from '../../client/workload/service-pods.ts';
import { type AddressType, type Group, groupsOf, portsKey, type SlicePort } from './endpoint.ts';

export const ENDPOINTS_MAX = 100;
export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const MANAGER = 'endpointslice-controller.k8s.io';

export interface Plan {
  readonly create: readonly Draft<EndpointSlice>[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}

/** `slices`: all that this controller has made for the service. */
export function plan(
  service: Service,
  pods: readonly Pod[],
  slices: readonly EndpointSlice[],
  nodeOf: (name: string) => Node | undefined,
): Plan {
  const types = addressTypes(service);
  const parts = types.map((type) =>
    planType(
      service,
      type,
      groupsOf(service, pods, type, nodeOf),
      slices.filter((slice) => slice.addressType === type),
      triggerTime(service, pods),
    ),
  );
  return {
    create: parts.flatMap((part) => part.create),
    update: parts.flatMap((part) => part.update),
    remove: [
      ...slices.filter((slice) => !types.includes(slice.addressType as AddressType)),
      ...parts.flatMap((part) => part.remove),
    ],
  };
}
export function addressTypes({ spec }: Service): readonly AddressType[] {
  const families = spec.ipFamilies;
  if (families !== undefined && families.length > 0) return families;
  return spec.clusterIP?.includes(':') ? ['IPv6'] : ['IPv4'];
}

function planType(
  service: Service,
  type: AddressType,
  wanted: ReadonlyMap<string, Group>,
  slices: readonly EndpointSlice[],
  changedAt: string,
): Plan {
  // A service without endpoints keeps one empty slice: it says that nobody is there.
  const groups = wanted.size === 0 ? NOBODY : wanted;
  const byPorts = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = portsKey(slice.ports ?? []);
    byPorts.set(key, [...(byPorts.get(key) ?? []), slice]);
  }
  const create: Draft<EndpointSlice>[] = [];
  const update: EndpointSlice[] = [];
  const remove: EndpointSlice[] = [];
  for (const [key, existing] of byPorts) if (!groups.has(key)) remove.push(...existing);
  for (const [key, group] of groups) {
    const filled = fill(group, byPorts.get(key) ?? [], wanted.size === 0);
    const labels = labelsOf(service);
    for (const { slice, endpoints } of filled.kept) {
      if (same(slice, endpoints) && semanticEqual(slice.metadata.labels, labels)) continue;
      const annotations = { ...slice.metadata.annotations, [TRIGGER_TIME]: changedAt };
      update.push({ ...slice, metadata: { ...slice.metadata, labels, annotations }, endpoints });
    }
    remove.push(...filled.emptied);
    for (const endpoints of filled.added)
      create.push({
        metadata: {
          generateName: `${service.metadata.name}-`,
          namespace: service.metadata.namespace ?? '',
          labels,
          annotations: { [TRIGGER_TIME]: changedAt },
          ownerReferences: [controllerRef(service)],
        },
        addressType: type,
        endpoints,
        ports: group.ports,
      });
  }
  return recycled({ create, update, remove });
}
/** A slice that would go is filled anew instead of making another. */
function recycled({ create, update, remove }: Plan): Plan {
  const again = create.slice(0, remove.length).map((draft, i): EndpointSlice => {
    const slice = remove[i]!;
    const { labels = {}, annotations = {} } = draft.metadata;
    const metadata = { ...slice.metadata, labels, annotations: { ...slice.metadata.annotations, ...annotations } };
    return {
      ...slice,
      metadata,
      endpoints: draft.endpoints as readonly Endpoint[],
      ports: draft.ports as readonly SlicePort[],
    };
  });
  return { create: create.slice(again.length), update: [...update, ...again], remove: remove.slice(again.length) };
}
const NOBODY: ReadonlyMap<string, Group> = new Map([[portsKey([]), { ports: [], endpoints: [] }]]);
const same = (slice: EndpointSlice, endpoints: readonly Endpoint[]): boolean =>
  slice.endpoints.length === endpoints.length && semanticEqual(slice.endpoints, endpoints);

interface Kept {
  readonly slice: EndpointSlice;
  readonly endpoints: readonly Endpoint[];
}
interface Filled {
  readonly kept: readonly Kept[];
  readonly emptied: readonly EndpointSlice[];
  readonly added: readonly (readonly Endpoint[])[];
}
/** Endpoints stay where they are; new ones go first into slices that change anyway, then where they just fit. */
function fill(group: Group, slices: readonly EndpointSlice[], keepEmpty: boolean): Filled {
  const left = new Map(group.endpoints.map((endpoint) => [identity(endpoint), endpoint]));
  const kept = slices.map((slice) => {
    const endpoints: Endpoint[] = [];
    for (const old of slice.endpoints) {
      const current = left.get(identity(old));
      if (current === undefined) continue;
      left.delete(identity(old));
      endpoints.push(current);
    }
    return { slice, endpoints };
  });
  const fresh = [...left.values()];
  for (const { slice, endpoints } of kept)
    if (!same(slice, endpoints)) endpoints.push(...fresh.splice(0, ENDPOINTS_MAX - endpoints.length));
  const added: (readonly Endpoint[])[] = [];
  while (fresh.length >= ENDPOINTS_MAX) added.push(fresh.splice(0, ENDPOINTS_MAX));
  // The slice with the least room that still takes all of the rest; only if there is one, an untouched one changes.
  if (fresh.length > 0) {
    const fitting = kept
      .filter(({ endpoints }) => ENDPOINTS_MAX - endpoints.length >= fresh.length)
      .sort((a, b) => b.endpoints.length - a.endpoints.length);
    if (fitting[0] === undefined) added.push(fresh);
    else fitting[0].endpoints.push(...fresh);
  }
  const used = kept.filter(({ endpoints }) => endpoints.length > 0);
  if (keepEmpty) {
    const [first, ...others] = kept;
    if (first === undefined) return { kept: [], emptied: [], added: [[]] };
    return { kept: [first], emptied: others.map(({ slice }) => slice), added: [] };
  }
  return { kept: used, emptied: kept.filter((one) => !used.includes(one)).map(({ slice }) => slice), added };
}
const identity = ({ addresses, targetRef }: Endpoint): string => `${targetRef?.uid ?? ''}/${addresses.join()}`;

const labelsOf = (service: Service): Readonly<Record<string, string>> => ({
  ...service.metadata.labels,
  ...(isHeadless(service) ? { [HEADLESS]: '' } : {}),
  [SERVICE_NAME]: service.metadata.name,
  [MANAGED_BY]: MANAGER,
});
