//! From process start to the first answer, to Ready, to a Deployment Available; beside the nearest TypeScript peer.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { ROOT } from '../../runtime/real/root.ts';
import type { BenchResult } from './result.ts';

const RUNS = 5;

export async function run(): Promise<BenchResult> {
  const rows = [];
  await upOnce('simulated', 0); // builds the bundle when it is stale, warms the file cache
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
  const peers = [];
  for (let i = 0; i < RUNS; i++) peers.push(await peerOnce());
  rows.push({
    what: '@ngrok/webernetes, cluster.init()',
    'API answers ms': '',
    'ready ms': median(peers.map((one) => one.readyMs)),
    'Deployment Available ms': '',
    'peak MiB': median(peers.map((one) => one.peakMib)),
  });
  return { name: `boot (median of ${RUNS}, from process start)`, rows };
}

interface Boot {
  readonly apiMs: number;
  readonly readyMs: number;
  readonly availableMs: number;
  readonly peakMib: number;
}

async function upOnce(engine: string, nodes: number): Promise<Boot> {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-bench-'));
  const port = await freePort();
  const started = performance.now();
  const since = (): number => Math.round(performance.now() - started);
  const args = ['actors/cluster/edge/orrery.mjs', 'up', '--port', `${port}`, '--data-dir', dir, '--engine', engine];
  const child = spawn(process.execPath, [...args, '--nodes', `${nodes}`], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const ready = line(child, /^ready/).then(since);
    while ((await get(port, '/livez')) !== 200) await sleep(2);
    const apiMs = since();
    const readyMs = await ready;
    const availableMs = nodes > 0 ? await deploy(dir, port).then(since) : 0;
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
    return { apiMs, readyMs, availableMs, peakMib: Math.round(Number(peak) / 1024) };
  } finally {
    child.kill('SIGTERM');
    await exit(child);
    rmSync(dir, { recursive: true, force: true });
  }
}

async function deploy(dir: string, port: number): Promise<void> {
  const user = parse(readFileSync(join(dir, 'kubeconfig'), 'utf8')).users[0].user;
  const identity = {
    cert: Buffer.from(user['client-certificate-data'], 'base64'),
    key: Buffer.from(user['client-key-data'], 'base64'),
  };
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const body = JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } },
    },
  });
  await call(port, path, identity, body);
  for (;;) {
    const answer = JSON.parse(await call(port, `${path}/web`, identity));
    if (answer.status?.availableReplicas === 3) return;
    await sleep(5);
  }
}

function call(port: number, path: string, identity: object, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const req = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: body === undefined ? 'GET' : 'POST',
        rejectUnauthorized: false,
        headers: { 'content-type': 'application/json' },
        ...identity,
      },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () =>
          response.statusCode! < 300 ? resolve(text) : reject(new Error(`${path}: ${response.statusCode} ${text}`)),
        );
      },
    );
    req.on('error', reject);
    req.end(body);
  });
}

const get = (port: number, path: string): Promise<number> =>
  new Promise((resolve) => {
    const req = request({ host: '127.0.0.1', port, path, rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    req.on('error', () => resolve(0));
    req.end();
  });

async function peerOnce(): Promise<{ readyMs: number; peakMib: number }> {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-peer-'));
  const script = join(dir, 'peer.mjs');
  const peer = JSON.stringify(import.meta.resolve('@ngrok/webernetes'));
  writeFileSync(
    script,
    `import { Cluster } from ${peer};\nconst cluster = new Cluster();\nawait cluster.init();\n` +
      "console.log('ready');\nconst { readFileSync } = await import('node:fs');\n" +
      "console.log('peak ' + /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);\nprocess.exit(0);\n",
  );
  const started = performance.now();
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const peak = line(child, /^peak (\d+)/);
  await line(child, /^ready/);
  const readyMs = Math.round(performance.now() - started);
  const peakMib = Math.round(Number((await peak).split(' ')[1]) / 1024);
  rmSync(dir, { recursive: true, force: true });
  return { readyMs, peakMib };
}

function line(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = text.split('\n').find((one) => pattern.test(one));
      if (found !== undefined) resolve(found);
    });
    child.on('exit', (code) => reject(new Error(`it ended with ${code} before a line ${pattern}: ${text}`)));
  });
}
const exit = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => (child.exitCode === null ? child.on('exit', () => resolve()) : resolve()));

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
