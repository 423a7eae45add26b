import assert from 'node:assert/strict';
import { test } from 'node:test';
import { etcdOn } from '../etcd/index.ts';
import type { EtcdRequest } from '../etcd/protocol.ts';
import { type Any, configMap, pod, Rig } from './rig.ts';

const GARBAGE: Readonly<Record<string, string>> = {
  'core/pods/default/text': 'garbage',
  'core/pods/default/list': '[1]',
  'core/pods/default/half': '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"half","namespace":"default"',
  'core/pods/default/bare': '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"bare","namespace":"default"}}',
  'core/pods/default/other':
    '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"another","namespace":"default"},"spec":{"containers":[]}}',
  'core/configmaps/default/nothing': '{}',
  'apps/deployments/default/empty':
    '{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"empty","namespace":"default"},"spec":{}}',
};
/** As etcdctl would. */
function write(rig: Rig, key: string, value: string): void {
  const put = { op: 'put', key: `/registry/${key}`, value: Buffer.from(value) } as const;
  // biome-ignore lint/suspicious/noThenProperty: etcd's word
  const request = { type: 'etcd.txn', id: `etcdctl ${key}`, compare: [], then: [put], else: [] } as EtcdRequest;
  let answered = false;
  etcdOn(rig.world.host('etcd'))!.request(request, (reply) => {
    assert.equal(reply.type, 'etcd.txned');
    answered = true;
  });
  rig.world.until('etcd has it', () => answered);
}

test('apiserver: what is no object under its keys: nobody is shown it, nothing dies, one is told to remove it', () => {
  const rig = new Rig();
  rig.ok('create', 'pods', { body: pod('real') });
  rig.ok('create', 'configmaps', { body: configMap('a', { x: '1' }) });
  for (const [key, value] of Object.entries(GARBAGE)) write(rig, key, value);
  const names = (resource: string, group = ''): string[] =>
    rig.ok('list', resource, { group }).items.map((item: Any) => item.metadata.name);
  const seen = (): void => {
    assert.deepEqual(names('pods'), ['real']);
    assert.deepEqual(names('configmaps'), ['a']);
    assert.deepEqual(names('deployments', 'apps'), []);
  };
  seen();
  for (const verb of ['get', 'delete'] as const)
    assert.match(
      rig.refusal(verb, 'pods', { name: 'text' }),
      /^500 InternalError: .*what etcd has at \/registry\/core\/pods\/default\/text is no object of the API: remove it/,
    );
  assert.match(rig.refusal('create', 'pods', { body: pod('text') }), /^409 AlreadyExists/);
  // A server that starts lists all of it.
  rig.world.crash('api-0');
  rig.serve('api-0');
  rig.world.until('it serves again', () => rig.apis.length === 2);
  seen();
});

test('apiserver: an object that another client of etcd wrote by hand, in its own order: shown like any other', () => {
  const rig = new Rig();
  write(
    rig,
    'core/configmaps/default/hand',
    '{"data":{"k":"v"},"metadata":{"namespace":"default","name":"hand"},"apiVersion":"v1","kind":"ConfigMap"}',
  );
  assert.deepEqual(rig.ok('get', 'configmaps', { name: 'hand' }).data, { k: 'v' });
});
