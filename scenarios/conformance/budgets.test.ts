//! PodDisruptionBudgets: counted by their controller, asked by evictions.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import type { Any, Api } from './api.ts';
import { conformanceTests } from './conformance.ts';
import { replaced } from './lifecycle.ts';
import { apps, core, type Labels, readyPods, selectorOf, template, workload } from './workload.ts';

const conformance = conformanceTests();
const LABELS: Labels = { foo: 'bar' };
const POLICY = '/apis/policy/v1';
const budgets = ({ namespace }: Api): string => `${POLICY}/namespaces/${namespace}/poddisruptionbudgets`;
const budget = (name: string, minAvailable: number | string, labels: Labels = LABELS): Any => ({
  metadata: { name, labels },
  spec: { minAvailable, selector: { matchLabels: LABELS } },
});
/** Its controller has seen this generation of it, and `holds`. */
const processed = (api: Api, name: string, holds: (status: Any) => boolean = () => true): Promise<Any> =>
  eventually(`the budget ${name}`, async () => {
    const one = await api.get(`${budgets(api)}/${name}`);
    const seen = (one.status?.observedGeneration ?? 0) >= one.metadata.generation;
    if (!seen || !holds(one.status)) throw new Error(JSON.stringify(one.status));
    return one;
  });
const pods = async (api: Api, count: number): Promise<void> => {
  for (let i = 0; i < count; i++) {
    const metadata = { name: `pod-${i}`, labels: LABELS };
    await api.create(core(api, 'pods'), { ...template(LABELS), metadata });
  }
  await readyPods(api, LABELS, count);
};

conformance('[sig-apps] DisruptionController should create a PodDisruptionBudget [Conformance]', async (api) => {
  await api.create(budgets(api), budget('foo', '1%'));
  assert.equal((await processed(api, 'foo')).spec.minAvailable, '1%');
  await replaced(api, `${budgets(api)}/foo`, (one) => {
    one.spec.minAvailable = '2%';
  });
  assert.equal((await processed(api, 'foo')).spec.minAvailable, '2%');
  await api.patch(`${budgets(api)}/foo`, { spec: { minAvailable: '3%' } });
  assert.equal((await processed(api, 'foo')).spec.minAvailable, '3%');
  await api.delete(`${budgets(api)}/foo`);
  await api.refused(404, 'GET', `${budgets(api)}/foo`);
});

conformance(
  '[sig-apps] DisruptionController Listing PodDisruptionBudgets for all namespaces should list and delete a collection of PodDisruptionBudgets [Conformance]',
  async (api) => {
    const labels = { testing: api.namespace };
    const other = `${api.namespace}-2`;
    const there = `${POLICY}/namespaces/${other}/poddisruptionbudgets`;
    await api.create('/api/v1/namespaces', { metadata: { name: other } });
    await api.create(budgets(api), budget('foo', 1, labels));
    await api.create(budgets(api), budget('foo2', '1%', labels));
    await api.create(there, budget('foo3', 2, labels));
    await processed(api, 'foo');
    await processed(api, 'foo2');
    const names = async (path: string): Promise<readonly string[]> =>
      (await api.get(`${path}?${selectorOf(labels)}`)).items.map(({ metadata }: Any) => metadata.name).sort();
    assert.deepEqual(await names(`${POLICY}/poddisruptionbudgets`), ['foo', 'foo2', 'foo3']);
    assert.deepEqual(await names(budgets(api)), ['foo', 'foo2']);
    await api.delete(`${budgets(api)}?${selectorOf(labels)}`);
    await eventually('the collection is gone', async () => (await names(budgets(api))).length === 0);
    assert.deepEqual(await names(`${POLICY}/poddisruptionbudgets`), ['foo3']);
    await api.delete(`/api/v1/namespaces/${other}`);
  },
);

conformance(
  '[sig-apps] DisruptionController should observe PodDisruptionBudget status updated [Conformance]',
  async (api) => {
    await api.create(budgets(api), budget('foo', 1));
    await processed(api, 'foo', ({ disruptionsAllowed }) => disruptionsAllowed === 0);
    await pods(api, 3);
    const { status } = await processed(api, 'foo', ({ currentHealthy }) => currentHealthy === 3);
    const { disruptionsAllowed, desiredHealthy, expectedPods } = status;
    assert.deepEqual(
      { disruptionsAllowed, desiredHealthy, expectedPods },
      {
        disruptionsAllowed: 2,
        desiredHealthy: 1,
        expectedPods: 3,
      },
    );
  },
);

conformance(
  '[sig-apps] DisruptionController should update/patch PodDisruptionBudget status [Conformance]',
  async (api) => {
    await api.create(budgets(api), budget('foo', 1));
    await pods(api, 1);
    await processed(api, 'foo', ({ currentHealthy }) => currentHealthy === 1);
    const status = `${budgets(api)}/foo/status`;
    const disrupted = { 'pod-0': new Date().toISOString().replace(/\.\d+Z$/, 'Z') };
    const updated = await replaced(api, status, (one) => {
      one.status.disruptedPods = disrupted;
    });
    assert.deepEqual(updated.status.disruptedPods, disrupted);
    const current = await api.get(status);
    assert.equal(current.kind, 'PodDisruptionBudget');
    const patched = await api.patch(status, { status: { disruptedPods: null } });
    assert.deepEqual(patched.status.disruptedPods ?? {}, {});
  },
);

conformance(
  '[sig-apps] DisruptionController should block an eviction until the PDB is updated to allow it [Conformance]',
  async (api) => {
    await api.create(budgets(api), budget('foo', 3));
    await api.create(apps(api, 'replicasets'), workload('rs', LABELS, { replicas: 3 }));
    const [pod] = await readyPods(api, LABELS, 3);
    const path = `${core(api, 'pods')}/${pod.metadata.name}`;
    const evict = (code: number): Promise<Any> =>
      api.answered(code, 'POST', `${path}/eviction`, {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: pod.metadata.name, namespace: api.namespace },
      });
    const gone = (): Promise<true> =>
      eventually('the pod is evicted', async () => (await api.up.call(path)).code === 404);
    await processed(api, 'foo', ({ currentHealthy }) => currentHealthy === 3);
    const refused = await evict(429);
    assert.equal(refused.reason, 'TooManyRequests');
    assert.deepEqual(refused.details.causes, [
      { reason: 'DisruptionBudget', message: 'The disruption budget foo needs 3 healthy pods and has 3 currently' },
    ]);
    await replaced(api, `${budgets(api)}/foo`, (one) => {
      one.spec.minAvailable = 2;
    });
    await processed(api, 'foo', ({ disruptionsAllowed }) => disruptionsAllowed === 1);
    await evict(201);
    await gone();
    await readyPods(api, LABELS, 3);
    const [next] = await readyPods(api, LABELS, 3);
    const second = `${core(api, 'pods')}/${next.metadata.name}`;
    await api.patch(`${budgets(api)}/foo`, { spec: { minAvailable: 3 } });
    await processed(api, 'foo', (status) => status.currentHealthy === 3 && status.disruptionsAllowed === 0);
    const eviction = { metadata: { name: next.metadata.name, namespace: api.namespace } };
    await api.answered(429, 'POST', `${second}/eviction`, eviction);
    await api.delete(`${budgets(api)}/foo`);
    await eventually('without a budget it goes', async () => {
      const { code } = await api.up.call(`${second}/eviction`, { method: 'POST', body: eviction });
      return code === 201 || code === 404;
    });
    await eventually('the second is evicted', async () => (await api.up.call(second)).code === 404);
  },
);
