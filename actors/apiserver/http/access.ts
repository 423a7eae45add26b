//! Who asks over HTTP, and whether he may: authentication, impersonation, authorization, in kube-apiserver's order.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { badRequest, unauthorized } from '../../api/status.ts';
import { authorize, forbiddenBecause, isMaster } from '../access/authorize.ts';
import type { Action } from '../access/rule.ts';
import type { AuditRecord } from '../audit/record.ts';
import type { User } from '../protocol.ts';
import { type Engine, refuse } from '../verbs/engine.ts';
import { whoseToken } from '../verbs/token.ts';
import type { HttpRequest } from './message.ts';
import { isTrue } from './query.ts';
import { routeOf, verbOf } from './route.ts';

export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const AUTHENTICATED = 'system:authenticated';
const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;
const EXTRA = 'impersonate-extra-';

/** By what somebody may be known beside his certificate and a service account's token. */
export interface Credentials {
  /** --anonymous-auth: whether one who shows nothing is anybody. */
  readonly anonymous: boolean;
  /** --token-auth-file: who a token is. */
  readonly tokens: ReadonlyMap<string, User>;
}
const USUAL: Credentials = { anonymous: true, tokens: new Map() };

/** Nobody has to be asked about him: a master who speaks for himself. */
export const isTrusted = ({ user, headers }: HttpRequest): boolean =>
  user !== undefined && isMaster(user) && !Object.keys(headers).some((name) => name.startsWith('impersonate-'));

/** The user as whom the request is done; or 401, 403. */
export function* admitted(
  engine: Engine,
  request: HttpRequest,
  action: Action,
  deadline: number,
  audit?: AuditRecord,
  credentials?: Credentials,
): Task<Result<User>> {
  const known = yield* authenticated(engine, request, deadline, credentials);
  if (!known.ok) return known;
  audit?.received(known.value);
  const user = yield* impersonated(engine, request, known.value, deadline);
  if (!user.ok) return user;
  audit?.impersonates(user.value);
  const allowed = yield* permitted(engine, user.value, action, deadline, audit);
  return allowed.ok ? user : allowed;
}

function* authenticated(
  engine: Engine,
  request: HttpRequest,
  deadline: number,
  { anonymous, tokens }: Credentials = USUAL,
): Task<Result<User>> {
  if (request.user !== undefined) return ok(request.user);
  const [, token = ''] = /^Bearer +(.+)$/i.exec(request.headers['authorization'] ?? '') ?? [];
  // Another scheme is none: nobody has asked.
  if (token === '') return request.stranger || !anonymous ? refuse(unauthorized()) : ok(ANONYMOUS);
  const named = tokens.get(token);
  if (named !== undefined) return ok(named);
  const who = yield* whoseToken(engine, token, deadline);
  if (!who.ok) return who;
  return who.value === undefined ? refuse(unauthorized()) : ok(who.value);
}

function* permitted(
  engine: Engine,
  user: User,
  action: Action,
  deadline: number,
  audit?: AuditRecord,
): Task<Result<void>> {
  const decision = yield* authorize(engine, user, action, deadline);
  if (!decision.ok) return decision;
  const { allowed, reason } = decision.value;
  audit?.decided(allowed, reason);
  return allowed ? ok(undefined) : refuse(forbiddenBecause(user, action, reason));
}

/** Each header is asked for by itself (endpoints/filters/impersonation). */
function* impersonated(engine: Engine, { headers }: HttpRequest, user: User, deadline: number): Task<Result<User>> {
  const name = headers['impersonate-user'] ?? '';
  const groups = list(headers['impersonate-group']);
  const uid = headers['impersonate-uid'];
  const extra = Object.entries(headers)
    .filter(([key]) => key.startsWith(EXTRA))
    .map(([key, value]) => [unescaped(key.slice(EXTRA.length)), list(value)] as const);
  if (name === '') {
    if (groups.length === 0 && uid === undefined && extra.length === 0) return ok(user);
    return refuse(badRequest('requested impersonation of groups, uid or extra without impersonating a user'));
  }
  const [, namespace = '', account = ''] = ACCOUNT.exec(name) ?? [];
  const core = (resource: string, named: string, of = ''): Action => ({
    verb: 'impersonate',
    group: '',
    resource,
    subresource: '',
    namespace: of,
    name: named,
  });
  const authentication = (resource: string, subresource: string, named: string): Action => ({
    ...core(resource, named),
    group: 'authentication.k8s.io',
    subresource,
  });
  const wanted: readonly Action[] = [
    account === '' ? core('users', name) : core('serviceaccounts', account, namespace),
    ...groups.map((group) => core('groups', group)),
    ...(uid === undefined ? [] : [authentication('uids', '', uid)]),
    ...extra.flatMap(([key, values]) => values.map((value) => authentication('userextras', key, value))),
  ];
  for (const action of wanted) {
    const allowed = yield* permitted(engine, user, action, deadline);
    if (!allowed.ok) return allowed;
  }
  const own =
    groups.length > 0 || account === '' ? groups : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  const known = name === ANONYMOUS.name ? ANONYMOUS.groups : [AUTHENTICATED];
  return ok({
    name,
    groups: [...new Set([...own, ...known])],
    ...(uid === undefined ? {} : { uid }),
    ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
  });
}
const list = (value: string | undefined): string[] =>
  (value ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** What a method and a path ask for (k8s.io/apiserver/pkg/endpoints/request RequestInfo). */
export function actionOf(method: string, path: string, query: URLSearchParams, route = routeOf(path)): Action {
  if (route === undefined) return { verb: method.toLowerCase(), path };
  const { group, version, resource, subresource, namespace, name } = route;
  const verb = verbOf(method, route) ?? method.toLowerCase();
  const watches = route.watch || (verb === 'list' && query.has('watch') && isTrue(query.get('watch')));
  const fieldSelector = query.get('fieldSelector') ?? '';
  const selected = /^metadata\.name=([^,]+)$/.exec(fieldSelector)?.[1] ?? '';
  return {
    verb: watches ? 'watch' : verb,
    group,
    version,
    resource,
    subresource,
    // A namespace is of itself.
    namespace: resource === 'namespaces' && group === '' ? name : namespace,
    name: name === '' && verb === 'list' ? selected : name,
    ...(fieldSelector === '' ? {} : { fieldSelector }),
  };
}
