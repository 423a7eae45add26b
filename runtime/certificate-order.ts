//! What a certificate authority is asked for; runtime/real/certificate.ts makes it.

/** A certificate for a key that somebody else has. */
export interface CertificateOrder {
  /** A Name, DER. */
  readonly subject: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly dns: readonly string[];
  readonly ips: readonly Uint8Array[];
  readonly emails: readonly string[];
  readonly uris: readonly string[];
  /** Bits of the key usage (RFC 5280): 0 digitalSignature, 1 contentCommitment, ... 8 decipherOnly. */
  readonly keyUsages: readonly number[];
  /** Object identifiers. */
  readonly extendedKeyUsages: readonly string[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}
