//! How odd requests go out: over HTTP/1.1 and HTTP/2, as broken bytes, and as watches that are left early. What comes
//! back is a status code, or 'closed' where the connection was ended, which is an answer to what is no request.
import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2';
import { type Agent, request } from 'node:https';
import { connect as connectTls } from 'node:tls';
import type { Credentials } from '../e2e/https.ts';
import type { Odd } from './requests.ts';

export type Outcome = number | 'closed';
const ANSWER_MS = 30_000;

export const plain = (agent: Agent, to: Credentials, odd: Odd, leave = false): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const { hostname: host, port } = to.server;
    const { method, path, headers, body } = odd;
    const length = body === undefined || odd.chunked === true ? {} : { 'content-length': body.length };
    const asked = request({ host, port, method, path, agent, headers: { ...headers, ...length } }, (response) => {
      const code = response.statusCode ?? 0;
      response.on('data', () => (leave ? asked.destroy() : undefined));
      response.on('error', () => resolve(code));
      response.on('close', () => resolve(code));
      if (leave) setTimeout(() => asked.destroy(), 20);
    });
    asked.on('error', (error) => (leave ? resolve('closed') : reject(error)));
    asked.setTimeout(ANSWER_MS, () => asked.destroy(new Error('no answer')));
    asked.end(body);
  });

/** Many streams of one connection, some of them reset while they go. */
export class Http2 {
  readonly #to: Credentials;
  #session: ClientHttp2Session | undefined;
  constructor(to: Credentials) {
    this.#to = to;
  }
  async send({ method, path, headers, body }: Odd, reset: boolean): Promise<Outcome> {
    if (this.#session === undefined || this.#session.destroyed || this.#session.closed) {
      const { server, ca, cert, key } = this.#to;
      this.#session = connectHttp2(server.href, { ca, cert, key });
      this.#session.on('error', () => undefined);
    }
    const stream = this.#session.request(
      { ':method': method, ':path': path, ...headers },
      { endStream: body === undefined },
    );
    return await new Promise((resolve, reject) => {
      let code: Outcome = 'closed';
      stream.on('response', (answer) => {
        code = answer[':status'] ?? 0;
        if (reset) stream.close(constants.NGHTTP2_CANCEL);
      });
      stream.on('data', () => undefined);
      stream.on('error', () => undefined);
      stream.on('close', () => resolve(code));
      stream.setTimeout(ANSWER_MS, () => {
        stream.close();
        reject(new Error('no answer'));
      });
      if (body !== undefined) reset ? stream.write(body.subarray(0, body.length / 2)) : stream.end(body);
      if (reset && body !== undefined) setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), 5);
    });
  }
  close(): void {
    this.#session?.destroy();
  }
}

/** What no HTTP library would send. */
export function brokenBytes(draw: () => number, { method, path, headers, body = Buffer.alloc(0) }: Odd): Buffer {
  const one = <T>(list: readonly T[]): T => list[Math.floor(draw() * list.length)]!;
  const safe = path.replace(/[^!-~]/g, '%20');
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value.replace(/[^ -~]/g, '?')}\r\n`);
  const start = `${method} ${safe} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${lines.join('')}`;
  const chunked = `${start}transfer-encoding: chunked\r\n\r\n`;
  const half = body.subarray(0, Math.floor(body.length / 2));
  return one<() => Buffer>([
    // A body that ends before its length, and one that goes on after it.
    () => Buffer.concat([Buffer.from(`${start}content-length: ${body.length + 100}\r\n\r\n`), body]),
    () => Buffer.concat([Buffer.from(`${start}content-length: ${half.length}\r\n\r\n`), body]),
    // Chunks that are sound, that end early, whose size is none.
    () => Buffer.concat([Buffer.from(`${chunked}${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]),
    () => Buffer.concat([Buffer.from(`${chunked}${(body.length + 9).toString(16)}\r\n`), half]),
    () => Buffer.from(`${chunked}zz\r\nabc\r\n0\r\n\r\n`),
    // Two lengths, and both a length and chunks.
    () => Buffer.from(`${start}content-length: 1\r\ncontent-length: 2\r\n\r\nab`),
    () => Buffer.from(`${start}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
    // Headers that are huge, many, or no headers.
    () => Buffer.from(`${start}x-huge: ${'h'.repeat(1_200_000)}\r\n\r\n`),
    () => Buffer.from(`${start}${Array.from({ length: 3_000 }, (_, i) => `x-${i}: y\r\n`).join('')}\r\n`),
    () => Buffer.from(`${start}no header\r\n: none\r\n\r\n`),
    () => Buffer.from(`${method} /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: a\r\n\r\n`),
    // Other protocols, and none at all.
    () => Buffer.from(`${method} ${safe} HTTP/9.9\r\n\r\n`),
    () => Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    () => Buffer.from(Array.from({ length: 200 }, () => Math.floor(draw() * 256))),
    () => Buffer.from(`${start}connection: upgrade\r\nupgrade: ${one(['websocket', 'SPDY/3.1', 'h2c', 'x'])}\r\n\r\n`),
  ])();
}
export async function bytes(to: Credentials, sent: Buffer): Promise<Outcome> {
  const { server, ca, cert, key } = to;
  const socket = connectTls({ host: server.hostname, port: Number(server.port), ca, cert, key });
  let answer = '';
  socket.on('error', () => undefined);
  socket.on('data', (part: Buffer) => {
    if (answer.length < 1_000) answer += part.toString('latin1');
  });
  await once(socket, 'secureConnect').catch(() => undefined);
  socket.write(sent);
  // No more comes: what waits for the rest of a body must not wait for ever.
  setTimeout(() => socket.end(), 50);
  const timer = setTimeout(() => socket.destroy(), 1_000);
  await new Promise((resolve) => socket.once('close', resolve));
  clearTimeout(timer);
  const code = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1];
  return code === undefined ? 'closed' : Number(code);
}
