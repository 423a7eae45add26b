//! Lists of conditions, changed without touching what has not changed.
import { timestamp } from '../api/time.ts';
import type { Condition } from '../api/types/meta.ts';

export const findCondition = <C extends Condition>(conditions: readonly C[] | undefined, type: string): C | undefined =>
  conditions?.find((condition) => condition.type === type);

/** The transition time moves with `status` only; the same list comes back when nothing is new. */
export function setCondition<C extends Condition = Condition>(
  conditions: readonly C[] | undefined,
  condition: NoInfer<C>,
  nowMs: number,
): readonly C[] {
  const list = conditions ?? [];
  const i = list.findIndex(({ type }) => type === condition.type);
  const old = list[i];
  if (old === undefined) return [...list, { lastTransitionTime: timestamp(nowMs), ...condition }];
  const at = old.status === condition.status ? old.lastTransitionTime : undefined;
  const next = { ...old, ...condition, lastTransitionTime: at ?? condition.lastTransitionTime ?? timestamp(nowMs) };
  return same(old, next) ? list : list.with(i, next);
}

const same = (a: Condition, b: Condition): boolean =>
  a.status === b.status &&
  a.reason === b.reason &&
  a.message === b.message &&
  a.lastTransitionTime === b.lastTransitionTime &&
  a.observedGeneration === b.observedGeneration &&
  a.lastUpdateTime === b.lastUpdateTime;
