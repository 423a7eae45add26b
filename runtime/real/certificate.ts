//! X.509 certificates with ECDSA P-256 keys, for a cluster's own authority.
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import type { CertificateOrder } from '../certificate-order.ts';
import {
  bits,
  boolean,
  type Der,
  explicit,
  implicit,
  integer,
  objectId,
  octets,
  sequence,
  set,
  time,
  utf8,
} from './der.ts';

export interface Identity {
  readonly commonName: string;
  readonly organizations?: readonly string[];
}
/** PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}
export interface Issuer {
  readonly identity: Identity;
  readonly privateKey: KeyObject;
}
export interface CertificateOptions {
  readonly subject: Identity;
  /** Absent: signed by itself, a CA. */
  readonly issuer?: Issuer;
  readonly usage?: 'server' | 'client';
  /** DNS names and IP addresses. */
  readonly names?: readonly string[];
  readonly nowMs: number;
}

const YEAR_MS = 365 * 24 * 3_600_000;
const VALID_YEARS = 10;
/** Clocks differ a little. */
const BEFORE_MS = 300_000;
export const ECDSA_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'));

export function makeCertificate(options: CertificateOptions): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { subject, issuer = { identity: subject, privateKey }, nowMs } = options;
  const cert = signed(issuer, {
    subject: nameOf(subject),
    publicKey: publicKey.export({ type: 'spki', format: 'der' }),
    notBeforeMs: nowMs - BEFORE_MS,
    notAfterMs: nowMs + VALID_YEARS * YEAR_MS,
    extensions: extensionsOf(options, publicKey, createPublicKey(issuer.privateKey)),
  });
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
}

/** PEM. Throws when the key is none that node:crypto knows. */
export function issueCertificate(issuer: Issuer, order: CertificateOrder): string {
  const key = createPublicKey({ key: Buffer.from(order.publicKey), format: 'der', type: 'spki' });
  const { dns, ips, emails, uris, keyUsages, extendedKeyUsages } = order;
  const names = [
    ...dns.map((name) => implicit(2, Buffer.from(name))),
    ...emails.map((name) => implicit(1, Buffer.from(name))),
    ...ips.map((ip) => implicit(7, ip)),
    ...uris.map((name) => implicit(6, Buffer.from(name))),
  ];
  return signed(issuer, {
    ...order,
    extensions: [
      ...(keyUsages.length === 0 ? [] : [extension('2.5.29.15', bitString(keyUsages), true)]),
      ...(extendedKeyUsages.length === 0
        ? []
        : [extension('2.5.29.37', sequence(...extendedKeyUsages.map((id) => objectId(id))))]),
      extension('2.5.29.19', sequence(), true),
      extension('2.5.29.14', octets(keyIdOf(key))),
      extension('2.5.29.35', sequence(implicit(0, keyIdOf(createPublicKey(issuer.privateKey))))),
      ...(names.length === 0 ? [] : [extension('2.5.29.17', sequence(...names))]),
    ],
  });
}
/** Named bits: no trailing zeros (X.690). */
function bitString(set: readonly number[]): Der {
  const last = Math.max(...set);
  const bytes = Buffer.alloc((last >> 3) + 1);
  for (const bit of set) bytes[bit >> 3]! |= 0x80 >> (bit & 7);
  return bits(bytes, 7 - (last & 7));
}

interface Body {
  readonly subject: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly extensions: readonly Der[];
}
function signed(issuer: Issuer, { subject, publicKey, notBeforeMs, notAfterMs, extensions }: Body): string {
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA_SHA256,
    nameOf(issuer.identity),
    sequence(time(notBeforeMs), time(notAfterMs)),
    subject,
    publicKey,
    explicit(3, sequence(...extensions)),
  );
  return pem('CERTIFICATE', sequence(body, ECDSA_SHA256, bits(sign('sha256', body, issuer.privateKey))));
}
export const pem = (label: string, der: Der): string =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replace(/(.{64})(?=.)/g, '$1\n')}\n-----END ${label}-----\n`;

export const nameOf = ({ commonName, organizations = [] }: Identity): Der =>
  sequence(
    ...organizations.map((organization) => set(sequence(objectId('2.5.4.10'), utf8(organization)))),
    set(sequence(objectId('2.5.4.3'), utf8(commonName))),
  );

function extensionsOf({ issuer, usage, names = [] }: CertificateOptions, own: KeyObject, signer: KeyObject): Der[] {
  const isAuthority = issuer === undefined;
  // keyCertSign, cRLSign, digitalSignature; or digitalSignature alone.
  const keyUsage = isAuthority ? bits(Buffer.from([0b1000_0110]), 1) : bits(Buffer.from([0b1000_0000]), 7);
  const extensions = [
    extension('2.5.29.15', keyUsage, true),
    extension('2.5.29.19', isAuthority ? sequence(boolean(true)) : sequence(), true),
    extension('2.5.29.14', octets(keyIdOf(own))),
    extension('2.5.29.35', sequence(implicit(0, keyIdOf(signer)))),
  ];
  if (usage !== undefined) {
    const purpose = usage === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2';
    extensions.push(extension('2.5.29.37', sequence(objectId(purpose))));
  }
  if (names.length > 0) extensions.push(extension('2.5.29.17', sequence(...names.map(alternative))));
  return extensions;
}
export const extension = (id: string, value: Der, critical = false): Der =>
  sequence(objectId(id), ...(critical ? [boolean(true)] : []), octets(value));
const keyIdOf = (key: KeyObject): Buffer =>
  createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();

export function alternative(name: string): Der {
  const kind = isIP(name);
  if (kind === 0) return implicit(2, Buffer.from(name));
  return implicit(7, kind === 4 ? Buffer.from(name.split('.').map(Number)) : ipv6(name));
}
function ipv6(text: string): Buffer {
  const [head = '', tail] = text.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = groups(tail ?? '');
  const middle = Array<string>(8 - left.length - right.length).fill('0');
  const all = [...left, ...middle, ...right].map((group) => Number.parseInt(group, 16));
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 255]));
}

/** DNS names and addresses by which this machine can be reached. */
export function namesHere(): readonly string[] {
  const own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  const all = ['localhost', hostname(), '127.0.0.1', '::1', ...own.filter((address) => !address.includes('%'))];
  return [...new Set(all.filter((name) => /^[\x21-\x7e]+$/.test(name)))];
}
