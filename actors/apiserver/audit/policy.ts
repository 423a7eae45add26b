//! What is written of which request: audit.k8s.io/v1 Policy (k8s.io/apiserver/pkg/audit/policy).
import { type FieldError, invalid, notSupported, required, textOfError } from '../../api/field-error.ts';
import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../../api/json.ts';
import type { Action } from '../access/rule.ts';
import type { User } from '../protocol.ts';

export type AuditLevel = 'None' | 'Metadata' | 'Request' | 'RequestResponse';
export type Stage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic';
const LEVELS: readonly string[] = ['None', 'Metadata', 'Request', 'RequestResponse'];
const STAGES: readonly string[] = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'];
const API_VERSION = 'audit.k8s.io/v1';

interface GroupResources {
  readonly group: string;
  readonly resources: readonly string[];
  readonly names: readonly string[];
}
interface Rule {
  readonly level: AuditLevel;
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly verbs: readonly string[];
  readonly namespaces: readonly string[];
  readonly resources: readonly GroupResources[];
  readonly urls: readonly string[];
  readonly omitStages: readonly string[];
  readonly omitManagedFields: boolean | undefined;
}
export interface AuditPolicy {
  readonly rules: readonly Rule[];
  readonly omitStages: readonly string[];
  readonly omitManagedFields: boolean;
}
export interface Decided {
  readonly level: AuditLevel;
  readonly omitStages: ReadonlySet<string>;
  readonly omitManagedFields: boolean;
}
const NOTHING: Decided = { level: 'None', omitStages: new Set(), omitManagedFields: false };

/** The first rule that is about it decides. `user` undefined: nobody knows who. */
export function decide(policy: AuditPolicy, user: User | undefined, action: Action): Decided {
  const rule = policy.rules.find((one) => isAbout(one, user, action));
  if (rule === undefined || rule.level === 'None') return NOTHING;
  return {
    level: rule.level,
    omitStages: new Set([...policy.omitStages, ...rule.omitStages]),
    omitManagedFields: rule.omitManagedFields ?? policy.omitManagedFields,
  };
}
const within = (list: readonly string[], wanted: string): boolean => list.length === 0 || list.includes(wanted);
function isAbout(rule: Rule, user: User | undefined, action: Action): boolean {
  if (rule.users.length > 0 && !rule.users.includes(user?.name ?? '')) return false;
  if (rule.groups.length > 0 && !rule.groups.some((group) => user?.groups.includes(group))) return false;
  if (!within(rule.verbs, action.verb)) return false;
  if (rule.namespaces.length > 0 || rule.resources.length > 0) {
    if ('path' in action || !within(rule.namespaces, action.namespace)) return false;
    return rule.resources.length === 0 || rule.resources.some((one) => covers(one, action));
  }
  if (rule.urls.length === 0) return true;
  return 'path' in action && rule.urls.some((url) => isUnder(url, action.path));
}
const isUnder = (url: string, path: string): boolean =>
  url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1)));
function covers({ group, resources, names }: GroupResources, action: Exclude<Action, { readonly path: string }>) {
  if (group !== action.group) return false;
  if (resources.length === 0) return true;
  const { resource, subresource, name } = action;
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  return (
    within(names, name) &&
    resources.some(
      (one) =>
        one === whole || one === '*' || one === `${resource}/*` || (subresource !== '' && one === `*/${subresource}`),
    )
  );
}

/** A text: why it is no policy. */
export function policyOf(value: unknown): AuditPolicy | string {
  if (!isObject(value)) return 'the policy is no object';
  const { apiVersion, kind } = value;
  if (apiVersion !== API_VERSION || kind !== 'Policy')
    return `it is of ${String(apiVersion)}, Kind=${String(kind)}: wanted is ${API_VERSION}, Kind=Policy`;
  const given = listOf(value['rules']).map(objectOf);
  if (given.length === 0) return 'loaded illegal policy with 0 rules';
  const errors: FieldError[] = [];
  stages(errors, 'omitStages', value['omitStages']);
  given.forEach((rule, i) => {
    check(errors, `rules[${i}]`, rule);
  });
  if (errors.length > 0) return errors.map(textOfError).join(', ');
  return {
    rules: given.map(ruleOf),
    omitStages: texts(value['omitStages']),
    omitManagedFields: value['omitManagedFields'] === true,
  };
}
const texts = (list: Json | undefined): readonly string[] => listOf(list).map(textOf);
function ruleOf(rule: JsonObject): Rule {
  const { omitManagedFields } = rule;
  return {
    level: textOf(rule['level']) as AuditLevel,
    users: texts(rule['users']),
    groups: texts(rule['userGroups']),
    verbs: texts(rule['verbs']),
    namespaces: texts(rule['namespaces']),
    resources: listOf(rule['resources'])
      .map(objectOf)
      .map((one) => ({
        group: textOf(one['group']),
        resources: texts(one['resources']),
        names: texts(one['resourceNames']),
      })),
    urls: texts(rule['nonResourceURLs']),
    omitStages: texts(rule['omitStages']),
    omitManagedFields: typeof omitManagedFields === 'boolean' ? omitManagedFields : undefined,
  };
}
/** k8s.io/apiserver/pkg/apis/audit/validation */
function check(errors: FieldError[], path: string, rule: JsonObject): void {
  const level = textOf(rule['level']);
  if (level === '') errors.push(required(`${path}.level`));
  else if (!LEVELS.includes(level)) errors.push(notSupported(`${path}.level`, level, LEVELS));
  const urls = texts(rule['nonResourceURLs']);
  if (urls.length > 0 && (listOf(rule['resources']).length > 0 || listOf(rule['namespaces']).length > 0))
    errors.push(
      invalid(
        `${path}.nonResourceURLs`,
        urls as Json,
        'rules cannot apply to both regular resources and non-resource URLs',
      ),
    );
  urls.forEach((url, i) => {
    const at = `${path}.nonResourceURLs[${i}]`;
    if (url === '*') return;
    if (!url.startsWith('/')) errors.push(invalid(at, url, "non-resource URL rules must begin with a '/' character"));
    if (url.includes('*') && url.indexOf('*') < url.length - 1)
      errors.push(invalid(at, url, "non-resource URL wildcards '*' must be the final character of the rule"));
  });
  listOf(rule['resources']).forEach((one, i) => {
    const { group, resources, resourceNames } = objectOf(one);
    if (textOf(group).includes('/'))
      errors.push(invalid(`${path}.resources[${i}].group`, group, 'group names must not contain a version'));
    if (listOf(resourceNames).length > 0 && listOf(resources).length === 0)
      errors.push(
        invalid(
          `${path}.resources[${i}].resourceNames`,
          resourceNames,
          'using resourceNames requires at least one resource',
        ),
      );
  });
  stages(errors, `${path}.omitStages`, rule['omitStages']);
}
function stages(errors: FieldError[], path: string, list: Json | undefined): void {
  texts(list).forEach((stage, i) => {
    if (!STAGES.includes(stage)) errors.push(notSupported(`${path}[${i}]`, stage, STAGES));
  });
}
