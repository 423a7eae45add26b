//! A request over HTTP on its way, and how it is answered.
import type { Stop } from '../../../runtime/ports.ts';
import type { Schema } from '../../api/schema.ts';
import type { Status } from '../../api/types/meta.ts';
import type { AuditRecord } from '../audit/record.ts';
import type { ApiRequest, User, Verb } from '../protocol.ts';
import type { Yaml } from './body.ts';
import { acceptedOf, contentType } from './media.ts';
import type { HttpRequest } from './message.ts';
import type { Observed } from './observed.ts';
import { type Pieces, piecesOfStatus } from './pieces.ts';
import type { Route } from './route.ts';
import { warningsOf } from './warnings.ts';

export interface Exchange {
  readonly request: HttpRequest;
  readonly responder: Observed;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Undefined: no path of a resource. */
  readonly route: Route | undefined;
  readonly id: string;
  readonly user: User;
  readonly audit: AuditRecord | undefined;
  readonly over: () => void;
  /** By the clock, in ms: when the whole request must have its answer. Of what lasts: Infinity. */
  readonly deadline: number;
}

/** The whole answer. */
export function send(
  { request, responder, over }: Exchange,
  code: number,
  type: string,
  text: string | Uint8Array | Pieces,
  warnings: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): Stop {
  responder.head(code, {
    'content-type': type,
    'cache-control': 'no-cache, private',
    ...warningsOf(warnings),
    ...more,
  });
  if (request.method === 'HEAD') responder.end();
  else if (typeof text === 'string' || text instanceof Uint8Array) responder.end(text);
  else {
    // Longer than any one string may be: a piece at a time.
    for (const piece of text.slice(0, -1)) responder.write(piece);
    responder.end(text.at(-1));
  }
  over();
  return () => {};
}

/** A Status instead of what was asked for, in a form that the client reads. */
export function refused(
  exchange: Exchange,
  status: Status,
  by: { readonly yaml: Yaml | undefined; readonly schema: Schema },
  warnings: readonly string[] = [],
): Stop {
  const format = acceptedOf(exchange.request.headers['accept'])?.format ?? 'json';
  const said = piecesOfStatus(status, { format, ...by });
  exchange.audit?.failed(status);
  const after = status.details?.retryAfterSeconds;
  const more = after === undefined ? {} : { 'retry-after': String(after) };
  return send(exchange, status.code ?? 500, contentType(format), said, warnings, more);
}

/** Too many wait (k8s.io/apiserver/pkg/server/filters tooManyRequests). */
export const crowded = (exchange: Exchange): Stop =>
  send(exchange, 429, 'text/plain; charset=utf-8', 'Too many requests, please try again later.\n', [], {
    'retry-after': '1',
    'x-content-type-options': 'nosniff',
  });

export function once(run: () => unknown): () => void {
  let ran = false;
  return () => {
    if (!ran) run();
    ran = true;
  };
}

export function questionOf({ user, request, id: own }: Exchange, route: Route, verb: Verb): ApiRequest {
  const { group, version, resource, namespace, name, subresource } = route;
  // `get` of `/watch/` names its object by a field.
  const id = `${request.headers['audit-id'] ?? 'http'}:${own}`;
  return { type: 'api.request', id, user, verb, group, version, resource, namespace, name, subresource, options: {} };
}
