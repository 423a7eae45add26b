//! The security context of a pod (pkg/apis/core/validation ValidatePodSecurityContext, ValidateSysctls).
import { duplicate, invalid, required } from '../field-error.ts';
import { type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { type Errors, nonNegative, oneOf } from './check.ts';

const SYSCTL_MAX = 253;
const SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SYSCTL = `(${SEGMENT}[\\./])*${SEGMENT}`;
const SYSCTL_NAME = new RegExp(`^${SYSCTL}$`);
/** Longer is refused by its length before this looks at it: no name takes long to match. */
const isSysctl = (name: string): boolean => name.length <= SYSCTL_MAX && SYSCTL_NAME.test(name);

export function podSecurity(errors: Errors, path: string, context: JsonObject): void {
  for (const id of ['runAsUser', 'runAsGroup', 'fsGroup']) nonNegative(errors, `${path}.${id}`, context[id]);
  listOf(context['supplementalGroups']).forEach((group, i) => {
    nonNegative(errors, `${path}.supplementalGroups[${i}]`, group);
  });
  oneOf(errors, `${path}.fsGroupChangePolicy`, context['fsGroupChangePolicy'], ['Always', 'OnRootMismatch'], true);
  oneOf(errors, `${path}.supplementalGroupsPolicy`, context['supplementalGroupsPolicy'], ['Merge', 'Strict'], true);
  sysctls(errors, `${path}.sysctls`, listOf(context['sysctls']));
}

function sysctls(errors: Errors, path: string, list: readonly Json[]): void {
  const seen = new Set<string>();
  list.forEach((item, i) => {
    const name = textOf(objectOf(item)['name']);
    const at = `${path}[${i}].name`;
    if (name === '') errors.push(required(at));
    else if (!isSysctl(name))
      errors.push(invalid(at, name, `must have at most ${SYSCTL_MAX} characters and match regex ${SYSCTL}`));
    else if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
  });
}
