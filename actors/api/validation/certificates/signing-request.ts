//! Certificate signing requests: what is asked for, who has decided what, and what was signed
//! (pkg/apis/certificates/validation). What an old object had wrong may stay.
import { X509Certificate } from 'node:crypto';
import { requestFault } from '../../certificate-signature.ts';
import { duplicate, forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { get, type Json, type JsonObject, listOf, semanticEqual, textOf } from '../../json.ts';
import { type Errors, specOf } from '../check.ts';
import { blocksOf } from './pem.ts';
import { signerName } from './signer.ts';

const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';
const EXPIRATION_MIN_SECONDS = 600;

/** `subresource`: approval may decide, status may sign. */
export function signingRequest(errors: Errors, object: JsonObject, old?: JsonObject, subresource = ''): void {
  const spec = specOf(object);
  const before = old && specOf(old);
  const fault = faultOf(textOf(spec['request']));
  if (fault !== undefined) errors.push(invalid('spec.request', spec['request'] ?? null, fault));
  usages(errors, listOf(spec['usages']), before && listOf(before['usages']));
  if (spec['signerName'] === LEGACY_SIGNER && before?.['signerName'] !== LEGACY_SIGNER) {
    const detail = 'the legacy signerName is not allowed via this API version';
    errors.push(invalid('spec.signerName', spec['signerName'], detail));
  } else signerName(errors, 'spec.signerName', spec['signerName']);
  const seconds = spec['expirationSeconds'];
  if (typeof seconds === 'number' && seconds < EXPIRATION_MIN_SECONDS) {
    const detail = 'may not specify a duration less than 600 seconds (10 minutes)';
    errors.push(invalid('spec.expirationSeconds', seconds, detail));
  }
  conditions(errors, conditionsOf(object), old === undefined ? [] : conditionsOf(old));
  certificate(errors, object, old);
  if (old !== undefined) changed(errors, object, old, subresource);
}
export const signingRequestStatus = (errors: Errors, object: JsonObject, old: JsonObject): void =>
  signingRequest(errors, object, old, 'status');

function faultOf(request: string): string | undefined {
  const [block] = blocksOf(Buffer.from(request, 'base64').toString('latin1'));
  if (block?.type !== 'CERTIFICATE REQUEST') return 'PEM block type must be CERTIFICATE REQUEST';
  return requestFault(block.bytes);
}
function usages(errors: Errors, all: readonly Json[], before: readonly Json[] = []): void {
  if (all.length === 0) errors.push(required('spec.usages'));
  const unknown = (usage: Json): boolean => !USAGES.includes(textOf(usage));
  if (!before.some(unknown))
    all.forEach((usage, i) => {
      if (unknown(usage)) errors.push(notSupported(`spec.usages[${i}]`, usage, USAGES));
    });
  if (new Set(before).size < before.length) return;
  all.forEach((usage, i) => {
    if (all.indexOf(usage) < i) errors.push(duplicate(`spec.usages[${i}]`, usage));
  });
}

const DECISIONS = ['Approved', 'Denied'];
const ONLY_TRUE = [...DECISIONS, 'Failed'];
const ANY_STATUS = ['False', 'True', 'Unknown'];
const conditionsOf = (object: JsonObject): readonly Json[] => listOf(get(object, 'status', 'conditions'));
const typeOf = (condition: Json): string => textOf(get(condition, 'type'));

function conditions(errors: Errors, all: readonly Json[], old: readonly Json[]): void {
  const before = old.map(typeOf);
  const seen = new Set<string>();
  all.forEach((condition, i) => {
    const at = `status.conditions[${i}]`;
    const type = typeOf(condition);
    if (type === '' && !before.includes('')) errors.push(required(`${at}.type`));
    const status = textOf(get(condition, 'status'));
    const allowed = ONLY_TRUE.includes(type) ? ['True'] : ANY_STATUS;
    if (status === '') errors.push(required(`${at}.status`));
    else if (!allowed.includes(status)) errors.push(notSupported(`${at}.status`, status, allowed));
    const other = DECISIONS.find((one) => one !== type);
    if (DECISIONS.includes(type) && seen.has(other!) && !DECISIONS.every((one) => before.includes(one)))
      errors.push(invalid('status.conditions', type, 'Approved and Denied conditions are mutually exclusive'));
    if (seen.has(type) && new Set(before).size === before.length) errors.push(duplicate(`${at}.type`, type));
    seen.add(type);
  });
}
function certificate(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const now = textOf(get(object, 'status', 'certificate'));
  const before = old && textOf(get(old, 'status', 'certificate'));
  if (now === before || (before !== undefined && certificateFault(before) !== undefined)) return;
  const fault = certificateFault(now);
  if (fault !== undefined) errors.push(invalid('status.certificate', '<certificate data>', fault));
}
function certificateFault(text: string): string | undefined {
  if (text === '') return undefined;
  const blocks = blocksOf(Buffer.from(text, 'base64').toString('latin1'));
  for (const { type, headers, bytes } of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if (headers) return 'no PEM block headers are permitted';
    if (bytes.length === 0) return 'found CERTIFICATE PEM block containing 0 certificates';
    if (certificateOf(bytes) === undefined) return 'x509: malformed certificate';
  }
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined;
}
export function certificateOf(bytes: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(bytes);
  } catch {
    return undefined;
  }
}
function changed(errors: Errors, object: JsonObject, old: JsonObject, subresource: string): void {
  const path = 'status.conditions';
  const of = (from: JsonObject, type: string): Json[] =>
    conditionsOf(from).filter((condition) => typeOf(condition) === type);
  for (const type of ONLY_TRUE)
    if (of(object, type).length < of(old, type).length)
      errors.push(forbidden(path, `updates may not remove a condition of type ${JSON.stringify(type)}`));
  if (subresource !== 'approval')
    for (const type of DECISIONS) {
      const [now, before] = [of(object, type), of(old, type)];
      if (now.length > before.length)
        errors.push(forbidden(path, `updates may not add a condition of type ${JSON.stringify(type)}`));
      else if (now.length === before.length && !semanticEqual(now, before))
        errors.push(forbidden(path, `updates may not modify a condition of type ${JSON.stringify(type)}`));
    }
  const [now, before] = [object, old].map((from) => textOf(get(from, 'status', 'certificate'))) as [string, string];
  if (now === before) return;
  if (subresource !== 'status') errors.push(forbidden('status.certificate', 'updates may not set certificate content'));
  else if (before !== '')
    errors.push(forbidden('status.certificate', 'updates may not modify existing certificate content'));
}
