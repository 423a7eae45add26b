//! Publishes the cluster's CA in every namespace, as the ConfigMap `kube-root-ca.crt`.
import { CONFIGMAPS, NAMESPACES } from '../../api/resource.ts';
import type { ConfigMap } from '../../api/types/cluster.ts';
import { type Controller, watchOf } from '../../client/protocol.ts';
import { DESCRIPTION, plan, ROOT_CA } from './logic.ts';

/** `ca`: the certificate in PEM. */
export const rootCaPublisher = (options: { readonly ca: string }): Controller => ({
  name: 'root-ca-certificate-publisher-controller',
  watches: [
    watchOf({ resource: NAMESPACES, keys: ({ object }) => [object.metadata.name] }),
    watchOf({
      resource: CONFIGMAPS,
      keys: ({ object }) => (object.metadata.name === ROOT_CA ? [object.metadata.namespace ?? ''] : []),
    }),
  ],
  *reconcile(key, io) {
    const namespace = io.cache(NAMESPACES).get(key);
    const published = io.cache(CONFIGMAPS).get(`${key}/${ROOT_CA}`);
    const data = { 'ca.crt': options.ca };
    const todo = plan(namespace, published, options.ca);
    if (todo === 'nothing') return undefined;
    const metadata = { name: ROOT_CA, namespace: key, annotations: DESCRIPTION };
    const written =
      published === undefined
        ? yield* io.client.create<ConfigMap>(CONFIGMAPS, key, { metadata, data })
        : yield* io.client.update(CONFIGMAPS, {
            ...published,
            metadata: { ...published.metadata, annotations: { ...published.metadata.annotations, ...DESCRIPTION } },
            data,
          });
    // Forbidden or NotFound: the namespace is on its way out.
    return written.ok || ['AlreadyExists', 'Forbidden', 'NotFound'].includes(written.fault.reason)
      ? undefined
      : written.fault;
  },
});
