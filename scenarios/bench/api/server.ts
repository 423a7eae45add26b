//! The server under test in a process of its own, what to send it, and what it costs.
import { readFileSync } from 'node:fs';
import { startUp, stopEverything, type Up } from '../../e2e/harness.ts';
import { Connection, type Reply } from './connection.ts';

/** Connections at once: what the goals call clients. */
export const CLIENTS = 64;

export class Subject {
  readonly up: Up;
  readonly clients: readonly Connection[];
  constructor(up: Up, clients: readonly Connection[]) {
    this.up = up;
    this.clients = clients;
  }
  /** Through the first connection. */
  send(method: string, path: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<Reply> {
    return this.clients[0]!.send(method, path, body === undefined ? undefined : JSON.stringify(body), headers);
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
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => Connection.open(up.api)));
    const result = await work(new Subject(up, clients));
    for (const client of clients) client.close();
    return result;
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
  const one = async (client: Connection): Promise<void> => {
    for (let i = next++; i < from + count; i = next++) {
      const reply = await client.send('POST', PODS, JSON.stringify(pod(`pod-${i}`)));
      if (reply.code !== 201) throw new Error(`${reply.code} ${reply.text.slice(0, 200)}`);
    }
  };
  await Promise.all(subject.clients.map(one));
}
/** The value below which that part of them is. */
export const percentile = (values: readonly number[], part: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
};
export const round = (value: number, digits = 1): number => Number(value.toFixed(digits));
