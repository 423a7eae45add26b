//! Whether enough indexes have succeeded, as the success policy says.
import type { JobSpec } from '../../api/types/batch.ts';
import { common, type Indexes, parseIndexes, total } from './indexes.ts';

/** The message of the rule that is met first. */
export function met(policy: JobSpec['successPolicy'], completions: number, succeeded: Indexes): string | undefined {
  if (succeeded.length === 0) return undefined;
  const rule = (policy?.rules ?? []).findIndex(({ succeededIndexes, succeededCount = Number.POSITIVE_INFINITY }) => {
    if (succeededIndexes === undefined) return total(succeeded) >= succeededCount;
    const wanted = parseIndexes(succeededIndexes, completions);
    return wanted.length > 0 && common(wanted, succeeded) >= Math.min(total(wanted), succeededCount);
  });
  return rule < 0 ? undefined : `Matched rules at index ${rule}`;
}
