//! Signs what is approved, for Kubernetes' own four signers (pkg/controller/certificates/signer).
import type { CertificateOrder } from '../../../runtime/certificate-order.ts';
import type { Task } from '../../../runtime/task.ts';
import { goodUntil } from '../../api/certificate.ts';
import { type CertificateRequest, requestOf } from '../../api/certificate-request.ts';
import { timestamp } from '../../api/time.ts';
import { type Controller, type ControllerIo, type Outcome, watchOf } from '../../client/protocol.ts';
import { notKubeletClient, notKubeletServing } from './node-request.ts';
import type { CertificateAuthority } from './protocol.ts';
import { conditionOf, hasCertificate, isApproved, REQUESTS, type SigningRequest } from './request.ts';

/** --cluster-signing-duration */
const LASTS_MS = 365 * 24 * 3_600_000;
const LEAST_MS = 600_000;
/** Clocks differ a little. */
const BEFORE_MS = 300_000;

type Check = (request: CertificateRequest, usages: readonly string[]) => string | undefined;
const SIGNERS: Readonly<Record<string, Check>> = {
  'kubernetes.io/kube-apiserver-client': (_, usages) => notClient(usages),
  'kubernetes.io/kube-apiserver-client-kubelet': notKubeletClient,
  'kubernetes.io/kubelet-serving': notKubeletServing,
  'kubernetes.io/legacy-unknown': () => undefined,
};
const CLIENT_USAGES: ReadonlySet<string> = new Set(['digital signature', 'key encipherment', 'client auth']);
function notClient(usages: readonly string[]): string | undefined {
  const other = usages.find((usage) => !CLIENT_USAGES.has(usage));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

/** Bits of RFC 5280 4.2.1.3. */
const KEY_USAGES: Readonly<Record<string, number>> = {
  signing: 0,
  'digital signature': 0,
  'content commitment': 1,
  'key encipherment': 2,
  'data encipherment': 3,
  'key agreement': 4,
  'cert sign': 5,
  'crl sign': 6,
  'encipher only': 7,
  'decipher only': 8,
};
const EXTENDED_USAGES: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  's/mime': '1.3.6.1.5.5.7.3.4',
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
};

export type Verdict =
  | { readonly what: 'nothing' }
  | { readonly what: 'refuse'; readonly message: string }
  | { readonly what: 'sign'; readonly order: CertificateOrder };
/** `untilMs`: the end of the authority's own certificate. */
export function verdict(request: SigningRequest, nowMs: number, untilMs: number | undefined): Verdict {
  const { spec } = request;
  const check = SIGNERS[spec.signerName];
  if (check === undefined || !isApproved(request) || hasCertificate(request) || conditionOf(request, 'Failed'))
    return { what: 'nothing' };
  const body = requestOf(spec.request);
  if (body === undefined) return { what: 'refuse', message: 'unable to parse csr: it is damaged' };
  const usages = spec.usages ?? [];
  const wrong = check(body, usages);
  if (wrong !== undefined) return { what: 'refuse', message: wrong };
  const wanted = spec.expirationSeconds === undefined ? LASTS_MS : spec.expirationSeconds * 1_000;
  const end = nowMs + Math.min(LASTS_MS, Math.max(LEAST_MS, wanted));
  const found = <T>(table: Readonly<Record<string, T>>): readonly T[] => [
    ...new Set(usages.flatMap((usage) => table[usage] ?? [])),
  ];
  return {
    what: 'sign',
    order: {
      subject: body.subjectDer,
      publicKey: body.publicKey,
      ...body.names,
      keyUsages: found(KEY_USAGES),
      extendedKeyUsages: found(EXTENDED_USAGES),
      notBeforeMs: nowMs - BEFORE_MS,
      notAfterMs: Math.min(end, untilMs ?? end),
    },
  };
}

export const signingRequestSigning = (authority: Required<CertificateAuthority>): Controller => ({
  name: 'certificatesigningrequest-signing-controller',
  watches: [watchOf({ resource: REQUESTS, keys: ({ object }) => [object.metadata.name] })],
  *reconcile(name, io) {
    const request = io.cache(REQUESTS).get(name);
    if (request === undefined) return undefined;
    const todo = verdict(request, io.clock.now(), goodUntil(authority.certificate));
    if (todo.what === 'nothing') return undefined;
    if (todo.what === 'refuse') return yield* refuse(io, request, todo.message);
    let certificate: string;
    try {
      certificate = Buffer.from(authority.issue(todo.order)).toString('base64');
    } catch (error) {
      return yield* refuse(io, request, error instanceof Error ? error.message : String(error));
    }
    return yield* write(io, { ...request, status: { ...request.status, certificate } });
  },
});
function* refuse(io: ControllerIo, request: SigningRequest, message: string): Task<Outcome> {
  const now = timestamp(io.clock.now());
  const times = { lastUpdateTime: now, lastTransitionTime: now };
  const condition = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message, ...times } as const;
  const conditions = [...(request.status?.conditions ?? []), condition];
  return yield* write(io, { ...request, status: { ...request.status, conditions } });
}
function* write(io: ControllerIo, request: SigningRequest): Task<Outcome> {
  const done = yield* io.client.update(REQUESTS, request, 'status');
  return done.ok || done.fault.reason === 'NotFound' ? undefined : done.fault;
}
