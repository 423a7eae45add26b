//! A group for which an actor answers: its answer as it comes.
import type { Stop } from '../../../runtime/ports.ts';
import { callRemote, UNAVAILABLE } from '../aggregation/call.ts';
import type { Remote } from '../aggregation/remotes.ts';
import type { Api } from '../index.ts';
import { type Exchange, send } from './exchange.ts';

const PLAIN = 'text/plain; charset=utf-8';
const REQUEST_MS = 34_000;

export function serveElsewhere(api: Api, exchange: Exchange, remote: Remote): Stop {
  const { request, user } = exchange;
  const unavailable = (): Stop => send(exchange, 503, PLAIN, `${UNAVAILABLE}\n`);
  if (!remote.available) return unavailable();
  const headers = { accept: request.headers['accept'] ?? '' };
  const call = { method: request.method, path: request.url, user, headers, timeoutMs: REQUEST_MS };
  return api.run(callRemote(api.engine, remote, call), (answer) => {
    if (!answer.ok) return void unavailable();
    const { code, headers: own, body } = answer.value;
    send(exchange, code, own['content-type'] ?? PLAIN, body);
  });
}
