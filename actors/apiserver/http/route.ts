//! Paths: which resource, object and subresource a URL names (apiserver's RequestInfo).
import type { Verb } from '../protocol.ts';

export interface Route {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  /** The deprecated `/watch/` prefix. */
  readonly watch: boolean;
}

/** Undefined: not a path of a resource. */
export function routeOf(path: string): Route | undefined {
  let rest = path.split('/').filter(isThere);
  try {
    if (path.includes('%')) rest = rest.map(decodeURIComponent);
  } catch {
    return undefined;
  }
  const root = rest.shift();
  if (root !== 'api' && root !== 'apis') return undefined;
  const group = root === 'api' ? '' : (rest.shift() ?? '');
  const version = rest.shift() ?? '';
  const watch = rest[0] === 'watch';
  if (watch) rest.shift();
  if (version === '' || rest.length === 0) return undefined;
  const base = { group, version, watch };
  // `/namespaces/x/status` is the namespace's own.
  const own = rest.length <= 2 || (rest.length === 3 && NAMESPACE_SUBRESOURCES.has(rest[2] ?? ''));
  if (rest[0] === 'namespaces' && !own) {
    const [, namespace = '', resource = '', name = '', ...subresource] = rest;
    return { ...base, namespace, resource, name, subresource: subresource[0] ?? '' };
  }
  const [resource = '', name = '', ...subresource] = rest;
  return { ...base, namespace: '', resource, name, subresource: subresource[0] ?? '' };
}
const isThere = (part: string): boolean => part !== '';
const NAMESPACE_SUBRESOURCES: ReadonlySet<string> = new Set(['status', 'finalize']);

/** Undefined: no such method there. */
export function verbOf(method: string, { name }: Route): Verb | undefined {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return name === '' ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return name === '' ? undefined : 'update';
    case 'PATCH':
      return name === '' ? undefined : 'patch';
    case 'DELETE':
      return name === '' ? 'deletecollection' : 'delete';
    default:
      return undefined;
  }
}
