//! Numbers of node ports: drawn from the upper part of their range first (registry/core/service/portallocator).
import type { Random } from '../../../runtime/ports.ts';
import { integer } from '../../../runtime/random.ts';

export const NODE_PORTS = { first: 30_000, last: 32_767 } as const;
const COUNT = NODE_PORTS.last - NODE_PORTS.first + 1;
/** calculateRangeOffset: a thirty-second of the range, at least 16 ports and at most 128. */
const STATIC = Math.min(Math.max(16, Math.floor(COUNT / 32)), 128);

export const isNodePort = (port: number): boolean => port >= NODE_PORTS.first && port <= NODE_PORTS.last;
/** Undefined: all are used. */
export const drawPort = (random: Random, used: ReadonlySet<number>): number | undefined =>
  among(random, NODE_PORTS.first + STATIC, NODE_PORTS.last, used) ??
  among(random, NODE_PORTS.first, NODE_PORTS.first + STATIC - 1, used);
function among(random: Random, first: number, last: number, used: ReadonlySet<number>): number | undefined {
  const count = last - first + 1;
  const start = integer(random, count);
  for (let i = 0; i < count; i++) {
    const port = first + ((start + i) % count);
    if (!used.has(port)) return port;
  }
  return undefined;
}
