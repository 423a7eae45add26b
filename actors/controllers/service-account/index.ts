//! Every namespace has a service account `default`.
import { NAMESPACES, SERVICE_ACCOUNTS } from '../../api/resource.ts';
import type { ServiceAccount } from '../../api/types/cluster.ts';
import { type Controller, watchOf } from '../../client/protocol.ts';
import { DEFAULT_ACCOUNT, plan } from './logic.ts';

export const serviceAccountController: Controller = {
  name: 'serviceaccount-controller',
  watches: [
    watchOf({ resource: NAMESPACES, keys: ({ object }) => [object.metadata.name] }),
    watchOf({
      resource: SERVICE_ACCOUNTS,
      keys: ({ type, object }) =>
        type === 'deleted' && object.metadata.name === DEFAULT_ACCOUNT ? [object.metadata.namespace ?? ''] : [],
    }),
  ],
  *reconcile(key, io) {
    const account = io.cache(SERVICE_ACCOUNTS).get(`${key}/${DEFAULT_ACCOUNT}`);
    if (plan(io.cache(NAMESPACES).get(key), account) === 'nothing') return undefined;
    const metadata = { name: DEFAULT_ACCOUNT, namespace: key };
    const made = yield* io.client.create<ServiceAccount>(SERVICE_ACCOUNTS, key, { metadata });
    // Forbidden or NotFound: the namespace is on its way out.
    return made.ok || ['AlreadyExists', 'Forbidden', 'NotFound'].includes(made.fault.reason) ? undefined : made.fault;
  },
};
