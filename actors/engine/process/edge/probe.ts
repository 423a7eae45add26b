//! HTTP and TCP probes from the node, with the words that kubelet uses for what it saw (pkg/probe).
import { type ClientRequest, type IncomingMessage, request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { connect } from 'node:net';
import type { Clock } from '../../../../runtime/ports.ts';
import type { EngineReply, EngineRequest } from '../../protocol.ts';

type HttpProbe = Extract<EngineRequest, { type: 'probe.http' }>;
type Done = (reply: EngineReply) => void;
const BODY_MAX = 10 * 1024;
const REDIRECTS_MAX = 10;

const probed = (ok: boolean, message: string): EngineReply => ({ type: 'probed', ok, message });

export function probeTcp(host: string, port: number, timeoutMs: number, clock: Clock, done: Done): void {
  const socket = connect({ host, port });
  const timer = clock.setTimeout(() => end(`dial tcp ${host}:${port}: i/o timeout`), timeoutMs);
  const end = (wrong?: string): void => {
    clock.clearTimeout(timer);
    socket.removeAllListeners().on('error', () => {});
    socket.destroy();
    done(probed(wrong === undefined, wrong ?? ''));
  };
  socket.on('connect', () => end());
  socket.on('error', (error: NodeJS.ErrnoException) => end(`dial tcp ${host}:${port}: ${reason(error)}`));
}

export function probeHttp(probe: HttpProbe, ip: string, clock: Clock, done: Done): void {
  const host = probe.host === '' ? ip : probe.host;
  const path = probe.path.startsWith('/') ? probe.path : `/${probe.path}`;
  const first = `${probe.scheme.toLowerCase()}://${host}:${probe.port}${path}`;
  let current: ClientRequest | undefined;
  let over = false;
  const end = (ok: boolean, message: string): void => {
    if (over) return;
    over = true;
    clock.clearTimeout(timer);
    current?.destroy();
    done(probed(ok, message));
  };
  const timer = clock.setTimeout(
    () => end(false, `Get "${first}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`),
    probe.timeoutMs,
  );
  const visit = (text: string, redirects: number): void => {
    let url: URL;
    try {
      url = new URL(text);
    } catch {
      return end(false, `parse "${text}": invalid URL`);
    }
    const open = url.protocol === 'https:' ? secure : plain;
    try {
      current = open(url, {
        headers: headersOf(probe),
        agent: false,
        ...(url.protocol === 'https:' ? { rejectUnauthorized: false } : {}),
      });
    } catch (error) {
      return end(false, `Get "${text}": ${String(error)}`);
    }
    current.on('error', (error: NodeJS.ErrnoException) =>
      end(false, `Get "${text}": ${error.syscall === 'connect' ? `dial tcp ${url.host}: ` : ''}${reason(error)}`),
    );
    current.on('response', (response) => {
      const status = response.statusCode ?? 0;
      const location = response.headers.location;
      if (status >= 300 && status < 400 && location !== undefined) {
        const next = new URL(location, url);
        // Elsewhere is another's health: the redirect itself is the answer.
        if (next.hostname !== url.hostname) return end(true, 'Probe terminated redirects');
        if (redirects >= REDIRECTS_MAX) return end(false, `Get "${text}": stopped after ${REDIRECTS_MAX} redirects`);
        response.resume();
        return visit(next.href, redirects + 1);
      }
      start(response, (body) => {
        if (status >= 200 && status < 400) end(true, body);
        else end(false, `HTTP probe failed with statuscode: ${status}`);
      });
    });
    current.end();
  };
  visit(first, 0);
}

const headersOf = (probe: HttpProbe): Record<string, string | string[]> => {
  const headers: Record<string, string | string[]> = {
    'user-agent': 'kube-probe/1.36',
    accept: '*/*',
    connection: 'close',
  };
  for (const { name, value } of probe.headers) {
    const key = name.toLowerCase();
    const had = probe.headers.filter((other) => other.name.toLowerCase() === key);
    headers[key] = had.length > 1 && key !== 'host' ? had.map((one) => one.value) : value;
  }
  return headers;
};
function start(response: IncomingMessage, done: (body: string) => void): void {
  let body = Buffer.alloc(0);
  response.on('data', (chunk: Buffer) => {
    if (body.length < BODY_MAX) body = Buffer.concat([body, chunk]).subarray(0, BODY_MAX);
    if (body.length === BODY_MAX) done(body.toString());
  });
  response.on('end', () => done(body.toString()));
  response.on('error', () => done(body.toString()));
}
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ECONNRESET: 'read: connection reset by peer',
  ETIMEDOUT: 'i/o timeout',
};
const reason = (error: NodeJS.ErrnoException): string => REASONS[error.code ?? ''] ?? error.message;
