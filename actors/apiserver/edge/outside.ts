//! HTTPS to others: one request, one answer, both bounded.
import { Agent, type AgentOptions, type RequestOptions, request as send } from 'node:https';
import { rootCertificates } from 'node:tls';
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import type { Stop } from '../../../runtime/ports.ts';
import type { KeyPair } from '../../../runtime/real/certificate.ts';
import type { Outside, OutsideReply, OutsideRequest } from '../outside.ts';

/** Of an answer: as much as a request to the API may have (3 MiB). */
const ANSWER_MAX = 3 * 1024 * 1024;
/** Connections that are kept for the next call: one set a pair of address and trust. */
const AGENTS_MAX = 100;
const SOCKETS_MAX = 25;
const IDLE_MS = 30_000;

/** Connections stay open between calls; the oldest set is closed when there are too many. */
export class HttpsOutside implements Outside {
  readonly #agents = new Map<string, Agent>();
  readonly #proxy: KeyPair | undefined;
  /** `proxy`: who names users to aggregated API servers. */
  constructor(proxy?: KeyPair) {
    this.#proxy = proxy;
  }

  call(request: OutsideRequest, done: (result: Result<OutsideReply>) => void): Stop {
    let over = false;
    const end = (result: Result<OutsideReply>): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      done(result);
    };
    const why = (error: unknown): Result<never> =>
      fail('Unavailable', `${verb} "${request.url}": ${goText(error, to)}`);
    const verb = request.method === 'GET' ? 'Get' : 'Post';
    let to = '';
    let sent: ReturnType<typeof send> | undefined;
    const timer = setTimeout(() => {
      end(fail('Timeout', `${verb} "${request.url}": context deadline exceeded`));
      sent?.destroy();
    }, request.timeoutMs);
    try {
      const options = this.optionsOf(request);
      to = `${String(options.host)}:${String(options.port)}`;
      sent = send(options, (response) => {
        const parts: Buffer[] = [];
        let size = 0;
        response.on('data', (part: Buffer) => {
          size += part.length;
          if (size <= ANSWER_MAX) parts.push(part);
          else {
            end(fail('Unavailable', `${verb} "${request.url}": the answer is larger than ${ANSWER_MAX} bytes`));
            response.destroy();
          }
        });
        response.on('error', (error) => end(why(error)));
        response.on('end', () =>
          end(
            ok({
              code: response.statusCode ?? 0,
              headers: Object.fromEntries(
                Object.entries(response.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
              ),
              body: Buffer.concat(parts).toString(),
            }),
          ),
        );
      });
      sent.on('error', (error) => end(why(error)));
      sent.end(request.body);
    } catch (error) {
      end(why(error));
    }
    return () => {
      over = true;
      clearTimeout(timer);
      sent?.destroy();
    };
  }

  /** Where and how to ask; `streams`: connections last, so their number has no bound here. */
  optionsOf(
    { url, at, caBundle, insecureSkipTLSVerify = false, asProxy = false, method, headers = {}, body }: OutsideRequest,
    streams = false,
  ): RequestOptions {
    const { hostname, port, pathname, search } = new URL(url);
    const ca = caBundle === undefined || caBundle === '' ? undefined : Buffer.from(caBundle, 'base64').toString();
    const host = hostname.replace(/^\[|\]$/g, '');
    return {
      method,
      host: at?.ip ?? host,
      port: at?.port ?? (port === '' ? 443 : Number(port)),
      path: `${pathname}${search}`,
      // No name is sent for an address, as Go does not.
      ...(/^[0-9.]+$|:/.test(host) ? {} : { servername: host }),
      headers: {
        ...headers,
        host: port === '' ? hostname : `${hostname}:${port}`,
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      },
      agent: this.#agent(`${at?.ip ?? ''} ${hostname} ${insecureSkipTLSVerify} ${asProxy} ${streams} ${ca ?? ''}`, {
        ...(asProxy ? this.#proxy : {}),
        ...(streams ? { maxSockets: Number.POSITIVE_INFINITY, timeout: 0 } : {}),
        ca: ca ?? [...rootCertificates],
        rejectUnauthorized: !insecureSkipTLSVerify,
      }),
    };
  }
  #agent(key: string, options: AgentOptions): Agent {
    const known = this.#agents.get(key);
    if (known !== undefined) return known;
    if (this.#agents.size >= AGENTS_MAX) {
      const [oldest, agent] = this.#agents.entries().next().value!;
      agent.destroy();
      this.#agents.delete(oldest);
    }
    const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX, timeout: IDLE_MS, ...options });
    this.#agents.set(key, agent);
    return agent;
  }
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }
}

const TLS_ERRORS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'x509: certificate has expired or is not yet valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'x509: certificate signed by unknown authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'x509: certificate signed by unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'x509: certificate signed by unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'x509: certificate signed by unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'x509: certificate signed by unknown authority',
};
/** As Go's net and crypto/tls say it: people and tests look for these words. */
function goText(error: unknown, to: string): string {
  const { code = '', message } = error as { code?: string; message: string };
  if (code === 'ECONNREFUSED') return `dial tcp ${to}: connect: connection refused`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${to.replace(/:\d+$/, '')}: no such host`;
  if (code === 'EHOSTUNREACH') return `dial tcp ${to}: connect: no route to host`;
  if (code === 'ENETUNREACH') return `dial tcp ${to}: connect: network is unreachable`;
  if (code === 'ECONNRESET') return 'EOF';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `tls: failed to verify certificate: x509: ${message.replace(/^.*altnames: /, 'certificate is not valid: ')}`;
  const trust = TLS_ERRORS[code];
  return trust === undefined ? message : `tls: failed to verify certificate: ${trust}`;
}
