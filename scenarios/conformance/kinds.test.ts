//! One kind each: its whole life through the API.
import assert from 'node:assert/strict';
import { type Any, STRATEGIC } from './api.ts';
import { conformanceTests } from './conformance.ts';
import { condition, KINDS } from './kinds.ts';
import { lifecycle } from './lifecycle.ts';
import { STORAGE_KINDS } from './storage-kinds.ts';

const conformance = conformanceTests();

for (const [name, kind] of Object.entries({ ...KINDS, ...STORAGE_KINDS }))
  conformance(name, (api) => lifecycle(api, kind));

conformance('[sig-node] Node Lifecycle should run through the lifecycle of a node [Conformance]', async (api) => {
  const path = '/api/v1/nodes/e2e-fake-node';
  await api.create('/api/v1/nodes', {
    metadata: { name: 'e2e-fake-node', labels: { 'e2e-fake': 'true' } },
    spec: { unschedulable: true },
    status: { phase: 'Running' },
  });
  assert.equal((await api.get(path)).spec.unschedulable, true);
  await api.patch(path, { metadata: { labels: { patched: 'true' } } }, STRATEGIC);
  assert.equal((await api.get('/api/v1/nodes?labelSelector=patched=true')).items.length, 1);
  await api.patch(`${path}/status`, { status: { conditions: [condition('E2E', 'Set')] } }, STRATEGIC);
  const node = await api.get(path);
  assert.ok(node.status.conditions.some(({ type }: Any) => type === 'E2E'));
  await api.delete('/api/v1/nodes?labelSelector=e2e-fake=true');
  await api.refused(404, 'GET', path);
});
