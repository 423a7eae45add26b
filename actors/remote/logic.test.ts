import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail, ok } from '../../runtime/fault.ts';
import { forbidden, notFound } from '../api/status.ts';
import type { ApiRequest } from '../apiserver/protocol.ts';
import { httpOf, replyOf } from './logic.ts';

const request = (over: Partial<ApiRequest>): ApiRequest => ({
  type: 'api.request',
  id: 'r',
  user: { name: 'system:kube-scheduler', groups: [] },
  verb: 'get',
  group: '',
  version: 'v1',
  resource: 'pods',
  namespace: 'ns',
  name: 'a b',
  subresource: '',
  options: {},
  ...over,
});

test('remote: requests of the bus as HTTP: table', () => {
  const deployments = { group: 'apps', resource: 'deployments', name: '' } as const;
  const table: [Partial<ApiRequest>, string, string?][] = [
    [{}, 'GET /api/v1/namespaces/ns/pods/a%20b'],
    [{ ...deployments, namespace: '', verb: 'list' }, 'GET /apis/apps/v1/deployments?limit=500'],
    [
      { ...deployments, verb: 'list', options: { limit: 2, continue: 'x', labelSelector: 'a=b,c in (d)' } },
      'GET /apis/apps/v1/namespaces/ns/deployments?labelSelector=a%3Db%2Cc+in+%28d%29&limit=2&continue=x',
    ],
    [
      { verb: 'create', name: 'p', subresource: 'binding', body: { target: 1 } },
      'POST /api/v1/namespaces/ns/pods/p/binding',
      'application/json {"target":1}',
    ],
    [
      { verb: 'patch', name: 'p', patchType: 'apply', body: {}, options: { fieldManager: 'm', force: true } },
      'PATCH /api/v1/namespaces/ns/pods/p?fieldManager=m&force=true',
      'application/apply-patch+yaml {}',
    ],
    [
      { verb: 'delete', name: 'p', options: { gracePeriodSeconds: 0, preconditions: { uid: 'u' } } },
      'DELETE /api/v1/namespaces/ns/pods/p',
      'application/json {"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0,"preconditions":{"uid":"u"}}',
    ],
  ];
  for (const [over, line, body] of table) {
    const http = httpOf(request(over));
    assert.equal(`${http.method} ${http.path}`, line);
    assert.equal(http.body === undefined ? undefined : `${http.contentType} ${http.body}`, body);
    assert.equal(http.userAgent, 'kube-scheduler/v1.36 (orrery)');
  }
});
test('remote: answers: objects, lists with kinds, refusals with their Status, waits that were asked for', () => {
  const pods = { group: '', resource: 'pods' };
  const list = { kind: 'PodList', items: [{ metadata: { name: 'a' } }], metadata: { resourceVersion: '7' } };
  const listed = replyOf(request({ verb: 'list' }), ok({ code: 200, body: list }));
  assert.deepEqual(listed.reply, {
    type: 'api.list',
    items: [{ metadata: { name: 'a' }, apiVersion: 'v1', kind: 'Pod' }],
    resourceVersion: '7',
  });
  const gone = replyOf(request({}), ok({ code: 404, body: notFound(pods, 'a') }));
  assert.equal(gone.reply.type === 'fault' && gone.reply.fault.reason, 'NotFound');
  const denied = replyOf(request({}), ok({ code: 403, body: forbidden(pods, 'a', 'no') }));
  assert.equal(denied.reply.type === 'fault' && denied.reply.fault.message, 'pods "a" is forbidden: no');
  const busy = replyOf(request({}), ok({ code: 429, body: 'slow down', retryAfterSeconds: 3 }));
  assert.deepEqual([busy.reply.type === 'fault' && busy.reply.fault.reason, busy.afterMs], ['Busy', 3_000]);
  const lost = replyOf(request({ verb: 'create' }), fail('Timeout', 'no answer'));
  assert.equal(lost.reply.type === 'fault' && lost.reply.fault.reason, 'InternalError', 'not asked again');
});
