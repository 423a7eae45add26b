//! Fills Secrets of type service-account-token, the way before TokenRequest, and removes those without an account.
import type { Task } from '../../../runtime/task.ts';
import { SECRETS, SERVICE_ACCOUNTS, splitKey } from '../../api/resource.ts';
import type { Secret, ServiceAccount } from '../../api/types/cluster.ts';
import { type Controller, type ControllerIo, type Outcome, watchOf } from '../../client/protocol.ts';
import { ACCOUNT_UID, accountKey, isTokenSecret, plan } from './logic.ts';

/** Such tokens do not expire; ten years is as long as a request may ask for without surprise. */
const TOKEN_SECONDS = 10 * 365 * 24 * 3_600;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** `ca`: the cluster's certificate in PEM. */
export const serviceAccountTokenController = (options: { readonly ca: string }): Controller => ({
  name: 'serviceaccount-token-controller',
  watches: [
    watchOf({
      resource: SECRETS,
      indexes: { account: (secret) => (isTokenSecret(secret) ? [accountKey(secret)] : []) },
      keys: ({ object }) => (isTokenSecret(object) ? [`${object.metadata.namespace}/${object.metadata.name}`] : []),
    }),
    watchOf({
      resource: SERVICE_ACCOUNTS,
      keys: ({ object: { metadata } }, io) =>
        io
          .cache(SECRETS)
          .by('account', `${metadata.namespace}/${metadata.name}`)
          .map((secret) => `${secret.metadata.namespace}/${secret.metadata.name}`),
    }),
  ],
  *reconcile(key, io) {
    const ca64 = base64(options.ca);
    const secret = io.cache(SECRETS).get(key);
    let account = secret && io.cache(SERVICE_ACCOUNTS).get(accountKey(secret));
    let todo = plan(secret, account, ca64);
    if (secret === undefined || todo.do === 'nothing') return undefined;
    if (todo.do === 'delete') {
      // The cache may be behind: only the server knows that there is no such account.
      const live = yield* io.client.get(SERVICE_ACCOUNTS, ...splitKey(accountKey(secret)));
      if (!live.ok && live.fault.reason !== 'NotFound') return live.fault;
      account = live.ok ? live.value : undefined;
      todo = plan(secret, account, ca64);
    }
    if (todo.do === 'nothing') return undefined;
    if (todo.do === 'delete' || account === undefined) {
      const { name, namespace = '', uid, resourceVersion } = secret.metadata;
      const gone = yield* io.client.delete(SECRETS, namespace, name, { preconditions: { uid, resourceVersion } });
      return gone.ok || gone.fault.reason === 'NotFound' ? undefined : gone.fault;
    }
    return yield* fill(io, secret, account, todo.token, ca64);
  },
});

function* fill(
  io: ControllerIo,
  secret: Secret,
  account: ServiceAccount,
  needsToken: boolean,
  ca64: string,
): Task<Outcome> {
  const { name, namespace = '', uid } = secret.metadata;
  const data: Record<string, string> = { ...secret.data, 'ca.crt': ca64, namespace: base64(namespace) };
  if (needsToken) {
    const boundObjectRef = { apiVersion: 'v1', kind: 'Secret', name, uid };
    const made = yield* io.client.createSub(SERVICE_ACCOUNTS, namespace, account.metadata.name, 'token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: { expirationSeconds: TOKEN_SECONDS, boundObjectRef },
    });
    if (!made.ok) return made.fault;
    data['token'] = base64((made.value as unknown as { readonly status: { readonly token: string } }).status.token);
  }
  const written = yield* io.client.update(SECRETS, {
    ...secret,
    metadata: {
      ...secret.metadata,
      annotations: { ...secret.metadata.annotations, [ACCOUNT_UID]: account.metadata.uid },
    },
    data,
  });
  return written.ok || written.fault.reason === 'NotFound' ? undefined : written.fault;
}
