//! TokenRequest: a signed token for a service account, bound to a pod when asked; and who a token speaks for.
import { ok, type Result } from '../../../runtime/fault.ts';
import { uuid } from '../../../runtime/random.ts';
import type { Task } from '../../../runtime/task.ts';
import { invalid as invalidField } from '../../api/field-error.ts';
import { asJson, get, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../api/json.ts';
import { badRequest, conflict, invalid, notFound } from '../../api/status.ts';
import { timestamp } from '../../api/time.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { attributesOf } from '../admission/attributes.ts';
import { admit } from '../admission/chain.ts';
import { lookup, SERVICE_ACCOUNTS, stored } from '../admission/lookup.ts';
import { CREDENTIAL, type User } from '../protocol.ts';
import { decodeBody } from './body.ts';
import { type Answer, type Call, type Engine, refuse } from './engine.ts';

export const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const LEAST_SECONDS = 600;
const DEFAULT_SECONDS = 3600;
const BINDABLE: Readonly<Record<string, string>> = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' };
const BOUND = [
  ['pod', 'pods'],
  ['secret', 'secrets'],
  ['node', 'nodes'],
] as const;
/** What is being deleted still counts for so long after its time (pkg/serviceaccount). */
const LEEWAY_SECONDS = 60;
const TOKEN_REQUEST = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' };

export function* requestToken(engine: Engine, call: Call): Task<Result<Answer>> {
  const { info, request, deadline } = call;
  const decoded = decodeBody(engine, call, request.body, TOKEN_REQUEST);
  if (!decoded.ok) return decoded;
  const { namespace, name } = request;
  const account = yield* lookup(engine, SERVICE_ACCOUNTS, namespace, name, deadline);
  if (!account.ok) return account;
  if (account.value === undefined) return refuse(notFound(info, name));
  const admitted = yield* admit(engine, attributesOf(call, 'CREATE', { object: decoded.value }));
  if (!admitted.ok) return admitted;
  const spec = objectOf(admitted.value.object?.['spec']);
  const seconds = numberOf(spec['expirationSeconds'], DEFAULT_SECONDS);
  if (seconds < LEAST_SECONDS) {
    const why = 'may not specify a duration less than 10 minutes';
    return refuse(invalid(TOKEN_REQUEST, '', [invalidField('spec.expirationSeconds', seconds, why)]));
  }
  const bound = yield* boundTo(engine, call, objectOf(spec['boundObjectRef']));
  if (!bound.ok) return bound;
  const audiences = listOf(spec['audiences']).map(textOf);
  const now = Math.floor(engine.clock.now() / 1_000);
  const aud = audiences.length === 0 ? [ISSUER] : audiences;
  const token = engine.signer.sign({
    aud,
    exp: now + seconds,
    iat: now,
    iss: ISSUER,
    jti: uuid(engine.random),
    'kubernetes.io': {
      namespace,
      ...bound.value,
      serviceaccount: { name, uid: account.value.metadata.uid },
    },
    nbf: now,
    sub: `system:serviceaccount:${namespace}:${name}`,
  });
  const expirationTimestamp = timestamp((now + seconds) * 1_000);
  const object = {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: timestamp(engine.clock.now()) },
    spec: { ...spec, audiences: aud, expirationSeconds: seconds, boundObjectRef: spec['boundObjectRef'] ?? null },
    status: { token, expirationTimestamp },
  };
  return ok({ type: 'object', code: 201, object: object as unknown as KubeObject });
}

