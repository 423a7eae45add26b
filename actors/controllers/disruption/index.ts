//! Keeps what each disruption budget allows; evictions spend it (actors/apiserver/verbs/eviction.ts).
import type { Task } from '../../../runtime/task.ts';
import { keyOf, POD_DISRUPTION_BUDGETS, PODS, splitKey } from '../../api/resource.ts';
import { formatSelector, matches, selectorOf } from '../../api/selector.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { DisruptionStatus, PodDisruptionBudget } from '../../api/types/workload.ts';
import { setCondition } from '../../client/conditions.ts';
import { DEFINITIONS } from '../../client/kinds.ts';
import { type Controller, type ControllerIo, type Outcome, watchOf } from '../../client/protocol.ts';
import { expectation, failed, needsScale, plan, type Scale, staleAfterMs } from './logic.ts';
import { OWNERS, scaleOf } from './scale.ts';

// Keys: `budget/<namespace>/<name>`, `pod/<namespace>/<name>` of a pod that an eviction has marked.
const budgetKey = (budget: PodDisruptionBudget): string => `budget/${keyOf(budget)}`;

export const disruptionController: Controller = {
  name: 'disruption-controller',
  watches: [
    watchOf({ resource: POD_DISRUPTION_BUDGETS, keys: ({ object }) => [budgetKey(object)] }),
    watchOf({
      resource: PODS,
      keys: (change, io) => {
        const { namespace } = change.object.metadata;
        const pods = change.type === 'modified' ? [change.object, change.old] : [change.object];
        const budgets = io
          .cache(POD_DISRUPTION_BUDGETS)
          .list(namespace)
          .filter((one) => pods.some(covers(one)));
        const marked = staleAfterMs(change.object, io.clock.now()) !== undefined;
        return [...budgets.map(budgetKey), ...(marked ? [`pod/${keyOf(change.object)}`] : [])];
      },
    }),
    ...[...OWNERS, DEFINITIONS].map((resource) => watchOf({ resource })),
  ],
  reconcile(key, io) {
    const slash = key.indexOf('/');
    const name = key.slice(slash + 1);
    return key.slice(0, slash) === 'pod' ? unmarked(name, io) : reconcile(name, io);
  },
};
const covers =
  ({ spec }: PodDisruptionBudget) =>
  (pod: Pod): boolean =>
    matches(selectorOf(spec.selector), pod.metadata.labels);

function* reconcile(key: string, io: ControllerIo): Task<Outcome> {
  const budget = io.cache(POD_DISRUPTION_BUDGETS).get(key);
  if (budget === undefined) return undefined;
  const [namespace] = splitKey(key);
  const pods = io.cache(PODS).list(namespace).filter(covers(budget));
  const about = (type: 'Normal' | 'Warning', reason: string, message: string): void =>
    io.events.event(budget, type, reason, message);
  if (pods.length === 0) about('Normal', 'NoPods', 'No matching pods found');
  let scale: Scale | undefined;
  if (needsScale(budget)) {
    const found = yield* scaleOf(io, namespace, pods);
    if (!found.ok) {
      const { message } = found.fault;
      about(
        'Warning',
        'CalculateExpectedPodCountFailed',
        `Failed to calculate the number of expected pods: ${message}`,
      );
      const said = yield* say(io, budget, failed(budget, message, io.clock.now()));
      return said ?? found.fault;
    }
    scale = found.value;
  }
  if (scale !== undefined && scale.unmanaged.length > 0) about('Warning', 'UnmanagedPods', unmanagedText(budget));
  const { status, overdue, afterMs } = plan(budget, pods, expectation(budget, pods.length, scale), io.clock.now());
  for (const name of overdue) {
    const pod = io.cache(PODS).get(`${namespace}/${name}`);
    const message = `Pod was expected by PDB ${key} to be deleted but it wasn't`;
    if (pod !== undefined) io.events.event(pod, 'Warning', 'NotDeleted', message);
  }
  const fault = yield* say(io, budget, status);
  return fault ?? (afterMs === undefined ? undefined : { afterMs });
}
const unmanagedText = ({ spec }: PodDisruptionBudget): string =>
  `Pods selected by this PodDisruptionBudget (selector: ${formatSelector(selectorOf(spec.selector))}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;

/** A compare: an eviction that spent from it meanwhile is not undone. */
function* say(
  io: ControllerIo,
  budget: PodDisruptionBudget,
  status: DisruptionStatus | undefined,
): Task<Exclude<Outcome, { afterMs: number }>> {
  if (status === undefined) return undefined;
  const done = yield* io.client.update(POD_DISRUPTION_BUDGETS, { ...budget, status }, 'status');
  return done.ok || done.fault.reason === 'NotFound' ? undefined : done.fault;
}

/** Takes back the mark of an eviction after which nobody deleted the pod. */
function* unmarked(key: string, io: ControllerIo): Task<Outcome> {
  const pod = io.cache(PODS).get(key);
  const left = pod && staleAfterMs(pod, io.clock.now());
  if (pod === undefined || left === undefined) return undefined;
  if (left > 0) return { afterMs: left };
  const condition = { type: 'DisruptionTarget', status: 'False', reason: '', message: '' } as const;
  const conditions = setCondition(pod.status.conditions, condition, io.clock.now());
  const done = yield* io.client.update(PODS, { ...pod, status: { ...pod.status, conditions } }, 'status');
  return done.ok || done.fault.reason === 'NotFound' ? undefined : done.fault;
}
