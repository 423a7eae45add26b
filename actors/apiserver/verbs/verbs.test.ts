import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address } from '../../../runtime/address.ts';
import { type Any, configMap, pod, Rig } from '../rig.ts';

const namesOf = (list: Any): string[] => list.items.map((item: Any) => item.metadata.name);

test('verbs: what is refused: code, reason and words of Kubernetes', () => {
  const rig = new Rig();
  rig.ok('create', 'configmaps', { body: configMap('there') });
  const create = (body: unknown, more: object = {}): string => rig.refusal('create', 'configmaps', { body, ...more });
  const table: [string, RegExp | string][] = [
    [create(configMap('there')), '409 AlreadyExists: configmaps "there" already exists'],
    [create(configMap('x'), { namespace: 'nowhere' }), '404 NotFound: namespaces "nowhere" not found'],
    [
      create(configMap('x', {}, { namespace: 'other' })),
      '400 BadRequest: the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      create(configMap('x', {}, { resourceVersion: '5' })),
      '400 BadRequest: resourceVersion should not be set on objects to be created',
    ],
    [
      create({ ...configMap('x'), kind: 'Secret' }),
      /^400 BadRequest: Secret in version "v1" cannot be handled as a ConfigMap/,
    ],
    [create({ ...configMap('x'), apiVersion: 'v2' }), /^400 .*no kind "ConfigMap" is registered for version "v2"/],
    [create(undefined), /^400 BadRequest/],
    [create([]), /^400 BadRequest/],
    [create(configMap('x', { a: 1 })), /^400 BadRequest: ConfigMap in version "v1" cannot be handled/],
    [create(configMap('Upper')), /^422 Invalid: ConfigMap "Upper" is invalid: metadata.name: Invalid value/],
    [
      create({ ...configMap('x'), spec: {} }, { options: { fieldValidation: 'Strict' } }),
      '400 BadRequest: strict decoding error: unknown field "spec"',
    ],
    [
      rig.refusal('update', 'configmaps', { name: 'there', body: configMap('other') }),
      '400 BadRequest: the name of the object (other) does not match the name on the URL (there)',
    ],
    [
      rig.refusal('update', 'configmaps', { name: 'gone', body: configMap('gone') }),
      '404 NotFound: configmaps "gone" not found',
    ],
    [rig.refusal('get', 'unicorns'), '404 NotFound: the server could not find the requested resource'],
    [rig.refusal('list', 'configmaps', { options: { labelSelector: 'a in b' } }), /^400 BadRequest/],
    [
      rig.refusal('list', 'configmaps', { options: { fieldSelector: 'spec.x=y' } }),
      '400 BadRequest: field label not supported: spec.x',
    ],
    [
      rig.refusal('list', 'configmaps', { options: { resourceVersion: 'abc' } }),
      /^400 BadRequest: invalid resource version/,
    ],
    [
      rig.refusal('list', 'configmaps', { options: { resourceVersion: '99999' } }),
      /^504 Timeout: Timeout: Too large resource version: 99999, current: \d+/,
    ],
    [
      rig.refusal('list', 'configmaps', { options: { continue: 'nonsense' } }),
      /^400 BadRequest: invalid continue token: continue key is not valid/,
    ],
    [
      rig.refusal('patch', 'configmaps', { name: 'there', patchType: 'apply', body: {} }),
      /^400 BadRequest: Object 'Kind'/,
    ],
    [
      rig.refusal('patch', 'configmaps', { name: 'there', patchType: 'json', body: [{ op: 'remove', path: '/x' }] }),
      /^422 Invalid/,
    ],
    [
      rig.refusal('delete', 'configmaps', { name: 'there', options: { preconditions: { uid: 'x' } } }),
      /^409 Conflict: .*Precondition failed: UID in precondition: x, UID in object meta:/,
    ],
    [
      rig.refusal('delete', 'namespaces', { namespace: '', name: 'default' }),
      '403 Forbidden: namespaces "default" is forbidden: this namespace may not be deleted',
    ],
  ];
  for (const [got, wanted] of table)
    if (typeof wanted === 'string') assert.equal(got, wanted);
    else assert.match(got, wanted);
});

