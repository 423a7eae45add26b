//! RuntimeClass: a pod's class must be there, and its overhead, node selector and tolerations become the pod's.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { equal, get, isEmpty, type Json, type JsonObject, listOf, objectOf, textOf } from '../../api/json.ts';
import { compare } from '../../api/quantity.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Engine } from '../verbs/engine.ts';
import { type Attributes, isOf } from './attributes.ts';
import { lookup, stored } from './lookup.ts';
import { forbid, type Plugin } from './plugin.ts';

const RUNTIME_CLASSES = stored('node.k8s.io', 'v1', 'runtimeclasses');

export const runtimeClass: Plugin = {
  name: 'RuntimeClass',
  handles: (a) => a.operation === 'CREATE' && isOf(a, '', 'pods'),
  *mutate(engine, a): Task<Result<JsonObject | undefined>> {
    const found = yield* classOf(engine, a);
    if (!found.ok || found.value === undefined) return found.ok ? ok(undefined) : found;
    const pod = objectOf(a.object);
    const spec = { ...objectOf(pod['spec']) };
    const fixed = get(found.value, 'overhead', 'podFixed');
    if (!isEmpty(fixed)) {
      if (!isEmpty(spec['overhead']) && !same(spec['overhead'], fixed)) return forbid(a, MISMATCH);
      spec['overhead'] = fixed!;
    }
    const selector = objectOf(spec['nodeSelector']);
    for (const [key, value] of Object.entries(objectOf(get(found.value, 'scheduling', 'nodeSelector')))) {
      if (selector[key] !== undefined && selector[key] !== value)
        return forbid(
          a,
          `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${textOf(value)}; pod.spec.nodeSelector[${key}] = ${textOf(selector[key])}`,
        );
      spec['nodeSelector'] = { ...objectOf(spec['nodeSelector']), [key]: value };
    }
    const given = listOf(spec['tolerations']);
    const more = listOf(get(found.value, 'scheduling', 'tolerations')).filter(
      (one) => !given.some((other) => equal(one, other)),
    );
    if (more.length > 0) spec['tolerations'] = [...given, ...more];
    return ok({ ...pod, spec });
  },
  *validate(engine, a): Task<Result<void>> {
    const found = yield* classOf(engine, a);
    if (!found.ok) return found;
    const overhead = get(a.object, 'spec', 'overhead');
    const fixed = get(found.value, 'overhead', 'podFixed');
    if (!isEmpty(fixed)) return same(overhead, fixed) ? ok(undefined) : forbid(a, MISMATCH);
    return isEmpty(overhead)
      ? ok(undefined)
      : forbid(a, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
  },
};
const MISMATCH = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

function* classOf(engine: Engine, a: Attributes): Task<Result<KubeObject | undefined>> {
  const name = get(a.object, 'spec', 'runtimeClassName');
  if (typeof name !== 'string') return ok(undefined);
  const found = yield* lookup(engine, RUNTIME_CLASSES, '', name, a.call.deadline);
  if (!found.ok || found.value !== undefined) return found;
  return forbid(a, `pod rejected: RuntimeClass "${name}" not found`);
}
function same(a: Json | undefined, b: Json | undefined): boolean {
  const [left, right] = [objectOf(a), objectOf(b)];
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => compare(left[name], right[name]) === 0);
}
