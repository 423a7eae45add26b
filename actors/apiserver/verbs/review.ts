//! Reviews: asked and answered, never stored.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { type FieldError, invalid as invalidField } from '../../api/field-error.ts';
import { type JsonObject, listOf, objectOf, textOf } from '../../api/json.ts';
import { badRequest, invalid, methodNotAllowed } from '../../api/status.ts';
import { timestamp } from '../../api/time.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { authorize, rulesFor } from '../access/authorize.ts';
import { nodeOf } from '../access/node/identity.ts';
import type { Action, PolicyRule } from '../access/rule.ts';
import { attributesOf } from '../admission/attributes.ts';
import { admit } from '../admission/chain.ts';
import type { User } from '../protocol.ts';
import { decodeBody } from './body.ts';
import { type Answer, type Call, type Engine, refuse } from './engine.ts';
import { audiencesOf, ISSUER, whoseToken } from './token.ts';

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
      const token = textOf(spec['token']);
      const given = listOf(spec['audiences']).map(textOf);
      const asked = given.length === 0 ? [ISSUER] : given;
      const user = yield* whoseToken(engine, token, call.deadline, asked);
      if (!user.ok) return user;
      if (user.value === undefined) return ok({ authenticated: false, user: {}, error: 'invalid bearer token' });
      return ok({
        authenticated: true,
        user: infoOf(user.value),
        audiences: audiencesOf(engine, token, asked),
      });
    }
    case 'SelfSubjectRulesReview':
      return yield* rulesReview(engine, call, body);
    case 'SelfSubjectAccessReview':
      return yield* accessReview(engine, call, body, call.request.user);
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview': {
      const spec = objectOf(body['spec']);
      const user: User = {
        name: textOf(spec['user']),
        groups: listOf(spec['groups']).map(textOf),
        ...(textOf(spec['uid']) === '' ? {} : { uid: textOf(spec['uid']) }),
        ...(spec['extra'] === undefined ? {} : { extra: extraOf(objectOf(spec['extra'])) }),
      };
      return yield* accessReview(engine, call, body, user);
    }
    default:
      return refuse(methodNotAllowed(call.info, 'create'));
  }
}
const infoOf = ({ name, uid, groups, extra }: User): object => ({
  username: name,
  ...(uid === undefined ? {} : { uid }),
  groups,
  ...(extra === undefined ? {} : { extra }),
});

const extraOf = (extra: JsonObject): NonNullable<User['extra']> =>
  Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, listOf(values).map(textOf)]));

/** Whether `user` may: never refused because he may not. */
function* accessReview(engine: Engine, call: Call, body: JsonObject, user: User): Task<Result<object>> {
  const { info, request, deadline } = call;
  const spec = objectOf(body['spec']);
  const [resource, path] = [spec['resourceAttributes'], spec['nonResourceAttributes']];
  const errors: FieldError[] = [];
  const both = 'cannot specify nonResourceAttributes in combination with resourceAttributes';
  if (resource !== undefined && path !== undefined) errors.push(invalidField('spec.nonResourceAttributes', path, both));
  if (resource === undefined && path === undefined) {
    const either = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    errors.push(invalidField('spec.resourceAttributes', null, either));
  }
  if (info.kind !== 'SelfSubjectAccessReview' && user.name === '' && user.groups.length === 0)
    errors.push(invalidField('spec.user', '', 'at least one of user or group must be specified'));
  const asked = objectOf(resource);
  if (info.namespaced && textOf(asked['namespace']) !== request.namespace)
    errors.push(
      invalidField('spec.resourceAttributes.namespace', asked['namespace'] ?? '', 'must match metadata.namespace'),
    );
  if (errors.length > 0) return refuse(invalid(info, '', errors));
  const word = (key: string): string => textOf(asked[key]);
  const action: Action =
    resource === undefined
      ? { verb: textOf(objectOf(path)['verb']), path: textOf(objectOf(path)['path']) }
      : {
          verb: word('verb'),
          group: word('group'),
          version: word('version'),
          resource: word('resource'),
          subresource: word('subresource'),
          namespace: word('namespace'),
          name: word('name'),
          fieldSelector: selectorOf(objectOf(asked['fieldSelector'])),
        };
  const decision = yield* authorize(engine, user, action, deadline);
  if (!decision.ok) return decision;
  const { allowed, reason } = decision.value;
  return ok({ allowed, ...(reason === '' ? {} : { reason }) });
}
function* rulesReview(engine: Engine, call: Call, body: JsonObject): Task<Result<object>> {
  const namespace = textOf(objectOf(body['spec'])['namespace']);
  if (namespace === '') return refuse(badRequest('no namespace on request'));
  const rules = yield* rulesFor(engine, call.request.user, namespace, call.deadline);
  if (!rules.ok) return rules;
  const about = (paths: boolean): readonly PolicyRule[] =>
    rules.value.filter((rule) => (rule.nonResourceURLs !== undefined) === paths);
  const open =
    nodeOf(call.request.user) === undefined
      ? { incomplete: false }
      : { incomplete: true, evaluationError: 'node authorizer does not support user rule resolution' };
  return ok({ resourceRules: about(false), nonResourceRules: about(true), ...open });
}
/** authorization.k8s.io/v1 FieldSelectorAttributes as a query would say it: what is no equality narrows nothing. */
function selectorOf({ rawSelector, requirements }: JsonObject): string {
  const equalities = listOf(requirements).flatMap((one) => {
    const { key, operator, values } = objectOf(one);
    const [only, ...more] = listOf(values);
    return operator === 'In' && more.length === 0 && only !== undefined ? [`${textOf(key)}=${textOf(only)}`] : [];
  });
  return textOf(rawSelector) || equalities.join(',');
}
