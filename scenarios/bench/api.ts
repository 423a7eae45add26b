//! The API over HTTPS: requests of each kind by 1 and 64 clients, a list of many pods, many watchers, memory.
//! No peer runs beside it: a kube-apiserver cannot be had from npm or Debian, and @ngrok/webernetes, whose start
//! `bench boot` compares, serves no API over a socket. Server and clients share the machine: read the CPU a request
//! beside the times. Clients are connections written by hand, which cost about a sixth of what the server costs.
import { list } from './api/list.ts';
import { memory } from './api/memory.ts';
import { requests } from './api/requests.ts';
import { watchers } from './api/watchers.ts';
import type { BenchResult } from './result.ts';

const PARTS: Readonly<Record<string, () => Promise<BenchResult>>> = { requests, list, watchers, memory };

/** `npm run bench api [part...]`: requests, list, watchers, memory; all when none is named. */
export async function* run(parts: readonly string[]): AsyncIterable<BenchResult> {
  for (const [name, part] of Object.entries(PARTS)) if (parts.length === 0 || parts.includes(name)) yield await part();
}
