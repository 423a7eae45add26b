//! Requests to the API server without any client library: what is sent is exactly what the test says.
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { parse } from 'yaml';

export interface Credentials {
  readonly server: URL;
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}
export interface Answer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server said, looked into by tests
  readonly json: any;
}
export interface Ask {
  readonly method?: string;
  readonly body?: string | Buffer | object;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** false: no client certificate. */
  readonly certificate?: boolean;
  readonly timeoutMs?: number;
}

export function readKubeconfig(path: string): Credentials {
  const config = parse(readFileSync(path, 'utf8'));
  const { cluster } = config.clusters[0];
  const { user } = config.users[0];
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
  return {
    server: new URL(cluster.server),
    ca: bytes(cluster['certificate-authority-data']),
    cert: bytes(user['client-certificate-data']),
    key: bytes(user['client-key-data']),
  };
}

export function call(to: Credentials, path: string, ask: Ask = {}): Promise<Answer> {
  const { body } = ask;
  const bytes =
    body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const req = request(
      {
        host: to.server.hostname,
        port: to.server.port,
        path,
        method: ask.method ?? (bytes === undefined ? 'GET' : 'POST'),
        ca: to.ca,
        agent: false,
        ...(ask.certificate === false ? {} : { cert: to.cert, key: to.key }),
        headers: {
          ...(bytes === undefined
            ? {}
            : { 'content-type': ask.type ?? 'application/json', 'content-length': Buffer.byteLength(bytes) }),
          ...ask.headers,
        },
        timeout: ask.timeoutMs ?? 20_000,
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          resolve({ code: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
        });
      },
    );
    req.on('timeout', () => req.destroy(new Error(`${ask.method ?? 'GET'} ${path}: no answer`)));
    req.on('error', reject);
    req.end(bytes);
  });
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
