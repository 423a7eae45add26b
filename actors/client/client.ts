//! The verbs as tasks: each a request to any API server, asked again while the answer may still come.
import { api } from '../../runtime/address.ts';
import { type Fault, fail, ok, type Result } from '../../runtime/fault.ts';
import type { Clock, Random } from '../../runtime/ports.ts';
import { suffix } from '../../runtime/random.ts';
import { ask, pause, type Task } from '../../runtime/task.ts';
import type { Resource } from '../api/resource.ts';
import { statusOf } from '../api/status.ts';
import type { Namespace } from '../api/types/cluster.ts';
import type { KubeObject, Status } from '../api/types/meta.ts';
import {
  API_TIMEOUT_MS,
  type ApiOptions,
  type ApiReply,
  type ApiRequest,
  type User,
  type Verb,
} from '../apiserver/protocol.ts';
import type { Client } from './protocol.ts';

/** Where successful writes are told, so that a process reads its own writes: the informers of the host. */
export interface WriteThrough {
  stored(resource: Resource, object: KubeObject): void;
  removed(resource: Resource, namespace: string, name: string, uid: string): void;
}
/** A `Self` is one. */
export interface Who {
  readonly random: Random;
  readonly clock: Clock;
}

const RETRIES = 4;
const RETRY_LEAST_MS = 100;
/** The answer may still come: asked again with the same id, it happens once. */
const transient = (fault: Fault): boolean =>
  fault.reason === 'Timeout' || fault.reason === 'Unavailable' || fault.reason === 'Busy';
const MERGE: Readonly<Record<string, NonNullable<ApiRequest['patchType']>>> = { json: 'json', strategic: 'strategic' };
type OfType<T extends ApiReply['type']> = Extract<ApiReply, { type: T }>;

/** `id` names who asks, for people: what makes ids its own is drawn here. */
export function createClient(
  cluster: string,
  user: User,
  who: Who & { readonly id: string },
  writeThrough?: WriteThrough,
): Client & { pages<T extends KubeObject>(resource: Resource<T>, namespace: string, options?: ApiOptions): Pages<T> } {
  // The instant too: in simulation a restarted actor draws the same again, and old answers are remembered by id.
  const life = `${who.id}:${Math.round(who.clock.now() * 1_000).toString(36)}:${suffix(who.random, 6)}`;
  let requests = 0;

  function* call(verb: Verb, target: Target, more: Partial<ApiRequest> = {}): Task<Result<ApiReply>> {
    const { resource, namespace, name = '' } = target;
    const request: ApiRequest = {
      type: 'api.request',
      id: `${life}:${(++requests).toString(36)}`,
      user,
      verb,
      group: resource.group,
      version: resource.version,
      resource: resource.resource,
      namespace: resource.namespaced ? namespace : '',
      name,
      subresource: '',
      options: {},
      ...more,
    };
    for (let tried = 0; ; tried++) {
      const result = yield* ask<ApiReply>(api(cluster, verb), request, API_TIMEOUT_MS);
      if (result.ok) return result;
      if (tried >= RETRIES || !transient(result.fault)) return { ok: false, fault: withStatus(result.fault) };
      yield* pause(RETRY_LEAST_MS * 2 ** tried * (1 + who.random.float()));
    }
  }
  function* object<T extends KubeObject>(verb: Verb, target: Target, more?: Partial<ApiRequest>): Task<Result<T>> {
    const result = yield* call(verb, target, more);
    if (!result.ok) return result;
    if (result.value.type !== 'api.object') return unexpected(result.value);
    const got = result.value.object as T;
    if (verb !== 'get') told(writeThrough, target.resource, result.value);
    return ok(got);
  }
  function* pages<T extends KubeObject>(resource: Resource<T>, namespace: string, options: ApiOptions = {}): Pages<T> {
    const items: T[] = [];
    let revision = 0;
    let next: string | undefined;
    do {
      const more = { options: next === undefined ? options : { ...options, continue: next } };
      const result = yield* call('list', { resource, namespace }, more);
      if (!result.ok) return result;
      if (result.value.type !== 'api.list') return unexpected(result.value);
      const page: OfType<'api.list'> = result.value;
      for (const item of page.items) items.push(item as T);
      // Of the first page: later ones can only be as new or newer.
      if (next === undefined) revision = Number(page.resourceVersion);
      next = page.continue === '' ? undefined : page.continue;
    } while (next !== undefined && options.limit === undefined);
    return ok({ items, revision });
  }

  return {
    get: (resource, namespace, name) => object('get', { resource, namespace, name }),
    *list(resource, namespace, options) {
      const result = yield* pages(resource, namespace, options);
      return result.ok ? ok(result.value.items) : result;
    },
    create: (resource, namespace, body) =>
      object('create', { resource, namespace }, { body: complete(resource, body) }),
    update: (resource, body, subresource = '') =>
      object(
        'update',
        { resource, namespace: body.metadata.namespace ?? '', name: body.metadata.name },
        { body: complete(resource, body), subresource },
      ),
    patch: (resource, namespace, name, body, options = {}) =>
      object(
        'patch',
        { resource, namespace, name },
        { body, patchType: MERGE[options.type ?? ''] ?? 'merge', subresource: options.subresource ?? '' },
      ),
    *delete(resource, namespace, name, options = {}) {
      const result = yield* call('delete', { resource, namespace, name }, { options });
      if (!result.ok) return result;
      if (options.dryRun !== true) {
        told(writeThrough, resource, result.value);
        if (result.value.type === 'api.status') buried(writeThrough, resource, namespace, name, result.value.status);
      }
      return ok(undefined);
    },
    *deleteCollection(resource, namespace, options = {}) {
      const result = yield* call('deletecollection', { resource, namespace }, { options });
      return result.ok ? ok(undefined) : result;
    },
    getSub: (resource, namespace, name, subresource, options = {}) =>
      object('get', { resource, namespace, name }, { subresource, options }),
    *createSub(resource, namespace, name, subresource, body) {
      const result = yield* call('create', { resource, namespace, name }, { body, subresource });
      if (!result.ok) return result;
      if (result.value.type === 'api.status') return ok(result.value.status as unknown as KubeObject);
      return result.value.type === 'api.object' ? ok(result.value.object) : unexpected(result.value);
    },
    pages,
  };
}

