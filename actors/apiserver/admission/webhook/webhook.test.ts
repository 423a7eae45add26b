import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail, ok, type Result } from '../../../../runtime/fault.ts';
import { crontab, definition } from '../../catalog/crontab.ts';
import { type Outside, type OutsideReply, type OutsideRequest, outsideTable } from '../../outside.ts';
import { type Any, configMap, pod, Rig } from '../../rig.ts';

type Answer = (request: Any, url: string) => Any;
interface Hooked {
  readonly rig: Rig;
  /** What webhooks were asked, in order: `path OPERATION name`. */
  readonly asked: string[];
}
/** Webhooks at https://hook.example/<path>: `answer` makes the response (without uid). */
function hooked(answer: Answer | ((request: OutsideRequest) => Result<OutsideReply> | undefined), raw = false): Hooked {
  const asked: string[] = [];
  const outside: Outside = {
    call: (request, done) => {
      const review = JSON.parse(request.body ?? '{}');
      const { pathname } = new URL(request.url);
      asked.push(`${pathname} ${review.request.operation} ${review.request.name ?? ''}`);
      const table = outsideTable(rig.world.clock, (given) => {
        if (raw) return (answer as (request: OutsideRequest) => Result<OutsideReply> | undefined)(given);
        const response = { uid: review.request.uid, allowed: true, ...(answer as Answer)(review.request, pathname) };
        const body = JSON.stringify({ kind: 'AdmissionReview', apiVersion: review.apiVersion, response });
        return ok({ code: 200, headers: {}, body });
      });
      return table.call(request, done);
    },
  };
  const rig: Rig = new Rig({ spec: { outside } });
  return { rig, asked };
}
const patchOf = (...operations: object[]): object => ({
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});
const add = (key: string, value = 'yes'): object => ({ op: 'add', path: `/data/${key}`, value });
const hook = (path: string, more: object = {}, rule: object = {}): Any => ({
  name: `${path}.hooks.example.com`,
  clientConfig: { url: `https://hook.example/${path}` },
  rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], ...rule }],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  ...more,
});
const at = { group: 'admissionregistration.k8s.io', namespace: '' };
const configure = (rig: Rig, kind: 'Mutating' | 'Validating', ...webhooks: Any[]): void => {
  const name = `${kind.toLowerCase()}-${webhooks[0].name.split('.')[0]}`;
  const body = { apiVersion: `${at.group}/v1`, kind: `${kind}WebhookConfiguration`, metadata: { name }, webhooks };
  rig.ok('create', `${kind.toLowerCase()}webhookconfigurations`, { ...at, body });
  rig.world.advance(100);
};
const maker = (rig: Rig, name = 'm', data: object = {}, metadata: object = {}): Any =>
  rig.ok('create', 'configmaps', { body: configMap(name, data, metadata) });

test('webhooks: a patch: applied before the object is stored, once a request', () => {
  const { rig, asked } = hooked(() => patchOf(add('a')));
  configure(rig, 'Mutating', hook('one'));
  assert.deepEqual(maker(rig, 'm', { b: '1' }).data, { b: '1', a: 'yes' });
  assert.deepEqual(asked, ['/one CREATE m']);
});

test('webhooks: a later one changes what an earlier saw: that one is asked again if it wants, and the later is not', () => {
  const { rig, asked } = hooked((_, path) => (path === '/two' ? patchOf(add('two')) : {}));
  configure(rig, 'Mutating', hook('one', { reinvocationPolicy: 'IfNeeded' }), hook('two'), hook('three'));
  maker(rig, 'm', { b: '1' });
  assert.deepEqual(asked, ['/one CREATE m', '/two CREATE m', '/three CREATE m', '/one CREATE m']);
});

test('webhooks: a refusal: with its code and words, and nothing is stored', () => {
  const { rig } = hooked(() => ({ allowed: false, status: { code: 418, message: 'no coffee here' } }));
  configure(rig, 'Validating', hook('one'));
  assert.equal(
    rig.refusal('create', 'configmaps', { body: configMap('m') }),
    '418 undefined: admission webhook "one.hooks.example.com" denied the request: no coffee here',
  );
  assert.match(rig.refusal('get', 'configmaps', { name: 'm' }), /^404/);
});

