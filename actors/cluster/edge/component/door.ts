//! The port of a component: /healthz, /livez, /readyz and /metrics over HTTPS, as kube-controller-manager (10257) and
//! kube-scheduler (10259) have it. Its certificate is its own: whoever asks does not verify it, as there.
import type { ServerResponse } from 'node:http';
import type { Host } from '../../../../runtime/host.ts';
import type { Stop } from '../../../../runtime/ports.ts';
import { makeCertificate, namesHere } from '../../../../runtime/real/certificate.ts';
import { runTask } from '../../../../runtime/task.ts';
import { statusOf } from '../../../api/status.ts';
import { userOf } from '../../../apiserver/edge/certified.ts';
import { createListener } from '../../../apiserver/edge/listener.ts';
import { healthPath, healthText, type Outcome } from '../../../apiserver/http/health.ts';
import { METRICS } from '../../../apiserver/http/media.ts';
import type { User } from '../../../apiserver/protocol.ts';
import { createClient } from '../../../client/client.ts';
import { admit } from './gate.ts';

export interface ComponentDoor {
  readonly url: string;
  close(): Promise<void>;
}
export interface ComponentPages {
  /** As whom it asks the API server about others. */
  readonly user: User;
  /** What holds of it at this moment, of healthz, livez or readyz. */
  checks(kind: string): readonly Outcome[];
  metrics(done: (text: string) => void): void;
}
const PLAIN = 'text/plain; charset=utf-8';

/** `ca`: PEM of who signs the certificates of clients; '': nobody. Rejects when the port is taken. */
export async function openDoor(host: Host, port: number, ca: string, pages: ComponentPages): Promise<ComponentDoor> {
  const { clock, bus, random, logger } = host.ports;
  const names = namesHere();
  const server = makeCertificate({
    subject: { commonName: names[0] ?? 'localhost' },
    usage: 'server',
    names,
    nowMs: clock.now(),
  });
  const draw = random.fork(`door/${pages.user.name}`);
  const client = createClient(host.cluster, pages.user, {
    id: `door:${host.id}:${pages.user.name}`,
    random: draw,
    clock,
  });
  const listener = createListener({ server, ca }, (incoming, response) => {
    const { pathname: path, searchParams: query } = new URL(incoming.url ?? '/', 'https://component');
    const asker = { ...userOf(incoming), authorization: incoming.headers.authorization };
    const verb = (incoming.method ?? 'GET').toLowerCase();
    const stop: Stop = runTask(
      admit(client, asker, verb, path),
      { bus, clock },
      (admitted) => {
        if (admitted.ok) return page(pages, path, query, response);
        const { reason, message, detail } = admitted.fault;
        if (detail === undefined) return tell(response, 500, PLAIN, `${message}\n`);
        const status = statusOf({ reason, message, detail });
        tell(response, status.code ?? 500, 'application/json', `${JSON.stringify(status)}\n`);
      },
      (error) => {
        logger.error({ error }, 'a component cannot answer');
        tell(response, 500, PLAIN, 'Internal Server Error\n');
      },
    );
    response.on('close', stop);
  });
  await new Promise<void>((resolve, reject) => {
    listener.server.once('error', reject);
    listener.server.listen(port, resolve);
  });
  const bound = (listener.server.address() as { port: number }).port;
  return { url: `https://127.0.0.1:${bound}`, close: () => listener.close() };
}

function page(pages: ComponentPages, path: string, query: URLSearchParams, response: ServerResponse): void {
  if (path === '/metrics') return pages.metrics((text) => tell(response, 200, METRICS, text));
  const [kind, only] = healthPath(path);
  const outcomes = pages.checks(kind).filter(({ name }) => only === '' || name === only);
  const health = healthText(kind, only, outcomes, query);
  if (health === undefined) return tell(response, 404, PLAIN, '404 page not found\n');
  tell(response, health.code, health.type, health.text);
}
function tell(response: ServerResponse, code: number, type: string, text: string | Uint8Array): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(code, {
    'content-type': type,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache, private',
  });
  response.end(text);
}
