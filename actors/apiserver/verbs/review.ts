//! Reviews: asked and answered, never stored. Whoever is known may do everything.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { type JsonObject, objectOf, textOf } from '../../api/json.ts';
import { methodNotAllowed } from '../../api/status.ts';
import { timestamp } from '../../api/time.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { attributesOf } from '../admission/attributes.ts';
import { admit } from '../admission/chain.ts';
import type { User } from '../protocol.ts';
import { decodeBody } from './body.ts';
import { type Answer, type Call, type Engine, refuse } from './engine.ts';
import { whoseToken } from './token.ts';

export function* review(engine: Engine, call: Call): Task<Result<Answer>> {
  const decoded = decodeBody(engine, call, call.request.body, call.info);
  if (!decoded.ok) return decoded;
  const admitted = yield* admit(engine, attributesOf(call, 'CREATE', { object: decoded.value }));
  if (!admitted.ok) return admitted;
  const asked = objectOf(admitted.value.object);
  const status = yield* statusOf(engine, call, asked);
  if (!status.ok) return status;
  const metadata = {
    creationTimestamp: timestamp(engine.clock.now()),
    ...objectOf(asked['metadata']),
  };
  const object = { ...asked, metadata, status: status.value };
  return ok({ type: 'object', code: 201, object: object as unknown as KubeObject });
}

function* statusOf(engine: Engine, call: Call, body: JsonObject): Task<Result<object>> {
  switch (call.info.kind) {
    case 'SelfSubjectReview':
      return ok({ userInfo: infoOf(call.request.user) });
    case 'TokenReview': {
      const spec = objectOf(body['spec']);
      const user = yield* whoseToken(engine, textOf(spec['token']), call.deadline);
      if (!user.ok) return user;
      if (user.value === undefined) return ok({ authenticated: false, user: {}, error: 'invalid bearer token' });
      const audiences = spec['audiences'] === undefined ? {} : { audiences: spec['audiences'] };
      return ok({ authenticated: true, user: infoOf(user.value), ...audiences });
    }
    case 'SelfSubjectRulesReview':
      return ok({
        resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
        nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
        incomplete: false,
      });
    case 'SelfSubjectAccessReview':
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview':
      return ok({ allowed: true, reason: 'every authenticated user may do everything here' });
    default:
      return refuse(methodNotAllowed(call.info, 'create'));
  }
}
const infoOf = ({ name, uid, groups }: User): object => ({
  username: name,
  ...(uid === undefined ? {} : { uid }),
  groups,
});
