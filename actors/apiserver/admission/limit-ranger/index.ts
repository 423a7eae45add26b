//! LimitRanger: a container that names no request or limit gets the namespace's, and none goes beyond its bounds.
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import { get, type JsonObject, listOf, objectOf } from '../../../api/json.ts';
import type { Engine } from '../../verbs/engine.ts';
import { type Attributes, isOf, isSubresource } from '../attributes.ts';
import { stored } from '../lookup.ts';
import { done, forbid, type Plugin } from '../plugin.ts';
import { violationsOf } from './bounds.ts';
import { withDefaults } from './defaults.ts';

export const LIMIT_RANGES = stored('', 'v1', 'limitranges');

export const limitRanger: Plugin = {
  name: 'LimitRanger',
  // Containers of a pod cannot change but by a resize.
  handles: (a) =>
    a.operation === 'CREATE'
      ? isOf(a, '', 'pods') || isOf(a, '', 'persistentvolumeclaims')
      : a.operation === 'UPDATE' &&
        (isSubresource(a, '', 'pods', 'resize') || isOf(a, '', 'persistentvolumeclaims')) &&
        get(a.old, 'metadata', 'deletionTimestamp') === undefined,
  *mutate(engine, a): Task<Result<JsonObject | undefined>> {
    if (a.call.info.resource !== 'pods') return ok(undefined);
    const limits = yield* limitsOf(engine, a);
    if (!limits.ok || limits.value.length === 0) return limits.ok ? ok(undefined) : limits;
    return yield* done(withDefaults(objectOf(a.object), limits.value));
  },
  *validate(engine, a): Task<Result<void>> {
    const limits = yield* limitsOf(engine, a);
    if (!limits.ok) return limits;
    for (const range of limits.value) {
      const violations = violationsOf(a.call.info.resource, objectOf(a.object), range);
      if (violations.length > 0) return forbid(a, aggregated(violations));
    }
    return ok(undefined);
  },
};
/** As utilerrors.NewAggregate prints several. */
const aggregated = (all: readonly string[]): string =>
  all.length === 1 ? all[0]! : `[${[...new Set(all)].join(', ')}]`;

/** The limits of each range of the namespace. */
function* limitsOf(engine: Engine, { call }: Attributes): Task<Result<readonly (readonly JsonObject[])[]>> {
  const cache = yield* engine.caches.fresh(LIMIT_RANGES, 0, call.deadline);
  if (!cache.ok) return cache;
  const ranges = [...cache.value.all(call.request.namespace)];
  return ok(ranges.map(({ object }) => listOf(get(object, 'spec', 'limits')).map(objectOf)));
}
