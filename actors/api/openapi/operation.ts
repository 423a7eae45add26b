//! Paths and verbs of every resource, in neither version of OpenAPI yet.
import type { ResourceInfo } from '../resources.ts';
import { META, packageOf } from '../schema.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description: string;
}
export interface Operation {
  readonly path: string;
  readonly method: 'get' | 'put' | 'post' | 'delete' | 'patch';
  readonly id: string;
  readonly tag: string;
  readonly description: string;
  readonly action: string;
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly query: readonly Parameter[];
  /** Of the path, shared by its operations. */
  readonly common: readonly Parameter[];
  /** Definition of the body; undefined: none. */
  readonly body?: string;
  /** Definition of the answer; undefined: text. */
  readonly answer?: string;
  readonly codes: readonly number[];
}

const query = (name: string, type: Parameter['type'], description: string): Parameter => ({
  name,
  in: 'query',
  type,
  description,
});
const PRETTY = query('pretty', 'string', "If 'true', then the output is pretty printed.");
const DRY_RUN = query(
  'dryRun',
  'string',
  'When present, indicates that modifications should not be persisted. An invalid or unrecognized dryRun directive will result in an error response and no further processing of the request. Valid values are: - All: all dry run stages will be processed',
);
const MANAGER = query(
  'fieldManager',
  'string',
  'fieldManager is a name associated with the actor or entity that is making these changes.',
);
const VALIDATION = query(
  'fieldValidation',
  'string',
  'fieldValidation instructs the server on how to handle objects in the request (POST/PUT/PATCH) containing unknown or duplicate fields. Valid values are: Ignore, Warn, Strict.',
);
const FORCE = query('force', 'boolean', 'Force is going to "force" Apply requests.');
const LIST: readonly Parameter[] = [
  query('allowWatchBookmarks', 'boolean', 'allowWatchBookmarks requests watch events with type "BOOKMARK".'),
  query('continue', 'string', 'The continue option should be set when retrieving more results from the server.'),
  query('fieldSelector', 'string', 'A selector to restrict the list of returned objects by their fields.'),
  query('labelSelector', 'string', 'A selector to restrict the list of returned objects by their labels.'),
  query('limit', 'integer', 'limit is a maximum number of responses to return for a list call.'),
  query(
    'resourceVersion',
    'string',
    'resourceVersion sets a constraint on what resource versions a request may be served from.',
  ),
  query(
    'resourceVersionMatch',
    'string',
    'resourceVersionMatch determines how resourceVersion is applied to list calls.',
  ),
  query('sendInitialEvents', 'boolean', 'sendInitialEvents may be set together with watch=true.'),
  query('timeoutSeconds', 'integer', 'Timeout for the list/watch call.'),
  query('watch', 'boolean', 'Watch for changes to the described resources and return them as a stream.'),
];
const DELETE: readonly Parameter[] = [
  DRY_RUN,
  query('gracePeriodSeconds', 'integer', 'The duration in seconds before the object should be deleted.'),
  query('ignoreStoreReadErrorWithClusterBreakingPotential', 'boolean', 'Deletes an object that cannot be read.'),
  query('orphanDependents', 'boolean', 'Deprecated: please use the PropagationPolicy.'),
  query('propagationPolicy', 'string', 'Whether and how garbage collection will be performed.'),
];
const NAMESPACE: Parameter = {
  name: 'namespace',
  in: 'path',
  type: 'string',
  description: 'object name and auth scope, such as for teams and projects',
};
const nameParameter = (kind: string): Parameter => ({
  name: 'name',
  in: 'path',
  type: 'string',
  description: `name of the ${kind}`,
});

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
/** `rbac.authorization.k8s.io` is `RbacAuthorization`. */
const groupWord = (group: string): string =>
  group === ''
    ? 'Core'
    : group
        .replace(/\.k8s\.io$/, '')
        .split('.')
        .map(capital)
        .join('');
export const rootOf = (group: string, version: string): string =>
  group === '' ? `/api/${version}` : `/apis/${group}/${version}`;

