//! Objects to be stored anew (pkg/apis/storagemigration/validation).
import { invalid, required } from '../../field-error.ts';
import { get, type JsonObject, objectOf, textOf } from '../../json.ts';
import { dns1035Label, dns1123Subdomain, type NameCheck } from '../../names.ts';
import { type Errors, IMMUTABLE, immutable, specOf } from '../check.ts';
import { conditions, isTrue } from '../conditions.ts';

export function migration(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const at = 'spec.resource';
  const { group, resource } = objectOf(specOf(object)['resource']);
  const joined = (path: string, value: string, check: NameCheck): void => {
    const wrong = check(value);
    if (wrong.length > 0) errors.push(invalid(path, value, wrong.join(',')));
  };
  if (textOf(resource) === '') errors.push(required(`${at}.resource`, 'resource is required to be set'));
  else joined(`${at}.resource`, textOf(resource), dns1035Label);
  if (textOf(group) !== '') joined(`${at}.group`, textOf(group), dns1123Subdomain);
  if (old !== undefined) immutable(errors, 'spec', specOf(object), specOf(old));
}
const VERSION = /^[1-9]\d*$/;
export function migrationStatus(errors: Errors, object: JsonObject, old: JsonObject): void {
  const { resourceVersion, conditions: list } = objectOf(object['status']);
  const path = 'status.resourceVersion';
  const version = textOf(resourceVersion);
  if (!VERSION.test(version)) errors.push(invalid(path, version, `resource version is not well formed: ${version}`));
  conditions(errors, 'status.conditions', list);
  const before = textOf(get(old, 'status', 'resourceVersion'));
  if (before !== '' && before !== version) errors.push(invalid(path, version, IMMUTABLE));
  const is = (type: string): boolean => isTrue(list, type);
  const was = (type: string): boolean => isTrue(get(old, 'status', 'conditions'), type);
  const say = (detail: string): void => void errors.push(invalid('status.conditions', list, detail));
  if (is('Succeeded') && is('Failed')) say('Both success and failed conditions cannot be true at the same time');
  if (is('Succeeded') && is('Running')) say('Running condition cannot be true when success condition is true');
  if (is('Failed') && is('Running')) say('Running condition cannot be true when failed condition is true');
  if (was('Succeeded') && !is('Succeeded')) say('Success condition cannot be set to false once it is true');
  if (was('Failed') && !is('Failed')) say('Failed condition cannot be set to false once it is true');
}
