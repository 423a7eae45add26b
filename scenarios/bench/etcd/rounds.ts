//! Several rounds in turns, so that a neighbour's load falls on all alike; the best round of each counts.
import type { Measured } from './drive.ts';

export interface Runner {
  readonly name: string;
  run(): Promise<Measured>;
}
export interface Best {
  readonly rate: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** By name: the highest rate, and the lowest latencies, of `rounds`. */
export async function best(rounds: number, runners: readonly Runner[]): Promise<Map<string, Best>> {
  const found = new Map<string, Best>();
  for (let round = 0; round < rounds; round++)
    for (const { name, run } of runners) {
      const { rate, medianMs, p99Ms } = await run();
      const before = found.get(name) ?? {
        rate: 0,
        medianMs: Number.POSITIVE_INFINITY,
        p99Ms: Number.POSITIVE_INFINITY,
      };
      found.set(name, {
        rate: Math.max(before.rate, rate),
        medianMs: Math.min(before.medianMs, medianMs),
        p99Ms: Math.min(before.p99Ms, p99Ms),
      });
    }
  return found;
}
export const micros = (ms: number): number => Math.round(ms * 1_000);
