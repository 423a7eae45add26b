//! Subresources: those with objects, and those that connect.
import type { SubresourceInfo } from '../../resources.ts';
import { META, packageOf } from '../../schema.ts';
import { CONNECT, DELETE, LOG, nameParameter, PATCHES, PRETTY, REST_OF_PATH, WRITE } from '../parameter.ts';
import { type Base, capital, definitionName, type Operation } from './base.ts';

type Verb = readonly [method: Operation['method'], word: string, action: string];
const VERBS: Readonly<Record<string, Verb>> = {
  get: ['get', 'read', 'get'],
  update: ['put', 'replace', 'put'],
  patch: ['patch', 'patch', 'patch'],
  create: ['post', 'create', 'post'],
  delete: ['delete', 'delete', 'delete'],
};
const QUERIES: Partial<Record<Operation['method'], Operation['query']>> = {
  put: WRITE,
  post: WRITE,
  patch: PATCHES,
  delete: DELETE,
};
const CODES: Partial<Record<Operation['method'], readonly number[]>> = {
  put: [200, 201],
  patch: [200, 201],
  post: [200, 201, 202],
};
const TEXTS = ['text/plain', 'application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

export function subOperations(base: Base, sub: SubresourceInfo): readonly Operation[] {
  const { info, collection, scope, word, scoped, here } = base;
  const own = sub.kind === info.kind ? definitionName(info) : `${packageOf(sub.group, sub.version)}.${sub.kind}`;
  const isLog = sub.name === 'log';
  return sub.verbs.flatMap((verb) => {
    const found = VERBS[verb];
    if (found === undefined) return [];
    const [method, verbWord, action] = found;
    // What only can be created is named by its own kind: `name of the Eviction`.
    const named = sub.verbs.length === 1 && verb === 'create' ? sub.kind : info.kind;
    return [
      {
        ...here,
        path: `${collection}/{name}/${sub.name}`,
        common: [nameParameter(named), ...scope, PRETTY, ...(isLog ? LOG : [])],
        kind: { group: sub.group, version: sub.version, kind: sub.kind },
        method,
        id: `${verbWord}${word}${scoped}${capital(sub.name)}`,
        description: `${verbWord} ${sub.name} of ${method === 'post' ? 'a' : 'the specified'} ${info.kind}`,
        action,
        query: QUERIES[method] ?? [],
        ...(method === 'get' ? {} : { body: method === 'patch' ? `${META}.Patch` : own }),
        ...(isLog ? { produces: TEXTS } : { answer: own }),
        codes: CODES[method] ?? [200],
      },
    ];
  });
}

/** A proxy takes whatever method there is. */
const PROXIED: readonly Operation['method'][] = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'];

/** Streams: options of a kind in the query, no body. */
export function connectOperations(base: Base, sub: SubresourceInfo): readonly Operation[] {
  const { info, collection, scope, word, scoped, here } = base;
  const path = `${collection}/{name}/${sub.name}`;
  const common = [nameParameter(sub.kind), ...scope, ...(CONNECT[sub.kind] ?? [])];
  const methods = sub.name === 'proxy' ? PROXIED : sub.verbs.flatMap((verb) => VERBS[verb]?.[0] ?? []);
  const operation = (method: Operation['method']): Operation => ({
    ...here,
    path,
    common,
    kind: { group: sub.group, version: sub.version, kind: sub.kind },
    method,
    id: `connect${word}${capital(method)}${scoped}${capital(sub.name)}`,
    description: `connect ${method.toUpperCase()} requests to ${sub.name} of ${info.kind}`,
    action: 'connect',
    query: [],
    codes: [200],
  });
  const plain = methods.map(operation);
  if (sub.name !== 'proxy') return plain;
  const rest = plain.map((made) => ({
    ...made,
    path: `${path}/{path}`,
    id: `${made.id}WithPath`,
    common: [...common, REST_OF_PATH],
  }));
  return [...plain, ...rest];
}
