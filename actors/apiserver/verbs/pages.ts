//! Lists in pages: where the next one begins, and the state that all of them show.
import { ok, type Result } from '../../../runtime/fault.ts';
import { badRequest } from '../../api/status.ts';
import type { Tree } from '../cache/tree.ts';
import { refuse } from './engine.ts';

const KEPT_MAX = 256;
const KEPT_MS = 300_000;

export interface Position {
  readonly revision: number;
  /** The last key of the page before. */
  readonly after: string;
}
export const tokenOf = ({ revision, after }: Position): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: after })).toString('base64url');

export function positionOf(token: string, prefix: string): Result<Position> {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Record<string, unknown>;
    if (v !== 'meta.k8s.io/v1') return bad(`server does not recognize this encoded version "${v}"`);
    if (typeof rv !== 'number' || typeof start !== 'string' || rv <= 0)
      return bad('incorrect encoded start resourceVersion');
    if (!start.startsWith(prefix)) return bad('continue key is not valid: it is of another list');
    return ok({ revision: rv, after: start });
  } catch {
    return bad('illegal base64 data or JSON');
  }
}
const bad = (why: string): ReturnType<typeof refuse> => refuse(badRequest(`continue key is not valid: ${why}`));

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
  find(stream: string, revision: number): Tree | undefined {
    return this.#kept.get(`${stream}@${revision}`)?.tree;
  }
}
