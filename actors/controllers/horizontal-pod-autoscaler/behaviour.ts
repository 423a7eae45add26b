//! How fast it may change: windows over recent recommendations, and policies over recent changes.
import type { ScalingRules } from '../../api/types/autoscaling.ts';
import type { Limits, Memory, Recommendation, ScaleChange } from './protocol.ts';

export interface Bounds {
  readonly current: number;
  readonly min: number;
  readonly max: number;
  readonly nowMs: number;
}
export interface Rules {
  readonly scaleUp: ScalingRules;
  readonly scaleDown: ScalingRules;
}
export interface Stabilized {
  readonly replicas: number;
  readonly recommendations: readonly Recommendation[];
  readonly reason: string;
  readonly message: string;
}
export interface Limited {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}
const DOWN = 'recent recommendations were higher than current one, applying the highest recent recommendation';
const UP = 'recent recommendations were lower than current one, applying the lowest recent recommendation';
const UP_FACTOR = 2;
const UP_LEAST = 4;
const secondsOf = ({ stabilizationWindowSeconds }: ScalingRules, otherwiseMs: number): number =>
  stabilizationWindowSeconds === undefined ? otherwiseMs : stabilizationWindowSeconds * 1_000;

export function stabilized(
  { current, nowMs }: Bounds,
  wanted: number,
  rules: Rules | undefined,
  { recommendations }: Memory,
  limits: Limits,
): Stabilized {
  const upMs = rules === undefined ? 0 : secondsOf(rules.scaleUp, 0);
  const downMs =
    rules === undefined ? limits.downscaleStabilizationMs : secondsOf(rules.scaleDown, limits.downscaleStabilizationMs);
  let up = wanted;
  let down = wanted;
  for (const { replicas, atMs } of recommendations) {
    if (atMs > nowMs - upMs) up = Math.min(up, replicas);
    if (atMs > nowMs - downMs) down = Math.max(down, replicas);
  }
  // Without rules nothing holds it back from growing.
  const replicas = rules === undefined ? down : Math.min(Math.max(current, up), down);
  const oldest = nowMs - Math.max(upMs, downMs);
  const kept = [...recommendations.filter(({ atMs }) => atMs >= oldest), { replicas: wanted, atMs: nowMs }];
  const grows = rules !== undefined && wanted >= current;
  return {
    replicas,
    recommendations: kept,
    reason: grows ? 'ScaleUpStabilized' : 'ScaleDownStabilized',
    message: grows ? UP : DOWN,
  };
}

const WITHIN = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' };
const TOO_MANY = {
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
};
const TOO_FEW = {
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
};
const TOO_FAST_UP = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
};
const TOO_FAST_DOWN = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};

export function limited(bounds: Bounds, wanted: number, rules: Rules | undefined, memory: Memory): Limited {
  const { current, min, max } = bounds;
  if (rules === undefined) {
    const limit = Math.max(UP_FACTOR * current, UP_LEAST);
    if (wanted < min) return { replicas: min, ...TOO_FEW };
    if (wanted > Math.min(max, limit))
      return { replicas: Math.min(max, limit), ...(max > limit ? TOO_FAST_UP : TOO_MANY) };
    return { replicas: wanted, ...WITHIN };
  }
  if (wanted > current) {
    const limit = Math.max(current, upLimit(bounds, rules.scaleUp, memory));
    const most = Math.min(max, limit);
    if (wanted > most) return { replicas: most, ...(max > limit ? TOO_FAST_UP : TOO_MANY) };
  } else if (wanted < current) {
    const limit = Math.min(current, downLimit(bounds, rules.scaleDown, memory));
    const least = Math.max(min, limit);
    if (wanted < least) return { replicas: least, ...(min < limit ? TOO_FAST_DOWN : TOO_FEW) };
  }
  return { replicas: wanted, ...WITHIN };
}
const changed = (changes: readonly ScaleChange[], periodSeconds: number, nowMs: number): number =>
  changes.reduce((sum, { replicas, atMs }) => (atMs > nowMs - periodSeconds * 1_000 ? sum + replicas : sum), 0);

function upLimit({ current, nowMs }: Bounds, rules: ScalingRules, { ups, downs }: Memory): number {
  if (rules.selectPolicy === 'Disabled') return current;
  const proposals = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
    const start = current - changed(ups, periodSeconds, nowMs) + changed(downs, periodSeconds, nowMs);
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return rules.selectPolicy === 'Min' ? Math.min(...proposals) : Math.max(...proposals);
}
function downLimit({ current, nowMs }: Bounds, rules: ScalingRules, { ups, downs }: Memory): number {
  if (rules.selectPolicy === 'Disabled') return current;
  const proposals = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
    const start = current - changed(ups, periodSeconds, nowMs) + changed(downs, periodSeconds, nowMs);
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100));
  });
  return rules.selectPolicy === 'Min' ? Math.max(...proposals) : Math.min(...proposals);
}

/** What was done, kept for as long as a policy looks back. */
export function remembered(memory: Memory, rules: Rules | undefined, from: number, to: number, nowMs: number): Memory {
  if (rules === undefined || from === to) return memory;
  const periods = [rules.scaleUp, rules.scaleDown].flatMap(({ policies = [] }) =>
    policies.map((one) => one.periodSeconds),
  );
  const oldest = nowMs - Math.max(0, ...periods) * 1_000;
  const recent = (changes: readonly ScaleChange[]): readonly ScaleChange[] =>
    changes.filter(({ atMs }) => atMs >= oldest);
  const change = { replicas: Math.abs(to - from), atMs: nowMs };
  return {
    ...memory,
    ups: [...recent(memory.ups), ...(to > from ? [change] : [])],
    downs: [...recent(memory.downs), ...(to < from ? [change] : [])],
  };
}
