//! Conditions as of any status (apimachinery/pkg/apis/meta/v1/validation ValidateConditions).
import { duplicate, invalid, notSupported, required, tooLong } from '../field-error.ts';
import { get, type Json, listOf, objectOf, textOf } from '../json.ts';
import { qualifiedName } from '../names.ts';
import { type Errors, name } from './check.ts';
import { isNull } from './service/fields.ts';

const STATUSES = ['False', 'True', 'Unknown'];
const REASON_MAX = 1024;
const MESSAGE_MAX = 32 * 1024;
const REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const IS_REASON = new RegExp(`^${REASON}$`);

export function conditions(errors: Errors, path: string, value: Json | undefined): void {
  const types = new Set<string>();
  listOf(value).forEach((item, i) => {
    const at = `${path}[${i}]`;
    const type = textOf(get(item, 'type'));
    if (types.has(type)) errors.push(duplicate(`${at}.type`, type));
    types.add(type);
    condition(errors, at, objectOf(item));
  });
}
export function condition(errors: Errors, at: string, item: { readonly [key: string]: Json }): void {
  name(errors, `${at}.type`, textOf(item['type']), qualifiedName);
  const status = textOf(item['status']);
  if (!STATUSES.includes(status)) errors.push(notSupported(`${at}.status`, status, STATUSES));
  const generation = item['observedGeneration'];
  if (typeof generation === 'number' && generation < 0)
    errors.push(invalid(`${at}.observedGeneration`, generation, 'must be greater than or equal to zero'));
  if (isNull(item['lastTransitionTime'])) errors.push(required(`${at}.lastTransitionTime`, 'must be set'));
  const reason = textOf(item['reason']);
  if (reason === '') errors.push(required(`${at}.reason`, 'must be set'));
  else {
    if (!IS_REASON.test(reason)) {
      const detail = `a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '${REASON}')`;
      errors.push(invalid(`${at}.reason`, reason, detail));
    }
    if (Buffer.byteLength(reason) > REASON_MAX) errors.push(tooLong(`${at}.reason`, REASON_MAX));
  }
  if (Buffer.byteLength(textOf(item['message'])) > MESSAGE_MAX) errors.push(tooLong(`${at}.message`, MESSAGE_MAX));
}
export const isTrue = (value: Json | undefined, type: string): boolean =>
  listOf(value).some((item) => get(item, 'type') === type && get(item, 'status') === 'True');
