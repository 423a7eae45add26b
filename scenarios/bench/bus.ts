//! Messages a second and the latency of a request: through our buses, and by plain calls of the nats package.
import type { NatsConnection } from 'nats';
import type { Bus, Message } from '../../runtime/ports.ts';
import { connectBus } from '../../runtime/real/nats-bus.ts';
import { startNatsServer } from '../../runtime/real/nats-server.ts';
import { realPorts } from '../../runtime/real/ports.ts';
import type { BenchResult } from './result.ts';

const MESSAGES = 100_000;
const REQUESTS = 5_000;
const ROUNDS = 3;
const BODY = { kind: 'Pod', name: 'web-0', namespace: 'default', text: 'x'.repeat(200) };

/** What is measured of every way to talk. */
interface Way {
  readonly name: string;
  /** Resolves when all have arrived. */
  flood(count: number): Promise<void>;
  ask(): Promise<void>;
  close(): Promise<void>;
}

export async function run(): Promise<BenchResult> {
  const server = await startNatsServer();
  const ways: Way[] = [localWay()];
  if (server) ways.push(await plainWay(server.url), await plainWay(server.url, BYTES), await busWay(server.url));
  try {
    const best = new Map<string, { rate: number; ms: number }>();
    // In turns, so that a neighbour's load falls on all alike; the best round of each counts.
    for (let round = 0; round < ROUNDS; round++)
      for (const way of ways) {
        const measured = { rate: await rateOf(way), ms: await latencyOf(way) };
        const before = best.get(way.name) ?? { rate: 0, ms: Number.POSITIVE_INFINITY };
        best.set(way.name, { rate: Math.max(before.rate, measured.rate), ms: Math.min(before.ms, measured.ms) });
      }
    const plain = best.get(PLAIN);
    const rows = [...best].map(([way, { rate, ms }]) => ({
      way,
      'messages/s': Math.round(rate),
      'request µs (median)': Math.round(ms * 1_000),
      'against plain nats': plain
        ? `${(plain.rate / rate).toFixed(2)}x, ${(ms / plain.ms).toFixed(2)}x`
        : 'no nats-server',
    }));
    return { name: 'bus', rows };
  } finally {
    for (const way of ways) await way.close();
    await server?.stop();
  }
}

async function rateOf(way: Way): Promise<number> {
  const started = performance.now();
  await way.flood(MESSAGES);
  return (MESSAGES / (performance.now() - started)) * 1_000;
}
async function latencyOf(way: Way): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < REQUESTS; i++) {
    const started = performance.now();
    await way.ask();
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[REQUESTS >> 1]!;
}

/** Written in pieces: a publisher that never yields measures the memory allocator. */
const PIECE = 500;
async function inPieces(count: number, publish: () => void): Promise<void> {
  for (let i = 0; i < count; i++) {
    publish();
    if (i % PIECE === PIECE - 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

function overBus(name: string, from: Bus, to: Bus, close: () => Promise<void>): Way {
  let arrived = 0;
  let wanted = 0;
  let full: () => void = () => {};
  to.subscribe('k.bench.flood', ({ message }) => {
    if ((message as Message & typeof BODY).name === BODY.name && ++arrived === wanted) full();
  });
  to.subscribe('k.bench.ask', (delivery) => delivery.reply!({ type: 'answer' }));
  const message = { type: 'note', ...BODY };
  return {
    name,
    flood: async (count) => {
      arrived = 0;
      wanted = count;
      const all = new Promise<void>((resolve) => {
        full = resolve;
      });
      await inPieces(count, () => from.publish('k.bench.flood', message));
      await all;
    },
    ask: () =>
      new Promise((resolve, reject) => {
        from.request('k.bench.ask', message, 5_000, (result) => (result.ok ? resolve() : reject(result.fault)));
      }),
    close,
  };
}

function localWay(): Way {
  const { bus } = realPorts({ level: 'silent' });
  return overBus('in process', bus, bus, async () => {});
}
async function busWay(url: string): Promise<Way> {
  const [from, to] = await Promise.all([connectBus(url), connectBus(url)]);
  return overBus('NATS bus', from, to, async () => {
    await from.close();
    await to.close();
  });
}

const PLAIN = 'plain nats, JSON';
const BYTES = 'plain nats, the same bytes unread';
async function plainWay(url: string, name = PLAIN): Promise<Way> {
  const { connect, JSONCodec } = await import('nats');
  const json = JSONCodec<typeof BODY | object>();
  const bytes = json.encode(BODY);
  const codec = name === PLAIN ? json : { encode: () => bytes, decode: () => BODY };
  const [from, to]: NatsConnection[] = await Promise.all([connect({ servers: url }), connect({ servers: url })]);
  let arrived = 0;
  let wanted = 0;
  let full: () => void = () => {};
  to!.subscribe('plain.flood', {
    callback: (_, message) => {
      if ((codec.decode(message.data) as typeof BODY).name === BODY.name && ++arrived === wanted) full();
    },
  });
  to!.subscribe('plain.ask', { callback: (_, message) => message.respond(codec.encode({ type: 'answer' })) });
  await to!.flush();
  return {
    name,
    flood: async (count) => {
      arrived = 0;
      wanted = count;
      const all = new Promise<void>((resolve) => {
        full = resolve;
      });
      await inPieces(count, () => from!.publish('plain.flood', codec.encode(BODY)));
      await all;
    },
    ask: async () => {
      codec.decode((await from!.request('plain.ask', codec.encode(BODY), { timeout: 5_000 })).data);
    },
    close: async () => {
      await from!.close();
      await to!.close();
    },
  };
}
