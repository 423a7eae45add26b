//! Whether a namespace's quotas bear one more object, and what they then have used (resourcequota controller
//! CheckRequest).
import { get, type JsonObject, objectOf } from '../json.ts';
import { type Amounts, amountsOf, sum } from '../pod-totals.ts';
import { compare, nanosOf, subtract } from '../quantity.ts';
import type { KubeObject } from '../types/meta.ts';
import { isInScope } from './scope.ts';
import { isCharged, unspecified, usageOf } from './usage.ts';

export interface Request {
  readonly of: { readonly group: string; readonly resource: string };
  readonly object: JsonObject;
  /** Of an update: only what grows is charged. */
  readonly old?: JsonObject;
}
export type Charged =
  /** Quotas by their index whose `status.used` becomes another. */
  | { readonly used: ReadonlyMap<number, Amounts> }
  /** Why not: what follows `... is forbidden: `. */
  | { readonly why: string };

export function charged(quotas: readonly KubeObject[], { of, object, old }: Request, nowMs: number): Charged {
  const interesting: number[] = [];
  for (const [i, quota] of quotas.entries()) {
    const hard = [...hardOf(quota).keys()];
    const restricted = hard.filter((name) => isCharged(of, name));
    if (restricted.length === 0 || !isInScope(of, object, quota as never)) continue;
    const { name } = quota.metadata;
    const missing = unspecified(of, object, restricted);
    if (missing !== undefined) return { why: `failed quota: ${name}: ${missing}` };
    const used = usedOf(quota);
    const unknown = restricted.filter((one) => !used.has(one));
    if (unknown.length > 0) return { why: `status unknown for quota: ${name}, resources: ${unknown.sort().join(',')}` };
    interesting.push(i);
  }
  const whole = usageOf(of, object, nowMs);
  const negative = [...whole].filter(([, amount]) => nanosOf(amount) < 0n).map(([name]) => name);
  if (interesting.length > 0 && negative.length > 0)
    return { why: `quota usage is negative for resource(s): ${negative.sort().join(',')}` };
  const added = old === undefined ? whole : more(whole, usageOf(of, old, nowMs));
  const result = new Map<number, Amounts>();
  for (const i of interesting) {
    const quota = quotas[i]!;
    const [hard, used] = [hardOf(quota), usedOf(quota)];
    // What has come into the quota's scope is charged as if it were new.
    const before = old !== undefined && isInScope(of, old, quota as never);
    const asked = new Map(
      [...(before ? added : whole)].filter(([name, amount]) => hard.has(name) && nanosOf(amount) > 0n),
    );
    if (asked.size === 0) continue;
    const next = sum(new Map(used), asked);
    const exceeded = [...asked.keys()].filter((name) => compare(next.get(name), hard.get(name)) > 0);
    if (exceeded.length > 0) {
      const told = (amounts: Amounts): string => printed(amounts, exceeded);
      const name = quota.metadata.name;
      return { why: `exceeded quota: ${name}, requested: ${told(asked)}, used: ${told(used)}, limited: ${told(hard)}` };
    }
    result.set(i, next);
  }
  return { used: result };
}
function more(now: Amounts, before: Amounts): Amounts {
  const grown = [...now].map(([name, amount]) => [
    name,
    before.has(name) ? subtract(amount, before.get(name)!) : amount,
  ]);
  return new Map(grown.filter(([, amount]) => nanosOf(amount) > 0n) as [string, string][]);
}
export const hardOf = (quota: KubeObject): Amounts => amountsOf(get(quota, 'status', 'hard'));
const usedOf = (quota: KubeObject): Amounts => amountsOf(get(quota, 'status', 'used'));
const printed = (amounts: Amounts, names: readonly string[]): string =>
  [...names]
    .sort()
    .map((name) => `${name}=${amounts.get(name) ?? '0'}`)
    .join(',');

export const withUsed = (quota: KubeObject, used: Amounts): KubeObject =>
  ({
    ...quota,
    status: { ...objectOf((quota as { status?: unknown }).status), used: Object.fromEntries(used) },
  }) as unknown as KubeObject;
