import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Any, Rig } from '../rig.ts';

const group = 'flowcontrol.apiserver.k8s.io';
const at = (name: string) => ({ group, namespace: '', name });

test('flow schemas: each says whether its level is there, and says otherwise when it comes', () => {
  const rig = new Rig();
  const dangling = (name: string): Any =>
    rig.ok('get', 'flowschemas', at(name)).status?.conditions?.find(({ type }: Any) => type === 'Dangling');
  const until = (name: string, status: string): void =>
    rig.world.until(`${name} is ${status}`, () => dangling(name)?.status === status);
  const body = (kind: string, name: string, spec: object) => ({
    ...at(''),
    body: { apiVersion: `${group}/v1`, kind, metadata: { name }, spec },
  });
  const schema = { priorityLevelConfiguration: { name: 'mine' }, matchingPrecedence: 50, rules: [] };
  rig.ok('create', 'flowschemas', body('FlowSchema', 'mine', schema));
  until('mine', 'True');
  assert.equal(
    dangling('mine').message,
    'This FlowSchema references the PriorityLevelConfiguration object named "mine" but there is no such object',
  );
  rig.ok(
    'create',
    'prioritylevelconfigurations',
    body('PriorityLevelConfiguration', 'mine', { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } }),
  );
  until('mine', 'False');
  assert.equal(dangling('mine').reason, 'Found');
});
