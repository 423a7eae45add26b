//! An answer on its way out, looked at: the audit id goes with it, and its end is counted.

import type { Action } from '../access/rule.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { HttpRequest, Responder } from './message.ts';
import type { Metrics, RequestLabels } from './metrics.ts';

export class Observed implements Responder {
  readonly #inner: Responder;
  readonly #auditId: string;
  readonly #ended: (code: number, bytes: number) => void;
  /** More headers of the answer, whatever it is. */
  marks: Readonly<Record<string, string>> = {};
  /** Called once, when the answer begins. */
  begins: (code: number) => void = () => {};
  #code = 0;
  #bytes = 0;
  constructor(inner: Responder, auditId: string, ended: (code: number, bytes: number) => void) {
    this.#inner = inner;
    this.#auditId = auditId;
    this.#ended = ended;
  }
  head(code: number, headers: Readonly<Record<string, string | readonly string[]>>): void {
    this.#code = code;
    this.#inner.head(code, { ...headers, ...this.marks, 'audit-id': this.#auditId });
    this.begins(code);
  }
  write(chunk: string | Uint8Array): void {
    this.#bytes += chunk.length;
    this.#inner.write(chunk);
  }
  end(chunk?: string | Uint8Array): void {
    this.#bytes += chunk?.length ?? 0;
    this.#inner.end(chunk);
    this.#ended(this.#code, this.#bytes);
  }
  get waiting(): number {
    return this.#inner.waiting;
  }
}

const VERBS: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT' };
const CONNECTED: ReadonlySet<string> = new Set(['attach', 'exec', 'portforward', 'proxy']);
const KNOWN_PATHS: ReadonlySet<string> = new Set([
  '/api',
  '/apis',
  '/healthz',
  '/livez',
  '/metrics',
  '/openapi/v2',
  '/openapi/v3',
  '/readyz',
  '/version',
]);
/** As which series a request counts: what nobody serves is one, whatever a client calls it. */
export function labelsOf(
  catalog: Pick<Catalog, 'find'>,
  request: HttpRequest,
  path: string,
  action: Action,
  query: URLSearchParams,
): RequestLabels {
  const dryRun = query.getAll('dryRun').includes('All');
  const none = { group: '', version: '', resource: '', subresource: '', scope: '', dryRun };
  if ('path' in action) return { ...none, verb: request.method, subresource: KNOWN_PATHS.has(path) ? path : '' };
  const { group, version = '', resource, subresource, namespace, name } = action;
  const info = catalog.find(group, version, resource);
  if (info === undefined) return { ...none, verb: 'GET' };
  const sub = info.subresources.some((one) => one.name === subresource) ? subresource : '';
  const apply = (request.headers['content-type'] ?? '').includes('apply-patch');
  const verb = CONNECTED.has(sub)
    ? 'CONNECT'
    : action.verb === 'patch' && apply
      ? 'APPLY'
      : (VERBS[action.verb] ?? action.verb);
  const scope = name !== '' ? 'resource' : info.namespaced && namespace !== '' ? 'namespace' : 'cluster';
  return { verb: verb.toUpperCase(), group, version, resource, subresource: sub, scope, dryRun };
}
export const counted =
  (metrics: Metrics, labels: RequestLabels, began: number, now: () => number) =>
  (code: number, bytes: number): void =>
    metrics.ended(labels, code, Math.max(0, now() - began) / 1_000, bytes);
/** What a client calls its request itself; anything odd is no id. */
export const auditIdOf = ({ headers: { 'audit-id': id } }: HttpRequest): string | undefined =>
  id !== undefined && /^[\w.:-]{1,64}$/.test(id) ? id : undefined;
