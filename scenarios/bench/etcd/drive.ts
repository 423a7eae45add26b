//! Asks over and over with so many requests in flight, and counts.

export interface Measured {
  readonly count: number;
  readonly ms: number;
  readonly rate: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Of one core, by the process that asks. */
  readonly cpu: number;
}
export type Ask = (index: number, done: () => void) => void;

const SAMPLES_MAX = 200_000;

export function drive(ask: Ask, inFlight: number, ms: number): Promise<Measured> {
  return new Promise((resolve) => {
    const times: number[] = [];
    let count = 0;
    let asked = 0;
    let open = inFlight;
    const cpu = process.cpuUsage();
    const began = performance.now();
    const next = (): void => {
      const started = performance.now();
      if (started - began >= ms) {
        if (--open === 0) finish(started);
        return;
      }
      ask(asked++, () => {
        count++;
        if (times.length < SAMPLES_MAX) times.push(performance.now() - started);
        // Not within the answer: a store that answers at once would fill the stack.
        next();
      });
    };
    const finish = (at: number): void => {
      const { user, system } = process.cpuUsage(cpu);
      times.sort((a, b) => a - b);
      const part = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
      resolve({
        count,
        ms: at - began,
        rate: (count * 1_000) / (at - began),
        medianMs: part(0.5),
        p99Ms: part(0.99),
        cpu: (user + system) / 1_000 / (at - began),
      });
    };
    for (let i = 0; i < inFlight; i++) next();
  });
}
