//! Limit ranges (ValidateLimitRange).
import { duplicate, forbidden, invalid, required } from '../field-error.ts';
import { get, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { qualifiedName } from '../names.ts';
import { compare, nanosOf, unitsOf } from '../quantity.ts';
import type { Errors } from './check.ts';
import { containerResourceName, isOvercommitted, resourceName } from './resource-names.ts';

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
const FIELDS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

export function limitRange(errors: Errors, object: JsonObject): void {
  const seen = new Set<string>();
  listOf(get(object, 'spec', 'limits')).forEach((item, i) => {
    const limit = objectOf(item);
    const [at, type] = [`spec.limits[${i}]`, textOf(limit['type'])];
    typeName(errors, `${at}.type`, type);
    if (seen.has(type)) errors.push(duplicate(`${at}.type`, type));
    seen.add(type);
    const names = new Set<string>();
    for (const field of FIELDS) {
      const amounts = Object.keys(objectOf(limit[field]));
      if (type === 'Pod' && field.startsWith('default')) {
        if (amounts.length > 0) errors.push(forbidden(`${at}.${field}`, "may not be specified when `type` is 'Pod'"));
        continue;
      }
      if (field === 'maxLimitRequestRatio' && type === 'PersistentVolumeClaim') someStorage(errors, at, limit);
      for (const name of amounts) {
        const check = type === 'Pod' || type === 'Container' ? containerResourceName : resourceName;
        check(errors, `${at}.${field}[${name}]`, name);
        names.add(name);
      }
    }
    for (const name of names) compared(errors, at, name, type === 'Pod' ? withoutDefaults(limit) : limit);
  });
}
const withoutDefaults = ({ default: _1, defaultRequest: _2, ...limit }: JsonObject): JsonObject => limit;
function typeName(errors: Errors, at: string, type: string): void {
  const odd = qualifiedName(type);
  for (const message of odd) errors.push(invalid(at, type, message));
  if (odd.length === 0 && !type.includes('/') && !TYPES.includes(type))
    errors.push(invalid(at, type, 'must be a standard limit type or fully qualified'));
}
function someStorage(errors: Errors, at: string, limit: JsonObject): void {
  if (get(limit, 'min', 'storage') !== undefined || get(limit, 'max', 'storage') !== undefined) return;
  const detail = 'either minimum or maximum storage value is required, but neither was provided';
  errors.push(required(`${at}.limits`, detail));
}

/** What is said of one resource fits together. */
function compared(errors: Errors, at: string, name: string, limit: JsonObject): void {
  const [max, min, usual, request, ratio] = FIELDS.map((field) => get(limit, field, name));
  const above = (a: Json | undefined, b: Json | undefined): boolean =>
    a !== undefined && b !== undefined && compare(a, b) > 0;
  const say = (field: string, value: Json | undefined, detail: string): void =>
    void errors.push(invalid(`${at}.${field}[${name}]`, value, detail));
  if (above(min, max)) say('min', min, `min value ${min} is greater than max value ${max}`);
  if (above(min, request))
    say('defaultRequest', request, `min value ${min} is greater than default request value ${request}`);
  if (above(request, max))
    say('defaultRequest', request, `default request value ${request} is greater than max value ${max}`);
  if (above(request, usual))
    say('defaultRequest', request, `default request value ${request} is greater than default limit value ${usual}`);
  if (above(min, usual)) say('default', min, `min value ${min} is greater than default value ${usual}`);
  if (above(usual, max)) say('default', max, `default value ${usual} is greater than max value ${max}`);
  if (ratio !== undefined) {
    if (compare(ratio, '1') < 0) say('maxLimitRequestRatio', ratio, `ratio ${ratio} is less than 1`);
    if (min !== undefined && max !== undefined) {
      const most = nanosOf(min) === 0n ? Number.POSITIVE_INFINITY : unitsOf(max) / unitsOf(min);
      const shown = Number.isFinite(most) ? most.toFixed(6) : '+Inf';
      if (unitsOf(ratio) > most)
        say('maxLimitRequestRatio', ratio, `ratio ${ratio} is greater than max/min = ${shown}`);
    }
  }
  if (!isOvercommitted(name) && usual !== undefined && request !== undefined && compare(usual, request) !== 0)
    say('defaultRequest', request, `default value ${usual} must equal to defaultRequest value ${request} in ${name}`);
}
