//! Requests that no client should send: drawn from a seed, so that what broke can be sent again. Each begins as a sound
//! one and is bent in a few places: path, query, headers, body.
import { stringify } from 'yaml';
import type { JsonObject } from '../../actors/api/json.ts';
import { RESOURCES, type ResourceInfo } from '../../actors/api/resources.ts';
import { SAMPLES } from '../recorded/samples.ts';

export interface Odd {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Sent without its length. */
  readonly chunked?: boolean;
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
const METHODS = 'GET GET GET HEAD POST POST POST POST PUT PUT PUT PATCH PATCH PATCH DELETE OPTIONS TRACE'.split(' ');
const TYPES = [
  'application/json',
  'application/json',
  'application/yaml',
  'application/merge-patch+json',
  'application/json-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/apply-patch+cbor',
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
  'application/cbor',
  ',;=,,;q=x',
];
/** Bounded: what is made in one round is overwritten in the next. */
const NAMES = ['a', 'b', 'c', 'default', 'kubernetes', 'UPPER', 'x'.repeat(300), '%00', '..', 'a%2fb', '%zz', 'ö'];
/** Those of any kind, and what is none. */
const SUBRESOURCES: readonly string[] = [
  ...new Set(SERVED.flatMap(({ subresources }) => subresources.map(({ name }) => name))),
  'nothing',
];
/** Kept only as dry runs: they would have the server call others, or turn clients away. */
const GUARDS: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'apiregistration.k8s.io',
]);
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
  const collection = chance(method === 'POST' ? 0.8 : 0.3);
  let path = `${root}${place}/${info.resource}${collection ? '' : `/${name}`}${chance(0.25) ? `/${one(subresourcesOf(info))}` : ''}`;
  if (chance(0.1)) path = bentText(path);
  if (chance(0.05))
    path = one(['/', '/api', '/apis/x', '/openapi/v3/x', '/healthz/nothing', '/readyz?exclude=x', '//', '/%']);
  if (chance(0.4)) {
    const pairs = [one(QUERIES), one(QUERIES)].map((key) => `${key}=${encodeURIComponent(one(VALUES))}`);
    path += `${path.includes('?') ? '&' : '?'}${chance(0.1) ? '&&=%&' : ''}${pairs.join('&')}`;
  }
  if (GUARDS.has(info.group) && method !== 'GET') path += `${path.includes('?') ? '&' : '?'}dryRun=All`;
  // Most say what they may say, so that they get further than the door.
  const type = one(chance(0.3) ? TYPES : TYPES.filter((known) => known.includes('patch') === (method === 'PATCH')));
  const headers: Record<string, string> = {
    'content-type': type,
    accept: one(chance(0.3) ? ACCEPTS : ACCEPTS.slice(0, 5)),
  };
  if (chance(0.05))
    headers['impersonate-user'] = one(['bob', 'system:serviceaccount:x', 'ö'.normalize(), '']).replace(/[^ -~]/g, '?');
  if (chance(0.05)) headers['impersonate-extra-%zz'] = 'x';
  if (chance(0.05)) headers['audit-id'] = 'x'.repeat(200);
  if (chance(0.05)) headers['accept-encoding'] = one(['gzip', 'gzip;q=0', ';;,', 'br']);
  if (method === 'GET' || method === 'HEAD') return { method, path, headers };
  return { method, path, headers, body: bodyOf(), chunked: chance(0.2) };

  function bentText(text: string): string {
    const at = Math.floor(draw() * text.length);
    return (
      text.slice(0, at) +
      one(['', '/', '%', '?', '//', '%ff', '..', 'é', ' ']).replace(' ', '%20').replace('é', '%c3') +
      text.slice(at + 1)
    );
  }
  function bodyOf(): Buffer {
    if (chance(0.1)) return bytes(64);
    const object = structuredClone(one(SAMPLES[keyOf(info)] ?? [{}])) as Record<string, unknown>;
    if (chance(0.9)) Object.assign(object, { apiVersion: versionOf(info), kind: info.kind });
    const { name: own } = (object['metadata'] ?? {}) as JsonObject;
    object['metadata'] = { name: own ?? name, ...(info.namespaced ? { namespace: 'default' } : {}) };
    for (let bends = Math.floor(draw() * 5); bends > 0; bends--) bend(object);
    const value = chance(0.05) ? one(ODD) : chance(0.1) ? [object] : object;
    if (type.includes('json-patch')) return Buffer.from(JSON.stringify(operations(object)));
    if (type.includes('protobuf') && chance(0.8)) return protobuf(object);
    if (type.includes('cbor') && chance(0.8)) return Buffer.concat([CBOR, bytes(40)]);
    const text =
      type.includes('yaml') && chance(0.7)
        ? stringify(value, { aliasDuplicateObjects: chance(0.5) })
        : JSON.stringify(value);
    if (chance(0.1)) return Buffer.from(text.slice(0, Math.floor(draw() * text.length)));
    if (chance(0.03)) return Buffer.from('['.repeat(20_000));
    return Buffer.from(text);
  }
  function bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => Math.floor(draw() * 256)));
  }
  function operations(object: Record<string, unknown>): unknown {
    const places = [
      '',
      '/',
      '/metadata/labels',
      '/spec/-',
      '/metadata/name',
      '/~2',
      '/spec/0',
      ...Object.keys(object).map((key) => `/${key}`),
    ];
    return Array.from({ length: Math.floor(draw() * 4) }, () => ({
      op: one(['add', 'remove', 'replace', 'test', 'move', 'copy', 'none']),
      path: one(places),
      ...(chance(0.7) ? { value: one(ODD) } : {}),
      ...(chance(0.3) ? { from: one(places) } : {}),
    }));
  }
  /** `k8s` and a runtime.Unknown with its type, whose content is made up of fields of any number and kind. */
  function protobuf(object: Record<string, unknown>): Buffer {
    const field = (number: number, content: Buffer): Buffer =>
      Buffer.concat([Buffer.from([(number << 3) | 2, content.length & 0x7f]), content.subarray(0, 0x7f)]);
    const text = (value: unknown): Buffer => Buffer.from(String(value ?? ''));
    const named = Buffer.concat([field(1, text(object['apiVersion'])), field(2, text(object['kind']))]);
    const metadata = field(1, Buffer.concat([field(1, text(name)), chance(0.5) ? bytes(9) : Buffer.alloc(0)]));
    const content = Buffer.concat([metadata, chance(0.6) ? field(2, bytes(Math.floor(draw() * 30))) : bytes(5)]);
    const whole = Buffer.concat([Buffer.from('k8s\0'), field(1, named), field(2, content)]);
    return chance(0.2) ? whole.subarray(0, Math.floor(draw() * whole.length)) : whole;
  }
  function bend(value: Record<string, unknown>): void {
    const keys = Object.keys(value);
    const key = chance(0.3) ? one(FIELDS) : one(keys.length === 0 ? FIELDS : keys);
    const inner = value[key];
    if (chance(0.6) && typeof inner === 'object' && inner !== null) return bend(inner as Record<string, unknown>);
    value[key] = structuredClone(one(ODD));
  }
}
const CBOR = Buffer.from([0xd9, 0xd9, 0xf7]);
const versionOf = ({ group, version }: ResourceInfo): string => (group === '' ? version : `${group}/${version}`);
const keyOf = (info: ResourceInfo): string => `${versionOf(info)}/${info.kind}`;
const subresourcesOf = ({ subresources }: ResourceInfo): readonly string[] =>
  subresources.length === 0
    ? SUBRESOURCES
    : [...subresources.map(({ name }) => name), ...SUBRESOURCES.slice(0, 3), 'nothing'];
