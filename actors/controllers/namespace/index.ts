//! Empties a namespace that is being deleted, says what holds it up, and lets it go once nothing is left.
import { type Fault, ok, type Result } from '../../../runtime/fault.ts';
import { all, type Task } from '../../../runtime/task.ts';
import { resourcesOf } from '../../api/custom/compile.ts';
import { NAMESPACES, PODS, type Resource } from '../../api/resource.ts';
import { findResource, RESOURCES } from '../../api/resources.ts';
import type { Namespace } from '../../api/types/cluster.ts';
import { type Controller, type ControllerIo, type Outcome, watchOf } from '../../client/protocol.ts';
import { conditions, FINALIZER, type Left, leftOf, plan, retryMs, type Swept } from './logic.ts';

/** Pods go first: what runs may still need its secrets and policies (KEP-5080, ordered namespace deletion). */
const REST: readonly Resource[] = RESOURCES.filter(
  (info) =>
    info.namespaced &&
    info.stored &&
    info.enabled &&
    info.preferred &&
    info.resource !== 'pods' &&
    info.storage.group === info.group &&
    info.verbs.includes('deletecollection'),
);
const DEFINITIONS: Resource = findResource('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')!;
const AT_ONCE = 10;

export const namespaceController: Controller = {
  name: 'namespace-controller',
  workers: 10,
  watches: [
    watchOf({
      resource: NAMESPACES,
      keys: ({ type, object }) => (type !== 'deleted' && plan(object).do === 'sweep' ? [object.metadata.name] : []),
    }),
    watchOf({
      resource: PODS,
      keys: ({ type, object: { metadata } }, io) =>
        type === 'deleted' && plan(io.cache(NAMESPACES).get(metadata.namespace ?? '')).do === 'sweep'
          ? [metadata.namespace ?? '']
          : [],
    }),
  ],
  *reconcile(key, io) {
    if (plan(io.cache(NAMESPACES).get(key)).do === 'nothing') return undefined;
    const live = yield* io.client.get(NAMESPACES, '', key);
    if (!live.ok) return live.fault.reason === 'NotFound' ? undefined : live.fault;
    if (plan(live.value).do === 'nothing') return undefined;
    const pods = yield* sweep(io, key, [PODS]);
    const swept =
      pods.left.some(({ count }) => count > 0) || pods.failures.length > 0 ? pods : yield* sweepRest(io, key);
    return yield* finish(io, live.value, swept);
  },
};

/** What is built in, and what definitions have added by now. */
function* sweepRest(io: ControllerIo, namespace: string): Task<Swept> {
  const definitions = yield* io.client.list(DEFINITIONS, '');
  if (!definitions.ok) return { left: [], failures: [definitions.fault.message] };
  const customs = definitions.value.flatMap((definition) => resourcesOf(definition).slice(0, 1));
  return yield* sweep(io, namespace, [...REST, ...customs.filter((info) => info.namespaced)]);
}
function* finish(io: ControllerIo, namespace: Namespace, swept: Swept): Task<Outcome> {
  const next = conditions(namespace.status.conditions, swept, io.clock.now());
  let current = namespace;
  const empty = swept.failures.length === 0 && swept.left.every(({ count }) => count === 0);
  if (!empty && next !== namespace.status.conditions) {
    const status = { ...namespace.status, phase: 'Terminating' as const, conditions: next };
    const written = yield* io.client.update(NAMESPACES, { ...namespace, status }, 'status');
    if (!written.ok) return gone(written.fault);
    current = written.value;
  }
  if (!empty) return { afterMs: retryMs(swept) };
  const finalizers = (current.spec.finalizers ?? []).filter((name) => name !== FINALIZER);
  const done = yield* io.client.update(NAMESPACES, { ...current, spec: { ...current.spec, finalizers } }, 'finalize');
  return done.ok ? undefined : gone(done.fault);
}
const gone = (fault: Fault): Outcome => (fault.reason === 'NotFound' ? undefined : fault);

function* sweep(io: ControllerIo, namespace: string, resources: readonly Resource[]): Task<Swept> {
  const left: Left[] = [];
  const failures: string[] = [];
  for (let from = 0; from < resources.length; from += AT_ONCE) {
    const some = resources.slice(from, from + AT_ONCE);
    const results = yield* all(some.map((resource) => empty(io, namespace, resource)));
    for (const result of results) {
      if (result.ok) left.push(result.value);
      else failures.push(result.fault.message);
    }
  }
  return { left, failures };
}

function* empty(io: ControllerIo, namespace: string, resource: Resource): Task<Result<Left>> {
  const name = `${resource.resource}.${resource.group}`;
  const any = yield* io.client.list(resource, namespace, { limit: 1 });
  if (!any.ok) return any;
  if (any.value.length === 0) return ok(leftOf(name, [], 0));
  const deleted = yield* io.client.deleteCollection(resource, namespace, { propagationPolicy: 'Background' });
  if (!deleted.ok) return deleted;
  const rest = yield* io.client.list(resource, namespace);
  return rest.ok ? ok(leftOf(name, rest.value, io.clock.now())) : rest;
}
