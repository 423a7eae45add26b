//! Requests a second and how long one takes, by kind, from 1 and 64 clients that each wait for their answers.
import type { BenchResult } from '../result.ts';
import { percentile, round, type Subject, withServer } from './server.ts';

const EACH_MS = 4_000;
const MAPS = '/api/v1/namespaces/default/configmaps';
const map = (name: string, value: string): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { value, more: 'x'.repeat(500) },
});
type Ask = (subject: Subject, client: number, i: number) => Promise<{ readonly code: number; readonly ms: number }>;
const KINDS: Readonly<Record<string, Ask>> = {
  create: (subject, client, i) => subject.send('POST', MAPS, map(`made-${client}-${i}`, '0')),
  get: (subject, client) => subject.send('GET', `${MAPS}/own-${client}`),
  update: (subject, client, i) => subject.send('PUT', `${MAPS}/own-${client}`, map(`own-${client}`, `${i}`)),
  'merge patch': (subject, client, i) =>
    patch(subject, client, 'application/merge-patch+json', { data: { value: `${i}` } }),
  apply: (subject, client, i) =>
    patch(
      subject,
      client,
      'application/apply-patch+yaml',
      map(`own-${client}`, `${i}`),
      '?fieldManager=bench&force=true',
    ),
};
const patch = (subject: Subject, client: number, type: string, body: object, query = '') =>
  subject.send('PATCH', `${MAPS}/own-${client}${query}`, body, { 'content-type': type });

export const requests = (): Promise<BenchResult> =>
  withServer(async (subject) => {
    const rows = [];
    for (let client = 0; client < 64; client++) await subject.send('POST', MAPS, map(`own-${client}`, '0'));
    let made = 0;
    for (const clients of [1, 64])
      for (const [name, ask] of Object.entries(KINDS)) {
        const times: number[] = [];
        const from = performance.now();
        const one = async (client: number): Promise<void> => {
          while (performance.now() - from < EACH_MS) {
            const { code, ms } = await ask(subject, client, ++made);
            if (code >= 300) throw new Error(`${name}: ${code}`);
            times.push(ms);
          }
        };
        await Promise.all(Array.from({ length: clients }, (_, client) => one(client)));
        const seconds = (performance.now() - from) / 1_000;
        rows.push({
          request: name,
          clients,
          'a second': Math.round(times.length / seconds),
          'p50 ms': round(percentile(times, 0.5), 2),
          'p99 ms': round(percentile(times, 0.99), 2),
        });
      }
    return { name: 'api: requests over HTTPS', rows };
  });
