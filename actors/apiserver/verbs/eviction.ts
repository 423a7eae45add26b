//! eviction: a delete that spends from the pod's disruption budget first (registry/core/pod/storage/eviction.go).
//! What may be spent is what the disruption controller has said (actors/controllers/disruption).
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { get } from '../../api/json.ts';
import { findResource } from '../../api/resources.ts';
import { matches, selectorOf } from '../../api/selector.ts';
import { forbidden, internalError, notFound, success, tooManyRequests } from '../../api/status.ts';
import { timestamp } from '../../api/time.ts';
import type { Condition, KubeObject } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { PodDisruptionBudget } from '../../api/types/workload.ts';
import { attributesOf } from '../admission/attributes.ts';
import { admit } from '../admission/chain.ts';
import { lookup } from '../admission/lookup.ts';
import type { ApiOptions } from '../protocol.ts';
import { storageKey } from '../protocol.ts';
import { decodeBody } from './body.ts';
import { remove, unmet } from './delete.ts';
import { type Answer, type Call, type Engine, refuse } from './engine.ts';
import { type Decide, type Decision, modify } from './write.ts';

/** Pods that were let go and are not gone (MaxDisruptedPodSize). */
const LEAVING_MAX = 2_000;
const PROCESSING_S = 10;

export function* evict(engine: Engine, call: Call): Task<Result<Answer>> {
  const { info, request } = call;
  const eviction = decodeBody(engine, call, request.body, { group: 'policy', version: 'v1', kind: 'Eviction' });
  if (!eviction.ok) return eviction;
  const found = yield* lookup<Pod>(engine, info.storage, request.namespace, request.name, call.deadline);
  if (!found.ok) return found;
  if (found.value === undefined) return refuse(notFound(info, request.name));
  const admitted = yield* admit(engine, attributesOf(call, 'CREATE', { object: eviction.value }));
  if (!admitted.ok) return admitted;
  const options = { ...((get(admitted.value.object, 'deleteOptions') ?? {}) as ApiOptions), ...dry(call) };
  const deletion: Call = { ...call, request: { ...request, verb: 'delete', subresource: '', options } };
  if (needsBudget(found.value)) {
    const allowed = yield* spend(engine, deletion, found.value);
    if (!allowed.ok) return allowed;
  }
  const marked = yield* mark(engine, deletion);
  if (!marked.ok) return marked;
  const done = yield* remove(engine, marked.value, true);
  return done.ok ? ok({ type: 'status', status: { ...success(), code: 201 } }) : done;
}
const dry = ({ request }: Call): ApiOptions => (request.options.dryRun ? { dryRun: true } : {});
const needsBudget = ({ status, metadata }: Pod): boolean =>
  !['Succeeded', 'Failed', 'Pending'].includes(status.phase) && metadata.deletionTimestamp === undefined;
const isReady = ({ status }: Pod): boolean =>
  (status.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True');

/** Says on the pod itself why it goes; the deletion that follows is of the pod as it is then. */
function* mark(engine: Engine, call: Call): Task<Result<Call>> {
  const { info, request } = call;
  const { options } = request;
  if (options.dryRun) return ok(call);
  const condition: Condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    lastTransitionTime: timestamp(engine.clock.now()),
  };
  const decide: Decide = function* (current): Task<Result<Decision>> {
    if (current === undefined) return refuse(notFound(info, request.name));
    const refusal = unmet(call, current);
    if (refusal !== undefined) return refusal;
    const pod = current.object as Pod;
    const conditions = pod.status.conditions ?? [];
    const others = conditions.filter(({ type }) => type !== condition.type);
    if (conditions.some(({ type, status }) => type === condition.type && status === 'True'))
      return ok({ what: 'keep' });
    return ok({
      what: 'put',
      object: { ...pod, status: { ...pod.status, conditions: [...others, condition] } } as Pod,
    });
  };
  const key = storageKey(info.storage.group, info.storage.resource, request.namespace, request.name);
  const done = yield* modify(engine, { ...call, request: { ...request, id: `${request.id}:mark` } }, key, decide);
  if (!done.ok) return done;
  if (options.preconditions?.resourceVersion === undefined) return ok(call);
  const preconditions = { ...options.preconditions, resourceVersion: String(done.value.entry.revision) };
  return ok({ ...call, request: { ...request, options: { ...options, preconditions } } });
}