test('verbs: generateName and dryRun: a name is drawn, nothing is stored', () => {
  const rig = new Rig();
  const body = configMap('', {}, { generateName: 'a-' });
  const { metadata } = rig.ok('create', 'configmaps', { body });
  assert.match(metadata.name, /^a-[a-z0-9]{5}$/);
  rig.ok('create', 'configmaps', { body: configMap('dry'), options: { dryRun: true } });
  assert.match(rig.refusal('get', 'configmaps', { name: 'dry' }), /^404/);
  const patch = {
    name: metadata.name,
    patchType: 'merge',
    body: { data: { a: 'b' } },
    options: { dryRun: true },
  } as const;
  assert.deepEqual(rig.ok('patch', 'configmaps', patch).data, { a: 'b' });
  assert.notDeepEqual(rig.ok('get', 'configmaps', { name: metadata.name }).data, { a: 'b' });
});

test('verbs: the same request again: the first answer', () => {
  const rig = new Rig({ servers: 2 });
  const ask = { body: configMap('once'), id: 'the-same' };
  const first = rig.ok('create', 'configmaps', ask);
  for (let i = 0; i < 4; i++) assert.deepEqual(rig.ok('create', 'configmaps', ask), first);
  const update = { name: 'once', body: { ...first, data: { a: 'b' } }, id: 'update' };
  const second = rig.ok('update', 'configmaps', update);
  for (let i = 0; i < 4; i++) assert.deepEqual(rig.ok('update', 'configmaps', update), second);
});

test('verbs: an update that changes nothing: the same revision', () => {
  const rig = new Rig();
  const made = rig.ok('create', 'configmaps', { body: configMap('a', { x: '1' }) });
  rig.ok('list', 'configmaps');
  const { data, metadata, kind, apiVersion } = made;
  assert.deepEqual(rig.ok('update', 'configmaps', { name: 'a', body: { metadata, data, apiVersion, kind } }), made);
});

test('verbs: many writers of one object without revisions: every change is kept', () => {
  const rig = new Rig({ servers: 2, latencyMs: [0.1, 3] });
  rig.ok('create', 'configmaps', { body: configMap('busy') });
  let done = 0;
  for (let i = 0; i < 50; i++)
    rig.send(
      'patch',
      'configmaps',
      { name: 'busy', patchType: 'merge', body: { data: { [`k${i}`]: 'v' } } },
      (reply) => {
        assert.equal(reply.type, 'api.object', JSON.stringify(reply));
        done++;
      },
    );
  rig.world.until('all patched', () => done === 50);
  assert.equal(Object.keys(rig.ok('get', 'configmaps', { name: 'busy' }).data).length, 50);
});

test('verbs: lists: selectors, pages of one revision, everything', () => {
  const rig = new Rig();
  for (let i = 0; i < 7; i++)
    rig.ok('create', 'configmaps', { body: configMap(`m${i}`, {}, { labels: { odd: String(i % 2 === 1) } }) });
  assert.deepEqual(namesOf(rig.ok('list', 'configmaps', { options: { labelSelector: 'odd=true' } })), [
    'm1',
    'm3',
    'm5',
  ]);
  assert.deepEqual(namesOf(rig.ok('list', 'configmaps', { options: { fieldSelector: 'metadata.name=m2' } })), ['m2']);
  const first = rig.ok('list', 'configmaps', { options: { limit: 3 } });
  assert.deepEqual([namesOf(first), first.remainingItemCount], [['m0', 'm1', 'm2'], 4]);
  rig.ok('delete', 'configmaps', { name: 'm4' });
  const second = rig.ok('list', 'configmaps', { options: { limit: 3, continue: first.continue } });
  assert.deepEqual([namesOf(second), second.resourceVersion], [['m3', 'm4', 'm5'], first.resourceVersion]);
  // Another server does not have the pages' state: etcd does.
  rig.world.crash('api-0');
  rig.apis.length = 0;
  rig.serve('api-1');
  rig.world.until('up again', () => rig.apis.length === 1);
  const third = rig.ok('list', 'configmaps', { options: { limit: 3, continue: second.continue } });
  assert.deepEqual([namesOf(third), third.continue], [['m6'], undefined]);
  assert.equal(rig.ok('list', 'configmaps', { namespace: '' }).items.length, 6);
});

