//! Extenders by HTTP or HTTPS.
import { readFileSync } from 'node:fs';
import { request as http } from 'node:http';
import { request as https } from 'node:https';
import { fail, ok } from '../../../runtime/fault.ts';
import type { ExtenderConfiguration } from '../config/configuration.ts';
import type { ExtenderDoor } from '../extender/protocol.ts';

interface Tls {
  readonly insecure?: boolean;
  readonly serverName?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly caFile?: string;
  readonly certData?: string;
  readonly keyData?: string;
  readonly caData?: string;
}

export const httpExtenders: ExtenderDoor = {
  post: ({ extender, url, body, timeoutMs }, done) => {
    let over = false;
    const end = (result: Parameters<typeof done>[0]): void => {
      if (over) return;
      over = true;
      done(result);
    };
    const options = {
      method: 'POST',
      timeout: timeoutMs,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      ...tlsOf(extender),
    };
    const asked = (url.startsWith('https:') ? https : http)(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', (error) => end(fail('Unavailable', error.message)));
      response.on('end', () => {
        if (response.statusCode === 200) return end(ok(Buffer.concat(chunks).toString()));
        end(
          fail(
            'InternalError',
            `failed ${url.split('/').at(-1)} with extender at URL ${extender.urlPrefix}, code ${response.statusCode}`,
          ),
        );
      });
    });
    asked.on('timeout', () => asked.destroy(new Error(`Post "${url}": context deadline exceeded`)));
    asked.on('error', (error) => end(fail('Unavailable', error.message)));
    asked.end(body);
    return () => {
      over = true;
      asked.destroy();
    };
  },
};
function tlsOf({ tlsConfig }: ExtenderConfiguration): object {
  const tls = (tlsConfig ?? {}) as Tls;
  const pem = (data: string | undefined, file: string | undefined): string | undefined =>
    data !== undefined
      ? Buffer.from(data, 'base64').toString()
      : file === undefined
        ? undefined
        : readFileSync(file, 'utf8');
  const [ca, cert, key] = [pem(tls.caData, tls.caFile), pem(tls.certData, tls.certFile), pem(tls.keyData, tls.keyFile)];
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(tls.insecure === true ? { rejectUnauthorized: false } : {}),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
  };
}
