//! Approves what a kubelet asks for itself, when it may (pkg/controller/certificates/approver).

import { fail } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { requestOf } from '../../api/certificate-request.ts';
import { get } from '../../api/json.ts';
import { findResource } from '../../api/resources.ts';
import { timestamp } from '../../api/time.ts';
import type { Draft, KubeObject } from '../../api/types/meta.ts';
import { type Controller, type ControllerIo, type Outcome, watchOf } from '../../client/protocol.ts';
import { notKubeletClient } from './node-request.ts';
import { conditionOf, hasCertificate, REQUESTS, type SigningRequest } from './request.ts';

const SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';
const REVIEWS = findResource('authorization.k8s.io', 'v1', 'subjectaccessreviews')!;

export const signingRequestApproving: Controller = {
  name: 'certificatesigningrequest-approving-controller',
  watches: [watchOf({ resource: REQUESTS, keys: ({ object }) => [object.metadata.name] })],
  *reconcile(name, io) {
    const request = io.cache(REQUESTS).get(name);
    const asked = request && recognized(request);
    if (request === undefined || asked === undefined) return undefined;
    for (const { permission, message } of asked) {
      const may = yield* allowed(io, request, permission);
      if (typeof may !== 'boolean') return may;
      if (may) return yield* approve(io, request, message);
    }
    return fail(
      'Forbidden',
      `recognized csr ${JSON.stringify(name)} as [${asked.map(({ permission }) => permission).join(' ')}] but subject access review was not approved`,
    ).fault;
  },
};

interface Recognized {
  readonly permission: string;
  readonly message: string;
}
const SELF: Recognized = {
  permission: 'selfnodeclient',
  message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
};
const OTHER: Recognized = {
  permission: 'nodeclient',
  message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
};
/** What somebody must be allowed to have it approved; undefined: nothing to do for it here. */
export function recognized(request: SigningRequest): readonly Recognized[] | undefined {
  const { spec } = request;
  if (hasCertificate(request) || ['Approved', 'Denied'].some((type) => conditionOf(request, type) !== undefined))
    return undefined;
  const body = requestOf(spec.request);
  if (spec.signerName !== SIGNER || body === undefined) return undefined;
  if (notKubeletClient(body, spec.usages ?? []) !== undefined) return undefined;
  return spec.username === body.subject.commonName ? [SELF, OTHER] : [OTHER];
}

function* allowed(
  io: ControllerIo,
  { spec }: SigningRequest,
  subresource: string,
): Task<boolean | Exclude<Outcome, undefined>> {
  const { group, resource } = REQUESTS;
  const review = {
    spec: {
      user: spec.username ?? '',
      uid: spec.uid ?? '',
      groups: spec.groups ?? [],
      extra: spec.extra ?? {},
      resourceAttributes: { group, resource, verb: 'create', subresource, version: '*' },
    },
  };
  const answer = yield* io.client.create(REVIEWS, '', review as unknown as Draft<KubeObject>);
  return answer.ok ? get(answer.value, 'status', 'allowed') === true : answer.fault;
}

function* approve(io: ControllerIo, request: SigningRequest, message: string): Task<Outcome> {
  const now = timestamp(io.clock.now());
  const condition = {
    type: 'Approved',
    status: 'True',
    reason: 'AutoApproved',
    message,
    lastUpdateTime: now,
    lastTransitionTime: now,
  } as const;
  const status = { ...request.status, conditions: [...(request.status?.conditions ?? []), condition] };
  const done = yield* io.client.update(REQUESTS, { ...request, status }, 'approval');
  return done.ok || done.fault.reason === 'NotFound' ? undefined : done.fault;
}
