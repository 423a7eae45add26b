//! What a path that is no resource answers.
import type { Status } from '../../../api/types/meta.ts';
import type { Document } from './documents.ts';

export interface PathText {
  readonly code: number;
  readonly text: string | Uint8Array;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
}
export type PathAnswer = PathText | { readonly status: Status };

export const json = (value: object): PathText => ({
  code: 200,
  text: JSON.stringify(value),
  type: 'application/json',
});
export const plain = (code: number, text: string): PathText => ({ code, text, type: 'text/plain; charset=utf-8' });

/** A document, or 304 to whoever has it already: `known` is If-None-Match. */
export function tagged(
  { body, etag }: Document,
  type: string,
  known: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): PathText {
  const quoted = JSON.stringify(etag);
  const more = { etag: quoted, vary: 'Accept', ...headers };
  return matches(known, quoted)
    ? { code: 304, text: '', type, headers: more }
    : { code: 200, text: body, type, headers: more };
}
/** A list of tags, weak ones too (RFC 9110, 13.1.2). */
const matches = (known: string | undefined, quoted: string): boolean =>
  (known ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === quoted || tag === '*');
