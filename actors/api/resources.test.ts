import assert from 'node:assert/strict';
import test from 'node:test';
import { aggregatedDiscovery, apiGroupList, apiResourceList, compareVersions } from './discovery.ts';
import { loadDescriptions, loadSchema } from './edge/load.ts';
import { get } from './json.ts';
import { openApiV2 } from './openapi/v2.ts';
import { openApiV3, openApiV3Index } from './openapi/v3.ts';
import { convert, ENABLED, findKind, findResource, groupResource, RESOURCES } from './resources.ts';

test('resources: by name and by kind: found', () => {
  assert.equal(findResource('apps', 'v1', 'deployments')?.kind, 'Deployment');
  assert.equal(findKind('v1', 'Pod')?.resource, 'pods');
  assert.equal(findResource('apps', 'v1', 'pods'), undefined);
  assert.equal(findResource('', 'v1', 'nodes')?.namespaced, false);
  const eviction = findResource('', 'v1', 'pods')?.subresources.find((sub) => sub.name === 'eviction');
  assert.deepEqual(eviction, { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] });
  assert.equal(groupResource({ group: 'apps', resource: 'deployments' }), 'deployments.apps');
});
test('events: two groups: one store, converted there and back', () => {
  const core = findResource('', 'v1', 'events');
  const events = findResource('events.k8s.io', 'v1', 'events');
  assert.deepEqual(core?.storage, events?.storage);
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e' },
    involvedObject: { kind: 'Pod', name: 'p' },
    reason: 'Started',
    message: 'Started container',
    source: { component: 'kubelet' },
    firstTimestamp: '2026-01-01T00:00:00Z',
    count: 2,
  };
  const modern = convert(event, 'events.k8s.io/v1');
  assert.equal(get(modern, 'note'), 'Started container');
  assert.equal(get(modern, 'deprecatedCount'), 2);
  assert.deepEqual(convert(modern, 'v1'), event);
});
test('autoscalers: v1 and v2: the CPU target is a metric', () => {
  const v1 = {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h' },
    spec: { maxReplicas: 5, targetCPUUtilizationPercentage: 70 },
    status: { currentReplicas: 1, desiredReplicas: 1 },
  };
  const v2 = convert(v1, 'autoscaling/v2');
  assert.equal(get(v2, 'spec', 'metrics', 0, 'resource', 'target', 'averageUtilization'), 70);
  assert.deepEqual(convert(v2, 'autoscaling/v1'), v1);
});
test('discovery: groups and resources: as kubectl asks for them', () => {
  const groups = get(apiGroupList(ENABLED), 'groups') as { name: string; preferredVersion: { version: string } }[];
  assert.equal(groups.find((group) => group.name === 'autoscaling')?.preferredVersion.version, 'v2');
  const names = (get(apiResourceList(ENABLED, 'apps', 'v1'), 'resources') as { name: string }[]).map(
    ({ name }) => name,
  );
  assert.ok(names.includes('deployments/scale'));
  assert.equal(apiResourceList(ENABLED, 'nope', 'v1'), undefined);
  assert.equal(get(aggregatedDiscovery(ENABLED, 'core'), 'items', 0, 'versions', 0, 'version'), 'v1');
  assert.deepEqual(['v1beta1', 'v1', 'v2', 'v1alpha1'].sort(compareVersions), ['v2', 'v1', 'v1beta1', 'v1alpha1']);
});
test('openapi: documents: kinds, merge keys and validation are there', () => {
  const schema = loadSchema();
  const v2 = openApiV2(schema, loadDescriptions(), ENABLED, 'v1.36.0');
  const containers = get(v2, 'definitions', 'io.k8s.api.core.v1.PodSpec', 'properties', 'containers');
  assert.equal(get(containers, 'x-kubernetes-patch-merge-key'), 'name');
  assert.match(String(get(containers, 'description')), /^List of containers/);
  const v3 = openApiV3(schema, loadDescriptions(), ENABLED, 'apis/apps/v1', 'v1.36.0');
  assert.deepEqual(
    get(v3, 'components', 'schemas', 'io.k8s.api.apps.v1.Deployment', 'x-kubernetes-group-version-kind'),
    [{ group: 'apps', version: 'v1', kind: 'Deployment' }],
  );
  const patch = get(v3, 'paths', '/apis/apps/v1/namespaces/{namespace}/deployments/{name}', 'patch', 'parameters');
  assert.ok((patch as { name: string }[]).some(({ name }) => name === 'fieldValidation'));
  assert.ok(
    get(
      openApiV3Index(RESOURCES, () => 'h'),
      'paths',
      'apis/apps/v1',
      'serverRelativeURL',
    ),
  );
  const dangling = [...JSON.stringify(v3).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].filter(
    ([, name = '']) => get(v3, 'components', 'schemas', name) === undefined,
  );
  assert.deepEqual(dangling, []);
});
