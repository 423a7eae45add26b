//! Requests that no client should send: drawn from a seed, so that what broke can be sent again. Each begins as a sound
//! one and is bent in a few places: path, query, headers, body.
import { RESOURCES } from '../../actors/api/resources.ts';

export interface Odd {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}
/** mulberry32 */
export function drawer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SERVED = RESOURCES.filter(({ enabled }) => enabled);
const METHODS = ['GET', 'GET', 'HEAD', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];
const TYPES = [
  'application/json',
  'application/json',
  'application/yaml',
  'application/merge-patch+json',
  'application/json-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/vnd.kubernetes.protobuf',
  'application/cbor',
  'text/plain',
  'a/b;c=',
  '',
];
const ACCEPTS = [
  '*/*',
  'application/json',
  'application/yaml',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json',
  'application/json;as=Nothing;v=v9;g=x',
  'application/vnd.kubernetes.protobuf',
  ',;=,,;q=x',
];
/** Bounded: what is made in one round is overwritten in the next. */
const NAMES = ['a', 'b', 'c', 'default', 'kubernetes', 'UPPER', 'x'.repeat(300), '%00', '..', 'a%2fb', '%zz', 'ö'];
const SUBRESOURCES = ['status', 'scale', 'log', 'eviction', 'binding', 'token', 'proxy', 'exec', 'nothing', 'approval'];
const QUERIES = [
  'limit',
  'continue',
  'resourceVersion',
  'resourceVersionMatch',
  'labelSelector',
  'fieldSelector',
  'fieldManager',
  'fieldValidation',
  'dryRun',
  'force',
  'gracePeriodSeconds',
  'propagationPolicy',
  'pretty',
  'includeObject',
  'sendInitialEvents',
  'tailLines',
  'container',
];
const VALUES = [
  '',
  '0',
  '-1',
  '1',
  '99999999999999999999',
  'true',
  'All',
  'a=b',
  '!a',
  'a in (',
  'metadata.name=a',
  '%',
  'Strict',
  '\u0000',
  'NaN',
  'eyJ9',
];
const ODD: readonly unknown[] = [
  null,
  0,
  -1,
  1e308,
  '',
  'x',
  '\u0000',
  '😀'.repeat(50),
  true,
  [],
  [null],
  {},
  { a: null },
  '10Gi',
  '__proto__',
  [[[[[]]]]],
];
const FIELDS = [
  'spec',
  'metadata',
  'status',
  'data',
  'kind',
  'apiVersion',
  'rules',
  'template',
  'selector',
  'containers',
];

export function oddRequest(draw: () => number): Odd {
  const one = <T>(list: readonly T[]): T => list[Math.floor(draw() * list.length)]!;
  const chance = (p: number): boolean => draw() < p;
  const info = one(SERVED);
  const name = one(NAMES);
  const method = one(METHODS);
  const root = info.group === '' ? `/api/${info.version}` : `/apis/${info.group}/${info.version}`;
  const place = info.namespaced || chance(0.1) ? '/namespaces/default' : '';
  const collection = chance(0.4);
  let path = `${root}${place}/${info.resource}${collection ? '' : `/${name}`}${chance(0.2) ? `/${one(SUBRESOURCES)}` : ''}`;
  if (chance(0.1)) path = bentText(path);
  if (chance(0.05))
    path = one(['/', '/api', '/apis/x', '/openapi/v3/x', '/healthz/nothing', '/readyz?exclude=x', '//', '/%']);
  if (chance(0.4)) {
    const pairs = [one(QUERIES), one(QUERIES)].map((key) => `${key}=${encodeURIComponent(one(VALUES))}`);
    path += `${path.includes('?') ? '&' : '?'}${chance(0.1) ? '&&=%&' : ''}${pairs.join('&')}`;
  }
  const headers: Record<string, string> = { 'content-type': one(TYPES), accept: one(ACCEPTS) };
  if (chance(0.05))
    headers['impersonate-user'] = one(['bob', 'system:serviceaccount:x', 'ö'.normalize(), '']).replace(/[^ -~]/g, '?');
  if (chance(0.05)) headers['impersonate-extra-%zz'] = 'x';
  if (chance(0.05)) headers['audit-id'] = 'x'.repeat(200);
  if (chance(0.05)) headers['accept-encoding'] = one(['gzip', 'gzip;q=0', ';;,', 'br']);
  if (method === 'GET' || method === 'HEAD') return { method, path, headers };
  return { method, path, headers, body: bodyOf() };

  function bentText(text: string): string {
    const at = Math.floor(draw() * text.length);
    return (
      text.slice(0, at) +
      one(['', '/', '%', '?', '//', '%ff', '..', 'é', ' ']).replace(' ', '%20').replace('é', '%c3') +
      text.slice(at + 1)
    );
  }
  function bodyOf(): Buffer {
    if (chance(0.1)) return Buffer.from(Array.from({ length: 64 }, () => Math.floor(draw() * 256)));
    const object: Record<string, unknown> = {
      apiVersion: info.group === '' ? info.version : `${info.group}/${info.version}`,
      kind: info.kind,
      metadata: { name, ...(info.namespaced ? { namespace: 'default' } : {}) },
      spec: {
        replicas: 1,
        selector: { matchLabels: { a: 'b' } },
        template: { spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    };
    for (let bends = Math.floor(draw() * 5); bends > 0; bends--) bend(object);
    const text = JSON.stringify(chance(0.05) ? one(ODD) : chance(0.1) ? [object] : object);
    if (chance(0.1)) return Buffer.from(text.slice(0, Math.floor(draw() * text.length)));
    if (chance(0.03)) return Buffer.from('['.repeat(20_000));
    return Buffer.from(text);
  }
  function bend(value: Record<string, unknown>): void {
    const keys = Object.keys(value);
    const key = chance(0.3) ? one(FIELDS) : one(keys.length === 0 ? FIELDS : keys);
    const inner = value[key];
    if (chance(0.6) && typeof inner === 'object' && inner !== null) return bend(inner as Record<string, unknown>);
    value[key] = structuredClone(one(ODD));
  }
}
