//! Connections that go through the API server: their paths, and who may have which.
import { fail, type Result } from '../../../../runtime/fault.ts';
import type { Stop } from '../../../../runtime/ports.ts';
import type { Task } from '../../../../runtime/task.ts';
import { faultOf, methodNotAllowedPath, notFoundPath, statusOf } from '../../../api/status.ts';
import type { Status } from '../../../api/types/meta.ts';
import type { Action } from '../../access/rule.ts';
import type { AuditRecord } from '../../audit/record.ts';
import type { Api } from '../../index.ts';
import type { ApiRequest, User } from '../../protocol.ts';
import type { Call } from '../../verbs/engine.ts';
import { prepare } from '../../verbs/perform.ts';
import { actionOf } from '../access.ts';
import type { HttpRequest } from '../message.ts';
import { type Route, routeOf, verbOf } from '../route.ts';
import { type Target, targetOf } from './target.ts';

const CONNECT_MS = 34_000;
const PATH =
  /^\/api\/v1\/(?:namespaces\/[^/]+\/(?:pods\/[^/]+\/(?:exec|attach|portforward|proxy)|services\/[^/]+\/proxy)|nodes\/[^/]+\/proxy)(?=\/|\?|$)/;
/** Whether a path (with its query) leads through to a pod, a service or a node. */
export const isConnection = (url: string): boolean => PATH.test(url);
const MAKES = /\/pods\/[^/]+\/(?:exec|attach|portforward)$/;
/** The part of the path up to `/proxy`, and what follows it, as sent. */
export function splitProxy(url: string): { readonly base: string; readonly rest: string; readonly query: string } {
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  const base = PATH.exec(path)?.[0] ?? path;
  return { base, rest: path.slice(base.length), query: at < 0 ? '' : url.slice(at) };
}

export interface Authenticator {
  authenticate(
    request: HttpRequest,
    path: string,
    action: Action,
    go: (user: User, audit: AuditRecord | undefined) => void,
    refuse: (status: Status) => void,
    waits: (stop: Stop) => void,
  ): void;
  /** The same of another action of the request: it is one line of the audit log. */
  admit(
    request: HttpRequest,
    path: string,
    action: Action,
    go: (user: User) => void,
    refuse: (status: Status) => void,
    waits: (stop: Stop) => void,
    audit?: AuditRecord,
  ): void;
}

/** From who asks to whom he is to be connected with. `done` is called once, unless it is stopped. */
export function openDoor(
  api: Api,
  door: Authenticator,
  request: HttpRequest,
  id: string,
  done: (result: Result<Target>, audit: AuditRecord | undefined) => void,
): Stop {
  const { rest, query } = splitProxy(request.url);
  const path = request.url.split('?')[0]!;
  let over = false;
  let stop: Stop = () => {};
  let audit: AuditRecord | undefined;
  const finish = (result: Result<Target>): void => {
    if (over) return;
    over = true;
    if (!result.ok) audit?.failed(statusOf(result.fault));
    done(result, audit);
  };
  const refuse = (status: Status): void => finish({ ok: false, fault: faultOf(status) });
  const go = (user: User): void => {
    if (over) return;
    const call = callOf(api, user, request.method, path, id);
    if (!call.ok) return finish(call);
    stop = api.run(allowed(api, call.value, asked, rest), finish);
  };
  const asked = new URLSearchParams(query);
  const admit = (as: HttpRequest, how: 'authenticate' | 'admit', then: (user: User) => void): void => {
    let served = false;
    const admitted = (user: User, record?: AuditRecord): void => {
      served = true;
      audit ??= record;
      if (!over) then(user);
    };
    const action = actionOf(as.method, path, asked);
    door[how](as, path, action, admitted, refuse, (next) => {
      // Who is known already has led to the end of the matter.
      if (!served) stop = next;
    });
  };
  // A WebSocket begins with GET, and yet makes something: both must be allowed (since 1.35).
  admit(request, 'authenticate', (user) =>
    request.method === 'GET' && MAKES.test(path) ? admit({ ...request, method: 'POST' }, 'admit', go) : go(user),
  );
  return () => {
    over = true;
    stop();
  };
}
function callOf(api: Api, user: User, method: string, path: string, id: string): Result<Call> {
  const route = routeOf(path);
  if (route === undefined) return fail('NotFound', 'not found', notFoundPath());
  const verb = verbOf(method === 'OPTIONS' ? 'GET' : method, route);
  if (verb === undefined) return fail('MethodNotAllowed', 'no such method', methodNotAllowedPath());
  const { group, version, resource, namespace, name, subresource }: Route = route;
  const request: ApiRequest = {
    type: 'api.request',
    id,
    user,
    verb,
    ...{ group, version, resource, namespace, name, subresource },
    options: {},
  };
  const prepared = prepare(api.engine.catalog, request);
  if (!prepared.ok) return prepared;
  return { ok: true, value: { ...prepared.value, deadline: api.engine.clock.now() + CONNECT_MS, warnings: [] } };
}
function* allowed(api: Api, call: Call, query: URLSearchParams, rest: string): Task<Result<Target>> {
  return yield* targetOf(api.engine, call, query, rest);
}
