//! Nobody gives away what he does not have: roles and bindings, unless he may `escalate` or `bind`. Kubernetes does
//! this in the storage of these resources (pkg/registry/rbac/*/policybased); here it stands among the plugins.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { equal, get, type Json, listOf, textOf } from '../../api/json.ts';
import type { Attributes } from '../admission/attributes.ts';
import { forbid, type Plugin } from '../admission/plugin.ts';
import type { Engine } from '../verbs/engine.ts';
import { authorize, isMaster, rulesFor, rulesOf } from './authorize.ts';
import { type PolicyRule, printed, uncovered } from './rule.ts';

const GROUP = 'rbac.authorization.k8s.io';
const ROLES: ReadonlySet<string> = new Set(['roles', 'clusterroles']);
const BINDINGS: ReadonlySet<string> = new Set(['rolebindings', 'clusterrolebindings']);

export const privilegeEscalation: Plugin = {
  name: 'PrivilegeEscalation',
  handles: ({ operation, call: { info, request } }) =>
    (operation === 'CREATE' || operation === 'UPDATE') &&
    info.group === GROUP &&
    (ROLES.has(info.resource) || BINDINGS.has(info.resource)) &&
    !isMaster(request.user),
  *validate(engine, a): Task<Result<void>> {
    const { info } = a.call;
    return yield* ROLES.has(info.resource) ? role(engine, a) : binding(engine, a);
  },
};

function* may(engine: Engine, a: Attributes, verb: string, resource: string, name: string): Task<Result<boolean>> {
  const { request, info, deadline } = a.call;
  const namespace = info.namespaced ? request.namespace : '';
  const action = { verb, group: GROUP, resource, subresource: '', namespace, name };
  const decision = yield* authorize(engine, request.user, action, deadline);
  return decision.ok ? ok(decision.value.allowed) : decision;
}

function* role(engine: Engine, a: Attributes): Task<Result<void>> {
  const [rules, before] = [a.object?.['rules'], a.old?.['rules']];
  const aggregation = a.object?.['aggregationRule'];
  const sums = aggregation !== undefined && !equal(aggregation, a.old?.['aggregationRule']);
  if (a.operation === 'UPDATE' && equal(rules, before) && !sums) return ok(undefined);
  const allowed = yield* may(engine, a, 'escalate', a.call.info.resource, a.name);
  if (!allowed.ok || allowed.value) return allowed.ok ? ok(undefined) : allowed;
  // Whatever will add to it is not known yet: only who has everything may say so.
  const asked: readonly PolicyRule[] = sums ? EVERYTHING : (listOf(rules) as unknown as readonly PolicyRule[]);
  return yield* covered(engine, a, asked);
}
const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

function* binding(engine: Engine, a: Attributes): Task<Result<void>> {
  const [ref, subjects] = [a.object?.['roleRef'], a.object?.['subjects']];
  if (a.operation === 'UPDATE' && equal(ref, a.old?.['roleRef']) && equal(subjects, a.old?.['subjects']))
    return ok(undefined);
  const { kind, name } = refOf(ref);
  const allowed = yield* may(engine, a, 'bind', kind === 'Role' ? 'roles' : 'clusterroles', name);
  if (!allowed.ok || allowed.value) return allowed.ok ? ok(undefined) : allowed;
  const namespace = a.call.info.namespaced ? a.call.request.namespace : '';
  const rules = yield* rulesOf(engine, { kind, name }, namespace, a.call.deadline);
  if (!rules.ok) return rules;
  if (rules.value === undefined) return forbid(a, `${kind.toLowerCase()}s.${GROUP} "${name}" not found`);
  return yield* covered(engine, a, rules.value);
}
const refOf = (ref: Json | undefined): { kind: string; name: string } => ({
  kind: textOf(get(ref, 'kind')),
  name: textOf(get(ref, 'name')),
});

function* covered(engine: Engine, a: Attributes, asked: readonly PolicyRule[]): Task<Result<void>> {
  const { request, info, deadline } = a.call;
  const owned = yield* rulesFor(engine, request.user, info.namespaced ? request.namespace : '', deadline);
  if (!owned.ok) return owned;
  const missing = uncovered(owned.value, asked);
  if (missing.length === 0) return ok(undefined);
  const { name, groups } = request.user;
  const told = groups.map((group) => JSON.stringify(group)).join(' ');
  return forbid(
    a,
    `user ${JSON.stringify(name)} (groups=[${told}]) is attempting to grant RBAC permissions not currently held:\n${compact(missing).map(printed).join('\n')}`,
  );
}
/** Verbs of the same resource told together. */
function compact(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const byWhat = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const { verbs = [], ...what } = rule;
    const key = JSON.stringify(what);
    const before = byWhat.get(key)?.verbs ?? [];
    byWhat.set(key, { ...what, verbs: [...before, ...verbs] });
  }
  return [...byWhat.values()].sort((x, y) => (printed(x) < printed(y) ? -1 : 1));
}