test('verbs: status and scale: each changes its own part', () => {
  const rig = new Rig();
  const apps = { group: 'apps' };
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
  const body = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: { selector: { matchLabels: { a: 'b' } }, template },
  };
  const made = rig.ok('create', 'deployments', { ...apps, body });
  assert.deepEqual([made.metadata.generation, made.spec.replicas, made.spec.strategy.type], [1, 1, 'RollingUpdate']);
  const told = { ...made, spec: { ...made.spec, replicas: 9 }, status: { replicas: 1 } };
  const status = rig.ok('update', 'deployments', { ...apps, name: 'd', subresource: 'status', body: told });
  assert.deepEqual([status.spec.replicas, status.status.replicas, status.metadata.generation], [1, 1, 1]);
  const scale = rig.ok('get', 'deployments', { ...apps, name: 'd', subresource: 'scale' });
  assert.deepEqual([scale.kind, scale.spec.replicas, scale.status.selector], ['Scale', 1, 'a=b']);
  const more = { ...scale, spec: { replicas: 4 } };
  assert.equal(
    rig.ok('update', 'deployments', { ...apps, name: 'd', subresource: 'scale', body: more }).spec.replicas,
    4,
  );
  const now = rig.ok('get', 'deployments', { ...apps, name: 'd' });
  assert.deepEqual([now.spec.replicas, now.status.replicas, now.metadata.generation], [4, 1, 2]);
});

test('verbs: deletecollection: those that match', () => {
  const rig = new Rig();
  for (const name of ['a', 'b', 'c'])
    rig.ok('create', 'configmaps', { body: configMap(name, {}, { labels: { name } }) });
  rig.ok('deletecollection', 'configmaps', { options: { labelSelector: 'name!=b' } });
  assert.deepEqual(namesOf(rig.ok('list', 'configmaps')), ['b']);
});

test('verbs: a namespace on its way out: nothing new, gone once finalized', () => {
  const rig = new Rig();
  const all = { namespace: '', name: 'team' };
  rig.ok('create', 'namespaces', {
    namespace: '',
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } },
  });
  const going = rig.ok('delete', 'namespaces', all);
  assert.deepEqual([going.status.phase, going.spec.finalizers], ['Terminating', ['kubernetes']]);
  assert.match(
    rig.refusal('create', 'configmaps', { namespace: 'team', body: configMap('late') }),
    /^403 Forbidden: configmaps "late" is forbidden: unable to create new content in namespace team because it is being terminated/,
  );
  rig.ok('update', 'namespaces', { ...all, subresource: 'finalize', body: { ...going, spec: {} } });
  assert.match(rig.refusal('get', 'namespaces', all), /^404/);
});

test('verbs: eviction: spends what the disruption controller has said, at most once each', () => {
  const rig = new Rig();
  const policy = { group: 'policy', name: 'b' };
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
  for (const name of ['a', 'b', 'c', 'sick']) {
    rig.ok('create', 'pods', { body: pod(name, { nodeName: 'n1' }, { labels: { app: 'x' } }) });
    const body = { status: { phase: 'Running', ...(name === 'sick' ? {} : ready) } };
    rig.ok('patch', 'pods', { name, subresource: 'status', patchType: 'merge', body });
  }
  const body = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'x' } } },
  };
  rig.ok('create', 'poddisruptionbudgets', { group: 'policy', body });
  const say = (status: object): void => {
    const merge = { subresource: 'status', patchType: 'merge', body: { status } } as const;
    rig.ok('patch', 'poddisruptionbudgets', { ...policy, ...merge });
  };
  const evict = (name: string): Any => ({ name, subresource: 'eviction', body: { metadata: { name } } });
  const causeOf = (name: string): string => {
    const answer = rig.ask('create', 'pods', evict(name));
    assert.equal(answer.fault.detail.code, 429);
    return answer.fault.detail.details.causes[0].message;
  };
  assert.equal(causeOf('a'), 'The disruption budget b is still being processed by the server.');
  const counted = {
    observedGeneration: 1,
    disruptionsAllowed: 0,
    currentHealthy: 0,
    desiredHealthy: 1,
    expectedPods: 3,
  };
  say(counted);
  assert.equal(causeOf('a'), 'The disruption budget b needs 1 healthy pods and has 0 currently');
  assert.equal(causeOf('sick'), 'The disruption budget b needs 1 healthy pods and has 0 currently');
  say({ ...counted, disruptionsAllowed: 1, currentHealthy: 2 });
  const answers: string[] = [];
  for (const name of ['a', 'b', 'c']) rig.send('create', 'pods', evict(name), (reply: Any) => answers.push(reply.type));
  rig.world.until('all answered', () => answers.length === 3);
  assert.deepEqual(answers.sort(), ['api.status', 'fault', 'fault']);
  const budget = rig.ok('get', 'poddisruptionbudgets', policy);
  assert.equal(budget.status.disruptionsAllowed, 0);
  const gone = Object.keys(budget.status.disruptedPods);
  assert.equal(gone.length, 1);
  const { metadata, status } = rig.ok('get', 'pods', { name: gone[0]! });
  assert.ok(metadata.deletionTimestamp);
  const told = status.conditions.find(({ type }: Any) => type === 'DisruptionTarget');
  assert.deepEqual(
    [told.status, told.reason, told.message],
    ['True', 'EvictionByEvictionAPI', 'Eviction API: evicting'],
  );
  // Enough others are healthy: who serves nobody may go.
  assert.equal(rig.ok('create', 'pods', evict('sick')).status, 'Success');
});

