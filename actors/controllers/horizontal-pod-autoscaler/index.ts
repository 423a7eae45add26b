//! horizontal-pod-autoscaler-controller: each autoscaler every 15 s, from what its metrics say to its target's scale.
import { fail, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { equal } from '../../api/json.ts';
import { HORIZONTAL_POD_AUTOSCALERS, keyOf, PODS, type Resource, splitKey } from '../../api/resource.ts';
import { matches, parseLabelSelector, type Selector } from '../../api/selector.ts';
import type { AutoscalerStatus, HorizontalPodAutoscaler, Scale } from '../../api/types/autoscaling.ts';
import type { Pod } from '../../api/types/pod.ts';
import { DEFINITIONS, resourceOf } from '../../client/kinds.ts';
import { type Controller, type ControllerIo, type Outcome, watchOf } from '../../client/protocol.ts';
import { type Blocked, needsMetrics, plan, unscalable, unwritten } from './logic.ts';
import { read } from './measures.ts';
import {
  LIMITS,
  type Limits,
  type Memory,
  NOTHING_REMEMBERED,
  PERIOD_MS,
  type Reading,
  type Said,
} from './protocol.ts';

const AGAIN = { afterMs: PERIOD_MS };

export function horizontalPodAutoscalerController(limits: Limits = LIMITS): Controller {
  const memories = new Map<string, Memory>();
  /** Whose pods are whose: two that scale the same do not. */
  const selectors = new Map<string, Selector>();
  return {
    name: 'horizontal-pod-autoscaler-controller',
    watches: [
      watchOf({
        resource: HORIZONTAL_POD_AUTOSCALERS,
        // Its own writes change only the status: they are no reason to look.
        keys: (change) =>
          change.type === 'modified' && equal(change.old.spec as never, change.object.spec as never)
            ? []
            : [keyOf(change.object)],
      }),
      watchOf({ resource: PODS }),
      watchOf({ resource: DEFINITIONS }),
    ],
    start: () => {
      memories.clear();
      selectors.clear();
    },
    *reconcile(key, io) {
      const autoscaler = io.cache(HORIZONTAL_POD_AUTOSCALERS).get(key);
      if (autoscaler === undefined) {
        memories.delete(key);
        selectors.delete(key);
        return undefined;
      }
      yield* round(key, autoscaler, io);
      return AGAIN;
    },
  };

  function* round(key: string, autoscaler: HorizontalPodAutoscaler, io: ControllerIo): Task<Outcome> {
    const [namespace] = splitKey(key);
    const tell = (events: readonly Said[]): void => {
      for (const { type, reason, message } of events) io.events.event(autoscaler, type, reason, message);
    };
    const { apiVersion = '', kind, name } = autoscaler.spec.scaleTargetRef;
    const target = resourceOf(io, apiVersion === '' ? 'v1' : apiVersion, kind);
    const scale = yield* scaleOf(io, target, { namespace, name, kind, apiVersion });
    if (!scale.ok) {
      const { status, events } = unscalable(autoscaler, scale.fault.message, io.clock.now());
      tell(events);
      return yield* say(io, autoscaler, status);
    }
    const { selector, blocked, pods } = select(key, namespace, scale.value, io);
    const readings: Reading[] = [];
    if (blocked === undefined && needsMetrics(autoscaler, scale.value))
      for (const metric of autoscaler.spec.metrics ?? []) readings.push(yield* read(io, metric, namespace, selector));
    const decision = plan({
      autoscaler,
      scale: scale.value,
      pods,
      readings,
      blocked,
      memory: memories.get(key) ?? NOTHING_REMEMBERED,
      limits,
      nowMs: io.clock.now(),
    });
    tell(decision.events);
    const { rescale } = decision;
    if (rescale === undefined) {
      memories.set(key, decision.memory);
      return yield* say(io, autoscaler, decision.status);
    }
    const { replicas, reason } = rescale;
    const wanted = { ...scale.value, spec: { replicas } };
    const done = yield* io.client.update(target as Resource<Scale>, wanted, 'scale');
    if (done.ok) {
      memories.set(key, decision.memory);
      tell([{ type: 'Normal', reason: 'SuccessfulRescale', message: `New size: ${replicas}; reason: ${reason}` }]);
      return yield* say(io, autoscaler, decision.status);
    }
    const error = done.fault.message;
    const message = `New size: ${replicas}; reason: ${reason}; error: ${error}`;
    tell([{ type: 'Warning', reason: 'FailedRescale', message }]);
    const { lastScaleTime: _, ...failed } = unwritten(decision.status, error, io.clock.now());
    const { lastScaleTime, desiredReplicas } = autoscaler.status;
    const before = { desiredReplicas, ...(lastScaleTime === undefined ? {} : { lastScaleTime }) };
    return yield* say(io, autoscaler, { ...failed, ...before });
  }

  function select(
    key: string,
    namespace: string,
    scale: Scale,
    io: ControllerIo,
  ): { readonly selector: string; readonly pods: readonly Pod[]; readonly blocked?: Blocked } {
    const text = scale.status.selector ?? '';
    const nobody = { selector: text, pods: [] };
    selectors.delete(key);
    const warned = (reason: string, message: string): Said => ({ type: 'Warning', reason, message });
    if (text === '') {
      const message = "the HPA target's scale is missing a selector";
      return {
        ...nobody,
        blocked: { reason: 'InvalidSelector', message, event: warned('SelectorRequired', 'selector is required') },
      };
    }
    const parsed = parseLabelSelector(text);
    if (!parsed.ok) {
      const message = `couldn't convert selector into a corresponding internal selector object: ${parsed.fault.message}`;
      return { ...nobody, blocked: { reason: 'InvalidSelector', message, event: warned('InvalidSelector', message) } };
    }
    selectors.set(key, parsed.value);
    const pods = io
      .cache(PODS)
      .list(namespace)
      .filter(({ metadata }) => matches(parsed.value, metadata.labels));
    const others = [...selectors].filter(
      ([other, selector]) =>
        splitKey(other)[0] === namespace && pods.some(({ metadata }) => matches(selector, metadata.labels)),
    );
    if (others.length > 1) {
      const names = others.map(([other]) => other).sort();
      const message = `pods by selector ${text} are controlled by multiple HPAs: [${names.join(' ')}]`;
      return {
        ...nobody,
        blocked: { reason: 'AmbiguousSelector', message, event: warned('AmbiguousSelector', message) },
      };
    }
    return { selector: text, pods };
  }
}

interface Target {
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
  readonly apiVersion: string;
}
function* scaleOf(
  io: ControllerIo,
  resource: Resource | undefined,
  { namespace, name, kind, apiVersion }: Target,
): Task<Result<Scale>> {
  if (resource === undefined)
    return fail(
      'NotFound',
      `no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(groupOf(apiVersion))}`,
    );
  return (yield* io.client.getSub(resource, namespace, name, 'scale')) as Result<Scale>;
}
const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? apiVersion.split('/')[0]! : '');

function* say(io: ControllerIo, autoscaler: HorizontalPodAutoscaler, status: AutoscalerStatus): Task<Outcome> {
  if (equal(status as never, autoscaler.status as never)) return undefined;
  const done = yield* io.client.update(HORIZONTAL_POD_AUTOSCALERS, { ...autoscaler, status }, 'status');
  if (!done.ok && done.fault.reason !== 'NotFound' && done.fault.reason !== 'Conflict')
    io.events.event(autoscaler, 'Warning', 'FailedUpdateStatus', done.fault.message);
  return undefined;
}
