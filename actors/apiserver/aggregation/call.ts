//! Whoever answers for a group's version is asked here: a Service over HTTPS, or an actor of this cluster on the bus.
import { inbox } from '../../../runtime/address.ts';
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import type { Message } from '../../../runtime/ports.ts';
import { ask, type Task } from '../../../runtime/task.ts';
import { isObject, listOf, textOf } from '../../api/json.ts';
import { methodNotAllowedPath, notFoundPath, serviceUnavailable } from '../../api/status.ts';
import type { KubeObject, Status } from '../../api/types/meta.ts';
import { callOutside, type OutsideReply } from '../outside.ts';
import type { AggregatedReply, AggregatedRequest, ApiReply, ApiRequest, User } from '../protocol.ts';
import { type Engine, refuse } from '../verbs/engine.ts';
import type { Remote } from './remotes.ts';

export const UNAVAILABLE = 'service unavailable';
const BUS_MS = 9_000;
/** Of an answer that cannot be understood. */
const SHOWN_MAX = 200;

export interface RemoteCall {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly user: User;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export function* callRemote(engine: Engine, remote: Remote, call: RemoteCall): Task<Result<OutsideReply>> {
  const { service, caBundle, insecureSkipTLSVerify, actor } = remote;
  const { path, user, headers, timeoutMs } = call;
  if (actor === undefined) {
    const named = { 'x-remote-user': user.name, 'x-remote-group': user.groups };
    return yield* callOutside(
      engine,
      {
        to: { service: { ...service, path } },
        ...(caBundle === '' ? {} : { caBundle }),
        insecureSkipTLSVerify,
        asProxy: true,
        method: 'GET',
        headers: { ...headers, ...named },
        timeoutMs,
      },
      engine.clock.now() + timeoutMs,
    );
  }
  const request: AggregatedRequest = {
    type: 'aggregated.ask',
    method: call.method,
    path,
    accept: headers['accept'] ?? '',
    user,
  };
  const answer = yield* ask<AggregatedReply>(inbox(engine.cluster, actor), request as Message, timeoutMs);
  if (!answer.ok) return answer;
  const { code, contentType, body } = answer.value;
  return ok({ code, headers: { 'content-type': contentType }, body });
}

/** A request over the bus for what another answers: as its client it reads, and no more. */
export function* askRemote(engine: Engine, remote: Remote, request: ApiRequest): Task<Result<ApiReply>> {
  const { verb, user } = request;
  if (verb !== 'get' && verb !== 'list') return refuse(methodNotAllowedPath());
  if (!remote.available) return refuse(serviceUnavailable(UNAVAILABLE));
  const call = { method: 'GET', path: pathOf(request), user, headers: { accept: 'application/json' } };
  const answer = yield* callRemote(engine, remote, { ...call, timeoutMs: BUS_MS });
  if (!answer.ok) return answer;
  const { code, body: text } = answer.value;
  const body = parsed(text);
  if (code >= 400 || body === undefined) {
    if (isObject(body) && body['kind'] === 'Status') return refuse(body as unknown as Status);
    if (code === 404) return refuse(notFoundPath());
    return fail('Unavailable', `${UNAVAILABLE}: ${text.slice(0, SHOWN_MAX).trim()}`);
  }
  if (!isObject(body)) return fail('InternalError', `what ${remote.name} answered is no object`);
  if (verb === 'get') return ok({ type: 'api.object', code: 200, object: body as unknown as KubeObject });
  const items = listOf(body['items']) as unknown as readonly KubeObject[];
  const metadata = isObject(body['metadata']) ? body['metadata'] : {};
  return ok({ type: 'api.list', items, resourceVersion: textOf(metadata['resourceVersion']) });
}
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
function pathOf({ group, version, namespace, resource, name, subresource, options }: ApiRequest): string {
  const parts = [...(namespace === '' ? [] : ['namespaces', namespace]), resource, name, subresource];
  const query = new URLSearchParams();
  for (const key of ['labelSelector', 'fieldSelector', 'metricLabelSelector'] as const)
    if (options[key] !== undefined && options[key] !== '') query.set(key, options[key]);
  const text = query.toString();
  const path = parts.filter((part) => part !== '').map(encodeURIComponent);
  return `/apis/${group}/${version}/${path.join('/')}${text === '' ? '' : `?${text}`}`;
}
