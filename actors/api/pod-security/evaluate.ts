//! What a level in a version finds against a pod (k8s.io/pod-security-admission policy registry).
import { BASELINE } from './baseline.ts';
import type { Check, Finding, PodLike, Versioned } from './check.ts';
import type { LevelVersion } from './level.ts';
import { OVERRIDES, RESTRICTED } from './restricted.ts';

const at = (versions: readonly Versioned[], minor: number): Check | undefined =>
  versions.findLast(({ since }) => since <= minor)?.check;

/** In the order in which they are told: baseline before restricted, each by id. */
function checksOf({ level, minor = Number.POSITIVE_INFINITY }: LevelVersion): readonly Check[] {
  if (level === 'privileged') return [];
  const strict = level === 'baseline' ? [] : Object.entries(RESTRICTED).filter(([, list]) => at(list, minor));
  const overridden = new Set(strict.map(([id]) => OVERRIDES[id]));
  const lax = Object.entries(BASELINE).filter(([id]) => !overridden.has(id));
  return [...lax, ...strict].flatMap(([, versions]) => at(versions, minor) ?? []);
}

export const evaluate = (policy: LevelVersion, pod: PodLike): readonly Finding[] =>
  checksOf(policy).flatMap((check) => check(pod) ?? []);
/** `privileged (container "c" must not …), hostPort (…)` */
export const detailOf = (findings: readonly Finding[]): string =>
  findings.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
export const reasonOf = (findings: readonly Finding[]): string => findings.map(({ reason }) => reason).join(', ');

/** What is told of pods that are there already: alike ones together, by the first of their names. */
export function warningsOf(pods: readonly (readonly [string, PodLike])[], policy: LevelVersion): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const [name, pod] of pods) {
    const reason = reasonOf(evaluate(policy, pod));
    if (reason !== '') byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  }
  return [...byReason]
    .map(([reason, names]) => {
      const [first] = names.sort();
      const more = names.length - 1;
      return `${first}${more === 0 ? '' : ` (and ${more} other ${more === 1 ? 'pod' : 'pods'})`}: ${reason}`;
    })
    .sort();
}
