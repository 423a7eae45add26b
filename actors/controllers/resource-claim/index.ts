//! Makes the claims that pods want from templates, and frees claims of pods that are done.
import type { Task } from '../../../runtime/task.ts';
import { keyOf, PODS, type Resource, splitKey } from '../../api/resource.ts';
import { findResource } from '../../api/resources.ts';
import type { ResourceClaim } from '../../api/types/devices.ts';
import type { Draft } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import { controllerOf, controllerRef, controllerUid } from '../../client/owners.ts';
import { type Controller, type ControllerIo, type Outcome, watchOf } from '../../client/protocol.ts';
import {
  claimFor,
  claimNames,
  type Entry,
  freed,
  isDone,
  POD_CLAIM_NAME,
  planClaim,
  type ResourceClaimTemplate,
  templated,
} from './logic.ts';

const CLAIMS = findResource('resource.k8s.io', 'v1', 'resourceclaims') as Resource as Resource<ResourceClaim>;
const TEMPLATES = findResource(
  'resource.k8s.io',
  'v1',
  'resourceclaimtemplates',
) as Resource as Resource<ResourceClaimTemplate>;

// Keys: `pod/<namespace>/<name>`, `claim/<namespace>/<name>`.
export const resourceClaimController: Controller = {
  name: 'resourceclaim-controller',
  watches: [
    watchOf({
      resource: PODS,
      indexes: {
        template: (pod) => templated(pod).map(({ template }) => `${pod.metadata.namespace}/${template}`),
      },
      keys: ({ type, object }) => {
        if ((object.spec.resourceClaims ?? []).length === 0) return [];
        const claims = claimNames(object).map((name) => `claim/${object.metadata.namespace}/${name}`);
        return type === 'deleted' ? claims : [`pod/${keyOf(object)}`, ...(isDone(object) ? claims : [])];
      },
    }),
    watchOf({
      resource: CLAIMS,
      indexes: { controller: controllerUid },
      keys: ({ type, object }) => {
        const owner = controllerOf(object);
        const pod = owner?.kind === 'Pod' ? [`pod/${object.metadata.namespace}/${owner.name}`] : [];
        return type === 'deleted' ? pod : [`claim/${keyOf(object)}`];
      },
    }),
    watchOf({
      resource: TEMPLATES,
      keys: ({ type, object }, io) =>
        type === 'added'
          ? io
              .cache(PODS)
              .by('template', keyOf(object))
              .map((pod) => `pod/${keyOf(pod)}`)
          : [],
    }),
  ],
  reconcile(key, io) {
    const slash = key.indexOf('/');
    const name = key.slice(slash + 1);
    return key.slice(0, slash) === 'pod' ? podLooked(name, io) : claimLooked(name, io);
  },
};

function* podLooked(key: string, io: ControllerIo): Task<Outcome> {
  const pod = io.cache(PODS).get(key);
  if (pod === undefined || isDone(pod) || pod.metadata.deletionTimestamp !== undefined) return undefined;
  const own = io.cache(CLAIMS).by('controller', pod.metadata.uid);
  const statuses = new Map((pod.status?.resourceClaimStatuses ?? []).map((one) => [one.name, one]));
  let changed = false;
  for (const entry of templated(pod)) {
    let claim = claimFor(pod, entry.name, own);
    if (claim === undefined) {
      const made = yield* make(io, pod, entry);
      if ('fault' in made) return made.fault;
      claim = made.claim;
    }
    if (statuses.get(entry.name)?.resourceClaimName === claim.metadata.name) continue;
    statuses.set(entry.name, { name: entry.name, resourceClaimName: claim.metadata.name });
    changed = true;
  }
  if (!changed) return undefined;
  const { namespace = '', name, uid } = pod.metadata;
  const status = { resourceClaimStatuses: [...statuses.values()] };
  const done = yield* io.client.patch(
    PODS,
    namespace,
    name,
    { metadata: { uid }, status },
    { type: 'strategic', subresource: 'status' },
  );
  return done.ok || done.fault.reason === 'NotFound' ? undefined : done.fault;
}
type Made = { readonly claim: ResourceClaim } | { readonly fault: Exclude<Outcome, { afterMs: number }> };
function* make(io: ControllerIo, pod: Pod, { name, template }: Entry): Task<Made> {
  const { namespace = '' } = pod.metadata;
  const found = io.cache(TEMPLATES).get(`${namespace}/${template}`);
  if (found === undefined) {
    const message = `PodResourceClaim ${name}: resource claim template "${template}": resourceclaimtemplate.resource.k8s.io "${template}" not found`;
    io.events.event(pod, 'Warning', 'FailedResourceClaimCreation', message);
    // Its coming wakes the pod.
    return { fault: undefined };
  }
  const { labels, annotations } = found.spec.metadata ?? {};
  const draft = {
    metadata: {
      generateName: `${pod.metadata.name}-${name}-`,
      ...(labels === undefined ? {} : { labels }),
      annotations: { ...annotations, [POD_CLAIM_NAME]: name },
      ownerReferences: [controllerRef({ ...pod, apiVersion: 'v1', kind: 'Pod' })],
    },
    spec: found.spec.spec,
  };
  const made = yield* io.client.create(CLAIMS, namespace, draft as Draft<ResourceClaim>);
  if (made.ok) return { claim: made.value };
  const message = `PodResourceClaim ${name}: ${made.fault.message}`;
  io.events.event(pod, 'Warning', 'FailedResourceClaimCreation', message);
  return { fault: made.fault };
}

function* claimLooked(key: string, io: ControllerIo): Task<Outcome> {
  const claim = io.cache(CLAIMS).get(key);
  if (claim === undefined) return undefined;
  const [namespace, name] = splitKey(key);
  // A pod that the cache does not have yet may be there: nothing is freed on its word alone.
  const gone = new Set<string>();
  for (const { resource, name: pod, uid } of claim.status?.reservedFor ?? []) {
    if (resource !== 'pods') continue;
    const cached = io.cache(PODS).get(`${namespace}/${pod}`);
    if (cached?.metadata.uid === uid && !isDone(cached)) continue;
    const live = cached?.metadata.uid === uid ? undefined : yield* io.client.get(PODS, namespace, pod);
    if (live !== undefined && !live.ok && live.fault.reason !== 'NotFound') return live.fault;
    if (live?.ok && live.value.metadata.uid === uid && !isDone(live.value)) continue;
    gone.add(uid);
  }
  const owner = controllerOf(claim);
  const pod = owner?.kind === 'Pod' ? io.cache(PODS).get(`${namespace}/${owner.name}`) : undefined;
  const todo = planClaim(claim, (_, uid) => !gone.has(uid), pod?.metadata.uid === owner?.uid && !!pod && isDone(pod));
  switch (todo.what) {
    case 'nothing':
      return undefined;
    case 'delete': {
      const { uid } = claim.metadata;
      const deleted = yield* io.client.delete(CLAIMS, namespace, name, { preconditions: { uid } });
      return deleted.ok || deleted.fault.reason === 'NotFound' ? undefined : deleted.fault;
    }
    case 'release': {
      const isStatus = todo.claim.metadata === claim.metadata;
      let done = yield* io.client.update(CLAIMS, todo.claim, isStatus ? 'status' : '');
      const left = isStatus && done.ok ? freed(done.value) : undefined;
      if (left !== undefined) done = yield* io.client.update(CLAIMS, left);
      return done.ok || done.fault.reason === 'NotFound' ? undefined : done.fault;
    }
  }
}
