//! Requests for groups that another API server answers: handed on to its Service with the user's name in headers, the
//! answer handed back as it comes (kube-aggregator pkg/apiserver handler_proxy).
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type RequestOptions, request as send } from 'node:https';
import type { Duplex as Socket } from 'node:stream';
import type { Stop } from '../../../runtime/ports.ts';
import type { Status } from '../../api/types/meta.ts';
import { UNAVAILABLE } from '../aggregation/call.ts';
import type { AuditRecord } from '../audit/record.ts';
import { actionOf } from '../http/access.ts';
import type { Authenticator } from '../http/connect/door.ts';
import type { HttpRequest } from '../http/message.ts';
import type { Api } from '../index.ts';
import { locate } from '../outside.ts';
import type { User } from '../protocol.ts';
import type { HttpsOutside } from './outside.ts';
import { witnessResponse, witnessSocket } from './witness.ts';

const LOCATE_MS = 10_000;
/** About this connection, or about who asked us: never the next one's (RFC 9110, 7.6.1). */
const OWN =
  /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|authorization|impersonate-.*|x-remote-.*|http2-settings|host|:.*)$/i;
type Headers = Record<string, string | string[]>;
/** An answer in words, or a Status. */
type Refuse = (code: number, why: string | Status) => void;

export class Aggregated {
  readonly #api: Api;
  readonly #door: Authenticator;
  readonly #outside: HttpsOutside;
  constructor(api: Api, door: Authenticator, outside: HttpsOutside) {
    this.#api = api;
    this.#door = door;
    this.#outside = outside;
  }
  request(incoming: IncomingMessage, response: ServerResponse, request: HttpRequest): void {
    const refuse: Refuse = (code, why) => {
      if (response.headersSent) return void response.destroy();
      const [type, text] = written(why);
      response.writeHead(code, { 'content-type': type, 'x-content-type-options': 'nosniff' }).end(text);
    };
    response.on('error', () => undefined);
    const witness = (audit: AuditRecord | undefined, watches: boolean): void =>
      witnessResponse(response, audit, watches);
    const stop = this.#open(incoming, request, refuse, witness, (options) => {
      const outgoing = send(options, (answer) => {
        response.writeHead(answer.statusCode ?? 502, kept(answer.headers));
        response.flushHeaders();
        answer.pipe(response);
        answer.on('error', () => response.destroy());
      });
      outgoing.on('error', (error) => refuse(503, error.message));
      response.on('close', () => outgoing.destroy());
      incoming.pipe(outgoing);
    });
    response.on('close', stop);
  }
  upgrade(incoming: IncomingMessage, client: Socket, head: Buffer, request: HttpRequest): void {
    client.on('error', () => client.destroy());
    const refuse: Refuse = (code, why) => {
      const [type, text] = written(why);
      const length = Buffer.byteLength(text);
      client.end(
        `HTTP/1.1 ${code} Error\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${text}`,
      );
    };
    const stop = this.#open(
      incoming,
      request,
      refuse,
      (audit) => witnessSocket(client, audit),
      (options) => {
        const upgrade = { connection: 'Upgrade', upgrade: incoming.headers.upgrade ?? '' };
        const outgoing = send({ ...options, headers: { ...(options.headers as Headers), ...upgrade } });
        outgoing.on('error', (error) => refuse(503, error.message));
        outgoing.on('upgrade', (answer, backend, first) => {
          client.write(headOf(answer));
          if (first.length > 0) client.write(first);
          if (head.length > 0) backend.write(head);
          for (const [from, to] of [
            [client, backend],
            [backend, client],
          ] as const) {
            from.pipe(to);
            from.on('error', () => to.destroy());
            from.on('close', () => to.destroy());
          }
        });
        outgoing.on('response', (answer) => {
          client.write(headOf(answer, 'connection: close'));
          answer.pipe(client);
        });
        client.on('close', () => outgoing.destroy());
        outgoing.end();
      },
    );
    client.on('close', stop);
  }

  #open(
    incoming: IncomingMessage,
    request: HttpRequest,
    refuse: Refuse,
    witness: (audit: AuditRecord | undefined, watches: boolean) => void,
    use: (options: RequestOptions & { headers: Headers }) => void,
  ): Stop {
    const { engine } = this.#api;
    const [path = '', query = ''] = request.url.split('?');
    let over = false;
    let stop: Stop = () => {};
    const go = (user: User): void => {
      const remote = engine.catalog.remotes.at(path);
      if (over) return;
      if (remote?.available !== true) return refuse(503, UNAVAILABLE);
      stop = this.#api.run(locate(engine, remote.service, engine.clock.now() + LOCATE_MS), (located) => {
        if (over) return;
        if (!located.ok) return refuse(503, UNAVAILABLE);
        const { caBundle, insecureSkipTLSVerify } = remote;
        const options = this.#outside.optionsOf(
          {
            ...located.value,
            ...(caBundle === '' ? {} : { caBundle }),
            insecureSkipTLSVerify,
            asProxy: true,
            method: 'GET',
            timeoutMs: 0,
          },
          true,
        );
        const headers = { ...kept(incoming.headers), ...named(user), ...forwarded(incoming, request.at) };
        const { host } = options.headers as { host: string };
        use({ ...options, method: request.method, path: request.url, headers: { ...headers, host } });
      });
    };
    const fail = (status: Status): void => refuse(status.code ?? 500, status);
    const action = actionOf(request.method, path, new URLSearchParams(query));
    let known = false;
    const admitted = (user: User, audit: AuditRecord | undefined): void => {
      known = true;
      witness(audit, action.verb === 'watch');
      if (!over) go(user);
    };
    this.#door.authenticate(request, path, action, admitted, fail, (next) => {
      // Who is known already has led to the end of the matter.
      if (!known) stop = next;
    });
    return () => {
      over = true;
      stop();
    };
  }
}
const written = (why: string | Status): readonly [string, string] =>
  typeof why === 'string' ? ['text/plain; charset=utf-8', `${why}\n`] : ['application/json', JSON.stringify(why)];

