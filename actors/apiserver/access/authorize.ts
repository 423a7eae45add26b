//! Who may do what: modes Node and RBAC, as kubeadm sets them. Members of system:masters may everything.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { matches, selectorOf } from '../../api/selector.ts';
import { forbidden } from '../../api/status.ts';
import type { KubeObject, LabelSelector, Status } from '../../api/types/meta.ts';
import { lookup, stored } from '../admission/lookup.ts';
import type { User } from '../protocol.ts';
import type { Stored } from '../storage/streams.ts';
import type { Engine } from '../verbs/engine.ts';
import { authorizeNode } from './node/authorize.ts';
import { type Action, allows, type Decision, type PolicyRule } from './rule.ts';

const GROUP = 'rbac.authorization.k8s.io';
export const CLUSTER_ROLES = stored(GROUP, 'v1', 'clusterroles');
export const ROLES = stored(GROUP, 'v1', 'roles');
const CLUSTER_BINDINGS = stored(GROUP, 'v1', 'clusterrolebindings');
const BINDINGS = stored(GROUP, 'v1', 'rolebindings');
const MASTERS = 'system:masters';
interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}
interface RoleRef {
  readonly kind: string;
  readonly name: string;
}
type Binding = KubeObject & { readonly subjects?: readonly Subject[]; readonly roleRef: RoleRef };
type Role = KubeObject & {
  readonly rules?: readonly PolicyRule[] | null;
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly LabelSelector[] };
};

export const isMaster = ({ groups }: User): boolean => groups.includes(MASTERS);

export function* authorize(engine: Engine, user: User, action: Action, deadline: number): Task<Result<Decision>> {
  if (isMaster(user)) return ok({ allowed: true, reason: '' });
  const asNode = yield* authorizeNode(engine, user, action, deadline);
  if (!asNode.ok || asNode.value.allowed) return asNode;
  const byRole = yield* authorizeByRole(engine, user, action, deadline);
  if (!byRole.ok || byRole.value.allowed) return byRole;
  const reasons = [asNode.value.reason, byRole.value.reason].filter((reason) => reason !== '');
  return ok({ allowed: false, reason: reasons.join('\n') });
}
function* authorizeByRole(engine: Engine, user: User, action: Action, deadline: number): Task<Result<Decision>> {
  const missing: string[] = [];
  for (const [place, namespace] of placesOf(action)) {
    const bindings = yield* bindingsFor(engine, user, place, namespace, deadline);
    if (!bindings.ok) return bindings;
    for (const { roleRef, told } of bindings.value) {
      const rules = yield* rulesOf(engine, roleRef, namespace, deadline);
      if (!rules.ok) return rules;
      if (rules.value === undefined) missing.push(`${roleRef.kind.toLowerCase()}.${GROUP} "${roleRef.name}" not found`);
      else if (rules.value.some((rule) => allows(rule, action)))
        return ok({ allowed: true, reason: `RBAC: allowed by ${told}` });
    }
  }
  const reason = missing.length === 0 ? '' : `RBAC: ${missing.length === 1 ? missing[0] : `[${missing.join(', ')}]`}`;
  return ok({ allowed: false, reason });
}
/** All rules that bindings give the user in a namespace ('': only those of the whole cluster). */
export function* rulesFor(
  engine: Engine,
  user: User,
  namespace: string,
  deadline: number,
): Task<Result<readonly PolicyRule[]>> {
  const all: PolicyRule[] = [];
  const places: (readonly [Stored, string])[] = [[CLUSTER_BINDINGS, '']];
  if (namespace !== '') places.push([BINDINGS, namespace]);
  for (const [place, where] of places) {
    const bindings = yield* bindingsFor(engine, user, place, where, deadline);
    if (!bindings.ok) return bindings;
    for (const { roleRef } of bindings.value) {
      const rules = yield* rulesOf(engine, roleRef, where, deadline);
      if (!rules.ok) return rules;
      all.push(...(rules.value ?? []));
    }
  }
  return ok(all);
}
function placesOf(action: Action): readonly (readonly [Stored, string])[] {
  if ('path' in action || action.namespace === '') return [[CLUSTER_BINDINGS, '']];
  return [
    [CLUSTER_BINDINGS, ''],
    [BINDINGS, action.namespace],
  ];
}

interface Bound {
  readonly roleRef: RoleRef;
  /** `ClusterRoleBinding "x" of ClusterRole "y" to Group "z"` */
  readonly told: string;
}
function* bindingsFor(
  engine: Engine,
  user: User,
  place: Stored,
  namespace: string,
  deadline: number,
): Task<Result<readonly Bound[]>> {
  const cache = yield* engine.caches.fresh(place, 0, deadline);
  if (!cache.ok) return cache;
  const bound: Bound[] = [];
  for (const entry of cache.value.all(namespace)) {
    const { subjects = [], roleRef, metadata } = entry.object as Binding;
    const subject = subjects.find((one) => isMeant(one, user, namespace));
    if (subject === undefined) continue;
    const kind = place === BINDINGS ? 'RoleBinding' : 'ClusterRoleBinding';
    const name = namespace === '' ? metadata.name : `${metadata.name}/${namespace}`;
    const who = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace ?? namespace}` : subject.name;
    const told = `${kind} "${name}" of ${roleRef.kind} "${roleRef.name}" to ${subject.kind} "${who}"`;
    bound.push({ roleRef, told });
  }
  return ok(bound);
}
function isMeant({ kind, name, namespace }: Subject, user: User, where: string): boolean {
  switch (kind) {
    case 'User':
      return user.name === name;
    case 'Group':
      return user.groups.includes(name);
    case 'ServiceAccount':
      return user.name === `system:serviceaccount:${namespace || where}:${name}`;
    default:
      return false;
  }
}
/** Undefined: there is no such role. */
export function* rulesOf(
  engine: Engine,
  { kind, name }: RoleRef,
  namespace: string,
  deadline: number,
): Task<Result<readonly PolicyRule[] | undefined>> {
  const found = yield* kind === 'Role'
    ? lookup<Role>(engine, ROLES, namespace, name, deadline)
    : lookup<Role>(engine, CLUSTER_ROLES, '', name, deadline);
  if (!found.ok || found.value === undefined) return found as Result<undefined>;
  const { rules, aggregationRule } = found.value;
  if (aggregationRule === undefined) return ok(rules ?? []);
  // The sum of other roles, as they are now.
  const cache = yield* engine.caches.fresh(CLUSTER_ROLES, 0, deadline);
  if (!cache.ok) return cache;
  const selectors = (aggregationRule.clusterRoleSelectors ?? []).map(selectorOf);
  const summed = [...cache.value.all()]
    .map(({ object }) => object as Role)
    .filter(({ metadata }) => selectors.some((selector) => matches(selector, metadata.labels)));
  return ok([...(rules ?? []), ...summed.flatMap((role) => role.rules ?? [])]);
}

/** 403 in the words of k8s.io/apiserver/pkg/endpoints/handlers/responsewriters. */
export function forbiddenBecause(user: User, action: Action, reason: string): Status {
  const because = reason === '' ? '' : `: ${reason}`;
  if ('path' in action)
    return forbidden(
      { group: '', resource: '' },
      '',
      `User "${user.name}" cannot ${action.verb} path "${action.path}"${because}`,
    );
  const { verb, group, resource, subresource, namespace, name } = action;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const why = `User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}${because}`;
  return forbidden({ group, resource }, name, why);
}
