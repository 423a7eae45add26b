import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from './decode.ts';
import { loadSchema } from './edge/load.ts';

const schema = loadSchema();
const whole = (kind: string, object: object): unknown => decode(schema, kind, object, true).object;

test('zero: values: left out where Go leaves them out, kept behind pointers, written where it always writes', () => {
  assert.deepEqual(whole('v1/ConfigMap', { data: {}, immutable: false, metadata: { labels: {}, generateName: '' } }), {
    immutable: false,
    metadata: {},
  });
  assert.deepEqual(whole('apps/v1/Deployment', { spec: { replicas: 0, paused: false } }), {
    metadata: {},
    spec: { replicas: 0, strategy: {}, template: { metadata: {}, spec: { containers: null } } },
    status: {},
  });
  assert.deepEqual(whole('rbac.authorization.k8s.io/v1/Role', {}), { metadata: {}, rules: null });
});
test('zero: members of maps: stay', () => {
  assert.deepEqual(whole('v1/ConfigMap', { metadata: {}, data: { a: '' } }), { metadata: {}, data: { a: '' } });
});
