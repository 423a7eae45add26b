//! What lists and watches may be asked for together (apimachinery metainternalversion/validation).
import { type FieldError, forbidden, notSupported } from '../../api/field-error.ts';
import { badRequest, invalid } from '../../api/status.ts';
import type { ApiOptions } from '../protocol.ts';
import { type Refused, refuse } from './engine.ts';

/** Undefined: the newest. A refusal when it is not a number. */
export function revisionOf(text: string | undefined): number | undefined | Refused {
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  return refuse(
    badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    ),
  );
}

const MATCH = 'resourceVersionMatch';
const refusal = (errors: readonly FieldError[]): Refused | undefined =>
  errors.length === 0 ? undefined : refuse(invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors));

export function listRefusal(options: ApiOptions): Refused | undefined {
  const { resourceVersion = '', resourceVersionMatch: match = '' } = options;
  const errors: FieldError[] = [];
  if (match !== '') {
    if (resourceVersion === '')
      errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (options.continue) errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan')
      errors.push(notSupported(MATCH, match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && resourceVersion === '0')
      errors.push(forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (options.sendInitialEvents !== undefined)
    errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  if (errors.length === 0 && options.continue && resourceVersion !== '' && resourceVersion !== '0')
    return refuse(badRequest('specifying resource version is not allowed when using continue'));
  return refusal(errors);
}

export function watchRefusal(options: ApiOptions): Refused | undefined {
  const { resourceVersionMatch: match = '', sendInitialEvents } = options;
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan')
    errors.push(forbidden(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  if (match !== '') {
    if (sendInitialEvents === undefined)
      errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
    if (match !== 'NotOlderThan') errors.push(notSupported(MATCH, match, ['NotOlderThan']));
    if (options.continue) errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
  }
  return refusal(errors);
}
