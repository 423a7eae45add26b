//! Requests of the bus as HTTP, and HTTP's answers and events as those of the bus.
import { type Fault, fail, type Result } from '../../runtime/fault.ts';
import { get, isObject, textOf } from '../api/json.ts';
import { faultOf, isStatus } from '../api/status.ts';
import type { KubeObject } from '../api/types/meta.ts';
import type { ApiOptions, ApiReply, ApiRequest } from '../apiserver/protocol.ts';
import type { RemoteReply, RemoteRequest } from './protocol.ts';

/** Of a list, unless who asks says otherwise. */
const PAGE = 500;
/** A server that is asked too much is left alone for so long at most before who asked may ask again. */
const RETRY_AFTER_MAX_MS = 8_000;
const BACKOFF_LEAST_MS = 200;
const BACKOFF_MOST_MS = 15_000;
export const backoffMs = (failures: number, draw: number): number =>
  Math.round(Math.min(BACKOFF_LEAST_MS * 2 ** Math.max(0, failures - 1), BACKOFF_MOST_MS) * (1 - 0.5 * draw));

const PATCHES: Readonly<Record<string, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};
const METHODS: Readonly<Record<ApiRequest['verb'], RemoteRequest['method']>> = {
  get: 'GET',
  list: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};

export function httpOf(request: ApiRequest): RemoteRequest {
  const { verb, options, body, user } = request;
  const asked = { method: METHODS[verb], path: pathOf(request), userAgent: agentOf(user.name) };
  if (verb === 'delete' || verb === 'deletecollection') {
    const { propagationPolicy, gracePeriodSeconds, preconditions, dryRun } = options;
    const given = {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(preconditions === undefined ? {} : { preconditions }),
      ...(dryRun ? { dryRun: ['All'] } : {}),
    };
    return { ...asked, contentType: 'application/json', body: JSON.stringify(given) };
  }
  if (body === undefined) return asked;
  const contentType = verb === 'patch' ? PATCHES[request.patchType ?? 'merge']! : 'application/json';
  return { ...asked, contentType, body: JSON.stringify(body) };
}
/** `system:kube-scheduler` is whom the server knows; an agent has no such prefix. */
const agentOf = (user: string): string => `${user.replace(/^system:/, '').replaceAll(/[^\w.-]/g, '-')}/v1.36 (orrery)`;

export function collectionPath({ group, version, resource, namespace }: Omit<Place, 'name'>): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`}/${resource}`;
}
type Place = Pick<ApiRequest, 'group' | 'version' | 'resource' | 'namespace' | 'name'>;
function pathOf(request: ApiRequest): string {
  const { name, subresource, verb, options } = request;
  const own = name === '' ? '' : `/${encodeURIComponent(name)}`;
  const sub = subresource === '' ? '' : `/${subresource}`;
  const query = queryOf(verb, options);
  return `${collectionPath(request)}${own}${sub}${query === '' ? '' : `?${query}`}`;
}
function queryOf(verb: ApiRequest['verb'], options: ApiOptions): string {
  const query = new URLSearchParams();
  const say = (key: string, value: string | number | boolean | undefined): void => {
    if (value !== undefined && value !== '') query.set(key, String(value));
  };
  const { labelSelector, fieldSelector, resourceVersion, resourceVersionMatch, fieldManager, fieldValidation } =
    options;
  if (verb === 'list' || verb === 'deletecollection') {
    say('labelSelector', labelSelector);
    say('fieldSelector', fieldSelector);
  }
  if (verb === 'list') {
    say('limit', options.limit ?? PAGE);
    say('continue', options.continue);
  }
  if (verb === 'list' || verb === 'get') {
    say('resourceVersion', resourceVersion);
    say('resourceVersionMatch', resourceVersionMatch);
  } else if (verb !== 'delete' && verb !== 'deletecollection') {
    say('fieldManager', fieldManager);
    say('fieldValidation', fieldValidation);
    say('force', options.force);
    if (options.dryRun) say('dryRun', 'All');
  }
  return query.toString();
}

/** What the asker on the bus is told, and how long he waits for it so that he does not ask again at once. */
export function replyOf(request: ApiRequest, result: Result<RemoteReply>): { reply: ApiReply; afterMs: number } {
  if (!result.ok) return { reply: { type: 'fault', fault: unsure(request, result.fault) }, afterMs: 0 };
  const { code, body, retryAfterSeconds = 0 } = result.value;
  const afterMs = Math.min(retryAfterSeconds * 1_000, RETRY_AFTER_MAX_MS);
  if (code >= 400) return { reply: { type: 'fault', fault: refusal(code, body) }, afterMs };
  if (isStatus(body)) return { reply: { type: 'api.status', status: body }, afterMs: 0 };
  if (request.verb === 'list' || request.verb === 'deletecollection')
    return { reply: listOf(request, body), afterMs: 0 };
  if (!isObject(body)) return { reply: { type: 'fault', fault: odd() }, afterMs: 0 };
  return { reply: { type: 'api.object', code, object: body as unknown as KubeObject }, afterMs: 0 };
}
/** A create that may have happened is not asked again under the same id: HTTP knows no ids. */
const unsure = ({ verb }: ApiRequest, fault: Fault): Fault =>
  verb === 'create' && fault.reason === 'Timeout'
    ? fail('InternalError', `${fault.message}: it may have happened`).fault
    : fault;
export function refusal(code: number, body: unknown): Fault {
  if (isStatus(body)) return faultOf(body);
  const message = `the server answered ${code} without a Status`;
  return faultOf({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, message });
}
const odd = (): Fault => fail('InternalError', 'the server’s answer is no object').fault;

/** Items of a list carry neither kind nor apiVersion. */
function listOf({ group, version }: ApiRequest, body: unknown): ApiReply {
  const kind = textOf(get(body, 'kind')).replace(/List$/, '');
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const items = (get(body, 'items') ?? []) as unknown as readonly KubeObject[];
  const remaining = get(body, 'metadata', 'remainingItemCount');
  const token = textOf(get(body, 'metadata', 'continue'));
  return {
    type: 'api.list',
    items: items.map((item) => ({ ...item, apiVersion, kind })),
    resourceVersion: textOf(get(body, 'metadata', 'resourceVersion')),
    ...(token === '' ? {} : { continue: token }),
    ...(typeof remaining === 'number' ? { remainingItemCount: remaining } : {}),
  };
}
