//! All checks of one run.
import { type Changes, impossible } from '../check/changes.ts';
import type { Operation } from '../check/history.ts';
import { checkLinearizability } from '../check/linearizability.ts';
import { checkAgainst, checkRevisions } from '../check/revisions.ts';
import { checkWatches } from '../check/watch-properties.ts';
import type { WatchRecord } from '../check/watch-record.ts';

export interface Evidence {
  readonly operations: readonly Operation[];
  readonly changes: Changes;
  readonly watches: readonly WatchRecord[];
}
/** How often the model may be asked for one key. */
const STEPS = 2_000_000;

/** What is wrong, in words, the first finding of each check; undefined: all say ok. Undecided is not ok. */
export function judge({ operations, changes, watches }: Evidence): string | undefined {
  const findings = [
    impossible(changes),
    checkAgainst(operations, changes),
    checkRevisions(operations),
    unordered(operations),
    checkWatches(watches, changes),
  ].filter((finding) => finding !== undefined);
  return findings.length > 0 ? findings.join('\n') : undefined;
}

function unordered(operations: readonly Operation[]): string | undefined {
  const verdict = checkLinearizability(operations, { steps: STEPS });
  if (verdict.is === 'violation') return verdict.explanation;
  return verdict.is === 'unknown' ? `${verdict.key}: undecided after ${verdict.steps} steps` : undefined;
}

/** How a run's operations ended. */
export function tally(operations: readonly Operation[]): Record<'ok' | 'failed' | 'unknown', number> {
  const counts = { ok: 0, failed: 0, unknown: 0 };
  for (const { outcome } of operations) counts[outcome.is]++;
  return counts;
}