test('webhooks: who says no without a reason: 400, and it is said', () => {
  const { rig } = hooked(() => ({ allowed: false }));
  configure(rig, 'Validating', hook('one', {}, { operations: ['DELETE'] }));
  maker(rig);
  assert.equal(
    rig.refusal('delete', 'configmaps', { name: 'm' }),
    '400 undefined: admission webhook "one.hooks.example.com" denied the request without explanation',
  );
  assert.equal(rig.ok('get', 'configmaps', { name: 'm' }).metadata.deletionTimestamp, undefined);
});

test('webhooks: not reached: refused, or passed over where its policy says so', () => {
  const unreachable = (request: OutsideRequest): Result<OutsideReply> =>
    fail('Unavailable', `Post "${request.url}": dial tcp 10.0.0.1:443: connect: connection refused`);
  const { rig, asked } = hooked(unreachable, true);
  configure(rig, 'Mutating', hook('open', { failurePolicy: 'Ignore' }));
  maker(rig, 'open');
  configure(rig, 'Validating', hook('shut', { timeoutSeconds: 5 }));
  assert.equal(
    rig.refusal('create', 'configmaps', { body: configMap('m') }),
    '500 InternalError: Internal error occurred: failed calling webhook "shut.hooks.example.com": failed to call webhook: Post "https://hook.example/shut?timeout=5s": dial tcp 10.0.0.1:443: connect: connection refused',
  );
  assert.equal(asked.length, 3);
});

test("webhooks: no answer: given up after its time, not after the request's", () => {
  const { rig } = hooked(() => undefined, true);
  configure(rig, 'Validating', hook('slow', { timeoutSeconds: 1 }));
  const began = rig.world.clock.now();
  assert.match(rig.refusal('create', 'configmaps', { body: configMap('m') }), /context deadline exceeded$/);
  assert.ok(rig.world.clock.now() - began < 2_000);
});

test('webhooks: answers that are none: each told by what is wrong', () => {
  const answers: readonly (readonly [object, RegExp])[] = [
    [{}, /received invalid webhook response: webhook response was absent$/],
    [{ response: { uid: 'x' } }, /received invalid webhook response: expected response.uid="[0-9a-f-]{36}", got "x"$/],
  ];
  for (const [body, expected] of answers) {
    const { rig } = hooked(() => ok({ code: 200, headers: {}, body: JSON.stringify(body) }), true);
    configure(rig, 'Validating', hook('odd'));
    assert.match(rig.refusal('create', 'configmaps', { body: configMap('m') }), expected);
  }
  const { rig } = hooked(() => patchOf(add('a')));
  configure(rig, 'Validating', hook('odd'));
  assert.match(rig.refusal('create', 'configmaps', { body: configMap('m') }), /may not return response.patch$/);
});

test('webhooks: dry run: asked, and told that it is one', () => {
  const told: unknown[] = [];
  const { rig } = hooked((request: Any) => {
    told.push([request.dryRun, request.options.dryRun]);
    return {};
  });
  configure(rig, 'Validating', hook('fine', { sideEffects: 'NoneOnDryRun' }));
  rig.ok('create', 'configmaps', { body: configMap('m'), options: { dryRun: true } });
  assert.deepEqual(told, [[true, ['All']]]);
});

