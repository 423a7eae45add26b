import assert from 'node:assert/strict';
import { test } from 'node:test';
import library from 'yaml';
import { loadDescriptions } from '../../api/edge/load.ts';
import { Handler } from '../http/handler.ts';
import { MAPS, Web } from '../http/web.ts';
import { yamlOf } from '../http/yaml.ts';
import { type Any, configMap, pod } from '../rig.ts';
import { type AuditPolicy, decide, policyOf } from './policy.ts';

const read = (...rules: object[]): AuditPolicy => {
  const policy = policyOf({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules });
  if (typeof policy === 'string') throw new Error(policy);
  return policy;
};
/** A server that writes what a policy says. */
function audited(policy: AuditPolicy): { web: Web; events: Any[] } {
  const web = new Web({ spec: { endpoint: { ip: '10.0.0.9', port: 6443 } } });
  web.world.advance(500);
  const events: Any[] = [];
  const auditing = { policy, write: (event: object) => void events.push(event) };
  web.handler = new Handler(web.api, { descriptions: loadDescriptions, yaml: () => yamlOf(library), auditing });
  return { web, events };
}

test('audit policy: the first rule that is about a request decides its level', () => {
  const policy = read(
    { level: 'None', users: ['system:kube-proxy'], verbs: ['watch'] },
    { level: 'RequestResponse', resources: [{ group: '', resources: ['pods', '*/scale'], resourceNames: [] }] },
    { level: 'Request', resources: [{ group: 'apps' }], namespaces: ['team'] },
    { level: 'Metadata', nonResourceURLs: ['/healthz*', '/version'], omitStages: ['ResponseStarted'] },
    { level: 'None', userGroups: ['system:nodes'] },
    { level: 'Metadata', resources: [{ group: '', resources: ['secrets/*'] }] },
  );
  const of = (
    user: string,
    verb: string,
    group: string,
    whole: string,
    namespace = '',
    groups: string[] = [],
  ): string => {
    const [resource = '', subresource = ''] = whole.split('/');
    return decide(policy, { name: user, groups }, { verb, group, resource, subresource, namespace, name: '' }).level;
  };
  assert.equal(of('system:kube-proxy', 'watch', '', 'pods'), 'None');
  assert.equal(of('a', 'watch', '', 'pods'), 'RequestResponse');
  assert.equal(of('a', 'get', '', 'pods/log'), 'None');
  assert.equal(of('a', 'get', '', 'replicationcontrollers/scale'), 'RequestResponse');
  assert.equal(of('a', 'get', 'apps', 'deployments', 'team'), 'Request');
  assert.equal(of('a', 'get', 'apps', 'deployments', 'other'), 'None');
  assert.equal(of('a', 'get', '', 'secrets/x'), 'Metadata');
  const path = decide(policy, undefined, { verb: 'get', path: '/healthz/etcd' });
  assert.deepEqual([path.level, [...path.omitStages]], ['Metadata', ['RequestReceived', 'ResponseStarted']]);
});

test('audit policy: what is none: told why', () => {
  const of = (rules: object[]): unknown => policyOf({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules });
  assert.equal(of([]), 'loaded illegal policy with 0 rules');
  assert.match(String(policyOf({ kind: 'Policy' })), /wanted is audit.k8s.io\/v1, Kind=Policy/);
  assert.equal(
    of([{ level: 'All', nonResourceURLs: ['a*b'] }]),
    'rules[0].level: Unsupported value: "All": supported values: "None", "Metadata", "Request", "RequestResponse", rules[0].nonResourceURLs[0]: Invalid value: "a*b": non-resource URL rules must begin with a \'/\' character, rules[0].nonResourceURLs[0]: Invalid value: "a*b": non-resource URL wildcards \'*\' must be the final character of the rule',
  );
});

test('audit: a write: who, what, when, and what became of it; with the objects where the policy wants them', () => {
  const { web, events } = audited(
    read(
      { level: 'RequestResponse', resources: [{ group: '', resources: ['configmaps'] }], omitManagedFields: true },
      { level: 'None' },
    ),
  );
  const headers = { 'user-agent': 'curl/8', 'audit-id': 'abc' };
  web.http('POST', `${MAPS}?dryRun=All`, { json: configMap('m', { a: 'b' }), headers, from: '10.1.2.3' });
  web.http('GET', '/version');
  assert.equal(events.length, 1);
  const [{ requestObject, responseObject, requestReceivedTimestamp, stageTimestamp, ...event }] = events;
  assert.deepEqual(event, {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID: 'abc',
    stage: 'ResponseComplete',
    requestURI: `${MAPS}?dryRun=All`,
    verb: 'create',
    user: { username: 'kubernetes-admin', groups: ['system:masters'] },
    sourceIPs: ['10.1.2.3'],
    userAgent: 'curl/8',
    objectRef: { resource: 'configmaps', namespace: 'default', name: 'm', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
  });
  assert.deepEqual([requestObject.data, responseObject.data], [{ a: 'b' }, { a: 'b' }]);
  assert.equal(responseObject.metadata.managedFields, undefined);
  assert.ok(/^\d{4}-.*\.\d{6}Z$/.test(stageTimestamp) && requestReceivedTimestamp <= stageTimestamp);
});

test('audit: one who may not: the reason; one who speaks for another: both; a policy: what it notes', () => {
  const { web, events } = audited(read({ level: 'Metadata' }));
  const bob = { name: 'bob', groups: ['system:authenticated'] };
  web.http('GET', MAPS, { user: bob });
  const refused = events.pop();
  assert.deepEqual(
    [refused.responseStatus.code, refused.responseStatus.reason, refused.annotations['authorization.k8s.io/decision']],
    [403, 'Forbidden', 'forbid'],
  );
  web.http('GET', MAPS, { headers: { 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' } });
  const { user, impersonatedUser } = events.pop();
  assert.deepEqual([user.username, impersonatedUser.username], ['kubernetes-admin', 'jane']);
  const labels = { 'pod-security.kubernetes.io/audit': 'baseline' };
  web.http('PATCH', '/api/v1/namespaces/default', {
    json: { metadata: { labels } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  web.http('POST', '/api/v1/namespaces/default/pods', { json: pod('p', { hostPID: true }) });
  assert.equal(
    events.pop().annotations['pod-security.kubernetes.io/audit-violations'],
    'would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)',
  );
});

test('audit: a watch: when it begins and when it ends; stages that are left out: not', () => {
  const { web, events } = audited(read({ level: 'Metadata', omitStages: ['ResponseComplete'], verbs: ['watch'] }));
  const watch = web.begin('GET', `${MAPS}?watch=1&timeoutSeconds=2`);
  web.world.until('it has begun', () => watch.code === 200, 5_000);
  assert.deepEqual(
    events.map(({ stage, verb, responseStatus }) => [stage, verb, responseStatus.code]),
    [['ResponseStarted', 'watch', 200]],
  );
  web.world.until('it ends', () => watch.ended, 10_000);
  assert.equal(events.length, 1);
});
