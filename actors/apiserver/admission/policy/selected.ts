//! Which policies, by which of their bindings and with which parameters, a request is about.
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import { asJson, type JsonObject, objectOf, textOf } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/types/meta.ts';
import type { WatchCache } from '../../cache/watch-cache.ts';
import type { Engine } from '../../verbs/engine.ts';
import type { Attributes } from '../attributes.ts';
import { lookup, NAMESPACES, stored } from '../lookup.ts';
import { criteriaOf, type Invocation, invocationOf } from '../matching.ts';
import { type Definition, definitionOf } from './definition.ts';
import { paramsOf } from './params.ts';

export interface Kind {
  readonly policies: ReturnType<typeof stored>;
  readonly bindings: ReturnType<typeof stored>;
}
const GROUP = 'admissionregistration.k8s.io';
export const VALIDATING: Kind = {
  policies: stored(GROUP, 'v1', 'validatingadmissionpolicies'),
  bindings: stored(GROUP, 'v1', 'validatingadmissionpolicybindings'),
};
export const MUTATING: Kind = {
  policies: stored(GROUP, 'v1', 'mutatingadmissionpolicies'),
  bindings: stored(GROUP, 'v1', 'mutatingadmissionpolicybindings'),
};

export interface Selected {
  readonly definition: Definition;
  readonly binding: JsonObject;
  readonly bindingName: string;
  readonly invocation: Invocation;
  readonly params: readonly (JsonObject | undefined)[];
  /** The binding cannot be used: then there are no params. */
  readonly fault?: string;
}
/** In the order of their names. */
export function* selectedOf(engine: Engine, a: Attributes, kind: Kind): Task<Result<readonly Selected[]>> {
  const { deadline } = a.call;
  const policies = yield* engine.caches.fresh(kind.policies, 0, deadline);
  if (!policies.ok || policies.value.size === 0) return policies.ok ? ok([]) : policies;
  const bindings = yield* engine.caches.fresh(kind.bindings, 0, deadline);
  if (!bindings.ok) return bindings;
  const selected: Selected[] = [];
  for (const { object } of policies.value.all()) {
    const bound = boundTo(bindings.value, object.metadata.name);
    if (bound.length === 0) continue;
    const definition = definitionOf(object);
    const invocation = yield* invocationOf(engine, a, definition.criteria);
    if (!invocation.ok) return invocation;
    if (invocation.value === undefined) continue;
    for (const one of bound) {
      const added = yield* byBinding(engine, a, definition, asJson(one), invocation.value);
      if (!added.ok) return added;
      if (added.value !== undefined) selected.push(added.value);
    }
  }
  return ok(selected);
}
function boundTo(bindings: WatchCache, policy: string): KubeObject[] {
  const bound: KubeObject[] = [];
  for (const { object } of bindings.all())
    if (objectOf(asJson(object)['spec'])['policyName'] === policy) bound.push(object);
  return bound;
}
function* byBinding(
  engine: Engine,
  a: Attributes,
  definition: Definition,
  binding: JsonObject,
  invocation: Invocation,
): Task<Result<Selected | undefined>> {
  const resources = objectOf(binding['spec'])['matchResources'];
  if (resources !== undefined) {
    const given = criteriaOf(objectOf(resources));
    // A binding without rules narrows by its selectors only.
    const criteria = given.rules.length === 0 ? { ...given, rules: [EVERYTHING] } : given;
    const matched = yield* invocationOf(engine, a, criteria);
    if (!matched.ok || matched.value === undefined) return matched.ok ? ok(undefined) : matched;
  }
  const collected = yield* paramsOf(engine, a, definition, binding);
  if (!collected.ok) return collected;
  const base = { definition, binding, bindingName: textOf(objectOf(binding['metadata'])['name']), invocation };
  return ok(
    'fault' in collected.value
      ? { ...base, params: [], fault: collected.value.fault }
      : { ...base, params: collected.value.params },
  );
}
const EVERYTHING = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*', '*/*'], scope: '*' };

/** Of an object in a namespace: that; else nothing, and of a namespace nothing too. */
export function* namespaceOf(engine: Engine, a: Attributes): Task<Result<JsonObject | undefined>> {
  const { info, request, deadline } = a.call;
  if (!info.namespaced || request.namespace === '') return ok(undefined);
  const found = yield* lookup(engine, NAMESPACES, '', request.namespace, deadline);
  if (!found.ok) return found;
  return ok(found.value === undefined ? undefined : asJson(found.value));
}
