//! Reads from the API what a pod's environment and volumes name.
import { type Fault, fail, ok, type Result } from '../../runtime/fault.ts';
import { all, type Task } from '../../runtime/task.ts';
import { CONFIGMAPS, type Resource, SECRETS, SERVICE_ACCOUNTS } from '../api/resource.ts';
import type { ConfigMap, Secret } from '../api/types/cluster.ts';
import type { KubeObject } from '../api/types/meta.ts';
import type { Pod } from '../api/types/pod.ts';
import type { Client } from '../client/protocol.ts';
import type { Sources } from './env.ts';
import type { Wanted } from './volumes.ts';

const TOKEN_SECONDS = 3_600;

export function* readSources(
  client: Client,
  namespace: string,
  wanted: Pick<Wanted, 'configMaps' | 'secrets'>,
): Task<Result<Sources>> {
  const configMaps = yield* readAll<ConfigMap>(client, CONFIGMAPS, namespace, wanted.configMaps);
  if (!configMaps.ok) return configMaps;
  const secrets = yield* readAll<Secret>(client, SECRETS, namespace, wanted.secrets);
  return secrets.ok ? ok({ configMaps: configMaps.value, secrets: secrets.value }) : secrets;
}
function* readAll<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  namespace: string,
  names: ReadonlySet<string>,
): Task<Result<ReadonlyMap<string, T | undefined>>> {
  const found = new Map<string, T | undefined>();
  if (names.size === 0) return ok(found);
  const list = [...names];
  const results = yield* all(list.map((name) => client.get(resource, namespace, name)));
  for (const [i, name] of list.entries()) {
    const result = results[i]!;
    if (!result.ok && result.fault.reason !== 'NotFound') return result;
    found.set(name, result.ok ? result.value : undefined);
  }
  return ok(found);
}

/** By their paths: see TokenRequest. Bound to the pod, so that they end with it. */
export function* readTokens(
  client: Client,
  pod: Pod,
  wanted: Wanted['tokens'],
): Task<Result<ReadonlyMap<string, string>>> {
  const tokens = new Map<string, string>();
  const { namespace = '', name, uid } = pod.metadata;
  for (const { path, audience, expirationSeconds } of wanted) {
    const body = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: {
        audiences: audience === undefined ? [] : [audience],
        expirationSeconds: expirationSeconds ?? TOKEN_SECONDS,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      },
    };
    const account = pod.spec.serviceAccountName ?? 'default';
    const result = yield* client.createSub(SERVICE_ACCOUNTS, namespace, account, 'token', body);
    if (!result.ok) return { ok: false, fault: tokenFault(result.fault) };
    const token = (result.value as KubeObject & { readonly status?: { readonly token?: string } }).status?.token;
    if (token === undefined) return fail('InternalError', 'the API server answered a TokenRequest without a token');
    tokens.set(path, token);
  }
  return ok(tokens);
}
const tokenFault = (fault: Fault): Fault => ({ ...fault, message: `failed to fetch token: ${fault.message}` });
