import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestOf } from '../../api/certificate.fixture.ts';
import type { User } from '../protocol.ts';
import type { Any } from '../rig.ts';
import { jsonOf, MAPS, Web } from './web.ts';

const bob: User = { name: 'bob', groups: ['devs', 'system:authenticated'] };
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
/** With the roles that every cluster has. */
const served = (): Web => {
  const web = new Web({ spec: { endpoint: { ip: '10.0.0.9', port: 6443 } } });
  web.world.advance(500);
  return web;
};
const role = (name: string, rules: object[], kind = 'ClusterRole'): object => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind,
  metadata: { name },
  rules,
});
const bound = (name: string, to: object, of: string, kind = 'ClusterRole'): object => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name },
  subjects: [to],
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: of },
});
const user = (name: string): object => ({ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name });
const made = (web: Web, url: string, json: object): void => {
  const answer = web.http('POST', url, { json });
  assert.equal(answer.code, 201, answer.text);
  web.world.advance(20);
};

test('access: nobody that we know: may see what is public, and is told what he may not', () => {
  const web = served();
  const nobody = { user: undefined as never };
  assert.equal(web.http('GET', '/healthz', nobody).text, 'ok');
  const refused = web.http('GET', MAPS, nobody);
  assert.deepEqual(
    [refused.code, jsonOf(refused).message],
    [
      403,
      'configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" in API group "" in the namespace "default"',
    ],
  );
  assert.equal(
    jsonOf(web.http('GET', '/openapi/v2', nobody)).message,
    'forbidden: User "system:anonymous" cannot get path "/openapi/v2"',
  );
});

test('access: a role bound in a namespace: there and nowhere else', () => {
  const web = served();
  assert.equal(web.http('GET', MAPS, { user: bob }).code, 403);
  made(web, `${RBAC}/namespaces/default/rolebindings`, bound('b', user('bob'), 'view'));
  assert.equal(web.http('GET', MAPS, { user: bob }).code, 200);
  assert.equal(web.http('GET', '/api/v1/namespaces/default/secrets', { user: bob }).code, 403);
  assert.equal(web.http('GET', '/api/v1/namespaces/kube-system/configmaps', { user: bob }).code, 403);
  assert.equal(web.http('POST', MAPS, { user: bob, json: {} }).code, 403);
  assert.equal(web.http('GET', '/api', { user: bob }).code, 200);
  const node = '/api/v1/nodes';
  assert.equal(
    jsonOf(web.http('GET', node, { user: bob })).message,
    'nodes is forbidden: User "bob" cannot list resource "nodes" in API group "" at the cluster scope',
  );
});

test('access: a service account: known by its token, has what is bound to it', () => {
  const web = served();
  const { token } = jsonOf(
    web.http('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', { json: {} }),
  ).status;
  const own = { user: undefined as never, headers: { authorization: `Bearer ${token}` } };
  assert.equal(web.http('GET', MAPS, own).code, 403);
  const to = { kind: 'ServiceAccount', namespace: 'default', name: 'default' };
  made(web, `${RBAC}/namespaces/default/rolebindings`, bound('b', to, 'view'));
  assert.equal(web.http('GET', MAPS, own).code, 200);
});

test('access: to speak as another: only who may impersonate him', () => {
  const web = served();
  const as = (headers: Record<string, string>, who?: User): Any =>
    web.http('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      json: {},
      headers,
      ...(who === undefined ? {} : { user: who }),
    });
  const jane = { 'impersonate-user': 'jane', 'impersonate-group': 'a, b', 'impersonate-extra-scopes': 'x' };
  assert.deepEqual(jsonOf(as(jane)).status.userInfo, {
    username: 'jane',
    groups: ['a', 'b', 'system:authenticated'],
    extra: { scopes: ['x'] },
  });
  assert.equal(
    jsonOf(as(jane, bob)).message,
    'users "jane" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
  );
  const account = jsonOf(as({ 'impersonate-user': 'system:serviceaccount:default:x' })).status.userInfo;
  assert.deepEqual(account.groups, [
    'system:serviceaccounts',
    'system:serviceaccounts:default',
    'system:authenticated',
  ]);
  assert.equal(as({ 'impersonate-group': 'a' }).code, 400);
});

