//! What a proxy watches: a service's key wakes it, its slices are found by the label that names their service.
import { ENDPOINT_SLICES, SERVICES } from '../api/resource.ts';
import { type Controller, watchOf } from '../client/protocol.ts';
import { type ProxyNode, planService } from './logic.ts';
import type { ProxyTable } from './table.ts';

/** discovery/v1 LabelServiceName */
const SERVICE_NAME = 'kubernetes.io/service-name';

export const kubeProxyController = (node: ProxyNode, table: ProxyTable, synced: () => void): Controller => ({
  name: 'kube-proxy',
  workers: 1,
  watches: [
    watchOf({
      resource: SERVICES,
      keys: ({ object }) => [`${object.metadata.namespace}/${object.metadata.name}`],
    }),
    watchOf({
      resource: ENDPOINT_SLICES,
      indexes: { service: (slice) => serviceOf(slice) },
      keys: (change) => [
        ...new Set([...serviceOf(change.object), ...(change.type === 'modified' ? serviceOf(change.old) : [])]),
      ],
    }),
  ],
  start: synced,
  *reconcile(key, io) {
    const slices = io.cache(ENDPOINT_SLICES).by('service', key);
    table.apply(key, planService(io.cache(SERVICES).get(key), slices, node));
    return undefined;
  },
});

const serviceOf = (slice: {
  readonly metadata: { readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
}): readonly string[] => {
  const name = slice.metadata.labels?.[SERVICE_NAME];
  return name === undefined ? [] : [`${slice.metadata.namespace}/${name}`];
};
