//! RBAC rules: what one allows, and whether many together allow all that another does
//! (plugin/pkg/auth/authorizer/rbac, k8s.io/component-helpers/auth/rbac/validation).

export interface PolicyRule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}
/** What somebody wants to do. */
export type Action =
  | {
      readonly verb: string;
      readonly group: string;
      readonly version?: string;
      readonly resource: string;
      readonly subresource: string;
      readonly namespace: string;
      readonly name: string;
      /** Of lists and watches: as it is sent. */
      readonly fieldSelector?: string;
    }
  | { readonly verb: string; readonly path: string };
export interface Decision {
  readonly allowed: boolean;
  /** For people; '' when there is nothing to say. */
  readonly reason: string;
}

const ALL = '*';
const NONE: readonly string[] = [];
const among = (list: readonly string[] = NONE, wanted: string): boolean => list.includes(ALL) || list.includes(wanted);

export function allows(rule: PolicyRule, action: Action): boolean {
  if (!among(rule.verbs, action.verb)) return false;
  if ('path' in action) return (rule.nonResourceURLs ?? NONE).some((url) => isUnder(url, action.path));
  if (!among(rule.apiGroups, action.group)) return false;
  if (!isResource(rule.resources ?? NONE, action.resource, action.subresource)) return false;
  const { resourceNames = NONE } = rule;
  return resourceNames.length === 0 || resourceNames.includes(action.name);
}
const isUnder = (url: string, path: string): boolean =>
  url === ALL || url === path || (url.endsWith(ALL) && path.startsWith(url.slice(0, -1)));
function isResource(resources: readonly string[], resource: string, subresource: string): boolean {
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some((one) => one === ALL || one === whole || (subresource !== '' && one === `*/${subresource}`));
}

/** Those of `asked` that `owned` do not allow, each taken apart to one verb of one resource. */
export const uncovered = (owned: readonly PolicyRule[], asked: readonly PolicyRule[]): readonly PolicyRule[] =>
  asked.flatMap(simple).filter((one) => !owned.some((rule) => covers(rule, one)));

function simple({
  verbs = NONE,
  apiGroups = NONE,
  resources = NONE,
  resourceNames = NONE,
  nonResourceURLs = NONE,
}: PolicyRule): readonly PolicyRule[] {
  const named = resourceNames.length === 0 ? [{}] : resourceNames.map((name) => ({ resourceNames: [name] }));
  return verbs.flatMap((verb) => [
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        named.map((names) => ({ apiGroups: [group], resources: [resource], ...names, verbs: [verb] })),
      ),
    ),
    ...nonResourceURLs.map((url) => ({ nonResourceURLs: [url], verbs: [verb] })),
  ]);
}
function covers(
  owner: PolicyRule,
  { verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule,
): boolean {
  if (!among(owner.verbs, verbs?.[0] ?? '')) return false;
  const url = nonResourceURLs?.[0];
  if (url !== undefined) return (owner.nonResourceURLs ?? NONE).some((own) => isUnder(own, url));
  const [resource = '', subresource = ''] = (resources?.[0] ?? '').split('/');
  const { resourceNames: names = NONE } = owner;
  return (
    among(owner.apiGroups, apiGroups?.[0] ?? '') &&
    isResource(owner.resources ?? NONE, resource, subresource) &&
    (names.length === 0 || (resourceNames !== undefined && names.includes(resourceNames[0] ?? '')))
  );
}
/** `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`: how refusals print one. */
export function printed(rule: PolicyRule): string {
  const part = (name: string, list: readonly string[] | undefined): string[] =>
    list === undefined || list.length === 0 ? [] : [`${name}:[${list.map((one) => JSON.stringify(one)).join(' ')}]`];
  const parts = [
    ...part('APIGroups', rule.apiGroups),
    ...part('Resources', rule.resources),
    ...part('ResourceNames', rule.resourceNames),
    ...part('NonResourceURLs', rule.nonResourceURLs),
    ...part('Verbs', rule.verbs),
  ];
  return `{${parts.join(', ')}}`;
}
