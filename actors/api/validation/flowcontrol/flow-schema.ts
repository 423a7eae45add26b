//! Which requests are of which flow (pkg/apis/flowcontrol/validation).
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import {
  get,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  numberOf,
  objectOf,
  semanticEqual,
  textOf,
} from '../../json.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import { type Errors, name, specOf } from '../check.ts';
import { conditions } from './conditions.ts';
import { SCHEMAS } from './mandatory.ts';

const PRECEDENCE_MAX = 10_000;
const DISTINGUISHERS = ['ByNamespace', 'ByUser'];
const KINDS = ['Group', 'ServiceAccount', 'User'];
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const ALL = '*';

export function flowSchema(errors: Errors, object: JsonObject): void {
  const spec = specOf(object);
  const own = textOf(get(object, 'metadata', 'name'));
  precedence(errors, own, numberOf(spec['matchingPrecedence']));
  const method = spec['distinguisherMethod'];
  if (isObject(method) && !DISTINGUISHERS.includes(textOf(method['type'])))
    errors.push(notSupported('spec.distinguisherMethod.type', { Type: textOf(method['type']) }, DISTINGUISHERS));
  const level = textOf(get(spec, 'priorityLevelConfiguration', 'name'));
  const at = 'spec.priorityLevelConfiguration.name';
  if (level === '') errors.push(required(at, 'must reference a priority level'));
  else name(errors, at, level, dns1123Subdomain);
  listOf(spec['rules']).forEach((item, i) => {
    rule(errors, `spec.rules[${i}]`, objectOf(item));
  });
  const fixed = Object.hasOwn(SCHEMAS, own) ? SCHEMAS[own] : undefined;
  if (fixed !== undefined && !semanticEqual(spec, fixed))
    errors.push(invalid('spec', spec, `spec of '${own}' must equal the fixed value`));
  conditions(errors, object);
}
function precedence(errors: Errors, own: string, value: number): void {
  const say = (detail: string): void => void errors.push(invalid('spec.matchingPrecedence', value, detail));
  if (value <= 0) say('must be a positive value');
  if (value > PRECEDENCE_MAX) say(`must not be greater than ${PRECEDENCE_MAX}`);
  if (value === 1 && own !== 'exempt') say("only the schema named 'exempt' may have matchingPrecedence 1");
}
function rule(errors: Errors, at: string, given: JsonObject): void {
  const [subjects, resources, others] = ['subjects', 'resourceRules', 'nonResourceRules'].map((list) =>
    listOf(given[list]),
  ) as [readonly Json[], readonly Json[], readonly Json[]];
  if (subjects.length === 0) errors.push(required(`${at}.subjects`, 'subjects must contain at least one value'));
  subjects.forEach((one, i) => {
    subject(errors, `${at}.subjects[${i}]`, objectOf(one));
  });
  if (resources.length === 0 && others.length === 0)
    errors.push(required(at, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  resources.forEach((one, i) => {
    resourceRule(errors, `${at}.resourceRules[${i}]`, objectOf(one));
  });
  others.forEach((one, i) => {
    nonResourceRule(errors, `${at}.nonResourceRules[${i}]`, objectOf(one));
  });
}
const SUBJECTS = [
  ['ServiceAccount', 'serviceAccount'],
  ['User', 'user'],
  ['Group', 'group'],
] as const;
function subject(errors: Errors, at: string, given: JsonObject): void {
  const kind = textOf(given['kind']);
  const field = SUBJECTS.find(([one]) => one === kind)?.[1];
  if (field === undefined) return void errors.push(notSupported(`${at}.kind`, kind, KINDS));
  const who = given[field];
  if (!isObject(who)) errors.push(required(`${at}.${field}`, `${field} is required when subject kind is '${kind}'`));
  else if (field === 'serviceAccount') account(errors, `${at}.${field}`, who);
  else if (textOf(who['name']) === '') errors.push(required(`${at}.${field}.name`));
  for (const [otherKind, other] of SUBJECTS)
    if (other !== field && isObject(given[other]))
      errors.push(forbidden(`${at}.${other}`, `${other} is forbidden when subject kind is not '${otherKind}'`));
}
function account(errors: Errors, at: string, given: JsonObject): void {
  const own = textOf(given['name']);
  if (own === '') errors.push(required(`${at}.name`));
  else if (own !== ALL) name(errors, `${at}.name`, own, dns1123Subdomain);
  const namespace = textOf(given['namespace']);
  if (namespace === '') errors.push(required(`${at}.namespace`, 'must specify namespace for service account'));
  else name(errors, `${at}.namespace`, namespace, dns1123Label);
}
/** One list of a rule: something, and nothing else beside `*`. Gives whether the items are to be looked at. */
function list(errors: Errors, path: string, items: readonly string[], empty: string, others: string): boolean {
  if (items.length === 0) errors.push(required(path, empty));
  else if (items.length > 1 && items.includes(ALL))
    errors.push(invalid(path, [...items], `if '*' is present, must not specify other ${others}`));
  return items.length > 0 && !items.includes(ALL);
}
function verbs(errors: Errors, at: string, given: JsonObject): void {
  const items = listOf(given['verbs']).map(textOf);
  const some = list(errors, `${at}.verbs`, items, 'verbs must contain at least one value', 'verbs');
  if (some && !items.every((verb) => VERBS.includes(verb))) errors.push(notSupported(`${at}.verbs`, items, VERBS));
}
function resourceRule(errors: Errors, at: string, given: JsonObject): void {
  verbs(errors, at, given);
  const supply = (what: string): string => `resource rules must supply at least one ${what}`;
  list(errors, `${at}.apiGroups`, listOf(given['apiGroups']).map(textOf), supply('api group'), 'api groups');
  list(errors, `${at}.resources`, listOf(given['resources']).map(textOf), supply('resource'), 'resources');
  const namespaces = listOf(given['namespaces']).map(textOf);
  if (namespaces.length === 0 && given['clusterScope'] === true) return;
  const detail = 'resource rules that are not cluster scoped must supply at least one namespace';
  if (!list(errors, `${at}.namespaces`, namespaces, detail, 'namespaces')) return;
  namespaces.forEach((one, i) => {
    name(errors, `${at}.namespaces[${i}]`, one, (text) =>
      dns1123Label(text).map((message) => `each member of this list must be '*' or a DNS-1123 label; ${message}`),
    );
  });
}
function nonResourceRule(errors: Errors, at: string, given: JsonObject): void {
  verbs(errors, at, given);
  const path = `${at}.nonResourceURLs`;
  const urls = listOf(given['nonResourceURLs']).map(textOf);
  const empty = 'nonResourceURLs must contain at least one value';
  if (!list(errors, path, urls, empty, 'non-resource URLs')) return;
  urls.forEach((url, i) => {
    const fault = urlFault(url);
    if (fault !== undefined) errors.push(invalid(`${path}[${i}]`, url, fault));
  });
}
function urlFault(url: string): string | undefined {
  if (url === '') return 'must not be empty';
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const stars = url.split(ALL).length - 1;
  return stars > 1 || (stars === 1 && !url.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined;
}
