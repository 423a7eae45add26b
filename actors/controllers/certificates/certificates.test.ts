import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { issueCertificate, makeCertificate } from '../../../runtime/real/certificate.ts';
import { makeCertificateRequest } from '../../../runtime/real/certificate-request.ts';
import { goodUntil } from '../../api/certificate.ts';
import { requestOf } from '../../api/certificate-request.ts';
import { timestamp } from '../../api/time.ts';
import { Story } from '../manager/cluster.fixture.ts'; // tidy: a fixture of tests
import { recognized, signingRequestApproving } from './approving.ts';
import { goesAt, signingRequestCleaner } from './cleaning.ts';
import { notKubeletServing } from './node-request.ts';
import { simAuthority } from './protocol.ts';
import { REQUESTS, type SigningRequest } from './request.ts';
import { signingRequestSigning, verdict } from './signing.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const CLIENT = 'kubernetes.io/kube-apiserver-client';
const KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet';
const SERVING = 'kubernetes.io/kubelet-serving';
const node = { commonName: 'system:node:n1', organizations: ['system:nodes'] };
const spec = (signerName: string, request: string, more: object = {}) => ({
  signerName,
  request: base64(request),
  usages: ['digital signature', 'client auth'],
  ...more,
});
const APPROVED = { type: 'Approved', status: 'True', lastUpdateTime: timestamp(NOW) };
const asked = (what: object, conditions: readonly object[] = [APPROVED], status: object = {}): SigningRequest =>
  ({
    metadata: { name: 'r', creationTimestamp: timestamp(NOW) },
    spec: what,
    status: { conditions, ...status },
  }) as unknown as SigningRequest;

test('certificates: a real request: signed by a real authority, as it asks', () => {
  const authority = makeCertificate({ subject: { commonName: 'ca' }, nowMs: NOW });
  const issuer = { identity: { commonName: 'ca' }, privateKey: createPrivateKey(authority.key) };
  const { request, key } = makeCertificateRequest(node, ['n1.example.com', '10.0.0.7', 'fd00::7']);
  const usages = ['digital signature', 'key encipherment', 'server auth'];
  const todo = verdict(asked(spec(SERVING, request, { usages, expirationSeconds: 3_600 })), NOW, undefined);
  assert.equal(todo.what, 'sign');
  const pem = issueCertificate(issuer, (todo as Extract<typeof todo, { what: 'sign' }>).order);
  const certificate = new X509Certificate(pem);
  assert.ok(certificate.verify(new X509Certificate(authority.cert).publicKey));
  assert.ok(certificate.checkPrivateKey(createPrivateKey(key)));
  assert.equal(certificate.subject, 'O=system:nodes\nCN=system:node:n1');
  assert.equal(certificate.subjectAltName, 'DNS:n1.example.com, IP Address:10.0.0.7, IP Address:FD00:0:0:0:0:0:0:7');
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1']);
  assert.equal(certificate.ca, false);
  assert.equal(Date.parse(certificate.validTo), NOW + 3_600_000);
  assert.equal(goodUntil(pem), NOW + 3_600_000);
});
test('certificates: what kubelets may ask for: table', () => {
  const usages = ['digital signature', 'server auth'];
  const table: [object, readonly string[], string | undefined][] = [
    [node, ['n1'], undefined],
    [node, [], 'DNS or IP subjectAltName is required'],
    [{ commonName: 'system:node:n1' }, ['n1'], 'subject organization is not system:nodes'],
    [{ ...node, commonName: 'n1' }, ['n1'], 'subject common name does not begin with system:node:'],
  ];
  for (const [subject, names, expected] of table) {
    const { request } = makeCertificateRequest(subject as typeof node, names);
    assert.equal(notKubeletServing(requestOf(base64(request))!, usages), expected);
  }
});
test('certificates: signing: only what is approved, by Kubernetes’ own signers; the wrong usage fails', () => {
  const { request } = makeCertificateRequest({ commonName: 'jane' });
  const what = (one: SigningRequest): string => verdict(one, NOW, undefined).what;
  assert.equal(what(asked(spec(CLIENT, request), [])), 'nothing');
  assert.equal(what(asked(spec('example.com/own', request))), 'nothing');
  assert.equal(what(asked(spec(CLIENT, request), [APPROVED], { certificate: 'x' })), 'nothing');
  assert.equal(what(asked(spec(CLIENT, request))), 'sign');
  const refused = verdict(asked(spec(CLIENT, request, { usages: ['server auth'] })), NOW, undefined);
  assert.deepEqual(refused, { what: 'refuse', message: 'invalid usage for client certificate: server auth' });
  assert.equal(what(asked(spec(CLIENT, 'damaged'))), 'refuse');
  assert.equal(recognized(asked(spec(CLIENT, request), [])), undefined, 'no kubelet asks so');
});
test('certificates: cleaning: settled for an hour, unsettled for a day', () => {
  const hour = 3_600_000;
  const old = { type: 'Denied', status: 'True', lastUpdateTime: timestamp(NOW) };
  const table: [SigningRequest, number][] = [
    [asked({}, []), NOW + 24 * hour],
    [asked({}, [old]), NOW + hour],
    [asked({}), Number.POSITIVE_INFINITY],
    [asked({}, [APPROVED], { certificate: base64('x') }), NOW + hour],
  ];
  for (const [one, at] of table) assert.equal(goesAt(one), at);
});
test('certificates: a kubelet asks for its own: approved, signed and in an hour cleaned away, with nobody’s help', () => {
  const story = new Story();
  story.manager('m', [signingRequestApproving, signingRequestSigning(simAuthority), signingRequestCleaner]);
  const seen = story.seen(REQUESTS);
  const { request } = makeCertificateRequest(node);
  // The story's user is a master: whoever may make a Node may have it approved.
  story.create(REQUESTS, '', 'mine', { spec: spec(KUBELET, request) });
  story.until('signed', () => (seen.get('mine')?.status?.certificate ?? '') !== '');
  const { conditions } = seen.get('mine')!.status!;
  assert.deepEqual(
    conditions?.map(({ type, reason, message }) => [type, reason, message]),
    [['Approved', 'AutoApproved', 'Auto approving kubelet client certificate after SubjectAccessReview.']],
  );
  story.until('gone', () => seen.get('mine') === undefined, 2 * 3_600_000);
});