/** The object that the token dies with. */
function* boundTo(engine: Engine, call: Call, ref: JsonObject): Task<Result<object>> {
  const kind = textOf(ref['kind']);
  if (kind === '') return ok({});
  const resource = BINDABLE[kind];
  if (resource === undefined)
    return refuse(badRequest(`cannot bind token to object of type ${textOf(ref['apiVersion'])}, Kind=${kind}`));
  const name = textOf(ref['name']);
  const namespace = kind === 'Node' ? '' : call.request.namespace;
  const found = yield* lookup(engine, stored('', 'v1', resource), namespace, name, call.deadline);
  if (!found.ok) return found;
  if (found.value === undefined) return refuse(notFound({ group: '', resource }, name));
  const { uid } = found.value.metadata;
  if (textOf(ref['uid']) !== '' && ref['uid'] !== uid)
    return refuse(
      conflict(
        { group: '', resource },
        name,
        `the UID in the bound object reference (${ref['uid']}) does not match the UID in record. The object might have been deleted and then recreated`,
      ),
    );
  const bound = { [kind.toLowerCase()]: { name, uid } };
  const node = kind === 'Pod' ? textOf(get(asJson(found.value), 'spec', 'nodeName')) : '';
  if (node === '') return ok(bound);
  const there = yield* lookup(engine, stored('', 'v1', 'nodes'), '', node, call.deadline);
  if (!there.ok) return there;
  const nodeUid = there.value?.metadata.uid;
  return ok({ ...bound, node: { name: node, ...(nodeUid === undefined ? {} : { uid: nodeUid }) } });
}

/** For whom a token is, of those that are asked about; what names nobody is for the API server. */
export function audiencesOf(engine: Engine, token: string, asked: readonly string[]): readonly string[] {
  const { aud = ISSUER } = engine.signer.verify(token) ?? {};
  const own = [aud].flat().map(textOf);
  return asked.filter((one) => own.includes(one));
}
/** Undefined: nobody. It is for one of `audiences`, and the account and what it is bound to must still be there. */
export function* whoseToken(
  engine: Engine,
  token: string,
  deadline: number,
  audiences: readonly string[] = [ISSUER],
): Task<Result<User | undefined>> {
  const claims = engine.signer.verify(token);
  const now = engine.clock.now() / 1_000;
  if (claims === undefined || claims['iss'] !== ISSUER || numberOf(claims['exp']) <= now) return ok(undefined);
  if (numberOf(claims['nbf']) > now + 60) return ok(undefined);
  if (audiencesOf(engine, token, audiences).length === 0) return ok(undefined);
  const own = claims['kubernetes.io'];
  const namespace = textOf(get(own, 'namespace'));
  const name = textOf(get(own, 'serviceaccount', 'name'));
  const ofPod = textOf(get(own, 'pod', 'name')) !== '';
  for (const [kind, resource] of [['serviceaccount', 'serviceaccounts'] as const, ...BOUND]) {
    const called = textOf(get(own, kind, 'name'));
    // The node of a pod's token says where it was: the token dies with the pod.
    if (called === '' || (kind === 'node' && ofPod)) continue;
    const found = yield* lookup(engine, stored('', 'v1', resource), kind === 'node' ? '' : namespace, called, deadline);
    if (!found.ok) return found;
    const { uid, deletionTimestamp } = found.value?.metadata ?? {};
    if (uid === undefined || uid !== get(own, kind, 'uid')) return ok(undefined);
    if (deletionTimestamp !== undefined && Date.parse(deletionTimestamp) / 1_000 < now - LEEWAY_SECONDS)
      return ok(undefined);
  }
  if (name === '') return ok(undefined);
  return ok({
    name: `system:serviceaccount:${namespace}:${name}`,
    uid: textOf(get(own, 'serviceaccount', 'uid')),
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    extra: extraOf(claims),
  });
}
/** By which token, and of which pod on which node it is. */
function extraOf(claims: Readonly<Record<string, unknown>>): Readonly<Record<string, readonly string[]>> {
  const told: Record<string, readonly string[]> = {};
  const jti = textOf(claims['jti']);
  if (jti !== '') told[CREDENTIAL] = [`JTI=${jti}`];
  for (const kind of ['node', 'pod'])
    for (const part of ['name', 'uid']) {
      const value = textOf(get(asJson(claims), 'kubernetes.io', kind, part));
      if (value !== '') told[`authentication.kubernetes.io/${kind}-${part}`] = [value];
    }
  return told;
}
