//! One round of an autoscaler: from what its metrics say to how many there shall be (horizontal.go).
import { nanosOf } from '../../api/quantity.ts';
import { timestamp } from '../../api/time.ts';
import type { AutoscalerStatus, HorizontalPodAutoscaler, MetricStatus, Scale } from '../../api/types/autoscaling.ts';
import type { Pod } from '../../api/types/pod.ts';
import { setCondition } from '../../client/conditions.ts';
import { type Bounds, limited, type Rules, remembered, stabilized } from './behaviour.ts';
import { asked } from './proposal.ts';
import type { Decision, Limits, Memory, Reading, Said } from './protocol.ts';
import type { Crowd, Tolerances } from './replicas.ts';

type Autoscaler = HorizontalPodAutoscaler;
const BILLION = 1e9;

export const minOf = ({ spec }: Autoscaler): number => spec.minReplicas ?? 1;
/** Whether its metrics decide, or bounds alone. */
export function needsMetrics(autoscaler: Autoscaler, scale: Scale): boolean {
  const current = scale.spec.replicas ?? 0;
  const min = minOf(autoscaler);
  return !(current === 0 && min !== 0) && current <= autoscaler.spec.maxReplicas && current >= min;
}
export const rulesOf = ({ spec: { behavior } }: Autoscaler): Rules | undefined =>
  behavior === undefined ? undefined : { scaleUp: behavior.scaleUp ?? {}, scaleDown: behavior.scaleDown ?? {} };

const condition = (
  status: AutoscalerStatus,
  type: 'AbleToScale' | 'ScalingActive' | 'ScalingLimited',
  is: boolean,
  reason: string,
  message: string,
  nowMs: number,
): AutoscalerStatus => ({
  ...status,
  conditions: setCondition(status.conditions, { type, status: is ? 'True' : 'False', reason, message }, nowMs),
});

/** Its target cannot be read: `reason` of AbleToScale. */
export function unscalable(
  autoscaler: Autoscaler,
  message: string,
  nowMs: number,
): Pick<Decision, 'status' | 'events'> {
  const whole = `the HPA controller was unable to get the target's current scale: ${message}`;
  return {
    status: condition(autoscaler.status, 'AbleToScale', false, 'FailedGetScale', whole, nowMs),
    events: [{ type: 'Warning', reason: 'FailedGetScale', message }],
  };
}
/** The write of the new size has failed. */
export function unwritten(status: AutoscalerStatus, message: string, nowMs: number): AutoscalerStatus {
  const whole = `the HPA controller was unable to update the target scale: ${message}`;
  return condition(status, 'AbleToScale', false, 'FailedUpdateScale', whole, nowMs);
}
/** Its metrics cannot even be asked for. */
export interface Blocked {
  readonly reason: string;
  readonly message: string;
  readonly event: Said;
}

export interface Round {
  readonly autoscaler: Autoscaler;
  readonly scale: Scale;
  /** Those that the scale selects. */
  readonly pods: readonly Pod[];
  /** Of each metric of the spec. */
  readonly readings: readonly Reading[];
  readonly blocked?: Blocked | undefined;
  readonly memory: Memory;
  readonly limits: Limits;
  readonly nowMs: number;
}

export function plan(round: Round): Decision {
  const { autoscaler, scale, limits, nowMs } = round;
  const { maxReplicas } = autoscaler.spec;
  const current = scale.spec.replicas ?? 0;
  const min = minOf(autoscaler);
  const memory: Memory =
    round.memory.recommendations.length > 0
      ? round.memory
      : { ...round.memory, recommendations: [{ replicas: current, atMs: nowMs }] };
  const able = condition(
    autoscaler.status,
    'AbleToScale',
    true,
    'SucceededGetScale',
    "the HPA controller was able to get the target's current scale",
    nowMs,
  );
  const bounds: Bounds = { current, min, max: maxReplicas, nowMs };
  if (current === 0 && min !== 0) {
    const message = 'scaling is disabled since the replica count of the target is zero';
    const status = condition(able, 'ScalingActive', false, 'ScalingDisabled', message, nowMs);
    return { status: withCounts(status, current, current, []), events: [], memory };
  }
  if (current > maxReplicas)
    return resized(round, able, [], memory, maxReplicas, 'Current number of replicas above Spec.MaxReplicas');
  if (current < min) return resized(round, able, [], memory, min, 'Current number of replicas below Spec.MinReplicas');
  const computed = compute(round, able);
  if ('failed' in computed) {
    const kept = withCounts(
      computed.failed,
      current,
      autoscaler.status.desiredReplicas ?? 0,
      autoscaler.status.currentMetrics,
    );
    return { status: kept, events: computed.events, memory };
  }
  const { wanted, name, metrics } = computed;
  const reason = wanted > current ? `${name} above target` : 'All metrics below target';
  const rules = rulesOf(autoscaler);
  const calm = stabilized(bounds, wanted, rules, memory, limits);
  const after = { ...memory, recommendations: calm.recommendations };
  const steady = calm.replicas === wanted;
  let status = condition(
    computed.status,
    'AbleToScale',
    true,
    steady ? 'ReadyForNewScale' : calm.reason,
    steady ? 'recommended size matches current size' : calm.message,
    nowMs,
  );
  const limit = limited(bounds, calm.replicas, rules, after);
  status = condition(status, 'ScalingLimited', limit.replicas !== calm.replicas, limit.reason, limit.message, nowMs);
  if (limit.replicas !== current) {
    const done = resized(round, status, metrics, after, limit.replicas, reason);
    return { ...done, events: [...computed.events, ...done.events] };
  }
  return { status: withCounts(status, current, current, metrics), events: computed.events, memory: after };
}

