//! A request over HTTP on its way, and how it is answered.
import type { Stop } from '../../../runtime/ports.ts';
import type { User } from '../protocol.ts';
import type { HttpRequest } from './message.ts';
import type { Observed } from './observed.ts';
import type { Pieces } from './pieces.ts';
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
  readonly over: () => void;
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
