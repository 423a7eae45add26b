//! From process start to the first answer, to Ready, to a Deployment Available; beside the nearest TypeScript peer.
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { ROOT } from '../../runtime/real/root.ts';
import { freePort, orrery, reached, scratch, stopEverything } from '../e2e/harness.ts';
import { Program } from '../e2e/program.ts';
import { applyUntilAvailable } from './apply.ts';
import type { BenchResult } from './result.ts';

const RUNS = 5;

export async function run(): Promise<BenchResult> {
  const rows = [];
  try {
    await upOnce('simulated', 0); // makes the bundle when it is stale, warms the file cache
    for (const engine of ['process', 'simulated'] as const) {
      const runs = [];
      for (let i = 0; i < RUNS; i++) runs.push(await upOnce(engine, 3));
      rows.push({
        what: `orrery up, 3 nodes, ${engine}`,
        'API answers ms': median(runs.map((one) => one.apiMs)),
        'ready ms': median(runs.map((one) => one.readyMs)),
        'Deployment Available ms': median(runs.map((one) => one.availableMs)),
        'peak MiB': median(runs.map((one) => one.peakMib)),
      });
    }
    const script = peerScript();
    const peers = [];
    for (let i = 0; i < RUNS; i++) peers.push(await peerOnce(script));
    rows.push({
      what: '@ngrok/webernetes, until cluster.init() returns',
      'ready ms': median(peers.map((one) => one.readyMs)),
      'peak MiB': median(peers.map((one) => one.peakMib)),
    });
  } finally {
    await stopEverything();
  }
  return { name: `boot (median of ${RUNS}, from process start)`, rows };
}

interface Boot {
  readonly apiMs: number;
  readonly readyMs: number;
  readonly availableMs: number;
  readonly peakMib: number;
}

async function upOnce(engine: string, nodes: number): Promise<Boot> {
  const dir = join(scratch(), 'data');
  const port = await freePort();
  const started = performance.now();
  const since = (): number => Math.round(performance.now() - started);
  const program = orrery(['up', '--port', `${port}`, '--data-dir', dir, '--engine', engine, '--nodes', `${nodes}`]);
  const ready = program.line(/^ready/).then(since);
  while ((await answer(port, '/livez')) !== 200) await sleep(2);
  const apiMs = since();
  const readyMs = await ready;
  if (nodes > 0) await applyUntilAvailable(reached(join(dir, 'kubeconfig'), dir), 'web', 3);
  const availableMs = since();
  const peakMib = peakOf(readFileSync(`/proc/${program.child.pid}/status`, 'utf8'));
  await program.stop();
  return { apiMs, readyMs, availableMs, peakMib };
}

/** Made for browsers: Node takes it once it is bundled. */
function peerScript(): string {
  const script = join(scratch(), 'peer.mjs');
  const source = `import { Cluster } from '@ngrok/webernetes';
const cluster = new Cluster();
await cluster.init();
console.log('ready');
setInterval(() => {}, 1000);
`;
  buildSync({
    stdin: { contents: source, resolveDir: ROOT },
    outfile: script,
    bundle: true,
    format: 'esm',
    platform: 'node',
  });
  return script;
}

async function peerOnce(script: string): Promise<{ readyMs: number; peakMib: number }> {
  const started = performance.now();
  const program = new Program('webernetes', process.execPath, [script]);
  await program.line(/^ready/);
  const readyMs = Math.round(performance.now() - started);
  const peakMib = peakOf(readFileSync(`/proc/${program.child.pid}/status`, 'utf8'));
  await program.stop('SIGKILL');
  return { readyMs, peakMib };
}

/** The status code; 0 while nobody listens. */
const answer = (port: number, path: string): Promise<number> =>
  new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path, rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', () => resolve(0));
    asked.end();
  });

/** VmHWM of proc(5): the most memory that the process had resident. */
const peakOf = (status: string): number => Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024);
const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
