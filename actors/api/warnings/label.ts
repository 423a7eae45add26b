//! Labels of nodes that have a newer name (pkg/api/node util.go).
import { get, type Json, listOf, textOf } from '../json.ts';

const OLD: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};
export const oldLabel = (key: Json | undefined): string | undefined =>
  typeof key === 'string' && Object.hasOwn(OLD, key) ? OLD[key] : undefined;

export function nodeTerm(warnings: string[], at: string, term: Json | undefined): void {
  listOf(get(term, 'matchExpressions')).forEach((expression, i) => {
    const key = textOf(get(expression, 'key'));
    const said = oldLabel(key);
    if (said !== undefined) warnings.push(`${at}.matchExpressions[${i}].key: ${key} is ${said}`);
  });
}
