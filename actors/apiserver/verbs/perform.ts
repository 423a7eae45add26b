//! One request: to the verb that it names, if its resource has it.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { findResource, hasSubresource } from '../../api/resources.ts';
import { badRequest, methodNotAllowed, notFoundPath } from '../../api/status.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ApiRequest } from '../protocol.ts';
import { apply } from './apply.ts';
import { bind } from './binding.ts';
import { create } from './create.ts';
import { remove, removeCollection } from './delete.ts';
import { type Answer, type Call, type Engine, refuse } from './engine.ts';
import { evict } from './eviction.ts';
import { get, list } from './list.ts';
import { review } from './review.ts';
import { requestToken } from './token.ts';
import { patch, update } from './update.ts';

export type Prepared = Omit<Call, 'deadline' | 'warnings'>;

/** The resource of a request, or why nobody serves it. */
export function prepare(catalog: Catalog, request: ApiRequest): Result<Prepared> {
  const { group, version, resource, verb, subresource, namespace, name } = request;
  const info = catalog.find(group, version, resource);
  if (info === undefined) return refuse(notFoundPath());
  if (subresource !== '') {
    if (!hasSubresource(info, subresource)) return refuse(notFoundPath());
    const { verbs } = info.subresources.find((sub) => sub.name === subresource)!;
    if (!verbs.includes(verb)) return refuse(methodNotAllowed(info, verb));
    if (name === '') return refuse(badRequest('a subresource needs the name of its object'));
  } else if (!info.verbs.includes(verb)) return refuse(methodNotAllowed(info, verb));
  if (!info.namespaced && namespace !== '') return refuse(badRequest('namespace is not allowed on this type'));
  if (info.namespaced && namespace === '' && verb !== 'list')
    return refuse(badRequest('an empty namespace may not be set when a resource name is provided'));
  if (name === '' && NAMED.has(verb)) return refuse(badRequest('name is required'));
  return ok({ request, info });
}
const NAMED: ReadonlySet<string> = new Set(['get', 'update', 'patch', 'delete']);

/** `charactersMax`: how long a page of a list may be. */
export function* perform(engine: Engine, call: Call, charactersMax?: number): Task<Result<Answer>> {
  let result: Result<Answer> | undefined;
  try {
    result = yield* performed(engine, call, charactersMax);
    return result;
  } finally {
    engine.quotas.ended(call, result);
  }
}
function performed(engine: Engine, call: Call, charactersMax?: number): Task<Result<Answer>> {
  const { info, request } = call;
  if (CONNECTED.has(request.subresource)) return never(methodNotAllowed(info, request.subresource));
  switch (request.verb) {
    case 'get':
      return get(engine, call);
    case 'list':
      return info.stored ? list(engine, call, charactersMax) : nothing();
    case 'create':
      return createOf(engine, call);
    case 'update':
      return update(engine, call);
    case 'patch':
      return request.patchType === 'apply' ? apply(engine, call) : patch(engine, call);
    case 'delete':
      return remove(engine, call);
    case 'deletecollection':
      return removeCollection(engine, call);
  }
}
/** A connection through to the node, not a question: `log` is answered before it comes here, the rest not yet. */
const CONNECTED: ReadonlySet<string> = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);
function createOf(engine: Engine, call: Call): Task<Result<Answer>> {
  const { info, request } = call;
  switch (request.subresource) {
    case 'binding':
      return bind(engine, call);
    case 'eviction':
      return evict(engine, call);
    case 'token':
      return requestToken(engine, call);
    case '':
      break;
    default:
      return never(methodNotAllowed(info, 'create'));
  }
  if (info.kind !== 'Binding') return info.stored ? create(engine, call) : review(engine, call);
  // bindings: the old way to bind, by a collection of its own.
  const name = String((request.body as { metadata?: { name?: unknown } } | undefined)?.metadata?.name ?? '');
  const pods = findResource('', 'v1', 'pods')!;
  return bind(engine, { ...call, info: pods, request: { ...request, name, resource: 'pods' } });
}
function* never(status: Parameters<typeof refuse>[0]): Task<Result<Answer>> {
  return refuse(status);
}
/** componentstatuses: there are none. */
function* nothing(): Task<Result<Answer>> {
  return ok({ type: 'list', items: [], revision: 0 });
}
