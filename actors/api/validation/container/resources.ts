//! What a container, or a pod as a whole, asks for and is held to (ValidateContainerResourceRequirements).
import { duplicate, forbidden, invalid, notFound, required } from '../../field-error.ts';
import { get, type Json, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import { dns1123Label } from '../../names.ts';
import { compare, nanosOf } from '../../quantity.ts';
import { type Errors, name } from '../check.ts';
import {
  containerResourceName,
  isHugePage,
  isOvercommitted,
  podResourceName,
  resourceAmount,
} from '../resource-names.ts';

const UNIT = 1_000_000_000n;
type NameOfResource = (errors: Errors, at: string, name: string) => void;

/** `claims`: names of the pod's resource claims. */
export const containerResources = (
  errors: Errors,
  path: string,
  given: JsonObject,
  claims: ReadonlySet<string>,
): void => requirements(errors, path, given, claims, containerResourceName);
export const podResources = (errors: Errors, path: string, given: JsonObject, claims: ReadonlySet<string>): void =>
  requirements(errors, path, given, claims, podResourceName);

function requirements(
  errors: Errors,
  path: string,
  given: JsonObject,
  claims: ReadonlySet<string>,
  nameOf: NameOfResource,
): void {
  const [limits, requests] = [objectOf(given['limits']), objectOf(given['requests'])];
  for (const key in limits) {
    const [at, amount] = [`${path}.limits[${key}]`, limits[key] as Json];
    nameOf(errors, at, key);
    resourceAmount(errors, at, key, amount);
    hugePages(errors, at, key, amount);
  }
  for (const key in requests) {
    const [at, amount] = [`${path}.requests[${key}]`, requests[key] as Json];
    nameOf(errors, at, key);
    resourceAmount(errors, at, key, amount);
    withinLimit(errors, path, key, amount, limits[key]);
    hugePages(errors, at, key, amount);
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePage) && !names.includes('cpu') && !names.includes('memory'))
    errors.push(forbidden(path, 'HugePages require cpu or memory'));
  claimNames(errors, `${path}.claims`, listOf(given['claims']), claims);
}
function withinLimit(errors: Errors, path: string, key: string, amount: Json, limit: Json | undefined): void {
  const shared = isOvercommitted(key);
  if (limit === undefined) {
    if (!shared) errors.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
    return;
  }
  const order = compare(amount, limit);
  const say = (words: string): void =>
    void errors.push(invalid(`${path}.requests`, amount, `must be ${words} ${key} limit of ${limit}`));
  if (order !== 0 && !shared) say('equal to');
  else if (order > 0) say('less than or equal to');
}
function hugePages(errors: Errors, at: string, key: string, amount: Json): void {
  if (!isHugePage(key)) return;
  const page = nanosOf(key.slice('hugepages-'.length));
  const whole = page > 0n && page % UNIT === 0n && (nanosOf(amount) / UNIT) % (page / UNIT) === 0n;
  if (!whole) errors.push(invalid(at, amount, `${amount} is not positive integer multiple of ${key}`));
}

/** validateResourceClaimNames: a claim as a whole, or requests of it, each once. */
function claimNames(errors: Errors, path: string, list: readonly Json[], claims: ReadonlySet<string>): void {
  const seen = new Set<string>();
  for (const [i, item] of list.entries()) {
    const [at, claim, request] = [`${path}[${i}]`, textOf(get(item, 'name')), textOf(get(item, 'request'))];
    if (claim === '') {
      errors.push(required(at));
      continue;
    }
    if (seen.has(claim)) errors.push(duplicate(at, claim));
    else {
      const key = request === '' ? claim : `${claim}/${request}`;
      if (request !== '') name(errors, `${at}.request`, request, dns1123Label);
      if (seen.has(key)) errors.push(duplicate(at, key));
      else if (request === '')
        for (const other of seen) if (other.startsWith(`${claim}/`)) errors.push(duplicate(at, claim));
      seen.add(key);
    }
    if (claims.has(claim)) continue;
    const known = claims.size === 0 ? ' which is empty' : `: ${[...claims].sort().join(', ')}`;
    errors.push({ ...notFound(at, claim), detail: `must be one of the names in pod.spec.resourceClaims${known}` });
  }
}
