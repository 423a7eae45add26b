import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Any, configMap, Rig } from '../rig.ts';

const apply = (body: Any, manager: string, more: Any = {}): Any => ({
  name: body.metadata.name,
  patchType: 'apply',
  body,
  ...more,
  options: { fieldManager: manager, ...more.options },
});
const applied = (rig: Rig, resource: string, body: Any, manager: string, more: Any = {}): Any =>
  rig.ok('patch', resource, apply(body, manager, more));
const refused = (rig: Rig, resource: string, body: Any, manager: string, more: Any = {}): Any =>
  rig.ask('patch', resource, apply(body, manager, more)).fault.detail;
const owners = (object: Any): Any =>
  Object.fromEntries(
    (object.metadata.managedFields ?? []).map((entry: Any) => [
      `${entry.manager} ${entry.operation}${entry.subresource ? ` ${entry.subresource}` : ''}`,
      entry.fieldsV1,
    ]),
  );
const deployment = (spec: object = {}, container: object = {}): Any => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'nginx:1', ...container }] },
    },
    ...spec,
  },
});
const APPS = { group: 'apps' };

test('apply: nothing is there: created, with what was said as owned', () => {
  const rig = new Rig();
  const made = rig.ask('patch', 'deployments', apply(deployment({ replicas: 2 }), 'me', APPS));
  assert.equal(made.code, 201);
  assert.equal(made.object.spec.strategy.type, 'RollingUpdate', 'defaults are filled in');
  assert.deepEqual(owners(made.object), {
    'me Apply': {
      'f:spec': {
        'f:replicas': {},
        'f:selector': {},
        'f:template': {
          'f:metadata': { 'f:labels': { 'f:app': {} } },
          'f:spec': { 'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
        },
      },
    },
  });
});

test('apply: the same again: nothing is written', () => {
  const rig = new Rig();
  const first = applied(rig, 'configmaps', configMap('c', { a: '1' }), 'me');
  rig.world.advance(5_000);
  assert.deepEqual(applied(rig, 'configmaps', configMap('c', { a: '1' }), 'me'), first);
});

test('apply: what another owns: refused with his name and the fields; forced, it is taken from him', () => {
  const rig = new Rig();
  applied(rig, 'configmaps', configMap('c', { a: '1', b: '1' }), 'first');
  rig.ok('patch', 'configmaps', {
    name: 'c',
    patchType: 'merge',
    body: { data: { c: '1' } },
    options: { fieldManager: 'editor' },
  });
  const status = refused(rig, 'configmaps', configMap('c', { a: '2', b: '1', c: '2' }), 'second');
  assert.equal(status.code, 409);
  assert.equal(status.reason, 'Conflict');
  assert.equal(
    status.message,
    'Apply failed with 2 conflicts: conflicts with "editor" using v1:\n- .data.c\nconflicts with "first":\n- .data.a',
  );
  assert.deepEqual(status.details.causes, [
    { reason: 'FieldManagerConflict', message: 'conflict with "first"', field: '.data.a' },
    { reason: 'FieldManagerConflict', message: 'conflict with "editor" using v1', field: '.data.c' },
  ]);
  const forced = applied(rig, 'configmaps', configMap('c', { a: '2', b: '1', c: '2' }), 'second', {
    options: { force: true },
  });
  assert.deepEqual(forced.data, { a: '2', b: '1', c: '2' });
  assert.deepEqual(owners(forced), {
    'first Apply': { 'f:data': { 'f:b': {} } },
    'second Apply': { 'f:data': { 'f:a': {}, 'f:b': {}, 'f:c': {} } },
  });
});

test('apply: a field no longer said: gone, unless another owns it too or nobody ever did', () => {
  const rig = new Rig();
  applied(rig, 'configmaps', configMap('c', { mine: '1', shared: '1' }), 'me');
  applied(rig, 'configmaps', configMap('c', { shared: '1' }), 'other');
  const bare = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } };
  const left = applied(rig, 'configmaps', bare, 'me');
  assert.deepEqual(left.data, { shared: '1' });
  assert.deepEqual(owners(left), { 'other Apply': { 'f:data': { 'f:shared': {} } } });
  const web = applied(
    rig,
    'deployments',
    deployment({ replicas: 3 }, { env: [{ name: 'A', value: '1' }] }),
    'me',
    APPS,
  );
  assert.equal(web.spec.replicas, 3);
  const less = applied(rig, 'deployments', deployment(), 'me', APPS);
  assert.equal(less.spec.replicas, 1, 'what was taken away has its default again');
  assert.equal(less.spec.template.spec.containers[0].env, undefined);
  assert.equal(less.spec.template.spec.containers[0].terminationMessagePath, '/dev/termination-log');
});

