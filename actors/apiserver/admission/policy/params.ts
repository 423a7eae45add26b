//! The objects that parametrize a policy: those a binding names or selects.
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import { convert } from '../../../api/convert.ts';
import { asJson, type JsonObject, objectOf, textOf } from '../../../api/json.ts';
import type { ResourceInfo } from '../../../api/resources.ts';
import { matches, selectorOf } from '../../../api/selector.ts';
import type { LabelSelector } from '../../../api/types/meta.ts';
import type { Engine } from '../../verbs/engine.ts';
import type { Attributes } from '../attributes.ts';
import { lookup } from '../lookup.ts';
import type { Definition } from './definition.ts';

/** `params`: one evaluation each; a policy without any has one with none. `fault`: the binding is wrong. */
export type Collected = { readonly params: readonly (JsonObject | undefined)[] } | { readonly fault: string };

export function* paramsOf(
  engine: Engine,
  a: Attributes,
  { paramKind }: Definition,
  binding: JsonObject,
): Task<Result<Collected>> {
  const spec = objectOf(binding['spec']);
  if (paramKind === undefined || spec['paramRef'] === undefined) return ok({ params: [undefined] });
  const info = engine.catalog.findKind(paramKind.apiVersion, paramKind.kind);
  if (info === undefined)
    return ok({ fault: `paramKind kind \`${paramKind.apiVersion}, Kind=${paramKind.kind}\` not known` });
  const ref = objectOf(spec['paramRef']);
  const namespace = info.namespaced ? textOf(ref['namespace']) || a.call.request.namespace : '';
  if (info.namespaced && namespace === '')
    return ok({ fault: 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources' });
  if (!info.namespaced && textOf(ref['namespace']) !== '')
    return ok({ fault: 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`' });
  const found = yield* collect(engine, a, info, namespace, ref);
  if (!found.ok) return found;
  if (found.value.length === 0 && ref['parameterNotFoundAction'] === 'Deny')
    return ok({ fault: 'no params found for policy binding with `Deny` parameterNotFoundAction' });
  return ok({ params: found.value.map((param) => convert(param, paramKind.apiVersion)) });
}
function* collect(
  engine: Engine,
  a: Attributes,
  info: ResourceInfo,
  namespace: string,
  ref: JsonObject,
): Task<Result<readonly JsonObject[]>> {
  const { deadline } = a.call;
  const name = textOf(ref['name']);
  if (name !== '') {
    const one = yield* lookup(engine, info.storage, namespace, name, deadline);
    if (!one.ok) return one;
    return ok(one.value === undefined ? [] : [asJson(one.value)]);
  }
  const cache = yield* engine.caches.fresh(info.storage, 0, deadline);
  if (!cache.ok) return cache;
  const selector = selectorOf(ref['selector'] as LabelSelector | undefined);
  const selected: JsonObject[] = [];
  for (const { object } of cache.value.all())
    if ((object.metadata.namespace ?? '') === namespace && matches(selector, object.metadata.labels))
      selected.push(asJson(object));
  return ok(selected);
}
