//! Roles and bindings (pkg/apis/rbac/validation).
import { forbidden, invalid, notSupported, required } from '../field-error.ts';
import { get, type JsonObject, listOf, objectOf, semanticEqual, textOf } from '../json.ts';
import { type Errors, labelSelector, present } from './check.ts';

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
  listOf(get(object, 'aggregationRule', 'clusterRoleSelectors')).forEach((selector, i) => {
    labelSelector(errors, `aggregationRule.clusterRoleSelectors[${i}]`, selector);
  });
}
export function binding(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const namespaced = object['kind'] === 'RoleBinding';
  const ref = objectOf(object['roleRef']);
  if (ref['apiGroup'] !== GROUP) errors.push(notSupported('roleRef.apiGroup', ref['apiGroup'] ?? '', [GROUP]));
  const kinds = namespaced ? ['ClusterRole', 'Role'] : ['ClusterRole'];
  if (!kinds.includes(textOf(ref['kind']))) errors.push(notSupported('roleRef.kind', ref['kind'] ?? '', kinds));
  present(errors, 'roleRef.name', ref['name']);
  listOf(object['subjects']).forEach((item, i) => {
    const subject = objectOf(item);
    const at = `subjects[${i}]`;
    present(errors, `${at}.name`, subject['name']);
    switch (subject['kind']) {
      case 'ServiceAccount':
        if (textOf(subject['apiGroup']) !== '') {
          errors.push(notSupported(`${at}.apiGroup`, subject['apiGroup'], ['']));
        }
        present(errors, `${at}.namespace`, subject['namespace']);
        break;
      case 'User':
      case 'Group':
        if (subject['apiGroup'] !== GROUP) {
          errors.push(notSupported(`${at}.apiGroup`, subject['apiGroup'] ?? '', [GROUP]));
        }
        if (textOf(subject['namespace']) !== '') {
          errors.push(forbidden(`${at}.namespace`, `may not be set for kind "${subject['kind']}"`));
        }
        break;
      default:
        errors.push(notSupported(`${at}.kind`, subject['kind'] ?? '', ['Group', 'ServiceAccount', 'User']));
    }
  });
  if (old !== undefined && !semanticEqual(ref, old['roleRef'])) {
    errors.push(invalid('roleRef', ref, 'cannot change roleRef'));
  }
}
