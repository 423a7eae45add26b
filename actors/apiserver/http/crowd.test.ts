import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { User } from '../protocol.ts';
import { configMap } from '../rig.ts';
import { type Answer, jsonOf, MAPS, Web } from './web.ts';

const FLOW = '/apis/flowcontrol.apiserver.k8s.io/v1';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const flood: User = { name: 'flood', groups: ['devs', 'system:authenticated'] };
const quiet: User = { name: 'quiet', groups: ['devs', 'system:authenticated'] };
/** With what every cluster has, and developers who may edit. */
function served(): Web {
  const web = new Web({ spec: { endpoint: { ip: '10.0.0.9', port: 6443 } } });
  web.world.advance(500);
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'devs' },
    subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'devs' }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
  };
  assert.equal(web.http('POST', `${RBAC}/clusterrolebindings`, { json: binding }).code, 201);
  // Its roles and levels are in the caches.
  assert.equal(web.http('GET', MAPS, { user: quiet }).code, 200);
  web.world.advance(100);
  return web;
}
const uid = (web: Web, path: string): string => jsonOf(web.http('GET', `${FLOW}/${path}`)).metadata.uid;

test('crowd: an answer says which flow schema and level it was under', () => {
  const web = served();
  const { headers } = web.http('GET', MAPS, { user: quiet });
  assert.equal(headers['x-kubernetes-pf-flowschema-uid'], uid(web, 'flowschemas/global-default'));
  assert.equal(headers['x-kubernetes-pf-prioritylevel-uid'], uid(web, 'prioritylevelconfigurations/global-default'));
  const mine = web.http('GET', MAPS).headers['x-kubernetes-pf-flowschema-uid'];
  assert.equal(mine, uid(web, 'flowschemas/exempt'));
});

test('crowd: a flood by one user: told 429 past his queues; another is served meanwhile', () => {
  const web = served();
  const create = (user: User, i: number): Answer =>
    web.begin('POST', MAPS, { user, json: configMap(`${user.name}-${i}`) });
  const floods = Array.from({ length: 1_500 }, (_, i) => create(flood, i));
  const others = Array.from({ length: 20 }, (_, i) => create(quiet, i));
  web.world.until('the quiet one is served', () => others.every(({ ended }) => ended), 10_000);
  assert.deepEqual([...new Set(others.map(({ code }) => code))], [201]);
  web.world.until('all is answered', () => floods.every(({ ended }) => ended), 60_000);
  const refused = floods.filter(({ code }) => code === 429);
  assert.ok(refused.length > 500 && refused.length < 1_500, String(refused.length));
  assert.deepEqual(
    [refused[0]?.headers['retry-after'], refused[0]?.text],
    ['1', 'Too many requests, please try again later.\n'],
  );
  assert.ok(floods.every(({ code }) => code === 201 || code === 429));
  assert.match(
    web.http('GET', '/metrics').text,
    /flowcontrol_rejected_requests_total\{flow_schema="global-default",priority_level="global-default",reason="queue-full"\} \d/,
  );
  assert.match(web.http('GET', '/metrics').text, /current_executing_requests\{priority_level="global-default"\} 0\n/);
});

test('crowd: a schema and a level of our own: they hold at once, and when they are gone no more', () => {
  const web = served();
  const meta = (name: string): object => ({ apiVersion: 'flowcontrol.apiserver.k8s.io/v1', metadata: { name } });
  const level = {
    ...meta('tiny'),
    kind: 'PriorityLevelConfiguration',
    spec: { type: 'Limited', limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } } },
  };
  const rules = [
    {
      subjects: [{ kind: 'User', user: { name: 'flood' } }],
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] }],
    },
  ];
  const schema = {
    ...meta('tiny'),
    kind: 'FlowSchema',
    spec: { priorityLevelConfiguration: { name: 'tiny' }, matchingPrecedence: 50, rules },
  };
  const posted = web.http('POST', `${FLOW}/prioritylevelconfigurations`, { json: level });
  assert.equal(posted.code, 201, posted.text);
  assert.equal(web.http('POST', `${FLOW}/flowschemas`, { json: schema }).code, 201);
  web.world.advance(50);
  const under = (): string => web.http('GET', MAPS, { user: flood }).headers['x-kubernetes-pf-flowschema-uid'];
  assert.equal(under(), uid(web, 'flowschemas/tiny'));
  assert.equal(web.http('DELETE', `${FLOW}/flowschemas/tiny`).code, 200);
  web.world.advance(50);
  assert.equal(under(), uid(web, 'flowschemas/global-default'));
});

test('crowd: a watch: has its seat until it has begun; debug: levels, queues and requests as tables', () => {
  const web = served();
  const dump = (what: string): string[][] =>
    web
      .http('GET', `/debug/api_priority_and_fairness/${what}`)
      .text.trim()
      .split('\n')
      .map((line) => line.split(/, */));
  web.begin('GET', `${MAPS}?watch=1`, { user: quiet });
  web.world.advance(50);
  const [head = [], ...levels] = dump('dump_priority_levels');
  assert.deepEqual(head.slice(0, 4), ['PriorityLevelName', 'ActiveQueues', 'IsIdle', 'IsQuiescing']);
  assert.deepEqual(
    levels.find(([name]) => name === 'exempt'),
    ['exempt', ...Array.from({ length: 9 }, () => '<none>')],
  );
  const [, , idle, , waiting, executing, dispatched] = levels.find(([name]) => name === 'global-default')!;
  assert.deepEqual([idle, waiting, executing, dispatched], ['true', '0', '0', '2']);
  assert.equal(dump('dump_queues').filter(([name]) => name === 'global-default').length, 128);
  const slow = web.begin('POST', MAPS, { user: quiet, json: configMap('slow') });
  const [, schema, , index, who] = dump('dump_requests').find(([name]) => name === 'global-default')!;
  assert.deepEqual([schema, index, who], ['global-default', '-1', 'quiet']);
  web.world.until('the slow one is answered', () => slow.ended, 10_000);
});
