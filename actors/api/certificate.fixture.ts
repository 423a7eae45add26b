//! Certificate requests and certificates of Ed25519 keys, for tests.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { written as der, SEQUENCE } from './der.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');

const oid = (hex: string): Uint8Array => der(6, Buffer.from(hex, 'hex'));
const named = (id: number, text: string): Uint8Array =>
  der(0x31, der(SEQUENCE, oid(`5504${id.toString(16).padStart(2, '0')}`), der(0x0c, Buffer.from(text))));
const subject = (name: string, organizations: readonly string[]): Uint8Array =>
  der(SEQUENCE, ...organizations.map((one) => named(0x0a, one)), named(3, name));
const spki = (key: KeyObject): Uint8Array => key.export({ format: 'der', type: 'spki' });
const ALGORITHM = der(SEQUENCE, oid('2b6570'));
const signed = (body: Uint8Array): Uint8Array =>
  der(SEQUENCE, body, ALGORITHM, der(3, Buffer.from([0]), sign(null, body, privateKey)));
export const pem = (type: string, bytes: Uint8Array): string =>
  `-----BEGIN ${type}-----\n${Buffer.from(bytes).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${type}-----\n`;

/** `spec.request`: base64 of PEM. */
export function requestOf(name: string, ...organizations: readonly string[]): string {
  const info = der(SEQUENCE, der(2, Buffer.from([0])), subject(name, organizations), spki(publicKey), der(0xa0));
  return Buffer.from(pem('CERTIFICATE REQUEST', signed(info))).toString('base64');
}
/** Signed by itself; PEM. */
export function certificateFor(name: string, authority: boolean): string {
  const time = (text: string): Uint8Array => der(0x17, Buffer.from(text));
  const constraints = der(SEQUENCE, ...(authority ? [der(1, Buffer.from([0xff]))] : []));
  const extension = der(SEQUENCE, oid('551d13'), der(4, constraints));
  const body = der(
    SEQUENCE,
    der(0xa0, der(2, Buffer.from([2]))),
    der(2, Buffer.from([1])),
    ALGORITHM,
    subject(name, []),
    der(SEQUENCE, time('250101000000Z'), time('450101000000Z')),
    subject(name, []),
    spki(publicKey),
    der(0xa3, der(SEQUENCE, extension)),
  );
  return pem('CERTIFICATE', signed(body));
}
