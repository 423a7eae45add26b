//! 1,000 watchers of pods while 500 writes a second go on: how late events come, and what one costs the server.

import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { BenchResult } from '../result.ts';
import { createPods, PODS, percentile, round, type Subject, withServer } from './server.ts';

const WATCHERS = 1_000;
const WRITES_A_SECOND = 500;
const SECONDS = 10;
const WRITTEN = 100;
const MARK = '"MODIFIED"';
/** So many read closely; the others only count, so that not the clients are measured. */
const CLOSE = 10;

export const watchers = (): Promise<BenchResult> =>
  withServer(async (subject) => {
    await createPods(subject, WRITTEN);
    const delays: number[] = [];
    let events = 0;
    const stops = await Promise.all(
      Array.from({ length: WATCHERS }, (_, i) => {
        const seen = (chunk: Buffer): void => {
          for (let at = chunk.indexOf(MARK); at >= 0; at = chunk.indexOf(MARK, at + MARK.length)) events++;
          if (i >= CLOSE) return;
          const now = Date.now();
          for (const [, sent] of chunk.toString('latin1').matchAll(/"sent":"(\d+)"/g)) delays.push(now - Number(sent));
        };
        return watchPods(subject, seen);
      }),
    );
    const before = subject.cpuMs;
    const writes: Promise<unknown>[] = [];
    const from = performance.now();
    for (let i = 0; i < WRITES_A_SECOND * SECONDS; i++) {
      const due = from + (i * 1_000) / WRITES_A_SECOND;
      if (performance.now() < due) await sleep(due - performance.now());
      const body = { metadata: { annotations: { sent: `${Date.now()}` } } };
      const type = { 'content-type': 'application/merge-patch+json' };
      writes.push(subject.send('PATCH', `${PODS}/pod-${i % WRITTEN}`, body, type));
    }
    await Promise.all(writes);
    const seconds = (performance.now() - from) / 1_000;
    for (let last = -1; last !== events; await sleep(500)) last = events;
    const cpu = subject.cpuMs - before;
    for (const stop of stops) stop();
    const row = {
      watchers: WATCHERS,
      'writes a second': Math.round(writes.length / seconds),
      'events delivered': events,
      expected: writes.length * WATCHERS,
      'delivery p50 ms': round(percentile(delays, 0.5)),
      'delivery p99 ms': round(percentile(delays, 0.99)),
      'server CPU us an event': round((cpu * 1_000) / events, 2),
    };
    return { name: 'api: watchers', rows: [row] };
  });

/** A watch on a bare TLS connection: an HTTP client's own work an event is more than the server's. */
function watchPods(subject: Subject, seen: (chunk: Buffer) => void): Promise<() => void> {
  const { server, ca, cert, key } = subject.up.api;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.hostname, port: Number(server.port), ca, cert, key }, () => {
      socket.write(`GET ${PODS}?watch=1&resourceVersion=0 HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`);
    });
    socket.once('data', () => resolve(() => void socket.destroy()));
    socket.on('data', seen);
    socket.on('error', reject);
  });
}
