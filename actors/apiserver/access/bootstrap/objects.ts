//! The roles and bindings of a new cluster as objects.
import type { JsonObject } from '../../../api/json.ts';
import type { PolicyRule } from '../rule.ts';
import { CLUSTER_BINDINGS, NAMESPACE_BINDINGS } from './bindings.ts';
import { CLUSTER_ROLES } from './cluster-roles.ts';
import { CONTROLLER_ROLES } from './controller-roles.ts';
import type { BindingFact, RoleFact } from './fact.ts';
import { NAMESPACE_ROLES } from './namespace-roles.ts';

const GROUP = 'rbac.authorization.k8s.io';
const LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const ANNOTATIONS = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };
const addsTo = (name: string): JsonObject => ({ [`rbac.authorization.k8s.io/aggregate-to-${name}`]: 'true' });

const ROLES: readonly RoleFact[] = [...CLUSTER_ROLES, ...CONTROLLER_ROLES];

export const accessObjects = (): readonly JsonObject[] => [
  ...ROLES.map(role),
  ...NAMESPACE_ROLES.map(role),
  ...CLUSTER_BINDINGS.map(binding),
  ...CONTROLLER_ROLES.map(({ name }) =>
    binding({ name, role: name, to: [`ServiceAccount:kube-system/${name.slice(name.lastIndexOf(':') + 1)}`] }),
  ),
  ...NAMESPACE_BINDINGS.map(binding),
];

let ofNodes: readonly PolicyRule[] | undefined;
/** What any node may, whatever has become of role system:node. */
export function nodeRules(): readonly PolicyRule[] {
  const fact = CLUSTER_ROLES.find(({ name }) => name === 'system:node')!;
  ofNodes ??= fact.rules.map(rule) as readonly object[] as readonly PolicyRule[];
  return ofNodes;
}

function role(fact: RoleFact): JsonObject {
  const { name, namespace, sums } = fact;
  const labels = { ...LABELS, ...(fact.addsTo === undefined ? {} : addsTo(fact.addsTo)) };
  return {
    apiVersion: `${GROUP}/v1`,
    kind: namespace === undefined ? 'ClusterRole' : 'Role',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), annotations: ANNOTATIONS, labels },
    rules: rulesOf(fact),
    ...(sums === undefined ? {} : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: addsTo(sums) }] } }),
  };
}
/** With those of the roles that add to it. */
function rulesOf({ rules, sums }: RoleFact): JsonObject[] {
  const own = rules.map(rule);
  const others = sums === undefined ? [] : ROLES.filter((other) => other.addsTo === sums).flatMap(rulesOf);
  const seen = new Set<string>();
  return [...own, ...others].filter((one) => {
    const text = JSON.stringify(one);
    return !seen.has(text) && seen.add(text);
  });
}
const list = (text: string | undefined): string[] => (text ?? '').split(',').map((part) => part.trim());
function rule(text: string): JsonObject {
  const [verbs, first, second, names] = text.split('|');
  if (second === undefined) return { verbs: list(verbs), nonResourceURLs: list(first) };
  return {
    verbs: list(verbs),
    apiGroups: list(first),
    resources: list(second),
    ...(names === undefined ? {} : { resourceNames: list(names) }),
  };
}
function binding({ name, namespace, role: of, to }: BindingFact): JsonObject {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), annotations: ANNOTATIONS, labels: LABELS },
    roleRef: { apiGroup: GROUP, kind: namespace === undefined ? 'ClusterRole' : 'Role', name: of },
    ...(to.length === 0 ? {} : { subjects: to.map(subject) }),
  };
}
function subject(text: string): JsonObject {
  const at = text.indexOf(':');
  const [kind, name] = [text.slice(0, at), text.slice(at + 1)];
  if (kind !== 'ServiceAccount') return { apiGroup: GROUP, kind, name };
  const [namespace = '', account = ''] = name.split('/');
  return { kind, namespace, name: account };
}
