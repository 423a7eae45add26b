//! The port of the signing controller, so that a simulation needs no cryptography.
import type { CertificateOrder } from '../../../runtime/certificate-order.ts';

export interface CertificateAuthority {
  /** Its own certificate, PEM. */
  readonly certificate: string;
  /** PEM. Throws when the key is none. Absent: its key is not here, and nothing is signed. */
  readonly issue?: (order: CertificateOrder) => string;
}
/** Says what it was asked for, and is trusted by nobody. */
export const simAuthority: Required<CertificateAuthority> = {
  certificate: 'a simulated certificate authority',
  issue: ({ publicKey, subject: _, ips, ...rest }) => {
    const text = JSON.stringify({ ...rest, ips: ips.map((ip) => [...ip].join('.')), keyBytes: publicKey.length });
    return `-----BEGIN CERTIFICATE-----\n${Buffer.from(text).toString('base64')}\n-----END CERTIFICATE-----\n`;
  },
};
