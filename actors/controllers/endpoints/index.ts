//! The controller of Endpoints: one object a service, of the same name.
import type { Task } from '../../../runtime/task.ts';
import { semanticEqual } from '../../api/json.ts';
import { ENDPOINTS, keyOf, PODS, SERVICES, splitKey } from '../../api/resource.ts';
import type { Draft } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { Endpoints, Service } from '../../api/types/service.ts';
import { type Controller, type ControllerIo, type Outcome, watchOf } from '../../client/protocol.ts';
import { namespaceTerminating } from '../../client/workload/namespace-terminating.ts';
import { podIndexes, podsOf, serviceSelector, servicesOf, TRIGGER_TIME } from '../../client/workload/service-pods.ts';
import { endpointsOf, isOurs } from './logic.ts';

export const endpointsController: Controller = {
  name: 'endpoints-controller',
  watches: [
    watchOf<Service>({ resource: SERVICES, keys: ({ object }) => [keyOf(object)] }),
    watchOf<Pod>({ resource: PODS, indexes: podIndexes, keys: servicesOf }),
    watchOf<Endpoints>({
      resource: ENDPOINTS,
      // Whatever happened to it. Without a service it may be somebody's who makes the service next: only ours goes.
      keys: ({ object }, io) =>
        io.cache(SERVICES).get(keyOf(object)) !== undefined || isOurs(object) ? [keyOf(object)] : [],
    }),
  ],
  reconcile,
};

function* reconcile(key: string, io: ControllerIo): Task<Outcome> {
  const [namespace, name] = splitKey(key);
  const service = io.cache(SERVICES).get(key);
  const current = io.cache(ENDPOINTS).get(key);
  if (service === undefined) {
    if (current === undefined) return undefined;
    const { uid } = current.metadata;
    const gone = yield* io.client.delete(ENDPOINTS, namespace, name, { preconditions: { uid } });
    return gone.ok || gone.fault.reason === 'NotFound' ? undefined : gone.fault;
  }
  const selector = serviceSelector(service);
  if (selector === undefined || service.metadata.deletionTimestamp !== undefined) return undefined;
  const pods = podsOf(service, selector, io.cache(PODS));
  const wanted = endpointsOf(service, pods, current);
  if (current !== undefined && same(current, wanted)) return undefined;
  const result =
    current === undefined
      ? yield* io.client.create(ENDPOINTS, namespace, wanted)
      : yield* io.client.update(ENDPOINTS, { ...current, ...wanted, subsets: wanted.subsets ?? [] } as Endpoints);
  if (result.ok) return undefined;
  if (namespaceTerminating(result.fault)) return undefined;
  const what = current === undefined ? 'create' : 'update';
  const message = `Failed to ${what} endpoint ${key}: ${result.fault.message}`;
  io.events.event(service, 'Warning', `FailedTo${what === 'create' ? 'Create' : 'Update'}Endpoint`, message);
  return result.fault;
}

/** The time of the last change is not itself a change. */
const same = (current: Endpoints, wanted: Draft<Endpoints>): boolean =>
  semanticEqual(current.subsets, wanted.subsets) &&
  semanticEqual(current.metadata.labels, wanted.metadata.labels) &&
  semanticEqual(untimed(current.metadata.annotations), untimed(wanted.metadata.annotations));
function untimed(annotations: Readonly<Record<string, string>> = {}): object {
  const { [TRIGGER_TIME]: _, ...rest } = annotations;
  return rest;
}