function kept(headers: IncomingMessage['headers']): Headers {
  const result: Headers = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined && !OWN.test(name)) result[name] = value;
  return result;
}
/** client-go transport SetAuthProxyHeaders */
function named({ name, uid, groups, extra = {} }: User): Headers {
  return {
    'x-remote-user': name,
    'x-remote-group': [...groups],
    ...(uid === undefined ? {} : { 'x-remote-uid': uid }),
    ...Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [`x-remote-extra-${escaped(key)}`, [...values]]),
    ),
  };
}
/** What a header's name may not have (RFC 9110 token), and the percent sign itself. */
const escaped = (key: string): string =>
  key.toLowerCase().replace(/[^!#$&'*+.^_`|~0-9a-z-]/g, (char) => encodeURIComponent(char).toLowerCase());
function forwarded({ headers, socket }: IncomingMessage, host = ''): Headers {
  const from = socket.remoteAddress ?? '';
  const before = headers['x-forwarded-for'];
  return {
    'x-forwarded-for': before === undefined ? from : `${String(before)}, ${from}`,
    'x-forwarded-host': host,
    'x-forwarded-proto': 'https',
  };
}
function headOf(answer: IncomingMessage, more = ''): string {
  const pairs: string[] = more === '' ? [] : [more];
  for (let i = 0; i < answer.rawHeaders.length; i += 2) {
    const name = answer.rawHeaders[i]!;
    if (/^transfer-encoding$/i.test(name) || (more !== '' && /^connection$/i.test(name))) continue;
    pairs.push(`${name}: ${answer.rawHeaders[i + 1]}`);
  }
  return `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${pairs.join('\r\n')}\r\n\r\n`;
}
