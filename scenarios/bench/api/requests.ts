//! Requests a second, how long one takes and what it costs the server, by kind: from 1 and from 64 clients of which
//! each sends its next request when it has the answer (closed loop), and from 64 clients at a fixed rate, where waiting
//! counts from the moment at which the request was due. After a warm-up that is not measured.
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchResult } from '../result.ts';
import type { Connection, Reply } from './connection.ts';
import { CLIENTS, percentile, round, type Subject, withServer } from './server.ts';

const EACH_MS = 4_000;
const WARM_MS = 3_000;
const RATES: readonly number[] = [500, 1_000];
const MAPS = '/api/v1/namespaces/default/configmaps';
const map = (name: string, value: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { value, more: 'x'.repeat(500) },
  });
type Ask = (connection: Connection, client: number, i: number) => Promise<Reply>;
const KINDS: Readonly<Record<string, Ask>> = {
  create: (connection, client, i) => connection.send('POST', MAPS, map(`made-${client}-${i}`, '0')),
  get: (connection, client) => connection.send('GET', `${MAPS}/own-${client}`),
  update: (connection, client, i) => connection.send('PUT', `${MAPS}/own-${client}`, map(`own-${client}`, `${i}`)),
  'merge patch': (connection, client, i) =>
    patch(connection, client, 'application/merge-patch+json', JSON.stringify({ data: { value: `${i}` } })),
  apply: (connection, client, i) =>
    patch(connection, client, 'application/apply-patch+yaml', map(`own-${client}`, `${i}`), APPLY),
};
const APPLY = '?fieldManager=bench&force=true';
const patch = (connection: Connection, client: number, type: string, body: string, query = ''): Promise<Reply> =>
  connection.send('PATCH', `${MAPS}/own-${client}${query}`, body, { 'content-type': type });

let made = 0;
const asked = async (name: string, connection: Connection, client: number): Promise<number> => {
  const { code, ms } = await KINDS[name]!(connection, client, ++made);
  if (code >= 300) throw new Error(`${name}: ${code}`);
  return ms;
};

async function closed(subject: Subject, name: string, clients: number, forMs: number): Promise<number[]> {
  const times: number[] = [];
  const until = performance.now() + forMs;
  const one = async (connection: Connection, client: number): Promise<void> => {
    while (performance.now() < until) times.push(await asked(name, connection, client));
  };
  await Promise.all(subject.clients.slice(0, clients).map(one));
  return times;
}

/** Node's timers are late by up to 1 ms, and that counts. */
async function paced(subject: Subject, name: string, rate: number, forMs: number): Promise<number[]> {
  const times: number[] = [];
  const from = performance.now();
  const one = async (connection: Connection, client: number): Promise<void> => {
    for (let i = client; ; i += CLIENTS) {
      const due = from + (i * 1_000) / rate;
      if (due > from + forMs) return;
      const left = due - performance.now();
      if (left > 0) await sleep(left);
      await asked(name, connection, client);
      times.push(performance.now() - due);
    }
  };
  await Promise.all(subject.clients.map(one));
  return times;
}

async function row(subject: Subject, name: string, how: string, drive: () => Promise<number[]>) {
  const [from, cpu] = [performance.now(), subject.cpuMs];
  const times = await drive();
  const seconds = (performance.now() - from) / 1_000;
  return {
    request: name,
    clients: how,
    'a second': Math.round(times.length / seconds),
    'p50 ms': round(percentile(times, 0.5), 2),
    'p99 ms': round(percentile(times, 0.99), 2),
    'most ms': round(percentile(times, 1), 1),
    'server CPU us each': Math.round(((subject.cpuMs - cpu) * 1_000) / times.length),
  };
}

export const requests = (): Promise<BenchResult> =>
  withServer(async (subject) => {
    const rows = [];
    for (let client = 0; client < CLIENTS; client++)
      await subject.clients[client]!.send('POST', MAPS, map(`own-${client}`, '0'));
    for (const name of Object.keys(KINDS)) await closed(subject, name, CLIENTS, WARM_MS);
    for (const clients of [1, CLIENTS])
      for (const name of Object.keys(KINDS))
        rows.push(await row(subject, name, `${clients}, closed loop`, () => closed(subject, name, clients, EACH_MS)));
    for (const rate of RATES)
      rows.push(await row(subject, 'create', `${CLIENTS}, ${rate}/s`, () => paced(subject, 'create', rate, EACH_MS)));
    return { name: 'api: requests over HTTPS', rows };
  });
