//! A simulated world: one clock, one seed, one bus; many hosts. Everything in it runs in one thread, synchronously.
import { Host } from '../host.ts';
import type { Logger, Ports } from '../ports.ts';
import { integer } from '../random.ts';
import { silent } from '../silent.ts';
import { LocalBus } from './bus.ts';
import { SimClock } from './clock.ts';
import { SimDisk } from './disk.ts';
import { SeededRandom } from './random.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly cluster?: string;
  /** A message takes between these, drawn for each. Equal: order is kept. Default 0.1 to 0.1 ms. */
  readonly latencyMs?: readonly [least: number, most: number];
  readonly logger?: Logger;
}

export class World {
  readonly clock = new SimClock();
  readonly random: SeededRandom;
  readonly bus: LocalBus;
  readonly ports: Ports;
  readonly cluster: string;
  readonly seed: number;
  readonly #hosts = new Map<string, Host>();
  readonly #crashes = new Map<string, number>();
  readonly #disks = new Map<string, SimDisk>();

  constructor(options: WorldOptions) {
    this.seed = options.seed;
    this.cluster = options.cluster ?? 'sim';
    this.random = new SeededRandom(options.seed);
    const [least, most] = options.latencyMs ?? [0.1, 0.1];
    const network = this.random.fork('network');
    this.bus = new LocalBus({
      clock: this.clock,
      later: (deliver) =>
        this.clock.setTimeout(deliver, most === least ? least : least + network.float() * (most - least)),
      pick: (count) => integer(network, count),
    });
    this.ports = { clock: this.clock, random: this.random, bus: this.bus, logger: options.logger ?? silent };
  }
  /** The host of that name, made at the first call. */
  host(id: string): Host {
    let host = this.#hosts.get(id);
    if (host === undefined) {
      const crashes = this.#crashes.get(id) ?? 0;
      // What it draws after a crash is new: names and uids that were given are not given again.
      const random = crashes === 0 ? this.random : this.random.fork(`${id} after ${crashes}`);
      host = new Host(id, this.cluster, { ...this.ports, random });
      this.#hosts.set(id, host);
    }
    return host;
  }
  hosts(): readonly Host[] {
    return [...this.#hosts.values()];
  }
  /** The disk of that host, made at the first call. It outlives crashes, less what was not synced. */
  disk(id: string): SimDisk {
    let disk = this.#disks.get(id);
    if (disk === undefined) {
      disk = new SimDisk({ clock: this.clock, random: this.random.fork(`disk/${id}`) });
      this.#disks.set(id, disk);
    }
    return disk;
  }
  /** Crash: all actors of the host are gone at once, power is cut. The next `host(id)` is a new one. */
  crash(id: string): void {
    this.#hosts.get(id)?.kill();
    if (this.#hosts.delete(id)) this.#crashes.set(id, (this.#crashes.get(id) ?? 0) + 1);
    this.#disks.get(id)?.crash();
  }
  advance(ms: number): void {
    this.clock.advance(ms);
  }
  /** Runs until `done`, at most so much virtual time; throws with the seed when it did not come true. */
  until(what: string, done: () => boolean, limitMs = 600_000): void {
    if (!this.clock.runUntil(done, limitMs))
      throw new Error(`seed ${this.seed}: not within ${limitMs} ms of virtual time: ${what}`);
  }
}

export { silent };
