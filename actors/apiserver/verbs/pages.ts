//! Lists in pages: where the next one begins, and the state that all of them show.
import { ok, type Result } from '../../../runtime/fault.ts';
import { objectOf, textOf } from '../../api/json.ts';
import { badRequest } from '../../api/status.ts';
import type { Tree } from '../cache/tree.ts';
import { refuse } from './engine.ts';

const KEPT_MAX = 256;
const KEPT_MS = 300_000;

export interface Position {
  /** AT_THE_NEWEST: of no revision any more, the rest of the list is of whatever there is now. */
  readonly revision: number;
  /** Where the next page begins: a key, or just after one. */
  readonly start: string;
}
export const AT_THE_NEWEST = -1;

/** The form is Kubernetes' (apiserver storage/continue.go): keys are told without the prefix of their list. */
export const tokenOf = ({ revision, start }: Position, prefix: string): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: start.slice(prefix.length) })).toString(
    'base64url',
  );

export function positionOf(token: string, prefix: string): Result<Position> {
  if (!/^[\w-]*$/.test(token)) return bad(': illegal base64 data');
  let said: Record<string, unknown>;
  try {
    said = objectOf(JSON.parse(Buffer.from(token, 'base64url').toString()));
  } catch {
    return bad(': no JSON');
  }
  const { v, rv, start } = said;
  if (v !== 'meta.k8s.io/v1') return bad(`: server does not recognize this encoded version ${textOf(v)}`);
  if (!Number.isSafeInteger(rv) || rv === 0 || Number(rv) < AT_THE_NEWEST)
    return bad(': incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start === '') return bad(': encoded start key empty (version meta.k8s.io/v1)');
  // A token cannot lead out of its list.
  if (/(?:^|\/)\.{1,2}(?:\/|$)|\/\/|^\//.test(start)) return bad(`: ${start}`);
  return ok({ revision: Number(rv), start: prefix + start });
}
const bad = (why: string): ReturnType<typeof refuse> =>
  refuse(badRequest(`invalid continue token: continue key is not valid${why}`));

/**
 * States that unfinished lists still show. Bounded: whose state is gone is served from etcd's history, or is expired.
 */
export class Snapshots {
  readonly #kept = new Map<string, { readonly tree: Tree; readonly at: number }>();
  readonly #now: () => number;
  constructor(now: () => number) {
    this.#now = now;
  }
  keep(stream: string, revision: number, tree: () => Tree): void {
    const key = `${stream}@${revision}`;
    if (this.#kept.has(key)) return;
    for (const [old, { at }] of this.#kept) {
      if (this.#kept.size < KEPT_MAX && at > this.#now() - KEPT_MS) break;
      this.#kept.delete(old);
    }
    this.#kept.set(key, { tree: tree(), at: this.#now() });
  }
  /** Those older than `revision`: etcd has forgotten it, and so do we, as kube-apiserver. */
  forget(revision: number): void {
    for (const key of this.#kept.keys())
      if (Number(key.slice(key.lastIndexOf('@') + 1)) < revision) this.#kept.delete(key);
  }
  find(stream: string, revision: number): Tree | undefined {
    const found = this.#kept.get(`${stream}@${revision}`);
    return found !== undefined && found.at > this.#now() - KEPT_MS ? found.tree : undefined;
  }
}
