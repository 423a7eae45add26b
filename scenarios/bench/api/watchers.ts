//! 1,000 watchers of pods while writes go on: how late events come, and what one costs the server. Latency counts from
//! the moment before the write was sent. At 50 writes a second the clients keep up; at 500 there are half a million
//! events of 3 KB a second, each to be decrypted on the same two cores, and what is seen is how much gets through.
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { BenchResult } from '../result.ts';
import type { Connection } from './connection.ts';
import { CLIENTS, createPods, PODS, percentile, round, type Subject, withServer } from './server.ts';

const WATCHERS = 1_000;
const RATES: readonly number[] = [50, 500];
const SECONDS = 10;
/** Of a round in which the writers cannot keep their rate. */
const SECONDS_MOST = 20;
const WRITTEN = 100;
/** So many read closely; the others only count, so that not the clients are measured. */
const CLOSE = 10;
const OPENED_AT_ONCE = 20;

export const watchers = (): Promise<BenchResult> =>
  withServer(async (subject) => {
    await createPods(subject, WRITTEN);
    const heard: Heard = { events: 0, delays: [] };
    const began = subject.cpuMs;
    const stops: (() => void)[] = [];
    // A few at a time: a thousand handshakes at once wait for each other.
    for (let i = 0; i < WATCHERS; i += OPENED_AT_ONCE)
      stops.push(...(await Promise.all(Array.from({ length: OPENED_AT_ONCE }, (_, j) => open(subject, heard, i + j)))));
    const openMs = (subject.cpuMs - began) / WATCHERS;
    const rows = [];
    for (const rate of RATES)
      rows.push({ ...(await measured(subject, heard, rate)), 'CPU ms to open one': round(openMs) });
    for (const stop of stops) stop();
    return { name: `api: ${WATCHERS} watchers of pods`, rows };
  });

interface Heard {
  events: number;
  delays: number[];
}
async function measured(subject: Subject, heard: Heard, rate: number) {
  Object.assign(heard, { events: 0, delays: [] });
  const cpu = subject.cpuMs;
  const from = performance.now();
  let writes = 0;
  const write = async (connection: Connection, client: number): Promise<void> => {
    for (let i = client; i < rate * SECONDS; i += CLIENTS) {
      const left = from + (i * 1_000) / rate - performance.now();
      if (left > 0) await sleep(left);
      if (performance.now() > from + 1_000 * SECONDS_MOST) return;
      const body = JSON.stringify({ metadata: { annotations: { sent: `${Date.now()}` } } });
      const type = { 'content-type': 'application/merge-patch+json' };
      const { code } = await connection.send('PATCH', `${PODS}/pod-${i % WRITTEN}`, body, type);
      if (code !== 200) throw new Error(`patch: ${code}`);
      writes++;
    }
  };
  await Promise.all(subject.clients.map(write));
  for (let last = -1; last !== heard.events; await sleep(500)) last = heard.events;
  const seconds = (performance.now() - from) / 1_000 - 0.5;
  const { events, delays } = heard;
  return {
    'writes a second asked': rate,
    done: Math.round(writes / seconds),
    events,
    missing: writes * WATCHERS - events,
    'events a second': Math.round(events / seconds),
    'delivery p50 ms': round(percentile(delays, 0.5)),
    'p99 ms': round(percentile(delays, 0.99)),
    'server CPU us an event': round(((subject.cpuMs - cpu) * 1_000) / events, 2),
  };
}

const MARK = '"MODIFIED"';
function open(subject: Subject, heard: Heard, i: number): Promise<() => void> {
  let tail = '';
  return watchPods(subject, (chunk) => {
    // It may come in two pieces.
    const head = chunk.toString('latin1', 0, MARK.length - 1);
    if (`${tail}${head}`.includes(MARK)) heard.events++;
    tail = chunk.toString('latin1', chunk.length - MARK.length + 1);
    for (let at = chunk.indexOf(MARK); at >= 0; at = chunk.indexOf(MARK, at + MARK.length)) heard.events++;
    if (i >= CLOSE) return;
    const now = Date.now();
    for (const [, sent] of chunk.toString('latin1').matchAll(/"sent":"(\d+)"/g)) heard.delays.push(now - Number(sent));
  });
}

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
