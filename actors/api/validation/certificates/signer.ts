//! Who signs: `example.com/name` (core/validation ValidateSignerName).
import { invalid, required, tooLong } from '../../field-error.ts';
import { type Json, textOf } from '../../json.ts';
import { dns1123Label, dns1123Subdomain, type NameCheck } from '../../names.ts';
import type { Errors } from '../check.ts';

const DOMAIN_MAX = 253;
const WHOLE_MAX = 571;

export function signerName(errors: Errors, path: string, value: Json | undefined): void {
  const text = textOf(value);
  if (text === '') return void errors.push(required(path));
  const parts = text.split('/');
  const [domain = '', own = ''] = parts;
  if (parts.length !== 2) {
    const detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return void errors.push(invalid(path, text, detail));
  }
  if (Buffer.byteLength(domain) > DOMAIN_MAX) errors.push(tooLong(path, DOMAIN_MAX));
  labels(errors, path, domain, dns1123Label);
  if (!domain.includes('.'))
    errors.push(invalid(path, domain, 'should be a domain with at least two segments separated by dots'));
  labels(errors, path, own, dns1123Subdomain);
  if (Buffer.byteLength(text) > WHOLE_MAX) errors.push(tooLong(path, WHOLE_MAX));
}
/** The first that is wrong. */
function labels(errors: Errors, path: string, text: string, check: NameCheck): void {
  const wrong = text.split('.').find((label) => check(label).length > 0);
  if (wrong === undefined) return;
  for (const message of check(wrong))
    errors.push(invalid(path, text, `validating label ${JSON.stringify(wrong)}: ${message}`));
}
