import { test } from 'node:test';
import { certificateFor, pem, requestOf } from '../../certificate.fixture.ts';
import type { JsonObject } from '../../json.ts';
import { bent, created, updated } from '../refusal.fixture.ts';

const kind = (name: string, version = 'v1') => ({
  group: 'certificates.k8s.io',
  version,
  kind: name,
  namespaced: name.startsWith('Pod'),
});
const REQUEST = kind('CertificateSigningRequest');
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const sound: JsonObject = {
  spec: { request: requestOf('bob'), signerName: 'example.com/ours', usages: ['client auth'] },
};
const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

test('signing requests: created: signed by their key, for known usages, to a signer', () => {
  const bytes = Buffer.from(Buffer.from(requestOf('bob'), 'base64').toString().split('-----')[2]!, 'base64');
  bytes[bytes.length - 1]! ^= 1;
  const forged = base64(pem('CERTIFICATE REQUEST', bytes));
  const other = base64(pem('CERTIFICATE', Buffer.from('a')));
  const told = (request: string, fault: string): string => `spec.request: Invalid value: "${request}": ${fault}`;
  const usages =
    '"any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment", "decipher only", "digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel", "ipsec user", "key agreement", "key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime", "server auth", "signing", "timestamping"';
  created(REQUEST, sound, [
    [{ 'spec.request': other }, told(other, 'PEM block type must be CERTIFICATE REQUEST')],
    [{ 'spec.request': forged }, told(forged, 'x509: Ed25519 verification failure')],
    [{ 'spec.usages': [] }, 'spec.usages: Required value'],
    [{ 'spec.usages': ['odd'] }, `spec.usages[0]: Unsupported value: "odd": supported values: ${usages}`],
    [{ 'spec.usages': ['any', 'any'] }, 'spec.usages[1]: Duplicate value: "any"'],
    [{ 'spec.signerName': '' }, 'spec.signerName: Required value'],
    [
      { 'spec.signerName': 'example.com' },
      `spec.signerName: Invalid value: "example.com": must be a fully qualified domain and path of the form 'example.com/signer-name'`,
    ],
    [
      { 'spec.signerName': 'A/b' },
      `spec.signerName: Invalid value: "A": validating label "A": ${label}`,
      'spec.signerName: Invalid value: "A": should be a domain with at least two segments separated by dots',
    ],
    [
      { 'spec.signerName': 'kubernetes.io/legacy-unknown' },
      'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
    ],
    [
      { 'spec.expirationSeconds': 599 },
      'spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)',
    ],
  ]);
});
test('signing requests: who may change what: approvers decide, signers sign, once', () => {
  const at = 'status.conditions';
  const is = (type: string, more: JsonObject = {}): JsonObject => ({ type, status: 'True', ...more });
  const approved = { 'status.conditions': [is('Approved')] };
  updated(REQUEST, sound, [[approved, `${at}: Forbidden: updates may not add a condition of type "Approved"`]]);
  updated(
    REQUEST,
    sound,
    [
      [approved],
      [
        { 'status.conditions': [is('Approved'), is('Denied')] },
        `${at}: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive`,
      ],
      [
        { 'status.conditions': [{ type: 'Approved', status: 'False' }] },
        `${at}[0].status: Unsupported value: "False": supported values: "True"`,
      ],
      [
        { 'status.conditions': [is(''), is('A'), is('A')] },
        `${at}[0].type: Required value`,
        `${at}[2].type: Duplicate value: "A"`,
      ],
      [
        { 'status.certificate': base64(certificateFor('bob', false)) },
        'status.certificate: Forbidden: updates may not set certificate content',
      ],
    ],
    'approval',
  );
  updated(
    REQUEST,
    sound,
    [
      [{ 'status.certificate': base64(certificateFor('bob', false)) }],
      [
        { 'status.certificate': base64(pem('KEY', Buffer.from('a'))) },
        'status.certificate: Invalid value: "<certificate data>": only CERTIFICATE PEM blocks are allowed, found "KEY"',
      ],
      [
        { 'status.certificate': base64('a') },
        'status.certificate: Invalid value: "<certificate data>": must contain at least one CERTIFICATE PEM block',
      ],
      [approved, `${at}: Forbidden: updates may not add a condition of type "Approved"`],
    ],
    'status',
  );
  const done = bent(sound, { ...approved, 'status.certificate': base64(certificateFor('bob', false)) });
  updated(
    REQUEST,
    done,
    [
      [
        { 'status.conditions': [], 'status.certificate': base64(certificateFor('eve', false)) },
        `${at}: Forbidden: updates may not remove a condition of type "Approved"`,
        'status.certificate: Forbidden: updates may not modify existing certificate content',
      ],
    ],
    'status',
  );
});
test('trust bundles: authorities only, each once, under their signer', () => {
  const which = kind('ClusterTrustBundle', 'v1beta1');
  const anchor = certificateFor('ca', true);
  const told = (fault: string): string => `spec.trustBundle: Invalid value: "<value omitted>": ${fault}`;
  const signer = { 'spec.signerName': 'example.com/s' };
  created(which, { spec: { trustBundle: anchor } }, [
    [{ 'spec.trustBundle': '' }, told('at least one trust anchor must be provided')],
    [{ 'spec.trustBundle': anchor + anchor }, told('duplicate trust anchor (indices [0 1])')],
    [{ 'spec.trustBundle': certificateFor('a', false) }, told('entry 0 does not have the CA bit set')],
    [{ 'spec.trustBundle': pem('KEY', Buffer.from('a')) }, told('entry 0 has bad block type: KEY')],
    [{ 'spec.trustBundle': pem('CERTIFICATE', Buffer.from('a')) }, told('entry 0 does not parse as X.509')],
    [{ ...signer, 'metadata.name': 'example.com:s:a' }],
    [
      signer,
      'metadata.name: Invalid value: "a": ClusterTrustBundle for signerName example.com/s must be named with prefix example.com:s:',
    ],
    [
      { 'metadata.name': 'a:b' },
      'metadata.name: Invalid value: "a:b": ClusterTrustBundle without signer name must not have ":" in its name',
    ],
  ]);
});
test('pod certificates: for whom, how long, and one end', () => {
  const which = kind('PodCertificateRequest', 'v1beta1');
  const spec: JsonObject = { signerName: 'example.com/s', maxExpirationSeconds: 3600 };
  for (const who of ['pod', 'serviceAccount', 'node']) Object.assign(spec, { [`${who}Name`]: 'a', [`${who}UID`]: 'u' });
  const is = (type: string): JsonObject => ({
    type,
    status: 'True',
    reason: 'A',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  });
  created(which, { spec }, [
    [{ 'spec.podUID': '' }, 'spec.podUID: Invalid value: "": must not be empty'],
    [
      { 'spec.maxExpirationSeconds': 100 },
      'spec.maxExpirationSeconds: Invalid value: 100: must be in the range [3600, 7862400]',
    ],
    [
      { 'spec.maxExpirationSeconds': 90_000, 'spec.signerName': 'kubernetes.io/kube-apiserver-client-pod' },
      'spec.maxExpirationSeconds: Invalid value: 90000: must be in the range [3600, 86400]',
    ],
  ]);
  updated(
    which,
    { spec },
    [
      [{ 'status.conditions': [is('Denied')] }],
      [
        { 'status.conditions': [is('Issued')], 'status.certificateChain': 'a' },
        'status.certificateChain: Invalid value: "a": issued certificate chain must contain at least one certificate',
      ],
      [
        { 'status.conditions': [is('Odd')] },
        'status.conditions.[0].type: Unsupported value: "Odd": supported values: "Issued", "Denied", "Failed"',
      ],
    ],
    'status',
  );
});
