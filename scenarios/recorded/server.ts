//! An API server asked over connections that are kept: ours, or any other by address and token.
import { Agent, request } from 'node:https';
import type { JsonObject } from '../../actors/api/json.ts';
import type { Credentials } from '../e2e/https.ts';

export interface Reply {
  readonly code: number;
  readonly body: JsonObject;
}
export interface Server {
  /** A text is sent as it is. What is answered in another form than JSON is `{ text }`. */
  ask(method: string, path: string, body?: unknown, media?: Media): Promise<Reply>;
  close(): void;
}
export interface Media {
  readonly type?: string;
  readonly accept?: string;
}
const NAME = 'recorder';

export function serverAt(url: URL, agent: Agent, headers: Readonly<Record<string, string>>): Server {
  const ask = (method: string, path: string, body?: unknown, media: Media = {}): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const bytes =
        body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      const accept = media.accept === undefined ? {} : { accept: media.accept };
      const type =
        bytes === undefined ? {} : { 'content-type': media.type ?? 'application/json', 'content-length': bytes.length };
      const asked = request(
        {
          host: url.hostname,
          port: url.port,
          method,
          path,
          agent,
          headers: { ...headers, ...accept, ...type, 'user-agent': NAME },
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(parts).toString();
            try {
              resolve({ code: response.statusCode ?? 0, body: JSON.parse(text) });
            } catch {
              resolve({ code: response.statusCode ?? 0, body: { text } });
            }
          });
        },
      );
      asked.setTimeout(30_000, () => asked.destroy(new Error(`${method} ${path}: no answer`)));
      asked.on('error', reject);
      asked.end(bytes);
    });
  return { ask, close: () => agent.destroy() };
}
export const byToken = (url: string, token: string): Server =>
  serverAt(new URL(url), new Agent({ keepAlive: true, maxSockets: 8, rejectUnauthorized: false }), {
    authorization: `Bearer ${token}`,
  });
export const byCertificate = ({ server, ca, cert, key }: Credentials): Server =>
  serverAt(server, new Agent({ keepAlive: true, maxSockets: 8, ca, cert, key }), {});
