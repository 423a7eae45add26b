//! A process of its own in a simulated world: it can be paused, as by SIGSTOP, and its clock may run wrong.
import { Host } from '../host.ts';
import type { Bus, Clock, Ports } from '../ports.ts';
import type { World } from './world.ts';

export class SimProcess {
  readonly host: Host;
  /** What the world does to it happens through this: at once, or when it runs again. */
  readonly gate: (run: () => void) => void;
  #waiting: (() => void)[] | undefined;
  #dead = false;

  /** `rate`: how fast its clock runs; 1.1 gains a tenth. */
  constructor(world: World, id: string, rate = 1) {
    this.gate = (run) => {
      if (this.#dead) return;
      if (this.#waiting) this.#waiting.push(run);
      else run();
    };
    const ports: Ports = {
      ...world.ports,
      clock: drifting(world.clock, rate, this.gate),
      bus: gated(world.bus, this.gate),
    };
    this.host = new Host(id, world.cluster, ports);
  }
  pause(): void {
    this.#waiting ??= [];
  }
  resume(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const run of waiting) this.gate(run);
  }
  /** Gone at once, with all that it had not said. */
  kill(): void {
    this.host.kill();
    this.#dead = true;
  }
}

type Gate = (run: () => void) => void;
function drifting(world: Clock, rate: number, gate: Gate): Clock {
  const start = world.now();
  interface Timer {
    id: unknown;
    live: boolean;
  }
  return {
    now: () => start + (world.now() - start) * rate,
    setTimeout: (fn, ms) => {
      const timer: Timer = { id: undefined, live: true };
      timer.id = world.setTimeout(() => gate(() => timer.live && fn()), ms / rate);
      return timer;
    },
    clearTimeout: (id) => {
      if (id === undefined) return;
      const timer = id as Timer;
      timer.live = false;
      world.clearTimeout(timer.id);
    },
  };
}
const gated = (bus: Bus, gate: Gate): Bus => ({
  publish: (subject, message, meta) => bus.publish(subject, message, meta),
  subscribe: (pattern, handler, options) =>
    bus.subscribe(pattern, (delivery) => gate(() => handler(delivery)), options),
  request: (subject, message, timeoutMs, done, meta) =>
    bus.request(subject, message, timeoutMs, (result) => gate(() => done(result)), meta),
  onStatus: (handler) => bus.onStatus((status) => gate(() => handler(status))),
});
