//! ServiceAccount: every pod runs as one, and finds its token, the CA and its namespace in a volume.
import { ok, type Result } from '../../../runtime/fault.ts';
import { suffix } from '../../../runtime/random.ts';
import { pause, type Task } from '../../../runtime/task.ts';
import { get, isEmpty, type Json, type JsonObject, listOf, objectOf, textOf } from '../../api/json.ts';
import { forbidden } from '../../api/status.ts';
import type { ServiceAccount } from '../../api/types/cluster.ts';
import { type Call, type Engine, refuse } from '../verbs/engine.ts';
import { lookup, SERVICE_ACCOUNTS } from './lookup.ts';

const DEFAULT = 'default';
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const MIRROR = 'kubernetes.io/config.mirror';
const TOKEN_SECONDS = 3607;
/** The account of a new namespace comes a moment after it. */
const TRIES = 10;
const TRY_MS = 100;

export function* serviceAccount(engine: Engine, call: Call, pod: JsonObject): Task<Result<JsonObject>> {
  if (get(pod, 'metadata', 'annotations', MIRROR) !== undefined) return ok(pod);
  const spec = objectOf(pod['spec']);
  const name = textOf(spec['serviceAccountName']) || DEFAULT;
  const account = yield* find(engine, call, name);
  if (!account.ok) return account;
  if (account.value === undefined) {
    const { namespace } = call.request;
    const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
    return refuse(forbidden(call.info, textOf(get(pod, 'metadata', 'name')), why));
  }
  return ok(withAccount(pod, name, account.value, () => `kube-api-access-${suffix(engine.random)}`));
}

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