test('verbs: tokens: for others than the API server: known to who asks for those, nobody here', () => {
  const rig = new Rig();
  const requested = rig.ok('create', 'serviceaccounts', {
    name: 'default',
    subresource: 'token',
    body: { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', spec: { audiences: ['vault', 'bank'] } },
  });
  const review = (audiences?: readonly string[]): Any =>
    rig.ok('create', 'tokenreviews', {
      group: 'authentication.k8s.io',
      namespace: '',
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token: requested.status.token, ...(audiences === undefined ? {} : { audiences }) },
      },
    }).status;
  const { authenticated, audiences, user } = review(['vault', 'other']);
  assert.deepEqual([authenticated, audiences], [true, ['vault']]);
  assert.match(user.extra['authentication.kubernetes.io/credential-id'][0], /^JTI=/);
  for (const asked of [undefined, ['other']]) assert.equal(review(asked).authenticated, false);
});

test('verbs: tokens: of a node: worth nothing once it is gone', () => {
  const rig = new Rig();
  rig.ok('create', 'nodes', { namespace: '', body: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } } });
  const spec = { boundObjectRef: { apiVersion: 'v1', kind: 'Node', name: 'n1' } };
  const { status } = rig.ok('create', 'serviceaccounts', {
    name: 'default',
    subresource: 'token',
    body: { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', spec },
  });
  const review = (): Any =>
    rig.ok('create', 'tokenreviews', {
      group: 'authentication.k8s.io',
      namespace: '',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: status.token } },
    }).status;
  assert.deepEqual(review().user.extra['authentication.kubernetes.io/node-name'], ['n1']);
  rig.ok('delete', 'nodes', { namespace: '', name: 'n1' });
  assert.equal(review().authenticated, false);
});

test('verbs: tokens: signed for an account, worth nothing once it is gone', () => {
  const rig = new Rig();
  rig.ok('create', 'serviceaccounts', {
    body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'bob' } },
  });
  const asked = rig.ok('create', 'serviceaccounts', {
    name: 'bob',
    subresource: 'token',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } },
  });
  const review = (): Any =>
    rig.ok('create', 'tokenreviews', {
      group: 'authentication.k8s.io',
      namespace: '',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: asked.status.token } },
    }).status;
  assert.equal(review().user.username, 'system:serviceaccount:default:bob');
  rig.ok('delete', 'serviceaccounts', { name: 'bob' });
  assert.equal(review().authenticated, false);
});

test('verbs: events in both groups: one store', () => {
  const rig = new Rig();
  const body = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e' },
    involvedObject: { kind: 'Pod', namespace: 'default', name: 'p' },
    reason: 'Why',
    message: 'words',
    type: 'Normal',
  };
  rig.ok('create', 'events', { body });
  const other = rig.ok('get', 'events', { group: 'events.k8s.io', name: 'e' });
  assert.deepEqual([other.apiVersion, other.note, other.regarding.name], ['events.k8s.io/v1', 'words', 'p']);
  rig.world.advance(3_700_000);
  assert.match(rig.refusal('get', 'events', { name: 'e' }), /^404/);
});

test('verbs: etcd away: tried until it is back, or 503', () => {
  const rig = new Rig();
  rig.world.host('etcd').find(address('etcd'))?.kill();
  assert.match(rig.refusal('create', 'configmaps', { body: configMap('x') }), /^503 ServiceUnavailable|^504 Timeout/);
});
