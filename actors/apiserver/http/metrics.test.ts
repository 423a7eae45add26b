import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMap } from '../rig.ts';
import { jsonOf, MAPS, Web } from './web.ts';

const metric = (web: Web, line: RegExp): number => {
  const found = line.exec(web.http('GET', '/metrics').text);
  assert.ok(found, `no ${line}`);
  return Number(found[1]);
};

test('metrics: requests: counted by verb, resource, scope and code; what a client makes up is one series', () => {
  const web = new Web();
  for (const name of ['a', 'b']) web.http('POST', MAPS, { json: configMap(name) });
  web.http('POST', MAPS, { json: configMap('a') });
  const made =
    'component="apiserver",dry_run="",group="",version="v1",resource="configmaps",subresource="",scope="namespace",verb="POST"';
  assert.equal(metric(web, new RegExp(`apiserver_request_total\\{code="201",${made}\\} (\\d+)`)), 2);
  assert.equal(metric(web, new RegExp(`apiserver_request_total\\{code="409",${made}\\} (\\d+)`)), 1);
  assert.equal(metric(web, new RegExp(`apiserver_request_duration_seconds_count\\{${made}\\} (\\d+)`)), 3);
  const before = web.http('GET', '/metrics').text.split('\n').length;
  for (let i = 0; i < 50; i++) web.http('GET', `/apis/made.up/v${i}/things${i}`);
  assert.ok(web.http('GET', '/metrics').text.split('\n').length < before + 100);
});

test('metrics: watches: those that are open, and what they were told', () => {
  const web = new Web();
  const watch = web.begin('GET', `${MAPS}?watch=1`);
  web.world.advance(10);
  const open =
    /apiserver_longrunning_requests\{component="apiserver",group="",version="v1",resource="configmaps",subresource="",scope="namespace",verb="WATCH"\} (\d+)/;
  assert.equal(metric(web, open), 1);
  web.http('POST', MAPS, { json: configMap('a') });
  web.world.advance(10);
  assert.equal(metric(web, /apiserver_watch_events_total\{group="",resource="configmaps",version="v1"\} (\d+)/), 1);
  watch.stop();
  assert.equal(metric(web, open), 0);
});

test('metrics: admission: how long each plugin and each phase took', () => {
  const web = new Web();
  web.http('POST', MAPS, { json: configMap('a') });
  const of = 'operation="CREATE",rejected="false",type=';
  const phase = 'apiserver_admission_step_admission_duration_seconds_count';
  assert.ok(metric(web, new RegExp(`${phase}\\{${of}"validate"\\} (\\d+)`)) > 0);
  const plugin = 'apiserver_admission_controller_admission_duration_seconds_count';
  assert.ok(metric(web, new RegExp(`${plugin}\\{name="NamespaceLifecycle",${of}"admit"\\} (\\d+)`)) > 0);
  assert.equal(metric(web, /kubernetes_build_info\{major="1",minor="36",git_version="v1.36.0"\} (\d+)/), 1);
});

test('health: whole, verbose, one check, with exceptions', () => {
  const web = new Web();
  const get = (url: string): [number, string] => {
    const { code, text } = web.http('GET', url);
    return [code, text];
  };
  assert.deepEqual(get('/livez'), [200, 'ok']);
  assert.deepEqual(get('/livez/etcd'), [200, 'ok']);
  assert.match(
    get('/readyz?verbose')[1],
    /^\[\+\]ping ok\n\[\+\]log ok\n\[\+\]etcd ok\n(?:.*\n)*readyz check passed\n$/,
  );
  assert.match(get('/livez?verbose&exclude=etcd')[1], /\[\+\]etcd excluded: ok\n/);
  assert.equal(get('/livez/nothing')[0], 404);
  const checks = (path: string): (string | undefined)[] =>
    [...get(`${path}?verbose`)[1].matchAll(/^\[\+\](\S+) ok$/gm)].map(([, name]) => name);
  assert.deepEqual(get('/healthz/poststarthook/crd-informer-synced'), [200, 'ok']);
  assert.deepEqual(checks('/readyz').slice(2, 5), ['etcd', 'etcd-readiness', 'informer-sync']);
  assert.equal(checks('/readyz').at(-1), 'shutdown');
  for (const name of ['poststarthook/rbac/bootstrap-roles', 'autoregister-completion'])
    for (const path of ['/livez', '/readyz', '/healthz']) assert.ok(checks(path).includes(name), `${name} of ${path}`);
});

test('audit: an id with every answer: that of the client, or one of ours', () => {
  const web = new Web();
  assert.equal(web.http('GET', MAPS, { headers: { 'audit-id': 'abc-1' } }).headers['audit-id'], 'abc-1');
  const [a, b] = [0, 1].map(() => web.http('GET', `${MAPS}/none`).headers['audit-id']);
  assert.match(a, /^[0-9a-f-]{36}$/);
  assert.notEqual(a, b);
  assert.equal(jsonOf(web.http('GET', `${MAPS}/none`)).code, 404);
});

test('metrics: a deprecated kind that is asked for: told', () => {
  const web = new Web();
  web.http('GET', '/api/v1/namespaces/default/endpoints');
  const of = 'group="",removed_release="",resource="endpoints",subresource="",version="v1"';
  assert.equal(metric(web, new RegExp(`apiserver_requested_deprecated_apis\\{${of}\\} (\\d+)`)), 1);
});

test('metrics: etcd: what was asked of it, by operation and resource; nobody waits in a queue', () => {
  const web = new Web();
  web.http('POST', MAPS, { json: configMap('a') });
  const of = 'operation="create",group="",resource="configmaps"';
  assert.equal(metric(web, new RegExp(`etcd_requests_total\\{${of}\\} (\\d+)`)), 1);
  assert.equal(metric(web, new RegExp(`etcd_request_duration_seconds_count\\{${of}\\} (\\d+)`)), 1);
  assert.equal(metric(web, /apiserver_current_inqueue_requests\{request_kind="mutating"\} (\d+)/), 0);
  assert.equal(metric(web, /apiserver_current_inqueue_requests\{request_kind="readOnly"\} (\d+)/), 0);
});
