//! Claims of devices, and what claims are made from (pkg/apis/resource/validation).
import { invalid, notSupported, required } from '../../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../json.ts';
import { type Errors, immutable, labels, specOf } from '../check.ts';
import { annotations } from '../metadata.ts';
import { isNull } from '../service/fields.ts';
import { claimConfigs, references } from './config.ts';
import { each, unique } from './lists.ts';
import { className, fullyQualified, label } from './names.ts';
import { type Requests, requestsOf } from './requests.ts';
import { selectors } from './selector.ts';
import { tolerations } from './taint.ts';

const MAX = { requests: 32, constraints: 32, firstAvailable: 8 } as const;
const nameOf = (item: Json): Json => textOf(get(item, 'name'));

export function resourceClaim(errors: Errors, object: JsonObject, old?: JsonObject): void {
  if (old === undefined) deviceClaim(errors, 'spec.devices', objectOf(specOf(object)['devices']));
  else immutable(errors, 'spec', specOf(object), specOf(old));
}
export function resourceClaimTemplate(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  if (old !== undefined) return void immutable(errors, 'spec', spec, specOf(old));
  const metadata = objectOf(spec['metadata']);
  annotations(errors, 'spec.metadata.annotations', metadata['annotations']);
  labels(errors, 'spec.metadata.labels', metadata['labels']);
  deviceClaim(errors, 'spec.spec.devices', objectOf(get(spec, 'spec', 'devices')));
}
function deviceClaim(errors: Errors, at: string, devices: JsonObject): void {
  const requests = requestsOf(devices);
  const request = (item: Json, path: string): void => deviceRequest(errors, path, objectOf(item));
  unique(errors, `${at}.requests`, listOf(devices['requests']), MAX.requests, request, nameOf);
  each(errors, `${at}.constraints`, listOf(devices['constraints']), MAX.constraints, (item, path) => {
    constraint(errors, path, objectOf(item), requests);
  });
  claimConfigs(errors, `${at}.config`, devices['config'], requests);
}
const ONE = 'exactly one of `exactly` or `firstAvailable` is required';
function deviceRequest(errors: Errors, at: string, request: JsonObject): void {
  label(errors, `${at}.name`, request['name']);
  const first = listOf(request['firstAvailable']);
  const exactly = request['exactly'];
  if (first.length === 0 && !isObject(exactly)) errors.push(required(at, ONE));
  else if (first.length > 0 && isObject(exactly)) errors.push(invalid(at, null, `${ONE}, but multiple fields are set`));
  else if (isObject(exactly)) asked(errors, `${at}.exactly`, exactly);
  else {
    const sub = (item: Json, path: string): void => {
      label(errors, `${path}.name`, get(item, 'name'));
      asked(errors, path, objectOf(item));
    };
    unique(errors, `${at}.firstAvailable`, first, MAX.firstAvailable, sub, nameOf);
  }
}
function asked(errors: Errors, at: string, given: JsonObject): void {
  className(errors, `${at}.deviceClassName`, given['deviceClassName']);
  selectors(errors, `${at}.selectors`, given['selectors']);
  const [mode, count] = [textOf(given['allocationMode']), numberOf(given['count'])];
  if (mode === 'All') {
    if (count !== 0) errors.push(invalid(`${at}.count`, count, "must not be specified when allocationMode is 'All'"));
  } else if (mode !== 'ExactCount') errors.push(notSupported(`${at}.allocationMode`, mode, ['All', 'ExactCount']));
  else if (count <= 0) errors.push(invalid(`${at}.count`, count, 'must be greater than zero'));
  tolerations(errors, `${at}.tolerations`, given['tolerations']);
}
function constraint(errors: Errors, at: string, given: JsonObject, requests: Requests): void {
  references(errors, `${at}.requests`, given['requests'], requests);
  const field = ['matchAttribute', 'distinctAttribute'].find((one) => !isNull(given[one]));
  if (field !== undefined) return fullyQualified(errors, `${at}.${field}`, given[field]);
  // Kubernetes says so of none, too.
  const detail = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
  errors.push(required(at, detail));
}
