//! Tokens of service accounts: who signs them is a port, so that simulation needs no cryptography.
export interface Signer {
  /** A JSON Web Token, or what stands for one. */
  sign(claims: object): string;
  /** The claims when the signature is ours; undefined otherwise. Expiry is for the caller to look at. */
  verify(token: string): Record<string, unknown> | undefined;
  /** For /openid/v1/jwks. */
  readonly keys?: () => object;
}

/** Deterministic and worth nothing outside a simulation. */
export const simSigner: Signer = {
  sign: (claims) => `sim.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sim`,
  verify: (token) => {
    const [first, body, last, ...more] = token.split('.');
    if (first !== 'sim' || last !== 'sim' || body === undefined || more.length > 0) return undefined;
    try {
      return JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
    } catch {
      return undefined;
    }
  },
};
