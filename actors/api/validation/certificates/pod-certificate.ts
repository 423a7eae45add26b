//! Certificates that kubelets ask for, for a pod (pkg/apis/certificates/validation).
import { invalid, notSupported, required, tooLong } from '../../field-error.ts';
import { get, type Json, type JsonObject, listOf, objectOf, semanticEqual, textOf } from '../../json.ts';
import { dns1123Subdomain } from '../../names.ts';
import { type Errors, immutable, name, specOf } from '../check.ts';
import { conditions, isTrue } from '../conditions.ts';
import { isNull } from '../service/fields.ts';
import { blocksOf } from './pem.ts';
import { signerName } from './signer.ts';
import { certificateOf } from './signing-request.ts';

const UID_MAX = 128;
const MIN_SECONDS = 3600;
const DAY_SECONDS = 24 * 3600;
const MAX_DAYS = 91;
const CHAIN_MAX = 10 * 1024;
const KINDS = ['Issued', 'Denied', 'Failed'];

export function podCertificate(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  if (old !== undefined) return void immutable(errors, 'spec', spec, specOf(old));
  signerName(errors, 'spec.signerName', spec['signerName']);
  for (const who of ['pod', 'serviceAccount', 'node']) {
    const field = `${who}Name`;
    name(errors, `spec.${field}`, textOf(spec[field]), dns1123Subdomain);
    const [path, uid] = [`spec.${who}UID`, textOf(spec[`${who}UID`])];
    if (uid === '') errors.push(invalid(path, uid, 'must not be empty'));
    if (Buffer.byteLength(uid) > UID_MAX) errors.push(tooLong(path, UID_MAX));
  }
  const seconds = spec['maxExpirationSeconds'];
  if (typeof seconds !== 'number') return void errors.push(required('spec.maxExpirationSeconds', 'must be set'));
  const own = /^(?:[^/]+\.)?kubernetes\.io\//.test(textOf(spec['signerName']));
  const most = own ? DAY_SECONDS : MAX_DAYS * DAY_SECONDS;
  if (seconds < MIN_SECONDS || seconds > most)
    errors.push(invalid('spec.maxExpirationSeconds', seconds, `must be in the range [${MIN_SECONDS}, ${most}]`));
}
export function podCertificateStatus(errors: Errors, object: JsonObject, old: JsonObject): void {
  const [status, before] = [objectOf(object['status']), objectOf(old['status'])];
  const faults: Errors = [];
  decisions(faults, listOf(status['conditions']));
  conditions(faults, 'status.conditions', status['conditions']);
  errors.push(...faults);
  if (faults.length > 0) return;
  const is = (from: JsonObject, ...kinds: string[]): boolean => kinds.some((kind) => isTrue(from['conditions'], kind));
  if (is(before, ...KINDS)) {
    if (!semanticEqual(status, before))
      errors.push(invalid('status', status, 'immutable after PodCertificateRequest is issued, denied, or failed'));
  } else if (is(status, 'Denied', 'Failed')) {
    const { conditions: _, ...rest } = status;
    const detail = 'non-condition status fields must be empty when denying or failing the PodCertificateRequest';
    if (!Object.values(rest).every(isNull)) errors.push(invalid('status', status, detail));
  } else if (is(status, 'Issued')) chain(errors, 'status.certificateChain', textOf(status['certificateChain']));
}
function decisions(errors: Errors, all: readonly Json[]): void {
  let known = 0;
  for (const [i, condition] of all.entries()) {
    const at = `status.conditions.[${i}]`;
    const [type, status] = [get(condition, 'type') ?? '', get(condition, 'status') ?? ''];
    if (!KINDS.includes(textOf(type))) {
      errors.push(notSupported(`${at}.type`, type, KINDS));
      continue;
    }
    if (++known > 1) {
      const detail = 'There may be at most one condition with type "Issued", "Denied", or "Failed"';
      errors.push(invalid(`${at}.type`, type, detail));
    }
    if (status !== 'True') errors.push(notSupported(`${at}.status`, status, ['True']));
  }
}
function chain(errors: Errors, path: string, text: string): void {
  if (Buffer.byteLength(text) > CHAIN_MAX) return void errors.push(tooLong(path, CHAIN_MAX));
  const blocks = blocksOf(text);
  const [leaf] = blocks;
  const say = (detail: string): void => void errors.push(invalid(path, text, detail));
  if (leaf === undefined) say('issued certificate chain must contain at least one certificate');
  else if (blocks.some(({ type }) => type !== 'CERTIFICATE'))
    say('issued certificate chain must consist entirely of CERTIFICATE PEM blocks');
  else if (certificateOf(leaf.bytes) === undefined) say('leaf certificate does not parse as valid X.509');
}
