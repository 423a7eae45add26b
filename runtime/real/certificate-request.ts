//! A request for a certificate (PKCS #10), with a new ECDSA P-256 key.
import { generateKeyPairSync, sign } from 'node:crypto';
import { alternative, ECDSA_SHA256, extension, type Identity, nameOf, pem } from './certificate.ts';
import { bits, explicit, integer, objectId, sequence, set } from './der.ts';

export interface RequestAndKey {
  /** PEM */
  readonly request: string;
  /** PEM */
  readonly key: string;
}
/** `names`: DNS names and IP addresses. */
export function makeCertificateRequest(subject: Identity, names: readonly string[] = []): RequestAndKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const wanted = sequence(extension('2.5.29.17', sequence(...names.map(alternative))));
  const attributes = names.length === 0 ? [] : [sequence(objectId('1.2.840.113549.1.9.14'), set(wanted))];
  const body = sequence(
    integer(Buffer.from([0])),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(0, ...attributes),
  );
  return {
    request: pem('CERTIFICATE REQUEST', sequence(body, ECDSA_SHA256, bits(sign('sha256', body, privateKey)))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}
