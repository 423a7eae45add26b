//! ServiceAccount: every pod runs as one, and finds its token, the CA and its namespace in a volume.
import { ok, type Result } from '../../../runtime/fault.ts';
import { suffix } from '../../../runtime/random.ts';
import { pause, type Task } from '../../../runtime/task.ts';
import { get, isEmpty, type Json, type JsonObject, listOf, objectOf, textOf } from '../../api/json.ts';
import type { ServiceAccount } from '../../api/types/cluster.ts';
import type { Call, Engine, Refused } from '../verbs/engine.ts';
import { type Attributes, isOf } from './attributes.ts';
import { lookup, SERVICE_ACCOUNTS } from './lookup.ts';
import { forbid, type Plugin } from './plugin.ts';

const DEFAULT = 'default';
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const MIRROR = 'kubernetes.io/config.mirror';
const TOKEN_SECONDS = 3607;
/** The account of a new namespace comes a moment after it. */
const TRIES = 10;
const TRY_MS = 100;

export const serviceAccount: Plugin = {
  name: 'ServiceAccount',
  handles: (a) => a.operation === 'CREATE' && isOf(a, '', 'pods'),
  mutate: accounted,
};

function* accounted(engine: Engine, a: Attributes): Task<Result<JsonObject | undefined>> {
  const pod = objectOf(a.object);
  if (get(pod, 'metadata', 'annotations', MIRROR) !== undefined) return mirrored(a, pod);
  const spec = objectOf(pod['spec']);
  const name = textOf(spec['serviceAccountName']) || DEFAULT;
  const account = yield* find(engine, a.call, name);
  if (!account.ok) return account;
  if (account.value === undefined) {
    const { namespace } = a.call.request;
    return forbid(a, `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`);
  }
  if (account.value.metadata.annotations?.[ENFORCE] === 'true') {
    const refusal = unmountable(a, pod, account.value);
    if (refusal !== undefined) return refusal;
  }
  return ok(withAccount(pod, name, account.value, () => `kube-api-access-${suffix(engine.random)}`));
}
/** A pod that a kubelet found in a file cannot have what only the API gives. */
function mirrored(a: Attributes, pod: JsonObject): Result<undefined> {
  if (textOf(get(pod, 'spec', 'serviceAccountName')) !== '')
    return forbid(a, 'a mirror pod may not reference service accounts');
  const tokens = listOf(get(pod, 'spec', 'volumes')).some((volume) =>
    listOf(get(volume, 'projected', 'sources')).some((source) => get(source, 'serviceAccountToken') !== undefined),
  );
  return tokens ? forbid(a, 'a mirror pod may not use ServiceAccountToken volume projections') : ok(undefined);
}
/** The annotation asks that pods use no secrets but those that the account lists. */
const ENFORCE = 'kubernetes.io/enforce-mountable-secrets';
function unmountable(a: Attributes, pod: JsonObject, account: ServiceAccount): Refused | undefined {
  const allowed = new Set(listOf((account as { secrets?: unknown }).secrets).map((ref) => textOf(get(ref, 'name'))));
  const { name } = account.metadata;
  const no = (what: string): Refused =>
    forbid(a, `${what} because service account ${name} does not reference that secret`);
  const spec = objectOf(pod['spec']);
  for (const volume of listOf(spec['volumes'])) {
    const secret = textOf(get(volume, 'secret', 'secretName'));
    if (secret !== '' && !allowed.has(secret)) return no(`volume with secret.secretName="${secret}" is not allowed`);
  }
  for (const [list, called] of CONTAINERS)
    for (const container of listOf(spec[list])) {
      const of = textOf(get(container, 'name'));
      for (const env of listOf(get(container, 'env'))) {
        const secret = textOf(get(env, 'valueFrom', 'secretKeyRef', 'name'));
        if (secret !== '' && !allowed.has(secret))
          return no(
            `${called} ${of} with envVar ${textOf(get(env, 'name'))} referencing secret.secretName="${secret}" is not allowed`,
          );
      }
      for (const env of listOf(get(container, 'envFrom'))) {
        const secret = textOf(get(env, 'secretRef', 'name'));
        if (secret !== '' && !allowed.has(secret))
          return no(`${called} ${of} with envFrom referencing secret.secretName="${secret}" is not allowed`);
      }
    }
  const pulls = new Set((account.imagePullSecrets ?? []).map((ref) => textOf(get(ref, 'name'))));
  for (const [i, ref] of listOf(spec['imagePullSecrets']).entries()) {
    const secret = textOf(get(ref, 'name'));
    if (!pulls.has(secret))
      return forbid(
        a,
        `imagePullSecrets[${i}].name="${secret}" is not allowed because service account ${name} does not reference that imagePullSecret`,
      );
  }
  return undefined;
}
const CONTAINERS: readonly (readonly [string, string])[] = [
  ['initContainers', 'init container'],
  ['containers', 'container'],
];

function* find(engine: Engine, call: Call, name: string): Task<Result<ServiceAccount | undefined>> {
  for (let tries = 1; ; tries++) {
    const { namespace } = call.request;
    const found = yield* lookup<ServiceAccount>(engine, SERVICE_ACCOUNTS, namespace, name, call.deadline);
    if (!found.ok || found.value !== undefined || name !== DEFAULT || tries >= TRIES) return found;
    yield* pause(TRY_MS);
  }
}

export function withAccount(
  pod: JsonObject,
  name: string,
  account: ServiceAccount,
  volumeName: () => string,
): JsonObject {
  const spec: JsonObject = { ...objectOf(pod['spec']), serviceAccountName: name, serviceAccount: name };
  if (isEmpty(spec['imagePullSecrets']) && !isEmpty(account.imagePullSecrets))
    spec['imagePullSecrets'] = account.imagePullSecrets as unknown as Json;
  const wanted = spec['automountServiceAccountToken'] ?? account.automountServiceAccountToken ?? true;
  return { ...pod, spec: wanted === true ? mounted(spec, volumeName()) : spec };
}

function mounted(spec: JsonObject, volume: string): JsonObject {
  let used = false;
  const mount = { name: volume, readOnly: true, mountPath: MOUNT_PATH };
  const inEach = (list: Json | undefined): Json[] =>
    listOf(list).map((container) => {
      const mounts = listOf(get(container, 'volumeMounts'));
      if (mounts.some((one) => get(one, 'mountPath') === MOUNT_PATH)) return container;
      used = true;
      return { ...objectOf(container), volumeMounts: [...mounts, mount] };
    });
  const containers = inEach(spec['containers']);
  const initContainers = inEach(spec['initContainers']);
  if (!used) return spec;
  return {
    ...spec,
    containers,
    ...(spec['initContainers'] === undefined ? {} : { initContainers }),
    volumes: [...listOf(spec['volumes']), { name: volume, projected: PROJECTED }],
  };
}
const PROJECTED: JsonObject = {
  defaultMode: 420,
  sources: [
    { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: {
        items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
      },
    },
  ],
};