export interface Listed<T> {
  readonly items: readonly T[];
  /** The list contains every change up to here. */
  readonly revision: number;
}
export type Pages<T> = Task<Result<Listed<T>>>;

interface Target {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name?: string;
}
const complete = (resource: Resource, object: object): object => ({
  apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`,
  kind: resource.kind,
  ...object,
});
const withStatus = (fault: Fault): Fault =>
  fault.detail === undefined ? { ...fault, detail: statusOf(fault) } : fault;
const unexpected = (reply: ApiReply): { ok: false; fault: Fault } => {
  const failed = fail('InternalError', `the API server answered ${reply.type}, which does not fit the request`);
  return { ok: false, fault: withStatus(failed.fault) };
};

/** Whether a write left it there: what nothing holds any more is removed by the write that says so. */
function stays({ metadata, ...object }: KubeObject): boolean {
  if (metadata.deletionTimestamp === undefined) return true;
  const held = (metadata.finalizers?.length ?? 0) + ((object as Partial<Namespace>).spec?.finalizers?.length ?? 0);
  return held > 0 || (metadata.deletionGracePeriodSeconds ?? 0) > 0;
}
function told(writeThrough: WriteThrough | undefined, resource: Resource, reply: ApiReply): void {
  if (reply.type !== 'api.object' || reply.object.kind !== resource.kind) return;
  const { namespace = '', name, uid } = reply.object.metadata;
  if (stays(reply.object)) writeThrough?.stored(resource, reply.object);
  else writeThrough?.removed(resource, namespace, name, uid);
}
function buried(
  writeThrough: WriteThrough | undefined,
  resource: Resource,
  namespace: string,
  name: string,
  status: Status,
): void {
  if (status.details?.uid !== undefined) writeThrough?.removed(resource, namespace, name, status.details.uid);
}
