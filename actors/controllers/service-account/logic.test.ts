import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Namespace, ServiceAccount } from '../../api/types/cluster.ts';
import { plan } from './logic.ts';

const namespace = (phase: string): Namespace =>
  ({ metadata: { name: 'n' }, status: { phase } }) as unknown as Namespace;

test('service account: plan: table', () => {
  assert.equal(plan(namespace('Active'), undefined), 'create');
  assert.equal(plan(namespace('Active'), {} as ServiceAccount), 'nothing');
  assert.equal(plan(namespace('Terminating'), undefined), 'nothing');
  assert.equal(plan(undefined, undefined), 'nothing');
});
