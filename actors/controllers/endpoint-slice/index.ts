//! The controller of EndpointSlices: the endpoints of a service in pieces of at most a hundred.
import type { Task } from '../../../runtime/task.ts';
import { ENDPOINT_SLICES, keyOf, NODES, PODS, SERVICES, splitKey } from '../../api/resource.ts';
import type { Node } from '../../api/types/cluster.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { EndpointSlice, Service } from '../../api/types/service.ts';
import { type Controller, type ControllerIo, type Outcome, watchOf } from '../../client/protocol.ts';
import { podIndexes, podsOf, serviceSelector, servicesOf } from '../../client/workload/service-pods.ts';
import { MANAGED_BY, SERVICE_NAME } from '../../client/workload/slices.ts';
import { writeSlices } from '../../client/workload/write-slices.ts';
import { MANAGER, plan } from './logic.ts';

const BY_SERVICE = 'service';
const serviceKey = ({ metadata }: EndpointSlice): string | undefined =>
  metadata.labels?.[MANAGED_BY] === MANAGER && metadata.labels[SERVICE_NAME] !== undefined
    ? `${metadata.namespace}/${metadata.labels[SERVICE_NAME]}`
    : undefined;
const serviceKeys = (slice: EndpointSlice): readonly string[] => {
  const key = serviceKey(slice);
  return key === undefined ? [] : [key];
};

export const endpointSliceController: Controller = {
  name: 'endpointslice-controller',
  watches: [
    watchOf<Service>({ resource: SERVICES, keys: ({ object }) => [keyOf(object)] }),
    watchOf<Pod>({ resource: PODS, indexes: podIndexes, keys: servicesOf }),
    watchOf<EndpointSlice>({
      resource: ENDPOINT_SLICES,
      indexes: { [BY_SERVICE]: serviceKeys },
      keys: (change) => [
        ...new Set([...serviceKeys(change.object), ...(change.type === 'modified' ? serviceKeys(change.old) : [])]),
      ],
    }),
    watchOf<Node>({ resource: NODES }),
  ],
  reconcile,
};

function* reconcile(key: string, io: ControllerIo): Task<Outcome> {
  const [namespace] = splitKey(key);
  const service = io.cache(SERVICES).get(key);
  // Of a service that is gone the slices are garbage: their owner reference says so.
  const selector = service && serviceSelector(service);
  if (service === undefined || selector === undefined || service.metadata.deletionTimestamp !== undefined)
    return undefined;
  const pods = podsOf(service, selector, io.cache(PODS));
  const slices = io
    .cache(ENDPOINT_SLICES)
    .by(BY_SERVICE, key)
    .filter((slice) => slice.metadata.deletionTimestamp === undefined);
  const nodes = io.cache(NODES);
  const todo = plan(service, pods, slices, (name) => nodes.get(name));
  return yield* writeSlices(io, todo, service, `Endpoint Slices for Service ${key}`, namespace);
}
