import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap, Namespace } from '../../api/types/cluster.ts';
import { DESCRIPTION, plan } from './logic.ts';

const namespace = (over: object = {}): Namespace =>
  ({ metadata: { name: 'n', ...over }, spec: {}, status: { phase: 'Active' } }) as unknown as Namespace;
const published = (data: object, annotations: object = DESCRIPTION): ConfigMap =>
  ({ metadata: { name: 'kube-root-ca.crt', annotations }, data }) as unknown as ConfigMap;

test('root CA: plan: table', () => {
  assert.equal(plan(namespace(), undefined, 'ca'), 'create');
  assert.equal(plan(namespace(), published({ 'ca.crt': 'ca' }), 'ca'), 'nothing');
  assert.equal(plan(namespace(), published({ 'ca.crt': 'old' }), 'ca'), 'update');
  assert.equal(plan(namespace(), published({ 'ca.crt': 'ca', more: '' }), 'ca'), 'update');
  assert.equal(plan(namespace(), published({ 'ca.crt': 'ca' }, {}), 'ca'), 'update');
  assert.equal(plan(namespace({ deletionTimestamp: 'x' }), undefined, 'ca'), 'nothing');
  assert.equal(plan(undefined, undefined, 'ca'), 'nothing');
});
