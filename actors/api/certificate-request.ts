//! PKCS #10 (RFC 2986): for whom a certificate is asked for. Only the subject is read; a damaged request has none.

export interface Subject {
  readonly commonName: string;
  readonly organizations: readonly string[];
}
const COMMON_NAME = '55 04 03';
const ORGANIZATION = '55 04 0a';
const PEM = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]*)-----END (?:NEW )?CERTIFICATE REQUEST-----/;

/** `request`: `spec.request` of a CertificateSigningRequest, base64 of PEM. */
export function subjectOf(request: string): Subject | undefined {
  const body = PEM.exec(Buffer.from(request, 'base64').toString('latin1'))?.[1];
  if (body === undefined) return undefined;
  const whole = element(Buffer.from(body, 'base64'), 0);
  const info = whole && element(whole.content, 0);
  const version = info && element(info.content, 0);
  const name = version && element(info.content, version.end);
  if (name === undefined || whole?.tag !== SEQUENCE || name.tag !== SEQUENCE) return undefined;
  let commonName = '';
  const organizations: string[] = [];
  for (const set of elements(name.content))
    for (const pair of elements(set.content)) {
      const [type, value] = elements(pair.content);
      if (type === undefined || value === undefined) return undefined;
      const id = [...type.content].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
      const text = Buffer.from(value.content).toString();
      if (id === COMMON_NAME) commonName = text;
      if (id === ORGANIZATION) organizations.push(text);
    }
  return { commonName, organizations };
}

const SEQUENCE = 0x30;
interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly end: number;
}
function element(bytes: Uint8Array, at: number): Element | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  const long = first < 0x80 ? 0 : first & 0x7f;
  if (long > 4) return undefined;
  let length = long === 0 ? first : 0;
  for (let i = 0; i < long; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0);
  const start = at + 2 + long;
  const end = start + length;
  return end > bytes.length ? undefined : { tag, content: bytes.subarray(start, end), end };
}
function elements(bytes: Uint8Array): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const next = element(bytes, at);
    if (next === undefined) return found;
    found.push(next);
    at = next.end;
  }
  return found;
}
