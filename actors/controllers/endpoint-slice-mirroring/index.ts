//! Mirrors Endpoints that people write into EndpointSlices: proxies read only those.
import type { Task } from '../../../runtime/task.ts';
import { ENDPOINT_SLICES, ENDPOINTS, keyOf, SERVICES, splitKey } from '../../api/resource.ts';
import type { EndpointSlice } from '../../api/types/service.ts';
import { type Controller, type ControllerIo, type Outcome, watchOf } from '../../client/protocol.ts';
import { MANAGED_BY, SERVICE_NAME } from '../../client/workload/slices.ts';
import { writeSlices } from '../../client/workload/write-slices.ts';
import { ADDRESSES_MAX, isMirrored, MANAGER, type Mirror, plan } from './logic.ts';

const BY_NAME = 'name';
const namesOf = ({ metadata: { labels = {}, namespace } }: EndpointSlice): readonly string[] =>
  labels[MANAGED_BY] === MANAGER && labels[SERVICE_NAME] !== undefined ? [`${namespace}/${labels[SERVICE_NAME]}`] : [];

export const endpointSliceMirroring: Controller = {
  name: 'endpointslice-mirroring-controller',
  watches: [
    watchOf({ resource: SERVICES, keys: ({ object }) => [keyOf(object)] }),
    watchOf({ resource: ENDPOINTS, keys: ({ object }) => [keyOf(object)] }),
    watchOf({
      resource: ENDPOINT_SLICES,
      indexes: { [BY_NAME]: namesOf },
      keys: (change) => [
        ...new Set([...namesOf(change.object), ...(change.type === 'modified' ? namesOf(change.old) : [])]),
      ],
    }),
  ],
  reconcile,
};

function* reconcile(key: string, io: ControllerIo): Task<Outcome> {
  const [namespace] = splitKey(key);
  const endpoints = io.cache(ENDPOINTS).get(key);
  const service = io.cache(SERVICES).get(key);
  const slices = io
    .cache(ENDPOINT_SLICES)
    .by(BY_NAME, key)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const isOne = endpoints !== undefined && isMirrored(endpoints, service);
  const mirror: Mirror = isOne
    ? plan(endpoints, slices)
    : { create: [], update: [], remove: slices, invalid: 0, surplus: 0 };
  const about = (reason: string, message: string): void =>
    endpoints && io.events.event(endpoints, 'Warning', reason, message);
  if (mirror.invalid > 0)
    about('InvalidIPAddress', `Skipped ${mirror.invalid} invalid IP addresses when mirroring to EndpointSlices`);
  if (mirror.surplus > 0)
    about(
      'TooManyAddressesToMirror',
      `A max of ${ADDRESSES_MAX} addresses can be mirrored to EndpointSlices per Endpoints subset. ${mirror.surplus} addresses were skipped`,
    );
  return yield* writeSlices(io, mirror, endpoints, `EndpointSlices for ${key}`, namespace);
}