export function operationsOf(info: ResourceInfo): readonly Operation[] {
  const base = rootOf(info.group, info.version);
  const collection = info.namespaced ? `${base}/namespaces/{namespace}/${info.resource}` : `${base}/${info.resource}`;
  const item = `${collection}/{name}`;
  const own = `${packageOf(info.group, info.version)}.${info.kind}`;
  const list = `${own}List`;
  const word = `${groupWord(info.group)}${capital(info.version)}`;
  const scoped = `${info.namespaced ? 'Namespaced' : ''}${info.kind}`;
  const tag = `${groupWord(info.group).replace(/^./, (first) => first.toLowerCase())}_${info.version}`;
  const scope = info.namespaced ? [NAMESPACE] : [];
  const here = { tag, kind: { group: info.group, version: info.version, kind: info.kind } };
  const onCollection = { ...here, path: collection, common: [...scope, PRETTY] };
  const onItem = { ...here, path: item, common: [nameParameter(info.kind), ...scope, PRETTY] };
  const has = (verb: string): boolean => info.verbs.includes(verb);
  const result: Operation[] = [];
  if (has('list')) {
    result.push({
      ...onCollection,
      method: 'get',
      id: `list${word}${scoped}`,
      description: `list or watch objects of kind ${info.kind}`,
      action: 'list',
      query: LIST,
      answer: list,
      codes: [200],
    });
    if (info.namespaced) {
      result.push({
        ...here,
        common: [PRETTY],
        path: `${base}/${info.resource}`,
        method: 'get',
        id: `list${word}${info.kind}ForAllNamespaces`,
        description: `list or watch objects of kind ${info.kind}`,
        action: 'list',
        query: LIST,
        answer: list,
        codes: [200],
      });
    }
  }
  if (has('create')) {
    result.push({
      ...onCollection,
      method: 'post',
      id: `create${word}${scoped}`,
      description: `create ${info.kind}`,
      action: 'post',
      query: [DRY_RUN, MANAGER, VALIDATION],
      body: own,
      answer: own,
      codes: [200, 201, 202],
    });
  }
  if (has('deletecollection')) {
    result.push({
      ...onCollection,
      method: 'delete',
      id: `delete${word}Collection${scoped}`,
      description: `delete collection of ${info.kind}`,
      action: 'deletecollection',
      query: [...LIST.filter(({ name }) => name !== 'watch' && name !== 'allowWatchBookmarks'), ...DELETE],
      body: `${META}.DeleteOptions`,
      answer: `${META}.Status`,
      codes: [200],
    });
  }
  if (has('get')) {
    result.push({
      ...onItem,
      method: 'get',
      id: `read${word}${scoped}`,
      description: `read the specified ${info.kind}`,
      action: 'get',
      query: [],
      answer: own,
      codes: [200],
    });
  }
  if (has('update')) {
    result.push({
      ...onItem,
      method: 'put',
      id: `replace${word}${scoped}`,
      description: `replace the specified ${info.kind}`,
      action: 'put',
      query: [DRY_RUN, MANAGER, VALIDATION],
      body: own,
      answer: own,
      codes: [200, 201],
    });
  }
  if (has('delete')) {
    result.push({
      ...onItem,
      method: 'delete',
      id: `delete${word}${scoped}`,
      description: `delete a ${info.kind}`,
      action: 'delete',
      query: DELETE,
      body: `${META}.DeleteOptions`,
      answer: `${META}.Status`,
      codes: [200, 202],
    });
  }
  if (has('patch')) {
    result.push({
      ...onItem,
      method: 'patch',
      id: `patch${word}${scoped}`,
      description: `partially update the specified ${info.kind}`,
      action: 'patch',
      query: [DRY_RUN, MANAGER, VALIDATION, FORCE],
      body: `${META}.Patch`,
      answer: own,
      codes: [200, 201],
    });
  }
  for (const sub of info.subresources) result.push(...subOperations(info, sub, onItem, word, scoped));
  return result;
}

const METHODS: Readonly<Record<string, readonly [Operation['method'], string, string]>> = {
  get: ['get', 'read', 'get'],
  update: ['put', 'replace', 'put'],
  patch: ['patch', 'patch', 'patch'],
  create: ['post', 'create', 'post'],
  delete: ['delete', 'delete', 'delete'],
};
type Base = Pick<Operation, 'path' | 'common' | 'tag' | 'kind'>;
function subOperations(
  info: ResourceInfo,
  sub: ResourceInfo['subresources'][number],
  item: Base,
  word: string,
  scoped: string,
): readonly Operation[] {
  const own = `${packageOf(sub.group, sub.version)}.${sub.kind}`;
  // Streams and text have options for a kind, and no body (`PodExecOptions`, `log`).
  const connects = sub.kind.endsWith('Options');
  const plain = connects || sub.name === 'log';
  const end = capital(sub.name);
  return sub.verbs.flatMap((verb) => {
    const method = METHODS[verb];
    if (method === undefined) return [];
    const [name, verbWord, action] = method;
    const writes = name !== 'get' && !plain;
    return [
      {
        ...item,
        path: `${item.path}/${sub.name}`,
        kind: { group: sub.group, version: sub.version, kind: sub.kind },
        method: name,
        id: connects ? `connect${word}${capital(name)}${scoped}${end}` : `${verbWord}${word}${scoped}${end}`,
        description: `${verbWord} ${sub.name} of the specified ${info.kind}`,
        action: connects ? 'connect' : action,
        query: writes ? [DRY_RUN, MANAGER, VALIDATION, ...(name === 'patch' ? [FORCE] : [])] : [],
        ...(writes ? { body: name === 'patch' ? `${META}.Patch` : own } : {}),
        ...(plain ? {} : { answer: own }),
        codes: name === 'post' ? [200, 201, 202] : name === 'put' || name === 'patch' ? [200, 201] : [200],
      },
    ];
  });
}
