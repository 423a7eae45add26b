//! PKCS #10 (RFC 2986): for whom and for which key a certificate is asked for. A damaged request is undefined.
import { type Element, element, elements, hexOf, SEQUENCE } from './der.ts';

export interface Subject {
  readonly commonName: string;
  readonly organizations: readonly string[];
}
/** Subject alternative names. */
export interface Names {
  readonly dns: readonly string[];
  /** As bytes: 4 or 16. */
  readonly ips: readonly Uint8Array[];
  readonly emails: readonly string[];
  readonly uris: readonly string[];
}
export interface CertificateRequest {
  readonly subject: Subject;
  /** DER, as a certificate repeats it. */
  readonly subjectDer: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly names: Names;
}
const COMMON_NAME = '55 04 03';
const ORGANIZATION = '55 04 0a';
const EXTENSION_REQUEST = '2a 86 48 86 f7 0d 01 09 0e';
const ALTERNATIVE_NAMES = '55 1d 11';
const ATTRIBUTES = 0xa0;
const [EMAIL, DNS, URI, IP] = [0x81, 0x82, 0x86, 0x87];
const PEM = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]*)-----END (?:NEW )?CERTIFICATE REQUEST-----/;

/** `request`: `spec.request` of a CertificateSigningRequest, base64 of PEM. */
export function requestOf(request: string): CertificateRequest | undefined {
  const [, name, key, attributes] = partsOf(request);
  if (name?.tag !== SEQUENCE || key?.tag !== SEQUENCE) return undefined;
  const subject = subjectIn(name);
  if (subject === undefined) return undefined;
  const names = attributes?.tag === ATTRIBUTES ? namesIn(attributes) : NO_NAMES;
  return { subject, subjectDer: name.whole, publicKey: key.whole, names };
}
/** Whatever else the request lacks. */
export function subjectOf(request: string): Subject | undefined {
  const [, name] = partsOf(request);
  return name?.tag === SEQUENCE ? subjectIn(name) : undefined;
}
/** Of its CertificationRequestInfo: version, subject, key, attributes. */
function partsOf(request: string): readonly Element[] {
  const body = PEM.exec(Buffer.from(request, 'base64').toString('latin1'))?.[1];
  if (body === undefined) return [];
  const whole = element(Buffer.from(body, 'base64'), 0);
  const info = whole && element(whole.content, 0);
  return info === undefined || whole?.tag !== SEQUENCE ? [] : elements(info.content);
}

function subjectIn(name: Element): Subject | undefined {
  let commonName = '';
  const organizations: string[] = [];
  for (const set of elements(name.content))
    for (const pair of elements(set.content)) {
      const [type, value] = elements(pair.content);
      if (type === undefined || value === undefined) return undefined;
      const id = hexOf(type.content);
      const text = Buffer.from(value.content).toString();
      if (id === COMMON_NAME) commonName = text;
      if (id === ORGANIZATION) organizations.push(text);
    }
  return { commonName, organizations };
}

const NO_NAMES: Names = { dns: [], ips: [], emails: [], uris: [] };
function namesIn(attributes: Element): Names {
  const names = { dns: [] as string[], ips: [] as Uint8Array[], emails: [] as string[], uris: [] as string[] };
  for (const attribute of elements(attributes.content)) {
    const [type, values] = elements(attribute.content);
    if (type === undefined || values === undefined || hexOf(type.content) !== EXTENSION_REQUEST) continue;
    for (const list of elements(values.content))
      for (const extension of elements(list.content)) {
        const parts = elements(extension.content);
        if (parts[0] === undefined || hexOf(parts[0].content) !== ALTERNATIVE_NAMES) continue;
        const inner = element(parts.at(-1)!.content, 0);
        for (const { tag, content } of inner === undefined ? [] : elements(inner.content)) {
          const text = Buffer.from(content).toString();
          if (tag === DNS) names.dns.push(text);
          if (tag === EMAIL) names.emails.push(text);
          if (tag === URI) names.uris.push(text);
          if (tag === IP) names.ips.push(content);
        }
      }
  }
  return names;
}
