//! /openapi/v2 and /openapi/v3 (kube-openapi pkg/handler, pkg/handler3).
import { V2_PROTO_ACCEPT, V2_PROTO_CONTENT_TYPE } from '../../../api/openapi/v2-proto.ts';
import { V3_PROTO_ACCEPT, V3_PROTO_CONTENT_TYPE } from '../../../api/openapi/v3-proto.ts';
import { notFoundPath } from '../../../api/status.ts';
import { type PathAnswer, tagged } from './answer.ts';
import type { Ask } from './ask.ts';

const YEAR_MS = 365 * 24 * 3_600_000;
const JSON_TYPE = 'application/json';

export function openApiAnswer(ask: Ask): PathAnswer {
  const [, version, ...rest] = ask.parts;
  if (version === 'v2' && rest.length === 0) return v2(ask);
  if (version !== 'v3') return { status: notFoundPath() };
  const { documents, known } = ask;
  if (rest.length === 0) return tagged(documents.openApiV3Index(), JSON_TYPE, known);
  const path = rest.join('/');
  const json = documents.openApiV3(path);
  if (json === undefined) return { status: notFoundPath() };
  const asked = accepted(ask.accept, [JSON_TYPE, V3_PROTO_ACCEPT, V3_PROTO_CONTENT_TYPE]);
  if (asked === undefined) return NOT_ACCEPTABLE;
  const type = asked === JSON_TYPE ? JSON_TYPE : V3_PROTO_CONTENT_TYPE;
  const document = asked === JSON_TYPE ? json : documents.openApiV3Proto(path, json);
  const hash = ask.query.get('hash');
  if (!hash) return tagged(document, type, known);
  // The content has changed since the index was read: there is the new one.
  if (hash !== document.etag) {
    const location = `/openapi/v3/${path}?hash=${document.etag}`;
    return { code: 301, text: '', type, headers: { location, etag: JSON.stringify(document.etag) } };
  }
  return tagged(document, type, known, {
    'cache-control': 'public, immutable',
    expires: new Date(ask.nowMs + YEAR_MS).toUTCString(),
  });
}
function v2({ documents, accept, known }: Ask): PathAnswer {
  switch (accepted(accept, [JSON_TYPE, V2_PROTO_ACCEPT, V2_PROTO_CONTENT_TYPE])) {
    case undefined:
      return NOT_ACCEPTABLE;
    case JSON_TYPE:
      return tagged(documents.openApiV2(), JSON_TYPE, known);
    default:
      return tagged(documents.openApiV2Proto(), V2_PROTO_CONTENT_TYPE, known);
  }
}
const NOT_ACCEPTABLE: PathAnswer = { code: 406, text: '', type: 'text/plain; charset=utf-8' };

/** The first offer that the first clause that has one accepts, as goautoneg has it. */
function accepted(header: string | undefined, offers: readonly string[]): string | undefined {
  const clauses = (header?.trim() || '*/*').split(',').map((text) => {
    const [type = '', ...params] = text.split(';').map((part) => part.trim().toLowerCase());
    const q = Number(params.find((param) => param.startsWith('q='))?.slice(2) ?? 1);
    return { type, q: Number.isNaN(q) ? 1 : q };
  });
  clauses.sort((a, b) => b.q - a.q);
  for (const { type, q } of clauses) {
    const [main, sub] = type.split('/');
    const found = offers.find((offer) => {
      const [offeredMain, offeredSub] = offer.toLowerCase().split('/');
      return (main === '*' || main === offeredMain) && (sub === '*' || sub === offeredSub);
    });
    if (found !== undefined && q > 0) return found;
  }
  return undefined;
}
