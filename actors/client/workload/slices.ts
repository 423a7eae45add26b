//! Which EndpointSlices to make, change and delete, so that as few as possible change when an endpoint does: what the
//! controllers of Services and of Endpoints share.
import { semanticEqual } from '../../api/json.ts';
import type { Draft, OwnerReference } from '../../api/types/meta.ts';
import type { Endpoint, EndpointSlice } from '../../api/types/service.ts';
import { TRIGGER_TIME } from './service-pods.ts';

export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';

export type SlicePort = NonNullable<EndpointSlice['ports']>[number];
/** Endpoints with the same ports stand in the same slices. */
export interface Group {
  readonly ports: readonly SlicePort[];
  readonly endpoints: readonly Endpoint[];
}
export interface Plan {
  readonly create: readonly Draft<EndpointSlice>[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}
/** What all slices of one service and type have in common. */
export interface Frame {
  readonly namespace: string;
  /** Slices are called `<name>-` and five letters. */
  readonly name: string;
  readonly type: EndpointSlice['addressType'];
  readonly owner: OwnerReference;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** When what they tell last changed; undefined: nobody knows. */
  readonly changedAt: string | undefined;
  /** Endpoints of a slice. */
  readonly most: number;
  /** Without endpoints one empty slice stays: it says that nobody is there. */
  readonly keepEmpty: boolean;
}

export const portsKey = (ports: readonly SlicePort[]): string =>
  JSON.stringify(
    ports.map(({ name, port, protocol, appProtocol }) => [name ?? '', port, protocol, appProtocol]).sort(),
  );

/** `slices`: all of this frame's service and type that the asking controller has made. */
export function planSlices(frame: Frame, wanted: ReadonlyMap<string, Group>, slices: readonly EndpointSlice[]): Plan {
  const groups = wanted.size === 0 && frame.keepEmpty ? NOBODY : wanted;
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
    const filled = fill(group, byPorts.get(key) ?? [], wanted.size === 0, frame.most);
    for (const { slice, endpoints } of filled.kept)
      if (!same(slice, endpoints) || !isFramed(slice, frame)) update.push(framed(slice, frame, endpoints));
    remove.push(...filled.emptied);
    for (const endpoints of filled.added) create.push(draftOf(frame, group.ports, endpoints));
  }
  return recycled({ create, update, remove });
}
const NOBODY: ReadonlyMap<string, Group> = new Map([[portsKey([]), { ports: [], endpoints: [] }]]);
const same = (slice: EndpointSlice, endpoints: readonly Endpoint[]): boolean =>
  slice.endpoints.length === endpoints.length && semanticEqual(slice.endpoints, endpoints);
const annotationsOf = ({ annotations = {}, changedAt }: Frame): Readonly<Record<string, string>> =>
  changedAt === undefined ? annotations : { ...annotations, [TRIGGER_TIME]: changedAt };
const isFramed = ({ metadata }: EndpointSlice, { labels, annotations = {} }: Frame): boolean =>
  semanticEqual(metadata.labels, labels) &&
  Object.entries(annotations).every(([key, value]) => metadata.annotations?.[key] === value);
const framed = (slice: EndpointSlice, frame: Frame, endpoints: readonly Endpoint[]): EndpointSlice => {
  const annotations = { ...slice.metadata.annotations, ...annotationsOf(frame) };
  return { ...slice, metadata: { ...slice.metadata, labels: frame.labels, annotations }, endpoints };
};
const draftOf = (frame: Frame, ports: readonly SlicePort[], endpoints: readonly Endpoint[]): Draft<EndpointSlice> => ({
  metadata: {
    generateName: `${frame.name}-`,
    namespace: frame.namespace,
    labels: frame.labels,
    annotations: annotationsOf(frame),
    ownerReferences: [frame.owner],
  },
  addressType: frame.type,
  endpoints,
  ports,
});
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
function fill(group: Group, slices: readonly EndpointSlice[], keepEmpty: boolean, most: number): Filled {
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
    if (!same(slice, endpoints)) endpoints.push(...fresh.splice(0, most - endpoints.length));
  const added: (readonly Endpoint[])[] = [];
  while (fresh.length >= most) added.push(fresh.splice(0, most));
  // The slice with the least room that still takes all of the rest; only if there is one, an untouched one changes.
  if (fresh.length > 0) {
    const fitting = kept
      .filter(({ endpoints }) => most - endpoints.length >= fresh.length)
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
