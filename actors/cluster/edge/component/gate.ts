//! Whom a component answers: the API server says who a token is and who may (k8s.io/apiserver's delegating
//! authentication and authorization, without their memory of seconds).
import { fail, ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import { SUBJECT_ACCESS_REVIEWS, TOKEN_REVIEWS } from '../../../api/resource.ts';
import { faultOf, forbidden, unauthorized } from '../../../api/status.ts';
import type { SubjectAccessReview, TokenReview } from '../../../api/types/review.ts';
import type { User } from '../../../apiserver/protocol.ts';
import type { Client } from '../../../client/protocol.ts';

export interface Asker {
  /** By his certificate. */
  readonly user?: User;
  /** His certificate is of an authority that we do not know. */
  readonly stranger?: boolean;
  /** The header. */
  readonly authorization: string | undefined;
}
const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
/** --authorization-always-allow-paths */
const OPEN = /^\/(healthz|livez|readyz)$/;

/** A fault's detail is the Status for him. */
export function* admit(client: Client, asker: Asker, verb: string, path: string): Task<Result<void>> {
  const who = yield* userOf(client, asker);
  if (!who.ok) return who;
  if (OPEN.test(path)) return ok(undefined);
  const { name, uid, groups, extra } = who.value;
  const asked = yield* client.create<SubjectAccessReview>(SUBJECT_ACCESS_REVIEWS, '', {
    metadata: {},
    spec: {
      user: name,
      groups,
      ...(uid === undefined ? {} : { uid }),
      ...(extra === undefined ? {} : { extra }),
      nonResourceAttributes: { path, verb },
    },
  });
  if (!asked.ok) return fail('InternalError', `Internal Server Error: "${path}": ${asked.fault.message}`);
  if (asked.value.status.allowed) return ok(undefined);
  const none = { group: '', resource: '' };
  return { ok: false, fault: faultOf(forbidden(none, '', `User "${name}" cannot ${verb} path "${path}"`)) };
}
function* userOf(client: Client, { user, stranger, authorization = '' }: Asker): Task<Result<User>> {
  if (user !== undefined) return ok(user);
  const refused: Result<User> = { ok: false, fault: faultOf(unauthorized()) };
  const [, token = ''] = /^Bearer +(.+)$/i.exec(authorization) ?? [];
  if (token === '') return stranger === true ? refused : ok(ANONYMOUS);
  const review = yield* client.create<TokenReview>(TOKEN_REVIEWS, '', { metadata: {}, spec: { token } });
  if (!review.ok || review.value.status.authenticated !== true) return refused;
  const { username = '', uid, groups = [], extra } = review.value.status.user ?? {};
  return ok({
    name: username,
    groups,
    ...(uid === undefined ? {} : { uid }),
    ...(extra === undefined ? {} : { extra }),
  });
}
