//! A process of its own in a simulated world: it can be paused, as by SIGSTOP, cut off from the bus, and its clock may
//! run wrong.
import { fail } from '../fault.ts';
import { Host } from '../host.ts';
import type { Bus, Clock, Delivery, Ports } from '../ports.ts';
import type { World } from './world.ts';

/** How something reaches a process: its clock, the bus, or `gate`. */
export type Way = 'timer' | 'bus' | 'gate';

export class SimProcess {
  readonly host: Host;
  /** What else the world does to it happens through this: at once, or when it runs again. */
  readonly gate: Gate;
  readonly #bus: CutBus;
  #waiting: { readonly way: Way; readonly run: () => void }[] | undefined;
  #dead = false;

  /** `rate`: how fast its clock runs; 1.1 gains a tenth. */
  constructor(world: World, id: string, rate = 1) {
    const by =
      (way: Way): Gate =>
      (run) => {
        if (this.#dead) return;
        if (this.#waiting) this.#waiting.push({ way, run });
        else run();
      };
    this.gate = by('gate');
    this.#bus = new CutBus(world.bus, by('bus'));
    const ports: Ports = { ...world.ports, clock: drifting(world.clock, rate, by('timer')), bus: this.#bus };
    this.host = new Host(id, world.cluster, ports);
  }
  /** While it is cut off, nothing comes in by the bus and nothing goes out, and nobody is told. */
  set cutOff(cut: boolean) {
    this.#bus.cut = cut;
  }
  pause(): void {
    this.#waiting ??= [];
  }
  /** In order of arrival, or all that came one way before all that came another, as event loops look around. */
  resume(ways?: readonly Way[]): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    if (ways) waiting.sort((a, b) => ways.indexOf(a.way) - ways.indexOf(b.way));
    for (const [i, { run }] of waiting.entries()) {
      // Paused again by what it did: the rest waits on.
      if (this.#waiting) (this.#waiting as typeof waiting).push(...waiting.slice(i));
      if (this.#waiting || this.#dead) return;
      run();
    }
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

class CutBus implements Bus {
  readonly #world: Bus;
  readonly #gate: Gate;
  cut = false;
  constructor(world: Bus, gate: Gate) {
    this.#world = world;
    this.#gate = gate;
  }
  publish(...args: Parameters<Bus['publish']>): void {
    if (!this.cut) this.#world.publish(...args);
  }
  subscribe(...[pattern, handler, options]: Parameters<Bus['subscribe']>): ReturnType<Bus['subscribe']> {
    const take = (delivery: Delivery): void => {
      if (this.cut) return;
      const { reply } = delivery;
      const answers: Pick<Delivery, 'reply'> = reply ? { reply: (message) => void (this.cut || reply(message)) } : {};
      this.#gate(() => handler({ ...delivery, ...answers }));
    };
    return this.#world.subscribe(pattern, take, options);
  }
  request(...[subject, message, timeoutMs, done, meta]: Parameters<Bus['request']>): ReturnType<Bus['request']> {
    let stopped = false;
    const cut = this.cut;
    const stop = this.#world.request(
      cut ? NOWHERE : subject,
      message,
      timeoutMs,
      (result) => {
        const lost = cut || (result.ok && this.cut);
        const got = lost ? fail('Timeout', `no answer from ${subject} within ${timeoutMs} ms`) : result;
        this.#gate(() => void (stopped || done(got)));
      },
      meta,
    );
    return () => {
      stopped = true;
      stop();
    };
  }
  onStatus(...[handler]: Parameters<Bus['onStatus']>): ReturnType<Bus['onStatus']> {
    return this.#world.onStatus((status) => this.#gate(() => handler(status)));
  }
}
const NOWHERE = 'k.nowhere';
