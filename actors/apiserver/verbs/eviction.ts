//! eviction: a delete that asks the pod's disruption budget first.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { get } from '../../api/json.ts';
import { findResource } from '../../api/resources.ts';
import { matches, selectorOf } from '../../api/selector.ts';
import { internalError, notFound, success, tooManyRequests } from '../../api/status.ts';
import { timestamp } from '../../api/time.ts';
import type { KubeObject, Status } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import { attributesOf } from '../admission/attributes.ts';
import { admit } from '../admission/chain.ts';
import { lookup } from '../admission/lookup.ts';
import type { ApiOptions } from '../protocol.ts';
import { storageKey } from '../protocol.ts';
import { decodeBody } from './body.ts';
import { type Allowance, allowanceOf, type Budget, isReady } from './budget.ts';
import { remove } from './delete.ts';
import { type Answer, type Call, type Engine, refuse } from './engine.ts';
import { type Decide, type Decision, modify } from './write.ts';

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
  const done = yield* remove(engine, deletion, true);
  return done.ok ? ok({ type: 'status', status: { ...success(), code: 201 } }) : done;
}
const dry = ({ request }: Call): ApiOptions => (request.options.dryRun ? { dryRun: true } : {});
const needsBudget = ({ status, metadata }: Pod): boolean =>
  !['Succeeded', 'Failed', 'Pending'].includes(status.phase) && metadata.deletionTimestamp === undefined;

/** Takes one from the budget that covers the pod, if there is one. */
function* spend(engine: Engine, call: Call, pod: Pod): Task<Result<void>> {
  const info = findResource('policy', 'v1', 'poddisruptionbudgets')!;
  const cache = yield* engine.caches.newest(info.storage, call.deadline);
  if (!cache.ok) return cache;
  const { namespace = '', labels, name } = pod.metadata;
  const budgets = [...cache.value.all(namespace)]
    .map((entry) => entry.object as Budget)
    .filter((budget) => matches(selectorOf(budget.spec.selector), labels));
  const [budget] = budgets;
  if (budget === undefined) return ok(undefined);
  if (budgets.length > 1)
    return refuse(
      internalError('This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'),
    );
  const pods = yield* engine.caches.newest(call.info.storage, call.deadline);
  if (!pods.ok) return pods;
  const decide: Decide = function* (current): Task<Result<Decision>> {
    if (current === undefined) return ok({ what: 'keep' });
    const now = current.object as Budget;
    const selector = selectorOf(now.spec.selector);
    const covered = [...pods.value.all(namespace)]
      .map((entry) => entry.object as Pod)
      .filter((one) => matches(selector, one.metadata.labels));
    const allowance = allowanceOf(now, covered, engine.clock.now());
    // A pod that serves nobody may go while enough others do (unhealthyPodEvictionPolicy IfHealthyBudget).
    if (!isReady(pod) && allowance.desired > 0 && allowance.healthy >= allowance.desired) return ok({ what: 'keep' });
    if (allowance.allowed <= 0) return refuse(exhausted(now, allowance));
    const disruptedPods = { ...(now.status?.['disruptedPods'] as object), [name]: timestamp(engine.clock.now()) };
    const status = { ...now.status, disruptionsAllowed: allowance.allowed - 1, disruptedPods };
    return ok({ what: 'put', object: { ...now, status } as unknown as KubeObject });
  };
  const { group, resource } = info.storage;
  const key = storageKey(group, resource, namespace, budget.metadata.name);
  const budgetCall: Call = { ...call, info, request: { ...call.request, id: `${call.request.id}:budget` } };
  const done = yield* modify(engine, budgetCall, key, decide);
  return done.ok || done.fault.reason === 'NotFound' ? ok(undefined) : done;
}
function exhausted({ metadata }: Budget, { desired, healthy }: Allowance): Status {
  const refused = tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 0);
  const message = `The disruption budget ${metadata.name} needs ${desired} healthy pods and has ${healthy} currently`;
  return { ...refused, details: { causes: [{ reason: 'DisruptionBudget', message }] } };
}
