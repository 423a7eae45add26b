//! Certificates: who may approve and sign requests, who may attest trust, and for whom nobody may ask. And whose a
//! request is, which Kubernetes writes down in its strategy (pkg/registry/certificates/certificates).
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { subjectOf } from '../../api/certificate-request.ts';
import { equal, get, type Json, type JsonObject, listOf, objectOf, textOf } from '../../api/json.ts';
import { timestamp } from '../../api/time.ts';
import { authorize } from '../access/authorize.ts';
import type { Engine } from '../verbs/engine.ts';
import { type Attributes, isOf, isSubresource } from './attributes.ts';
import { done, forbid, type Plugin } from './plugin.ts';

const GROUP = 'certificates.k8s.io';
const REQUESTS = 'certificatesigningrequests';
const BUNDLES = 'clustertrustbundles';
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';
const MASTERS = 'system:masters';

const signerOf = (object: JsonObject | undefined): string => textOf(get(object, 'spec', 'signerName'));

/** For a signer by its name, or all of its domain. */
function* allowedFor(engine: Engine, a: Attributes, verb: string, signer: string): Task<Result<boolean>> {
  const { request, deadline } = a.call;
  for (const name of [signer, `${signer.split('/')[0]}/*`]) {
    const action = { verb, group: GROUP, resource: 'signers', subresource: '', namespace: '', name };
    const decision = yield* authorize(engine, request.user, action, deadline);
    if (!decision.ok) return decision;
    if (decision.value.allowed) return ok(true);
  }
  return ok(false);
}
function* checked(engine: Engine, a: Attributes, verb: string, what: string): Task<Result<void>> {
  const signer = signerOf(a.object ?? a.old);
  const allowed = yield* allowedFor(engine, a, verb, signer);
  if (!allowed.ok) return allowed;
  return allowed.value ? ok(undefined) : forbid(a, `user not permitted to ${what} signerName "${signer}"`);
}

export const certificateApproval: Plugin = {
  name: 'CertificateApproval',
  handles: (a) => a.operation === 'UPDATE' && isSubresource(a, GROUP, REQUESTS, 'approval'),
  validate: (engine, a) => checked(engine, a, 'approve', 'approve requests with'),
};
export const certificateSigning: Plugin = {
  name: 'CertificateSigning',
  handles: (a) =>
    a.operation === 'UPDATE' &&
    isSubresource(a, GROUP, REQUESTS, 'status') &&
    !(
      equal(get(a.object, 'status', 'certificate'), get(a.old, 'status', 'certificate')) &&
      equal(get(a.object, 'status', 'conditions'), get(a.old, 'status', 'conditions'))
    ),
  validate: (engine, a) => checked(engine, a, 'sign', 'sign requests with'),
};
export const clusterTrustBundleAttest: Plugin = {
  name: 'ClusterTrustBundleAttest',
  handles: (a) => a.operation !== 'CONNECT' && isOf(a, GROUP, BUNDLES) && signerOf(a.object ?? a.old) !== '',
  validate: (engine, a) => checked(engine, a, 'attest', 'attest for'),
};
export const certificateSubjectRestriction: Plugin = {
  name: 'CertificateSubjectRestriction',
  handles: (a) => a.operation === 'CREATE' && isOf(a, GROUP, REQUESTS) && signerOf(a.object) === CLIENT_SIGNER,
  *validate(_, a) {
    const subject = subjectOf(textOf(get(a.object, 'spec', 'request')));
    if (subject?.organizations.includes(MASTERS))
      return forbid(a, `use of ${CLIENT_SIGNER} signer with ${MASTERS} group is not allowed`);
    return yield* done(undefined);
  },
};

/** When a condition was set, and when it last changed (strategy populateConditionTimestamps). */
export const certificateConditions: Plugin = {
  name: 'CertificateConditions',
  handles: (a) =>
    a.operation === 'UPDATE' && ['approval', 'status'].some((sub) => isSubresource(a, GROUP, REQUESTS, sub)),
  mutate: (engine, { object, old }) => {
    const conditions = listOf(get(object, 'status', 'conditions'));
    const now = timestamp(engine.clock.now());
    const dated = conditions.map((item): Json => {
      const condition = objectOf(item);
      const same = listOf(get(old, 'status', 'conditions')).find(
        (one) => get(one, 'type') === condition['type'] && get(one, 'status') === condition['status'],
      );
      const before = get(same, 'lastTransitionTime');
      return {
        ...condition,
        lastUpdateTime: condition['lastUpdateTime'] ?? now,
        lastTransitionTime: condition['lastTransitionTime'] ?? before ?? now,
      };
    });
    if (conditions.length === 0) return done(object);
    return done({ ...object, status: { ...objectOf(object?.['status']), conditions: dated } });
  },
};

/** A request says who made it: never what its body says of that. */
export const certificateRequester: Plugin = {
  name: 'CertificateRequester',
  handles: (a) => a.operation === 'CREATE' && isOf(a, GROUP, REQUESTS),
  mutate: (_, { call, object }) => {
    const { name, uid, groups, extra } = call.request.user;
    const { username: _1, uid: _2, groups: _3, extra: _4, ...spec } = objectOf(object?.['spec']);
    return done({
      ...object,
      spec: {
        ...spec,
        username: name,
        ...(uid === undefined ? {} : { uid }),
        groups: [...groups],
        ...(extra === undefined ? {} : { extra: extra as unknown as Json }),
      },
    });
  },
};