function resized(
  { autoscaler, scale, nowMs }: Round,
  status: AutoscalerStatus,
  metrics: readonly MetricStatus[],
  memory: Memory,
  replicas: number,
  reason: string,
): Decision {
  const current = scale.spec.replicas ?? 0;
  const message = `the HPA controller was able to update the target scale to ${replicas}`;
  const able = condition(status, 'AbleToScale', true, 'SucceededRescale', message, nowMs);
  return {
    rescale: { replicas, reason },
    status: { ...withCounts(able, current, replicas, metrics), lastScaleTime: timestamp(nowMs) },
    events: [],
    memory: remembered(memory, rulesOf(autoscaler), current, replicas, nowMs),
  };
}

type Computed =
  | { readonly failed: AutoscalerStatus; readonly events: readonly Said[] }
  | {
      readonly wanted: number;
      readonly name: string;
      readonly metrics: readonly MetricStatus[];
      readonly status: AutoscalerStatus;
      readonly events: readonly Said[];
    };
function compute(round: Round, able: AutoscalerStatus): Computed {
  const { autoscaler, scale, pods, readings, blocked, limits, nowMs } = round;
  const inactive = (reason: string, message: string): AutoscalerStatus =>
    condition(able, 'ScalingActive', false, reason, message, nowMs);
  const failed = (message: string): Said => ({ type: 'Warning', reason: 'FailedComputeMetricsReplicas', message });
  if (blocked !== undefined)
    return {
      failed: inactive(blocked.reason, blocked.message),
      events: [blocked.event, failed(blocked.event.message)],
    };
  const current = scale.spec.replicas ?? 0;
  const crowd: Crowd = { pods, current, tolerances: tolerancesOf(autoscaler, limits), limits, nowMs };
  const all = (autoscaler.spec.metrics ?? []).map((metric, i) =>
    asked(metric, readings[i] ?? { kind: 'missing', message: 'no metrics returned' }, crowd, scale.status.replicas),
  );
  let wanted = 0;
  let name = '';
  for (const one of all)
    if (one.ok && (name === '' || one.replicas > wanted)) {
      wanted = one.replicas;
      name = one.name;
    }
  const invalid = all.flatMap((one) => (one.ok ? [] : [one]));
  const events: Said[] = invalid.map(({ reason, message }) => ({ type: 'Warning', reason, message }));
  const [first] = invalid;
  // What is not known might ask for more: never fewer then.
  if (first !== undefined && (invalid.length === all.length || wanted < current)) {
    const message = `invalid metrics (${invalid.length} invalid out of ${all.length}), first error is: ${first.whole}`;
    const status = inactive(first.reason, `the HPA was unable to compute the replica count: ${first.message}`);
    return { failed: status, events: [...events, failed(message)] };
  }
  const message = `the HPA was able to successfully calculate a replica count from ${name}`;
  const status = condition(able, 'ScalingActive', true, 'ValidMetricFound', message, nowMs);
  const metrics = all.map((one): MetricStatus => (one.ok ? one.status : { type: '' }));
  return { wanted, name, metrics, status, events };
}
function tolerancesOf({ spec: { behavior } }: Autoscaler, { tolerance }: Limits): Tolerances {
  const own = (text: string | undefined): number => (text === undefined ? tolerance : Number(nanosOf(text)) / BILLION);
  return { up: own(behavior?.scaleUp?.tolerance), down: own(behavior?.scaleDown?.tolerance) };
}
const withCounts = (
  { currentMetrics: _, ...status }: AutoscalerStatus,
  currentReplicas: number,
  desiredReplicas: number,
  metrics: AutoscalerStatus['currentMetrics'],
): AutoscalerStatus => ({ ...status, currentReplicas, desiredReplicas, currentMetrics: metrics ?? null });
