//! Bundles of certificates to trust (pkg/apis/certificates/validation).
import { invalid, tooLong } from '../../field-error.ts';
import { get, type JsonObject, textOf } from '../../json.ts';
import { dns1123Subdomain } from '../../names.ts';
import { type Errors, immutable, name, specOf } from '../check.ts';
import { blocksOf } from './pem.ts';
import { signerName } from './signer.ts';
import { certificateOf } from './signing-request.ts';

const BUNDLE_MAX = 1024 * 1024;
const PATH = 'spec.trustBundle';

export function trustBundle(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  const signer = textOf(spec['signerName']);
  const own = textOf(get(object, 'metadata', 'name'));
  if (own !== '') name(errors, 'metadata.name', own, (text) => nameFaults(text, signer));
  if (signer !== '') signerName(errors, 'spec.signerName', signer);
  const bundle = textOf(spec['trustBundle']);
  if (old === undefined || bundle !== textOf(specOf(old)['trustBundle'])) anchors(errors, bundle);
  if (old !== undefined) immutable(errors, 'spec.signerName', signer, specOf(old)['signerName']);
}
/** It begins with its signer's name. */
function nameFaults(text: string, signer: string): readonly string[] {
  if (signer === '') {
    const fault = 'ClusterTrustBundle without signer name must not have ":" in its name';
    return text.includes(':') ? [fault] : dns1123Subdomain(text);
  }
  const prefix = `${signer.replaceAll('/', ':')}:`;
  if (text.startsWith(prefix)) return dns1123Subdomain(text.slice(prefix.length));
  return [`ClusterTrustBundle for signerName ${signer} must be named with prefix ${prefix}`];
}
function anchors(errors: Errors, bundle: string): void {
  if (Buffer.byteLength(bundle) > BUNDLE_MAX) return void errors.push(tooLong(PATH, BUNDLE_MAX));
  const say = (detail: string): void => void errors.push(invalid(PATH, '<value omitted>', detail));
  const before = errors.length;
  const places = new Map<string, number[]>();
  for (const [i, { type, headers, bytes }] of blocksOf(bundle).entries()) {
    const certificate = certificateOf(bytes);
    if (type !== 'CERTIFICATE') say(`entry ${i} has bad block type: ${type}`);
    else if (headers) say(`entry ${i} has PEM block headers`);
    else if (certificate === undefined) say(`entry ${i} does not parse as X.509`);
    else if (!certificate.ca) say(`entry ${i} does not have the CA bit set`);
    else {
      const key = bytes.toString('base64');
      places.set(key, [...(places.get(key) ?? []), i]);
    }
  }
  if (errors.length > before) return;
  if (places.size === 0) say('at least one trust anchor must be provided');
  for (const found of places.values())
    if (found.length > 1) say(`duplicate trust anchor (indices [${found.join(' ')}])`);
}
