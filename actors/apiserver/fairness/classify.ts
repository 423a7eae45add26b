//! Which flow a request belongs to (k8s.io/apiserver/pkg/util/flowcontrol: matchesFlowSchema).
import type { Action } from '../access/rule.ts';
import type { User } from '../protocol.ts';
import type { FlowSchemaSpec, PathRule, ResourceRule, Subject } from './types.ts';

export interface Schema {
  readonly name: string;
  readonly uid: string;
  readonly spec: FlowSchemaSpec;
}
export interface Flow {
  readonly schema: Schema;
  /** Of requests under one schema: who is fair to whom. */
  readonly distinguisher: string;
}
/** By precedence, then by name. */
export const inOrder = (schemas: readonly Schema[]): readonly Schema[] =>
  [...schemas].sort(
    (a, b) => a.spec.matchingPrecedence - b.spec.matchingPrecedence || (a.name < b.name ? -1 : Number(a.name > b.name)),
  );

/** `schemas` in order. Undefined: none is about it. */
export function flowOf(schemas: readonly Schema[], user: User, action: Action): Flow | undefined {
  const schema = schemas.find(({ spec }) => isAbout(spec, user, action));
  if (schema === undefined) return undefined;
  switch (schema.spec.distinguisherMethod?.type) {
    case 'ByUser':
      return { schema, distinguisher: user.name };
    case 'ByNamespace':
      return { schema, distinguisher: 'path' in action ? '' : action.namespace };
    default:
      return { schema, distinguisher: '' };
  }
}
const isAbout = ({ rules = [] }: FlowSchemaSpec, user: User, action: Action): boolean =>
  rules.some(
    ({ subjects = [], resourceRules = [], nonResourceRules = [] }) =>
      subjects.some((subject) => isMeant(subject, user)) &&
      ('path' in action
        ? nonResourceRules.some((rule) => coversPath(rule, action))
        : resourceRules.some((rule) => coversResource(rule, action))),
  );
const among = (list: readonly string[] = [], wanted: string): boolean => list.includes('*') || list.includes(wanted);

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;
function isMeant({ kind, user: named, group, serviceAccount }: Subject, user: User): boolean {
  switch (kind) {
    case 'User':
      return named?.name === '*' || named?.name === user.name;
    case 'Group':
      return group?.name === '*' || user.groups.includes(group?.name ?? '');
    case 'ServiceAccount': {
      const [, namespace, name] = ACCOUNT.exec(user.name) ?? [];
      if (namespace === undefined || serviceAccount?.namespace !== namespace) return false;
      return serviceAccount.name === '*' || serviceAccount.name === name;
    }
    default:
      return false;
  }
}
function coversResource(rule: ResourceRule, action: Exclude<Action, { readonly path: string }>): boolean {
  const { verb, group, resource, subresource, namespace } = action;
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  if (!among(rule.verbs, verb) || !among(rule.apiGroups, group) || !among(rule.resources, whole)) return false;
  return namespace === '' ? rule.clusterScope === true : among(rule.namespaces, namespace);
}
const coversPath = ({ verbs, nonResourceURLs = [] }: PathRule, action: Extract<Action, { readonly path: string }>) =>
  among(verbs, action.verb) &&
  nonResourceURLs.some((url) => {
    if (url === '*' || url === action.path) return true;
    const prefix = url.replace(/\*$/, '');
    return action.path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
  });
