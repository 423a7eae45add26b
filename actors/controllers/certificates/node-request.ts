//! What kubelets ask for: certificates to prove who they are, and to serve (pkg/apis/certificates/helpers.go).
import type { CertificateRequest } from '../../api/certificate-request.ts';

const NODES = 'system:nodes';
const NODE = 'system:node:';
const CLIENT_USAGES = [
  ['digital signature', 'client auth'],
  ['digital signature', 'key encipherment', 'client auth'],
];
const SERVING_USAGES = [
  ['digital signature', 'server auth'],
  ['digital signature', 'key encipherment', 'server auth'],
];

/** Why it is none; undefined: it is one. */
export function notKubeletClient(request: CertificateRequest, usages: readonly string[]): string | undefined {
  const { names } = request;
  if (!isOfNodes(request)) return 'subject organization is not system:nodes';
  if (names.dns.length > 0) return 'DNS subjectAltNames are not allowed';
  if (names.emails.length > 0) return 'Email subjectAltNames are not allowed';
  if (names.ips.length > 0) return 'IP subjectAltNames are not allowed';
  if (names.uris.length > 0) return 'URI subjectAltNames are not allowed';
  return ofNode(request) ?? unfit(usages, CLIENT_USAGES);
}
export function notKubeletServing(request: CertificateRequest, usages: readonly string[]): string | undefined {
  const { names } = request;
  if (!isOfNodes(request)) return 'subject organization is not system:nodes';
  if (names.dns.length === 0 && names.ips.length === 0) return 'DNS or IP subjectAltName is required';
  if (names.emails.length > 0) return 'Email subjectAltNames are not allowed';
  if (names.uris.length > 0) return 'URI subjectAltNames are not allowed';
  return unfit(usages, SERVING_USAGES) ?? ofNode(request);
}
const isOfNodes = ({ subject }: CertificateRequest): boolean =>
  subject.organizations.length === 1 && subject.organizations[0] === NODES;
const ofNode = ({ subject }: CertificateRequest): string | undefined =>
  subject.commonName.startsWith(NODE) ? undefined : `subject common name does not begin with ${NODE}`;
const unfit = (usages: readonly string[], allowed: readonly (readonly string[])[]): string | undefined => {
  const given = new Set(usages);
  const fits = allowed.some((set) => set.length === given.size && set.every((usage) => given.has(usage)));
  return fits ? undefined : `usages did not match [${usages.join(' ')}]`;
};
