//! That a certificate request (PKCS #10) is signed by the key it is for, in the words of Go's crypto/x509.
import { createPublicKey, verify } from 'node:crypto';
import { element, elements, SEQUENCE } from './der.ts';

const MALFORMED = 'asn1: syntax error: sequence truncated';
interface Algorithm {
  /** As node:crypto calls it; null where the key says it. */
  readonly hash: string | null;
  readonly fault: string;
}
const RSA = 'crypto/rsa: verification error';
const ECDSA = 'x509: ECDSA verification failure';
/** By their object identifiers. */
const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  '2a864886f70d01010b': { hash: 'sha256', fault: RSA },
  '2a864886f70d01010c': { hash: 'sha384', fault: RSA },
  '2a864886f70d01010d': { hash: 'sha512', fault: RSA },
  '2a8648ce3d040302': { hash: 'sha256', fault: ECDSA },
  '2a8648ce3d040303': { hash: 'sha384', fault: ECDSA },
  '2a8648ce3d040304': { hash: 'sha512', fault: ECDSA },
  '2b6570': { hash: null, fault: 'x509: Ed25519 verification failure' },
};

/** What is wrong with it, or undefined. */
export function requestFault(der: Uint8Array): string | undefined {
  const whole = element(der, 0);
  if (whole === undefined || whole.tag !== SEQUENCE) return MALFORMED;
  if (whole.end < der.length) return 'asn1: syntax error: trailing data';
  const [info, algorithm, signature] = elements(whole.content);
  if (info?.tag !== SEQUENCE || algorithm === undefined || signature === undefined) return MALFORMED;
  const key = elements(info.content)[2];
  const id = elements(algorithm.content)[0];
  if (key === undefined || id === undefined) return MALFORMED;
  const known = ALGORITHMS[Buffer.from(id.content).toString('hex')];
  if (known === undefined) return 'x509: cannot verify signature: algorithm unimplemented';
  try {
    const spki = createPublicKey({ key: Buffer.from(key.whole), format: 'der', type: 'spki' });
    const signed = Buffer.from(info.whole);
    // The first byte of a bit string counts its unused bits.
    const ok = verify(known.hash, signed, spki, Buffer.from(signature.content.subarray(1)));
    return ok ? undefined : known.fault;
  } catch {
    return 'x509: failed to parse public key';
  }
}