/** Takes one from the budget that covers the pod, if there is one. */
function* spend(engine: Engine, call: Call, pod: Pod): Task<Result<void>> {
  const info = findResource('policy', 'v1', 'poddisruptionbudgets')!;
  const cache = yield* engine.caches.newest(info.storage, call.deadline);
  if (!cache.ok) return cache;
  const { namespace = '', labels, name } = pod.metadata;
  const budgets = [...cache.value.all(namespace)]
    .map((entry) => entry.object as PodDisruptionBudget)
    .filter((budget) => matches(selectorOf(budget.spec.selector), labels));
  const [budget] = budgets;
  if (budget === undefined) return ok(undefined);
  if (budgets.length > 1)
    return refuse(
      internalError('This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'),
    );
  const decide: Decide = function* (current): Task<Result<Decision>> {
    if (current === undefined) return ok({ what: 'keep' });
    const now = current.object as PodDisruptionBudget;
    if (!isReady(pod) && mayGoUnready(now)) return ok({ what: 'keep' });
    const left = leftOf(now);
    if (!left.ok) return left;
    const disruptedPods = { ...now.status.disruptedPods, [name]: timestamp(engine.clock.now()) };
    const status = { ...now.status, disruptionsAllowed: left.value - 1, disruptedPods };
    const object = { ...now, status: left.value > 1 ? status : { ...status, conditions: spent(now, engine) } };
    return ok({ what: 'put', object: object as KubeObject });
  };
  const { group, resource } = info.storage;
  const key = storageKey(group, resource, namespace, budget.metadata.name);
  const budgetCall: Call = { ...call, info, request: { ...call.request, id: `${call.request.id}:budget` } };
  const done = yield* modify(engine, budgetCall, key, decide);
  return done.ok || done.fault.reason === 'NotFound' ? ok(undefined) : done;
}
/** A pod that serves nobody need not be counted. */
function mayGoUnready({ spec, status }: PodDisruptionBudget): boolean {
  if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}
/** How many may still go: at least one, or why none may. */
function leftOf({ metadata, status }: PodDisruptionBudget): Result<number> {
  const { name, generation = 0 } = metadata;
  const { disruptionsAllowed = 0, observedGeneration = 0, disruptedPods = {}, conditions = [] } = status ?? {};
  const info = findResource('policy', 'v1', 'poddisruptionbudgets')!;
  if (observedGeneration < generation)
    return exhausted(`The disruption budget ${name} is still being processed by the server.`, PROCESSING_S);
  if (disruptionsAllowed < 0) return refuse(forbidden(info, name, 'pdb disruptions allowed is negative'));
  if (Object.keys(disruptedPods).length > LEAVING_MAX)
    return refuse(
      forbidden(info, name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller'),
    );
  if (disruptionsAllowed > 0) return ok(disruptionsAllowed);
  const failed = conditions.find(({ type, reason }) => type === 'DisruptionAllowed' && reason === 'SyncFailed');
  const { desiredHealthy = 0, currentHealthy = 0 } = status ?? {};
  return exhausted(
    failed === undefined
      ? `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
      : `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${failed.message}`,
    0,
  );
}
function exhausted(message: string, seconds: number): Result<never> {
  const text = "Cannot evict pod as it would violate the pod's disruption budget.";
  const causes = [{ reason: 'DisruptionBudget', message }];
  const details = { causes, ...(seconds > 0 ? { retryAfterSeconds: seconds } : {}) };
  return refuse({ ...tooManyRequests(text, seconds), details });
}
/** Nothing is left: the budget says so before its controller has looked. */
function spent({ metadata, status }: PodDisruptionBudget, engine: Engine): readonly Condition[] {
  const others = (status.conditions ?? []).filter(({ type }) => type !== 'DisruptionAllowed');
  return [
    ...others,
    {
      type: 'DisruptionAllowed',
      status: 'False',
      reason: 'InsufficientPods',
      message: '',
      observedGeneration: metadata.generation ?? 0,
      lastTransitionTime: timestamp(engine.clock.now()),
    },
  ];
}
