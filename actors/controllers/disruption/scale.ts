//! How many pods there should be: what their owners ask for, each owner once.
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { get, numberOf } from '../../api/json.ts';
import { REPLICA_SETS, type Resource } from '../../api/resource.ts';
import { findResource, groupResource } from '../../api/resources.ts';
import type { KubeObject, OwnerReference } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import { resourceOf } from '../../client/kinds.ts';
import { controllerOf } from '../../client/owners.ts';
import type { ControllerIo } from '../../client/protocol.ts';
import type { Scale } from './logic.ts';

const replicated = (group: string, resource: string): Resource => findResource(group, 'v1', resource)!;
const DEPLOYMENTS = replicated('apps', 'deployments');
/** Whose `spec.replicas` is in a cache. */
export const OWNERS: readonly Resource[] = [
  replicated('', 'replicationcontrollers'),
  replicated('apps', 'replicasets'),
  DEPLOYMENTS,
  replicated('apps', 'statefulsets'),
];

export function* scaleOf(io: ControllerIo, namespace: string, pods: readonly Pod[]): Task<Result<Scale>> {
  const asked = new Set<string>();
  // By who says how many: two ReplicaSets of one Deployment are one.
  const counted = new Map<string, number>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) unmanaged.push(pod.metadata.name);
    if (owner === undefined || asked.has(owner.uid)) continue;
    asked.add(owner.uid);
    const found = yield* replicasOf(io, namespace, owner);
    if (!found.ok) return found;
    if (found.value === undefined)
      return fail('NotFound', `found no controllers for pod ${JSON.stringify(pod.metadata.name)}`);
    counted.set(found.value.uid, found.value.replicas);
  }
  let replicas = 0;
  for (const count of counted.values()) replicas += count;
  return ok({ replicas, unmanaged });
}
interface Counted {
  readonly uid: string;
  readonly replicas: number;
}
const countedOf = (object: KubeObject): Counted => ({
  uid: object.metadata.uid,
  replicas: numberOf(get(object, 'spec', 'replicas')),
});

function* replicasOf(io: ControllerIo, namespace: string, owner: OwnerReference): Task<Result<Counted | undefined>> {
  const own = OWNERS.find((one) => isOf(one, owner));
  if (own === undefined) return yield* scaled(io, namespace, owner);
  const object = io.cache(own).get(`${namespace}/${owner.name}`);
  if (object === undefined || object.metadata.uid !== owner.uid) return ok(undefined);
  const above = own.kind === REPLICA_SETS.kind ? controllerOf(object) : undefined;
  if (above === undefined) return ok(countedOf(object));
  if (!isOf(DEPLOYMENTS, above)) return yield* scaled(io, namespace, above);
  const deployment = io.cache(DEPLOYMENTS).get(`${namespace}/${above.name}`);
  return ok(deployment?.metadata.uid === above.uid ? countedOf(deployment) : undefined);
}
const isOf = ({ group, kind }: Resource, owner: OwnerReference): boolean =>
  owner.kind === kind && groupOf(owner.apiVersion) === group;
const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? apiVersion.split('/')[0]! : '');

/** Any other kind: by its subresource `scale`. */
function* scaled(io: ControllerIo, namespace: string, owner: OwnerReference): Task<Result<Counted | undefined>> {
  const resource = resourceOf(io, owner.apiVersion, owner.kind);
  if (resource === undefined)
    return fail('NotFound', `no matches for kind ${JSON.stringify(owner.kind)} in version "${owner.apiVersion}"`);
  const scale = yield* io.client.getSub(resource, namespace, owner.name, 'scale');
  if (scale.ok) return ok(scale.value.metadata.uid === owner.uid ? countedOf(scale.value) : undefined);
  if (scale.fault.reason !== 'NotFound') return scale;
  const there = yield* io.client.get(resource, namespace, owner.name);
  if (!there.ok) return there.fault.reason === 'NotFound' ? ok(undefined) : there;
  return fail('NotFound', `${groupResource(resource)} does not implement the scale subresource`);
}
