//! The same random operations to two stores: their answers and their events are equal.
import fc from 'fast-check';
import { compareStores } from './compare.ts';
import { steps } from './generate.ts';
import type { Subject } from './outcome.ts';

export interface Rounds {
  readonly cases: number;
  /** No new case is begun after so long. */
  readonly ms: number;
  /** Repeats a failure, with the path that it printed. */
  readonly seed?: number;
  readonly path?: string;
  /** False: the first failure as it is. Default true. */
  readonly shrink?: boolean;
}

/** Fails with the smallest case found, and how to repeat it. */
export async function expectEqual(
  left: Subject,
  right: Subject,
  { cases, ms, seed, path, shrink = true }: Rounds,
): Promise<number> {
  let ran = 0;
  const details = await fc.check(
    fc.asyncProperty(steps, async (chosen) => {
      ran++;
      await compareStores(left, right, chosen);
    }),
    {
      numRuns: cases,
      interruptAfterTimeLimit: ms,
      endOnFailure: !shrink,
      ...(seed === undefined ? {} : { seed }),
      ...(path === undefined ? {} : { path }),
    },
  );
  // What differs says more than the case alone.
  if (details.failed)
    throw new Error(`${fc.defaultReportMessage(details)}\n${(details.errorInstance as Error | null)?.message}`);
  return ran;
}
