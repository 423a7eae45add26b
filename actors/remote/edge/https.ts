//! HTTP to the API server that a kubeconfig names, with its certificates, tokens or credential plugins.

import { Agent as HttpAgent, type IncomingMessage, type RequestOptions, request as sendPlain } from 'node:http';
import { Agent, request as sendSecure } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import type { Stop } from '../../../runtime/ports.ts';
import { refusal } from '../logic.ts';
import type { RemoteApi, RemoteReply, RemoteRequest, WatchLine } from '../protocol.ts';

const SOCKETS_MAX = 50;
const LINE_MAX = 16 * 1024 * 1024;

export interface Remote extends RemoteApi {
  /** For people. */
  readonly server: string;
  /** PEM; '' when the kubeconfig has none. */
  readonly ca: string;
  close(): void;
}
/** Throws when the file cannot be read, or names no cluster. */
export async function remoteOf(kubeconfig: string): Promise<Remote> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const cluster = config.getCurrentCluster();
  if (cluster === null || cluster === undefined) throw new Error(`${kubeconfig} has no current context`);
  return new HttpsRemote(config, new URL(cluster.server), caOf(cluster.caData));
}
const caOf = (data: string | undefined): string => (data === undefined ? '' : Buffer.from(data, 'base64').toString());

class HttpsRemote implements Remote {
  readonly #config: KubeConfig;
  readonly #url: URL;
  readonly ca: string;
  readonly #plain: boolean;
  readonly #calls: Agent | HttpAgent;
  readonly #watches: Agent | HttpAgent;
  constructor(config: KubeConfig, url: URL, ca: string) {
    this.#config = config;
    this.#url = url;
    this.ca = ca;
    this.#plain = url.protocol === 'http:';
    const Kind = this.#plain ? HttpAgent : Agent;
    this.#calls = new Kind({ keepAlive: true, maxSockets: SOCKETS_MAX });
    this.#watches = new Kind({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  }
  get server(): string {
    return this.#url.href;
  }
  close(): void {
    this.#calls.destroy();
    this.#watches.destroy();
  }

  call(asked: RemoteRequest, timeoutMs: number, done: (result: Result<RemoteReply>) => void): Stop {
    let over = false;
    const end = (result: Result<RemoteReply>): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      done(result);
    };
    const what = `${asked.method} ${asked.path.split('?')[0]}`;
    let drop: Stop = () => {};
    const timer = setTimeout(() => {
      end(fail('Timeout', `${what}: no answer in ${timeoutMs} ms`));
      drop();
    }, timeoutMs);
    drop = this.#send(asked, this.#calls, (result) => {
      if (!result.ok) return end(result);
      const response = result.value;
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', (error) => end(fail('Timeout', `${what}: ${error.message}`)));
      response.on('end', () => {
        const after = Number(response.headers['retry-after']);
        const retry = after > 0 ? { retryAfterSeconds: after } : {};
        end(ok({ code: response.statusCode ?? 0, body: parsed(Buffer.concat(parts).toString()), ...retry }));
      });
    });
    return () => {
      over = true;
      clearTimeout(timer);
      drop();
    };
  }

  watch(asked: RemoteRequest, heard: (event: WatchLine) => void, ended: (result: Result<void>) => void): Stop {
    let over = false;
    const end = (result: Result<void>): void => {
      if (over) return;
      over = true;
      ended(result);
    };
    const drop = this.#send(asked, this.#watches, (result) => {
      if (!result.ok) return end(result);
      const response = result.value;
      response.setEncoding('utf8');
      const refused = (response.statusCode ?? 0) >= 400;
      let rest = '';
      response.on('data', (part: string) => {
        if (over) return;
        rest += part;
        if (refused) return;
        const lines = rest.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (!over && line !== '') heard(parsed(line) as WatchLine);
        if (rest.length > LINE_MAX) response.destroy(new Error('a line without an end'));
      });
      response.on('error', (error) => end(fail('Unavailable', error.message)));
      response.on('end', () =>
        end(refused ? { ok: false, fault: refusal(response.statusCode!, parsed(rest)) } : ok(undefined)),
      );
      response.on('close', () => end(ok(undefined)));
    });
    return () => {
      over = true;
      drop();
    };
  }

  /** `then` is called once, unless it is dropped before. */
  #send(asked: RemoteRequest, agent: Agent | HttpAgent, then: (result: Result<IncomingMessage>) => void): Stop {
    let dropped = false;
    let destroy: Stop = () => {};
    const go = async (): Promise<void> => {
      const options: RequestOptions = {
        method: asked.method,
        host: this.#url.hostname.replace(/^\[|\]$/g, ''),
        port: this.#url.port === '' ? (this.#plain ? 80 : 443) : Number(this.#url.port),
        path: `${this.#url.pathname.replace(/\/$/, '')}${asked.path}`,
        headers: {
          accept: 'application/json',
          'user-agent': asked.userAgent,
          ...(asked.body === undefined
            ? {}
            : { 'content-type': asked.contentType, 'content-length': Buffer.byteLength(asked.body) }),
        },
      };
      // Certificates, a token, or what a plugin says now.
      await this.#config.applyToHTTPSOptions(options);
      if (dropped) return;
      const send = this.#plain ? sendPlain : sendSecure;
      const sent = send({ ...options, agent }, (response) => then(ok(response)));
      destroy = () => void sent.destroy();
      sent.on('error', (error: NodeJS.ErrnoException) => {
        const unsent = ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH'].includes(error.code ?? '');
        if (!dropped) then(fail(unsent ? 'Unavailable' : 'Timeout', `${asked.method} ${asked.path}: ${error.message}`));
      });
      sent.end(asked.body);
    };
    go().catch((error: Error) => {
      if (!dropped) then(fail('Unavailable', error.message));
    });
    return () => {
      dropped = true;
      destroy();
    };
  }
}
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
