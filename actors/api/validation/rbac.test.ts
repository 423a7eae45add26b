import { test } from 'node:test';
import { created, updated } from './refusal.fixture.ts';

const group = 'rbac.authorization.k8s.io';
const kind = (name: string) => ({ group, kind: name, namespaced: !name.startsWith('Cluster') });

test('roles: rules of resources, of URLs, and roles made of roles', () => {
  created(kind('Role'), { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }, [
    [{ 'rules.0.verbs': [] }, 'rules[0].verbs: Required value: verbs must contain at least one value'],
    [
      { 'rules.0': { verbs: ['get'] } },
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ],
    [
      { 'rules.0.nonResourceURLs': ['/a'] },
      'rules[0].nonResourceURLs: Invalid value: ["/a"]: namespaced rules cannot apply to non-resource URLs',
      'rules[0].nonResourceURLs: Invalid value: ["/a"]: rules cannot apply to both regular resources and non-resource URLs',
    ],
  ]);
  created(kind('ClusterRole'), { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } }, [
    [
      { 'aggregationRule.clusterRoleSelectors': [] },
      'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
    ],
  ]);
});
test('bindings: a role for good, and subjects of three kinds', () => {
  const sound = {
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'User', name: 'a' }],
  };
  created(kind('RoleBinding'), sound, [
    [{ 'roleRef.kind': 'Odd' }, 'roleRef.kind: Unsupported value: "Odd": supported values: "Role", "ClusterRole"'],
    [{ 'roleRef.name': 'a/b' }, 'roleRef.name: Invalid value: "a/b": may not contain \'/\''],
    [
      { 'subjects.0': { kind: 'Odd', name: '' } },
      'subjects[0].name: Required value',
      'subjects[0].kind: Unsupported value: "Odd": supported values: "ServiceAccount", "User", "Group"',
    ],
    [{ 'subjects.0': { kind: 'ServiceAccount', name: 'a' } }],
  ]);
  created(kind('ClusterRoleBinding'), sound, [
    [{ 'roleRef.kind': 'Role' }, 'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"'],
    [{ 'subjects.0': { kind: 'ServiceAccount', name: 'a' } }, 'subjects[0].namespace: Required value'],
  ]);
  updated(kind('RoleBinding'), sound, [
    [
      { 'roleRef.name': 'edit' },
      `roleRef: Invalid value: {"APIGroup":"${group}","Kind":"ClusterRole","Name":"edit"}: cannot change roleRef`,
    ],
    [{ subjects: [] }],
  ]);
});
