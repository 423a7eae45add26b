//! Whether an object has to do with a node: by the pods that are bound to it (plugin/pkg/auth/authorizer/node graph).
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import { get, textOf } from '../../../api/json.ts';
import { lookup, stored } from '../../admission/lookup.ts';
import type { Engine } from '../../verbs/engine.ts';
import { claimsOf, configMapsOf, resourceClaimsOf, secretsOf, volumeSecretsOf } from './references.ts';

export type Related =
  | 'secrets'
  | 'configmaps'
  | 'persistentvolumeclaims'
  | 'persistentvolumes'
  | 'resourceclaims'
  | 'volumeattachments'
  | 'serviceaccounts'
  | 'resourceslices'
  | 'pods';
const MIRROR = 'kubernetes.io/config.mirror';
const PODS = stored('', 'v1', 'pods');
const VOLUMES = stored('', 'v1', 'persistentvolumes');
const ATTACHMENTS = stored('storage.k8s.io', 'v1', 'volumeattachments');
const SLICES = stored('resource.k8s.io', 'v1', 'resourceslices');
/** Which names of its kind a pod gives. */
const OF_POD: Readonly<Partial<Record<Related, (pod: unknown) => ReadonlySet<string>>>> = {
  secrets: secretsOf,
  configmaps: configMapsOf,
  persistentvolumeclaims: claimsOf,
  resourceclaims: resourceClaimsOf,
  serviceaccounts: (pod) => new Set([textOf(get(pod, 'spec', 'serviceAccountName'))]),
};

export function* isRelated(
  engine: Engine,
  node: string,
  kind: Related,
  namespace: string,
  name: string,
  deadline: number,
): Task<Result<boolean>> {
  if (kind === 'volumeattachments' || kind === 'resourceslices') {
    const found = yield* lookup(engine, kind === 'resourceslices' ? SLICES : ATTACHMENTS, '', name, deadline);
    return found.ok ? ok(get(found.value, 'spec', 'nodeName') === node) : found;
  }
  const cache = yield* engine.caches.fresh(PODS, 0, deadline);
  if (!cache.ok) return cache;
  const pods = [...cache.value.onNode(node)].map(({ object }) => object);
  if (kind === 'pods')
    return ok(pods.some((pod) => pod.metadata.namespace === namespace && pod.metadata.name === name));
  // What a kubelet has written itself gives it nothing to read.
  const asking = pods.filter(({ metadata }) => metadata.annotations?.[MIRROR] === undefined);
  const claims = (space: string, claim: string): boolean =>
    asking.some((pod) => pod.metadata.namespace === space && claimsOf(pod).has(claim));
  const isClaimed = (volume: unknown): boolean =>
    claims(textOf(get(volume, 'spec', 'claimRef', 'namespace')), textOf(get(volume, 'spec', 'claimRef', 'name')));
  if (kind === 'persistentvolumes') {
    const volume = yield* lookup(engine, VOLUMES, '', name, deadline);
    return volume.ok ? ok(isClaimed(volume.value)) : volume;
  }
  const names = OF_POD[kind]!;
  if (asking.some((pod) => pod.metadata.namespace === namespace && names(pod).has(name))) return ok(true);
  if (kind !== 'secrets') return ok(false);
  const volumes = yield* engine.caches.fresh(VOLUMES, 0, deadline);
  if (!volumes.ok) return volumes;
  for (const { object } of volumes.value.all())
    if (volumeSecretsOf(object).has(`${namespace}/${name}`) && isClaimed(object)) return ok(true);
  return ok(false);
}
