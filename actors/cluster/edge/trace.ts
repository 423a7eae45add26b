//! `orrery trace`: follows transitions of a cluster on a broker, or of one in a single process by its data directory.
import { createConnection } from 'node:net';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { formatTrace, type TraceRecord } from '../../../runtime/trace.ts';
import { follow } from './follow.ts';
import { Refusal } from './refusal.ts';
import { socketPath } from './socket-path.ts';

export interface TraceOptions {
  readonly nats?: string;
  readonly cluster: string;
  readonly dataDir: string;
}

export async function trace(pattern: string, options: TraceOptions): Promise<void> {
  const end = (): never => process.exit(0);
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  process.stdout.on('error', end); // `| head` has seen enough
  const print = (record: TraceRecord): void => void process.stdout.write(`${formatTrace(record)}\n`);
  if (options.nats === undefined) return followSocket(options.dataDir, pattern, print);
  const [{ connectBus }, { realClock }] = await Promise.all([
    import('../../../runtime/real/nats-bus.ts'),
    import('../../../runtime/real/clock.ts'),
  ]);
  const bus = await connectBus(options.nats, { name: 'orrery trace' }).catch((error: Error) => {
    throw new Refusal(error.message);
  });
  follow(bus, realClock, options.cluster, `trace-${process.pid}`, pattern, print);
}

function followSocket(dataDir: string, pattern: string, print: (record: TraceRecord) => void): Promise<void> {
  return new Promise((_, reject) => {
    const socket = createConnection(socketPath(resolve(dataDir)));
    socket.on('error', () =>
      reject(
        new Refusal(`no cluster runs on the data directory ${dataDir}: start one, or name its broker with --nats`),
      ),
    );
    socket.on('connect', () => socket.write(`${JSON.stringify({ ask: 'trace', pattern })}\n`));
    const lines = createInterface({ input: socket });
    lines.on('error', () => {}); // it tells the socket's own again
    lines.on('line', (line) => print(JSON.parse(line) as TraceRecord));
    socket.on('end', () => process.exit(0));
  });
}