test('apply: lists with keys: items have owners of their own, in the order of who applies', () => {
  const rig = new Rig();
  const ports = (...numbers: number[]): Any =>
    deployment({}, { ports: numbers.map((containerPort) => ({ containerPort })) });
  applied(rig, 'deployments', ports(80, 81), 'me', APPS);
  const both = applied(rig, 'deployments', ports(443, 81), 'other', APPS);
  const shown = (object: Any): number[] =>
    object.spec.template.spec.containers[0].ports.map((port: Any) => port.containerPort);
  assert.deepEqual(shown(both), [80, 443, 81]);
  assert.deepEqual(shown(applied(rig, 'deployments', ports(81), 'me', APPS)), [443, 81]);
});

test('apply: an update takes what it changes from the applier; the next apply conflicts', () => {
  const rig = new Rig();
  const mine = applied(rig, 'configmaps', configMap('c', { a: '1', b: '1' }), 'me');
  const edited = rig.ok('update', 'configmaps', {
    name: 'c',
    body: { ...mine, data: { a: '2', b: '1' } },
    options: { fieldManager: 'editor' },
  });
  assert.deepEqual(owners(edited), {
    'me Apply': { 'f:data': { 'f:b': {} } },
    'editor Update': { 'f:data': { 'f:a': {} } },
  });
  assert.match(
    refused(rig, 'configmaps', configMap('c', { a: '1', b: '1' }), 'me').message,
    /^Apply failed with 1 conflict: conflict with "editor" using v1: \.data\.a$/,
  );
});

test('apply: status and scale: owners by subresource, each only of what is theirs', () => {
  const rig = new Rig();
  applied(rig, 'deployments', deployment({ replicas: 1 }), 'me', APPS);
  const status = applied(
    rig,
    'deployments',
    { ...deployment({ replicas: 9 }), status: { replicas: 4 } },
    'controller',
    { ...APPS, subresource: 'status' },
  );
  assert.deepEqual([status.spec.replicas, status.status.replicas], [1, 4]);
  assert.deepEqual(owners(status)['controller Apply status'], { 'f:status': { 'f:replicas': {} } });
  const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'web' }, spec: { replicas: 5 } };
  assert.match(
    refused(rig, 'deployments', scale, 'scaler', { ...APPS, subresource: 'scale' }).message,
    /conflict with "me": \.spec\.replicas/,
  );
  applied(rig, 'deployments', scale, 'scaler', { ...APPS, subresource: 'scale', options: { force: true } });
  const after = rig.ok('get', 'deployments', { name: 'web', ...APPS });
  assert.equal(after.spec.replicas, 5);
  assert.deepEqual(owners(after)['scaler Apply scale'], { 'f:spec': { 'f:replicas': {} } });
});

test('apply: managedFields: said by the client they count; [{}] clears them; the first apply finds who was before', () => {
  const rig = new Rig();
  const made = rig.ok('create', 'configmaps', { body: configMap('c', { a: '1' }), options: { fieldManager: 'maker' } });
  assert.deepEqual(owners(made), { 'maker Update': { 'f:data': { '.': {}, 'f:a': {} } } });
  const cleared = rig.ok('patch', 'configmaps', {
    name: 'c',
    patchType: 'merge',
    body: { metadata: { managedFields: [{}] } },
  });
  assert.deepEqual(owners(cleared), {});
  const first = applied(rig, 'configmaps', configMap('c', { b: '1' }), 'me');
  assert.deepEqual(owners(first), {
    'me Apply': { 'f:data': { 'f:b': {} } },
    'before-first-apply Update': { 'f:data': { '.': {}, 'f:a': {} } },
  });
});

test('apply: what cannot be applied: refused in words that name it', () => {
  const rig = new Rig();
  const table: [Any, Any, RegExp][] = [
    [
      { ...configMap('c'), datta: {} },
      {},
      /^failed to create typed patch object \(default\/c; v1, Kind=ConfigMap\): \.datta: field not declared in schema$/,
    ],
    [{ ...configMap('c'), kind: 'Secret' }, {}, /invalid object type: v1, Kind=Secret/],
    [{ ...configMap('c'), apiVersion: 'v2' }, {}, /Incorrect version specified in apply patch/],
    [configMap('c', {}, { managedFields: [{}] }), {}, /^metadata\.managedFields must be nil$/],
    [configMap('c', {}, { uid: 'x' }), {}, /uid mismatch: the provided object specified uid x/],
    [configMap('c', { a: 1 }), {}, /cannot be handled as a ConfigMap/],
  ];
  for (const [body, more, expected] of table) {
    const status = refused(rig, 'configmaps', body, 'me', more);
    assert.match(status.message, expected);
    assert.ok(status.code >= 400 && status.code < 500, `${status.code}`);
  }
});

test('apply: a dry run: answered as it would be, nothing is stored', () => {
  const rig = new Rig();
  const shown = applied(rig, 'configmaps', configMap('c', { a: '1' }), 'me', { options: { dryRun: true } });
  assert.deepEqual(shown.data, { a: '1' });
  assert.match(rig.refusal('get', 'configmaps', { name: 'c' }), /^404/);
});
