//! The server under test in a process of its own, what to send it, and what it costs.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { startUp, stopEverything, type Up } from '../../e2e/harness.ts';

export interface Reply {
  readonly code: number;
  readonly bytes: number;
  readonly text: string;
  readonly firstByteMs: number;
  readonly ms: number;
}
export class Subject {
  readonly up: Up;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });
  constructor(up: Up) {
    this.up = up;
  }
  send(method: string, path: string, body?: object, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    const { server, ca, cert, key } = this.up.api;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const from = performance.now();
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          host: server.hostname,
          port: server.port,
          path,
          method,
          ca,
          cert,
          key,
          agent: this.#agent,
          headers: {
            ...(text === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
            ...headers,
          },
        },
        (response) => {
          let first = 0;
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => {
            first ||= performance.now() - from;
            chunks.push(chunk);
          });
          response.on('error', reject);
          response.on('end', () => {
            const all = Buffer.concat(chunks);
            const ms = performance.now() - from;
            resolve({
              code: response.statusCode ?? 0,
              bytes: all.length,
              text: all.toString(),
              firstByteMs: first,
              ms,
            });
          });
        },
      );
      asked.on('error', reject);
      asked.end(text);
    });
  }
  /** Of the server's process, in MiB. */
  get residentMiB(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.#pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  }
  /** User and system time of the server's process so far. Linux counts it in hundredths of a second. */
  get cpuMs(): number {
    const fields = readFileSync(`/proc/${this.#pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }
  get #pid(): number {
    return this.up.program.child.pid!;
  }
}

export async function withServer<T>(work: (subject: Subject) => Promise<T>): Promise<T> {
  const up = await startUp({ nodes: 1, engine: 'simulated' });
  try {
    return await work(new Subject(up));
  } finally {
    await stopEverything();
  }
}

export const PODS = '/api/v1/namespaces/default/pods';
/** As a Deployment makes one; nobody schedules it, so that nothing but the API works. */
export const pod = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    labels: { app: 'bench', 'pod-template-hash': '5d8f7c9b6f' },
    annotations: { note: 'of a benchmark' },
  },
  spec: {
    schedulerName: 'nobody',
    containers: [
      {
        name: 'web',
        image: 'registry.example.com/team/web:1.2.3',
        ports: [{ containerPort: 8080 }],
        env: [{ name: 'MODE', value: 'bench' }],
        resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
      },
    ],
  },
});
export async function createPods(subject: Subject, count: number, from = 0): Promise<void> {
  let next = from;
  const client = async (): Promise<void> => {
    for (let i = next++; i < from + count; i = next++) {
      const { code, text } = await subject.send('POST', PODS, pod(`pod-${i}`));
      if (code !== 201) throw new Error(`${code} ${text.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: 64 }, client));
}
/** The value below which that part of them is. */
export const percentile = (values: readonly number[], part: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
};
export const round = (value: number, digits = 1): number => Number(value.toFixed(digits));
