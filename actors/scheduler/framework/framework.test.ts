import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../../../runtime/fault.ts';
import { bindPod } from '../binding.ts';
import { node, pod } from '../fixtures.ts';
import { Rig } from '../rig.ts';
import { never, type Plugin } from './plugin.ts';

const rig = (plugin: Plugin, more: object = {}): Rig =>
  new Rig({
    plugins: { [plugin.name]: () => plugin },
    profiles: [
      { schedulerName: 'default-scheduler', plugins: { multiPoint: { enabled: [{ name: plugin.name }] }, ...more } },
    ],
  }).node(node('a'), node('b'));

test('framework: a plugin of a user: filters, scores and is asked at every point, in order', () => {
  const told: string[] = [];
  const tell = (what: string): undefined => {
    told.push(what);
  };
  const made = rig(
    {
      name: 'Mine',
      preEnqueue: () => tell('PreEnqueue'),
      preFilter: () => {
        tell('PreFilter');
        return { state: 'kept' };
      },
      filter: (info, _, state) => (info.name === 'a' && state === 'kept' ? never('node(s) were not mine') : undefined),
      preScore: () => {
        tell('PreScore');
        return { state: 0 };
      },
      score: () => 50,
      reserve: ({ node }) => tell(`Reserve ${node}`),
      permit: () => tell('Permit'),
      *preBind() {
        tell('PreBind');
        return ok(undefined);
      },
      *bind() {
        tell('Bind');
        return ok(undefined);
      },
      postBind: () => tell('PostBind'),
    },
    { bind: { disabled: [{ name: 'DefaultBinder' }] } },
  );
  made.node(node('c'));
  made.pod(pod('p'));
  const decision = made.cycle();
  assert(decision?.type === 'assigned');
  assert.notEqual(decision.node, 'a');
  const binding = bindPod(decision.profile, decision);
  assert.equal(binding.next().done, true);
  const order = ['PreEnqueue', 'PreFilter', 'PreScore', `Reserve ${decision.node}`, 'Permit', 'PreBind', 'Bind'];
  assert.deepEqual(told, order);
});
test('framework: Reserve refuses: nothing stays taken, all are told, and the pod says who refused', () => {
  const undone: string[] = [];
  const made = rig({
    name: 'Mine',
    reserve: () => never('no licence left'),
    unreserve: ({ pod }) => {
      undone.push(pod.key);
    },
  });
  made.pod(pod('p'));
  const decision = made.cycle();
  assert(decision?.type === 'refused');
  assert.equal(decision.message, '0/1 nodes are available: 1 no licence left.');
  assert.deepEqual([undone, made.cluster.table.podCount], [['default/p'], 0]);
});
test('framework: wakes: an event asks only the plugin that refused, and it may say no', () => {
  const asked: string[] = [];
  const made = rig({
    name: 'Mine',
    filter: () => never('not yet'),
    wakes: [
      {
        on: ['NamespaceChange'],
        hint: (_, { object }) => {
          asked.push(object.metadata.name);
          return object.metadata.name === 'open';
        },
      },
    ],
  });
  made.pod(pod('p'));
  assert.equal(made.cycle()?.type, 'refused');
  made.node(node('c'));
  const namespace = (name: string): void =>
    made.scheduler.namespaceChanged(
      {
        type: 'added',
        object: {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '', labels: { name } },
          spec: {},
          status: { phase: 'Active' },
        },
      },
      0,
    );
  namespace('shut');
  assert.equal(made.cycle(), undefined);
  namespace('open');
  assert.equal(made.cycle()?.type, 'refused');
  assert.deepEqual(asked, ['shut', 'open']);
});
test('framework: a class of pods: a local plugin is asked once a node, and again where something changed', () => {
  let asked = 0;
  const made = rig({
    name: 'Mine',
    local: true,
    filter: () => {
      asked++;
      return undefined;
    },
  });
  const asks = (name: string): number => {
    asked = 0;
    made.pod(pod(name));
    made.cycle();
    return asked;
  };
  assert.deepEqual(['p1', 'p2', 'p3', 'p4'].map(asks), [2, 2, 1, 1], 'a class that comes once is not worth a table');
});
