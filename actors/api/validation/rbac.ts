//! Roles and bindings (pkg/apis/rbac/validation).
import { invalid, notSupported, required } from '../field-error.ts';
import { isObject, type JsonObject, listOf, objectOf, semanticEqual, textOf } from '../json.ts';
import { dns1123Subdomain, pathSegment } from '../names.ts';
import { type Errors, labelSelector, name, present } from './check.ts';

const GROUP = 'rbac.authorization.k8s.io';

export function role(errors: Errors, object: JsonObject): void {
  const namespaced = object['kind'] === 'Role';
  listOf(object['rules']).forEach((item, i) => {
    const rule = objectOf(item);
    const at = `rules[${i}]`;
    if (listOf(rule['verbs']).length === 0)
      errors.push(required(`${at}.verbs`, 'verbs must contain at least one value'));
    if (listOf(rule['nonResourceURLs']).length > 0) {
      if (namespaced) {
        errors.push(
          invalid(
            `${at}.nonResourceURLs`,
            [...listOf(rule['nonResourceURLs'])],
            'namespaced rules cannot apply to non-resource URLs',
          ),
        );
      }
      if (['apiGroups', 'resources', 'resourceNames'].some((field) => listOf(rule[field]).length > 0)) {
        errors.push(
          invalid(
            `${at}.nonResourceURLs`,
            [...listOf(rule['nonResourceURLs'])],
            'rules cannot apply to both regular resources and non-resource URLs',
          ),
        );
      }
      return;
    }
    if (listOf(rule['apiGroups']).length === 0)
      errors.push(required(`${at}.apiGroups`, 'resource rules must supply at least one api group'));
    if (listOf(rule['resources']).length === 0)
      errors.push(required(`${at}.resources`, 'resource rules must supply at least one resource'));
  });
  if (!isObject(object['aggregationRule'])) return;
  const at = 'aggregationRule.clusterRoleSelectors';
  const selectors = listOf(object['aggregationRule']['clusterRoleSelectors']);
  if (selectors.length === 0)
    errors.push(required(at, 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
  selectors.forEach((selector, i) => {
    const before = errors.length;
    labelSelector(errors, `${at}[${i}]`, selector);
    if (errors.length > before) errors.push(invalid(`${at}[${i}]`, selector, 'invalid label selector.'));
  });
}
export function binding(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const namespaced = object['kind'] === 'RoleBinding';
  const ref = objectOf(object['roleRef']);
  if (ref['apiGroup'] !== GROUP) errors.push(notSupported('roleRef.apiGroup', ref['apiGroup'] ?? '', [GROUP]));
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  if (!kinds.includes(textOf(ref['kind']))) errors.push(notSupported('roleRef.kind', ref['kind'] ?? '', kinds));
  if (present(errors, 'roleRef.name', ref['name'])) name(errors, 'roleRef.name', ref['name'], pathSegment);
  listOf(object['subjects']).forEach((item, i) => {
    const subject = objectOf(item);
    const at = `subjects[${i}]`;
    present(errors, `${at}.name`, subject['name']);
    switch (subject['kind']) {
      case 'ServiceAccount':
        if (textOf(subject['name']) !== '') name(errors, `${at}.name`, subject['name'], dns1123Subdomain);
        if (textOf(subject['apiGroup']) !== '') {
          errors.push(notSupported(`${at}.apiGroup`, subject['apiGroup'], ['']));
        }
        if (!namespaced) present(errors, `${at}.namespace`, subject['namespace']);
        break;
      case 'User':
      case 'Group':
        if (subject['apiGroup'] !== GROUP) {
          errors.push(notSupported(`${at}.apiGroup`, subject['apiGroup'] ?? '', [GROUP]));
        }
        break;
      default:
        errors.push(notSupported(`${at}.kind`, subject['kind'] ?? '', ['ServiceAccount', 'User', 'Group']));
    }
  });
  if (old !== undefined && !semanticEqual(ref, old['roleRef'])) {
    const shown = { APIGroup: textOf(ref['apiGroup']), Kind: textOf(ref['kind']), Name: textOf(ref['name']) };
    errors.push(invalid('roleRef', shown, 'cannot change roleRef'));
  }
}
