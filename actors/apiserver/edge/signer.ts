//! Tokens as real JSON Web Tokens: ES256.
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Signer } from '../signer.ts';

const VERIFIED_MAX = 2_000;

export function jwtSigner(privateKeyPem: string): Signer {
  const privateKey = createPrivateKey(privateKeyPem);
  const publicKey = createPublicKey(privateKey);
  const kid = keyId(publicKey);
  const header = encoded({ alg: 'ES256', kid, typ: 'JWT' });
  /** Clients send the same few tokens with every request. */
  const verified = new Map<string, Record<string, unknown>>();
  return {
    sign: (claims) => {
      const body = `${header}.${encoded(claims)}`;
      const signature = sign('sha256', Buffer.from(body), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `${body}.${signature.toString('base64url')}`;
    },
    verify: (token) => {
      const known = verified.get(token);
      if (known !== undefined) return known;
      const [head, body, signature, ...more] = token.split('.');
      if (!head || !body || !signature || more.length > 0) return undefined;
      const { alg } = decoded(head) ?? {};
      if (alg !== 'ES256') return undefined;
      const key = { key: publicKey, dsaEncoding: 'ieee-p1363' as const };
      if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) return undefined;
      const claims = decoded(body);
      if (claims === undefined) return undefined;
      if (verified.size >= VERIFIED_MAX) verified.clear();
      verified.set(token, claims);
      return claims;
    },
    keys: () => ({ keys: [{ ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid }] }),
  };
}
const keyId = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
function decoded(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