test('access: reviews: say what a request would be told', () => {
  const web = served();
  made(web, `${RBAC}/namespaces/default/rolebindings`, bound('b', user('bob'), 'view'));
  const attributes = { namespace: 'default', verb: 'list', resource: 'pods' };
  const self = (verb: string): Any =>
    jsonOf(
      web.http('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        user: bob,
        json: { spec: { resourceAttributes: { ...attributes, verb } } },
      }),
    ).status;
  assert.deepEqual([self('list').allowed, self('delete').allowed], [true, false]);
  const of = { spec: { user: 'bob', resourceAttributes: attributes } };
  const other = jsonOf(web.http('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { json: of }));
  assert.equal(other.status.allowed, true);
  const rules = jsonOf(
    web.http('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
      user: bob,
      json: { spec: { namespace: 'default' } },
    }),
  ).status;
  assert.ok(rules.resourceRules.some(({ resources }: Any) => resources.includes('pods')));
  assert.ok(rules.nonResourceRules.some(({ nonResourceURLs }: Any) => nonResourceURLs.includes('/api')));
});

test('access: roles and bindings: nobody gives away what he does not have', () => {
  const web = served();
  const rules = [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['*'], verbs: ['create', 'update', 'get'] }];
  made(web, `${RBAC}/clusterroles`, role('maker', rules));
  made(web, `${RBAC}/namespaces/default/rolebindings`, bound('b', user('bob'), 'maker'));
  const wanted = role('r', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }], 'Role');
  const refused = web.http('POST', `${RBAC}/namespaces/default/roles`, { user: bob, json: wanted });
  assert.deepEqual(
    [refused.code, jsonOf(refused).message],
    [
      403,
      'roles.rbac.authorization.k8s.io "r" is forbidden: user "bob" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
    ],
  );
  const binding = { user: bob, json: bound('c', user('eve'), 'edit') };
  assert.equal(web.http('POST', `${RBAC}/namespaces/default/rolebindings`, binding).code, 403);
  const own = { user: bob, json: bound('c', user('eve'), 'maker') };
  assert.equal(web.http('POST', `${RBAC}/namespaces/default/rolebindings`, own).code, 201);
});

test('access: a signing request: knows who made it, and only who may approve approves', () => {
  const web = served();
  const url = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
  const rules = [{ apiGroups: ['certificates.k8s.io'], resources: ['*'], verbs: ['create', 'update', 'get'] }];
  made(web, `${RBAC}/clusterroles`, role('requester', rules));
  made(web, `${RBAC}/clusterrolebindings`, { ...bound('b', user('bob'), 'requester'), kind: 'ClusterRoleBinding' });
  const spec = {
    request: requestOf('bob'),
    signerName: 'example.com/s',
    usages: ['client auth'],
    username: 'system:admin',
  };
  const json = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'c' },
    spec,
  };
  const answer = web.http('POST', url, { user: bob, json });
  assert.equal(answer.code, 201, answer.text);
  const stored = jsonOf(answer);
  assert.deepEqual([stored.spec.username, stored.spec.groups], ['bob', bob.groups]);
  const conditions = [{ type: 'Approved', status: 'True', reason: 'r', message: 'm' }];
  const approved = { ...stored, status: { conditions } };
  const refused = web.http('PUT', `${url}/c/approval`, { user: bob, json: approved });
  assert.match(jsonOf(refused).message, /user not permitted to approve requests with signerName "example.com\/s"$/);
  const decided = jsonOf(web.http('PUT', `${url}/c/approval`, { json: approved }));
  const [condition] = decided.status.conditions;
  assert.equal(condition.type, 'Approved');
  assert.match(condition.lastUpdateTime, /Z$/);
  assert.equal(condition.lastTransitionTime, condition.lastUpdateTime);
});
