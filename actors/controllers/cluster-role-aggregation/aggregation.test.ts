import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Resource } from '../../api/resource.ts';
import { findResource } from '../../api/resources.ts';
import { Story } from '../manager/cluster.fixture.ts'; // tidy: a fixture of tests
import { clusterRoleAggregation } from './index.ts';
import { type ClusterRole, plan } from './logic.ts';

const rule = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });
const role = (name: string, labels: Record<string, string>, resources: readonly string[]): ClusterRole =>
  ({ metadata: { name, labels }, rules: resources.map(rule) }) as unknown as ClusterRole;
const sum = (rules: readonly string[], ...labels: Record<string, string>[]): ClusterRole =>
  ({
    ...role('sum', { to: 'sum' }, rules),
    aggregationRule: { clusterRoleSelectors: labels.map((matchLabels) => ({ matchLabels })) },
  }) as ClusterRole;

test('role aggregation: plan: by selector, then by name, each rule once, never of itself', () => {
  const all = [role('b', { to: 'sum' }, ['pods', 'secrets']), role('a', { to: 'sum' }, ['pods', 'nodes'])];
  const one = sum([], { to: 'sum' });
  assert.deepEqual(plan(one, [...all, one]), ['pods', 'nodes', 'secrets'].map(rule));
  const two = sum([], { to: 'nobody' }, { to: 'sum' });
  assert.deepEqual(plan(two, all), ['pods', 'nodes', 'secrets'].map(rule));
  assert.equal(plan(sum(['pods', 'nodes', 'secrets'], { to: 'sum' }), all), undefined, 'nothing to write');
  assert.deepEqual(plan(sum(['pods']), all), []);
});
test('role aggregation: a role of a chart: what it adds to view comes and goes with it', () => {
  const story = new Story();
  story.manager('m', [clusterRoleAggregation]);
  const roles = findResource('rbac.authorization.k8s.io', 'v1', 'clusterroles') as Resource<ClusterRole>;
  const seen = story.seen(roles);
  const of = (name: string): string => JSON.stringify(seen.get(name)?.rules ?? []);
  for (const name of ['view', 'edit'])
    story.create(roles, '', name, {
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [`aggregate-to-${name}`]: 'true' } }] },
    });
  story.create(roles, '', 'crontabs', {
    metadata: { labels: { 'aggregate-to-view': 'true' } },
    rules: [{ apiGroups: ['stable.example.com'], resources: ['crontabs'], verbs: ['get', 'list'] }],
  });
  story.until('view has it', () => of('view').includes('crontabs'));
  assert.equal(of('edit'), '[]');
  const labels = { 'aggregate-to-view': null, 'aggregate-to-edit': 'true' };
  story.do('relabel', story.client.patch(roles, '', 'crontabs', { metadata: { labels } }));
  story.until('edit has it instead', () => of('edit').includes('crontabs') && of('view') === '[]');
  story.do('delete', story.client.delete(roles, '', 'crontabs'));
  story.until('nobody has it', () => of('edit') === '[]');
});
