//! The port of the signing controller, so that a simulation needs no cryptography.
import type { CertificateOrder } from '../../../runtime/certificate-order.ts';
import { SEQUENCE, written } from '../../api/der.ts';

export interface CertificateAuthority {
  /** Its own certificate, PEM. */
  readonly certificate: string;
  /** PEM. Throws when the key is none. Absent: its key is not here, and nothing is signed. */
  readonly issue?: (order: CertificateOrder) => string;
}
/** Well formed and unsigned: it says what it was asked for, and is trusted by nobody. */
export const simAuthority: Required<CertificateAuthority> = {
  certificate: 'a simulated certificate authority',
  issue: ({ publicKey, subject, notBeforeMs, notAfterMs, ips, ...rest }) => {
    const said = JSON.stringify({ ...rest, ips: ips.map((ip) => [...ip].join('.')) });
    const issuer = written(SEQUENCE, written(SET, written(SEQUENCE, COMMON_NAME, written(UTF8, Buffer.from(said)))));
    const validity = written(SEQUENCE, ...[notBeforeMs, notAfterMs].map(time));
    const body = written(SEQUENCE, VERSION_3, NUMBER_1, ALGORITHM, issuer, validity, subject, publicKey);
    const whole = Buffer.from(written(SEQUENCE, body, ALGORITHM, written(BITS, Buffer.from([0]))));
    return `-----BEGIN CERTIFICATE-----\n${whole.toString('base64')}\n-----END CERTIFICATE-----\n`;
  },
};
const [BITS, UTF8, SET, GENERALIZED_TIME] = [0x03, 0x0c, 0x31, 0x18];
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const VERSION_3 = Buffer.from('a003020102', 'hex');
const NUMBER_1 = Buffer.from('020101', 'hex');
/** Ed25519 */
const ALGORITHM = Buffer.from('300506032b6570', 'hex');
const time = (ms: number): Uint8Array =>
  written(GENERALIZED_TIME, Buffer.from(`${new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14)}Z`));
