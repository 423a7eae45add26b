//! The addresses and ports that Services are given from.
import type { Random } from '../../../runtime/ports.ts';
import { integer } from '../../../runtime/random.ts';

export const DEFAULT_SERVICE_CIDR = '10.96.0.0/16';
export const NODE_PORTS = { first: 30_000, last: 32_767 } as const;

export class ServiceNetwork {
  readonly cidr: string;
  readonly #base: number;
  /** Addresses without the network's own and the last one. */
  readonly #count: number;
  constructor(cidr: string = DEFAULT_SERVICE_CIDR) {
    const found = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
    const [a = 0, b = 0, c = 0, d = 0, bits = 0] = found?.slice(1).map(Number) ?? [];
    if (found === null || Math.max(a, b, c, d) > 255 || bits < 8 || bits > 29)
      throw new Error(`not a service network: ${cidr}`);
    const size = 2 ** (32 - bits);
    const address = ((a * 256 + b) * 256 + c) * 256 + d;
    this.cidr = cidr;
    this.#base = address - (address % size);
    this.#count = size - 2;
  }
  /** The first one: the API server's own. */
  get apiserver(): string {
    return this.at(1);
  }
  at(index: number): string {
    const n = this.#base + index;
    return [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255].join('.');
  }
  contains(ip: string): boolean {
    const n = numberOf(ip);
    return n !== undefined && n > this.#base && n <= this.#base + this.#count;
  }
  draw(random: Random): string {
    return this.at(1 + integer(random, this.#count));
  }
  /** One that is not among these; undefined: all are. */
  free(random: Random, used: ReadonlySet<string>): string | undefined {
    const start = integer(random, this.#count);
    for (let i = 0; i < this.#count; i++) {
      const ip = this.at(1 + ((start + i) % this.#count));
      if (!used.has(ip)) return ip;
    }
    return undefined;
  }
}
const numberOf = (ip: string): number | undefined => {
  const parts = ip.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
};

const PORTS = NODE_PORTS.last - NODE_PORTS.first + 1;
export const isNodePort = (port: number): boolean => port >= NODE_PORTS.first && port <= NODE_PORTS.last;
export function freePort(random: Random, used: ReadonlySet<number>): number | undefined {
  const start = integer(random, PORTS);
  for (let i = 0; i < PORTS; i++) {
    const port = NODE_PORTS.first + ((start + i) % PORTS);
    if (!used.has(port)) return port;
  }
  return undefined;
}
