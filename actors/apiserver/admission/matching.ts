//! Which requests a webhook or a policy is about: rules, selectors, and other versions of the same resource
//! (k8s.io/apiserver/pkg/admission/plugin/webhook/predicates, policy/matching).
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf } from '../../api/json.ts';
import type { ResourceInfo } from '../../api/resources.ts';
import { matches, selectorOf } from '../../api/selector.ts';
import { notFound } from '../../api/status.ts';
import type { KubeObject, LabelSelector } from '../../api/types/meta.ts';
import { type Engine, refuse } from '../verbs/engine.ts';
import type { Attributes, GroupVersionKind } from './attributes.ts';
import { lookup, NAMESPACES } from './lookup.ts';

export interface Rule {
  readonly operations?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly apiVersions?: readonly string[];
  readonly resources?: readonly string[];
  readonly scope?: string;
  /** Policies only. */
  readonly resourceNames?: readonly string[];
}
export interface Criteria {
  readonly rules: readonly Rule[];
  readonly excluded?: readonly Rule[];
  readonly matchPolicy?: string;
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
}
/** As what the request is shown: itself, or an equivalent in another version or group. */
export interface Invocation {
  readonly resource: Pick<ResourceInfo, 'group' | 'version' | 'resource'>;
  readonly kind: GroupVersionKind;
}

/** What configures admission is not subject to it: nobody could be locked out for good. */
const EXEMPT = 'admissionregistration.k8s.io';
export const isExempt = ({ call: { info } }: Attributes): boolean => info.group === EXEMPT;

/** Undefined: not meant. A namespace that is not there is 404, but only where rules match. */
export function* invocationOf(engine: Engine, a: Attributes, criteria: Criteria): Task<Result<Invocation | undefined>> {
  const invocation = ruled(engine, a, criteria);
  if (invocation === undefined || !isObjectMeant(a, criteria.objectSelector)) return ok(undefined);
  const meant = yield* isNamespaceMeant(engine, a, criteria.namespaceSelector);
  if (!meant.ok) return meant;
  return ok(meant.value ? invocation : undefined);
}

function ruled(engine: Engine, a: Attributes, { rules, excluded = [], matchPolicy }: Criteria): Invocation | undefined {
  const { info } = a.call;
  const all = matchPolicy === 'Exact' ? [info] : [info, ...equivalents(engine, info)];
  if (excluded.some((rule) => all.some((one) => isRuled(a, rule, one)))) return undefined;
  for (const one of [info]) if (rules.some((rule) => isRuled(a, rule, one))) return shownAs(a, one);
  for (const rule of rules) {
    const one = all.find((equivalent) => isRuled(a, rule, equivalent));
    if (one !== undefined) return shownAs(a, one);
  }
  return undefined;
}
const equivalents = (engine: Engine, info: ResourceInfo): readonly ResourceInfo[] =>
  engine.catalog
    .enabled()
    .filter(
      (other) =>
        other !== info &&
        other.storage.group === info.storage.group &&
        other.storage.resource === info.storage.resource &&
        info.stored,
    );
const shownAs = ({ call: { request } }: Attributes, info: ResourceInfo): Invocation => {
  const { group, version, resource } = info;
  const sub = info.subresources.find(({ name }) => name === request.subresource);
  const kind = sub === undefined || sub.kind === info.kind ? info : sub;
  return {
    resource: { group, version, resource },
    kind: { group: kind.group, version: kind.version, kind: kind.kind },
  };
};
const among = (list: readonly string[] | undefined, wanted: string): boolean =>
  list !== undefined && (list.includes('*') || list.includes(wanted));

function isRuled(a: Attributes, rule: Rule, info: ResourceInfo): boolean {
  const { request } = a.call;
  if (!among(rule.operations, a.operation)) return false;
  if (!among(rule.apiGroups, info.group) || !among(rule.apiVersions, info.version)) return false;
  const namespaced = info.namespaced && request.namespace !== '';
  if (rule.scope === 'Namespaced' && !namespaced) return false;
  if (rule.scope === 'Cluster' && namespaced) return false;
  if (rule.resourceNames !== undefined && rule.resourceNames.length > 0 && !rule.resourceNames.includes(a.name))
    return false;
  return (rule.resources ?? []).some((text) => {
    const [resource = '', subresource = ''] = text.split('/', 2);
    return (
      (resource === '*' || resource === info.resource) && (subresource === '*' || subresource === request.subresource)
    );
  });
}

const isEverything = (selector: LabelSelector | undefined): boolean =>
  selector === undefined ||
  (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0);
/** The new state or the old one. */
function isObjectMeant({ object, old }: Attributes, selector: LabelSelector | undefined): boolean {
  if (isEverything(selector)) return true;
  return [object, old].some((one) => {
    if (!isObject(one?.['metadata'])) return false;
    return matches(selectorOf(selector), labelsOf(one['metadata']));
  });
}
const labelsOf = (metadata: Json | undefined): Readonly<Record<string, string>> =>
  objectOf(get(metadata, 'labels')) as Record<string, string>;

function* isNamespaceMeant(engine: Engine, a: Attributes, selector: LabelSelector | undefined): Task<Result<boolean>> {
  if (isEverything(selector)) return ok(true);
  const { info, request, deadline } = a.call;
  const isNamespace = info.group === '' && info.resource === 'namespaces';
  // What is of no namespace is never spared.
  if (!isNamespace && (!info.namespaced || request.namespace === '')) return ok(true);
  if (isNamespace && request.subresource === '' && a.operation !== 'DELETE')
    return ok(matches(selectorOf(selector), labelsOf(a.object?.['metadata'])));
  const name = isNamespace ? a.name : request.namespace;
  const found = yield* lookup<KubeObject>(engine, NAMESPACES, '', name, deadline);
  if (!found.ok) return found;
  if (found.value === undefined) return refuse(notFound({ group: '', resource: 'namespaces' }, name));
  return ok(matches(selectorOf(selector), found.value.metadata.labels));
}
/** Of a webhook, or `matchConstraints` and `matchResources` of a policy and its binding. */
export const criteriaOf = (of: JsonObject): Criteria => ({
  rules: listOf(of['rules'] ?? of['resourceRules']) as readonly Rule[],
  excluded: listOf(of['excludeResourceRules']) as readonly Rule[],
  ...(typeof of['matchPolicy'] === 'string' ? { matchPolicy: of['matchPolicy'] } : {}),
  ...(isObject(of['namespaceSelector']) ? { namespaceSelector: of['namespaceSelector'] as LabelSelector } : {}),
  ...(isObject(of['objectSelector']) ? { objectSelector: of['objectSelector'] as LabelSelector } : {}),
});