test('webhooks: rules and selectors: only what is meant', () => {
  const { rig, asked } = hooked(() => ({}));
  rig.ok('patch', 'namespaces', {
    namespace: '',
    name: 'default',
    patchType: 'merge',
    body: { metadata: { labels: { watched: 'yes' } } },
  });
  configure(
    rig,
    'Validating',
    hook('object', { objectSelector: { matchLabels: { a: 'b' } } }),
    hook('namespace', { namespaceSelector: { matchLabels: { watched: 'no' } } }),
    hook('update', {}, { operations: ['UPDATE'] }),
    hook('cluster', {}, { scope: 'Cluster' }),
    hook('status', {}, { resources: ['pods/status'] }),
    hook('all', {}, { apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['CREATE'] }),
  );
  maker(rig, 'plain');
  assert.deepEqual(asked.splice(0), ['/all CREATE plain']);
  maker(rig, 'labelled', {}, { labels: { a: 'b' } });
  assert.deepEqual(asked.splice(0), ['/object CREATE labelled', '/all CREATE labelled']);
  rig.ok('patch', 'configmaps', { name: 'plain', patchType: 'merge', body: { data: { x: 'y' } } });
  assert.deepEqual(asked.splice(0), ['/update UPDATE plain']);
  rig.ok('create', 'pods', { body: pod('p') });
  asked.splice(0);
  const status = { phase: 'Running' };
  rig.ok('patch', 'pods', { name: 'p', subresource: 'status', patchType: 'merge', body: { status } });
  assert.deepEqual(asked.splice(0), ['/status UPDATE p']);
});

test('webhooks: a rule for another version of the same resource: meant too, and shown in that version', () => {
  const kinds: string[] = [];
  const { rig } = hooked((request: Any) => {
    kinds.push(`${request.kind.version} of ${request.requestKind.version}: ${request.object.apiVersion}`);
    return {};
  });
  const rule = { apiGroups: ['autoscaling'], apiVersions: ['v1'], resources: ['horizontalpodautoscalers'] };
  configure(rig, 'Validating', hook('one', {}, rule), hook('exact', { matchPolicy: 'Exact' }, rule));
  const body = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h' },
    spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
  };
  rig.ok('create', 'horizontalpodautoscalers', { group: 'autoscaling', version: 'v2', body });
  assert.deepEqual(kinds, ['v1 of v2: autoscaling/v1']);
});

test('webhooks: what configures webhooks: never subject to them', () => {
  const { rig, asked } = hooked(() => ({ allowed: false }));
  const everything = { apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] };
  configure(rig, 'Validating', hook('deny', {}, everything));
  rig.ok('delete', 'validatingwebhookconfigurations', { ...at, name: 'validating-deny' });
  assert.deepEqual(asked, []);
  rig.world.advance(100);
  maker(rig);
});

test('webhooks: warnings of theirs: told to the client; a patched object is defaulted again', () => {
  const port = { op: 'add', path: '/spec/ports/-', value: { name: 'more', port: 81 } };
  const { rig } = hooked(() => ({ ...patchOf(port), warnings: ['mind the gap'] }));
  configure(rig, 'Mutating', hook('one', {}, { resources: ['services'] }));
  const spec = { ports: [{ name: 'a', port: 80 }], selector: { a: 'b' } };
  const body = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec };
  const reply = rig.ask('create', 'services', { body });
  assert.deepEqual(reply.warnings, ['mind the gap']);
  assert.deepEqual(reply.object.spec.ports[1], { name: 'more', port: 81, protocol: 'TCP', targetPort: 81 });
});

test('webhooks: a custom resource: patched, then pruned and defaulted by its schema', () => {
  const { rig, asked } = hooked(() =>
    patchOf({ op: 'add', path: '/spec/kind', value: 'a' }, { op: 'add', path: '/spec/unknown', value: 1 }),
  );
  const crd = { group: 'apiextensions.k8s.io', namespace: '', body: definition() };
  rig.ok('create', 'customresourcedefinitions', crd);
  rig.world.until('it is served', () => rig.api.engine.catalog.customs().length > 0, 10_000);
  configure(rig, 'Mutating', hook('one', {}, { apiGroups: ['stable.example.com'], resources: ['crontabs'] }));
  const made = rig.ok('create', 'crontabs', { group: 'stable.example.com', body: crontab('c') });
  assert.deepEqual(asked, ['/one CREATE c']);
  assert.deepEqual(made.spec, { cronSpec: '* * * * *', image: 'busybox', replicas: 1, kind: 'a' });
});
