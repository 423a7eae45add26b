//! Discovery, lists in chunks, tables, watches: how clients read.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import type { Any, Api } from './api.ts';
import { conformanceTests } from './conformance.ts';
import type { Watch } from './watch.ts';

const conformance = conformanceTests();
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

conformance(
  '[sig-api-machinery] Discovery should locate the groupVersion and a resource within each APIGroup [Conformance]',
  async (api) => {
    const { groups } = await api.get('/apis');
    assert.ok(groups.length > 15);
    for (const group of groups)
      for (const { groupVersion } of group.versions) {
        const list = await api.get(`/apis/${groupVersion}`);
        assert.equal(list.kind, 'APIResourceList');
        assert.equal(list.groupVersion, groupVersion);
        assert.ok(list.resources.length > 0);
      }
  },
);

conformance(
  '[sig-api-machinery] Discovery should validate PreferredVersion for each APIGroup [Conformance]',
  async (api) => {
    for (const { name } of (await api.get('/apis')).groups) {
      const group = await api.get(`/apis/${name}`);
      const listed = group.versions.some((one: Any) => one.groupVersion === group.preferredVersion.groupVersion);
      assert.ok(listed, `${name} prefers ${JSON.stringify(group.preferredVersion)}`);
    }
  },
);

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  '/v1': ['namespaces', 'pods', 'services', 'nodes', 'secrets'],
  'apps/v1': ['deployments', 'replicasets', 'statefulsets', 'daemonsets'],
  'apiextensions.k8s.io/v1': ['customresourcedefinitions'],
  'admissionregistration.k8s.io/v1': ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
};
async function aggregated(api: Api): Promise<Map<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const path of ['/api', '/apis']) {
    const list = await api.get(path, { accept: AGGREGATED });
    assert.equal(list.kind, 'APIGroupDiscoveryList');
    assert.equal(list.apiVersion, 'apidiscovery.k8s.io/v2');
    for (const group of list.items)
      for (const version of group.versions)
        found.set(
          `${group.metadata.name ?? ''}/${version.version}`,
          version.resources.map(({ resource }: Any) => resource),
        );
  }
  return found;
}
for (const name of [
  '[sig-api-machinery] AggregatedDiscovery should support aggregated discovery interface [Conformance]',
  '[sig-api-machinery] AggregatedDiscovery should support raw aggregated discovery endpoint Accept headers [Conformance]',
])
  conformance(name, async (api) => {
    const found = await aggregated(api);
    for (const [version, resources] of Object.entries(KNOWN))
      for (const resource of resources) assert.ok(found.get(version)?.includes(resource), `${resource} in ${version}`);
    assert.equal((await api.get('/apis', { accept: 'application/json' })).kind, 'APIGroupList');
  });

conformance('[sig-api-machinery] server version should find the server version [Conformance]', async (api) => {
  const { major, minor } = await api.get('/version');
  assert.match(major, /^\d+$/);
  assert.match(minor, /^\d+$/);
});

async function templates(api: Api, count: number): Promise<string> {
  const path = `/api/v1/namespaces/${api.namespace}/podtemplates`;
  const spec = { containers: [{ name: 'test', image: 'test2' }] };
  const made = (i: number): Any => ({ metadata: { name: `template-${`${i}`.padStart(4, '0')}` }, template: { spec } });
  for (let i = 0; i < count; i += 20)
    await Promise.all(Array.from({ length: Math.min(20, count - i) }, (_, n) => api.create(path, made(i + n))));
  return path;
}

conformance(
  '[sig-api-machinery] Servers with support for API chunking should return chunks of results for list calls [Conformance]',
  async (api) => {
    const count = 100;
    const path = await templates(api, count);
    const seen: string[] = [];
    let next = '';
    let revision = '';
    do {
      const page = await api.get(`${path}?limit=17${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`);
      revision ||= page.metadata.resourceVersion;
      assert.equal(page.metadata.resourceVersion, revision, 'every page is of one revision');
      seen.push(...page.items.map(({ metadata }: Any) => metadata.name));
      next = page.metadata.continue ?? '';
      if (next !== '') assert.equal(page.metadata.remainingItemCount, count - seen.length);
    } while (next !== '');
    assert.equal(new Set(seen).size, count);
    assert.deepEqual(seen, [...seen].sort());
    assert.equal((await api.get(path)).items.length, count);
  },
);

conformance(
  '[sig-api-machinery] Servers with support for Table transformation should return a 406 for a backend which does not implement metadata [Conformance]',
  async (api) => {
    const { up } = api;
    const answer = await up.call('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods' } },
      },
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    });
    assert.equal(answer.code, 406, answer.text);
  },
);

const maps = ({ namespace }: Api): string => `/api/v1/namespaces/${namespace}/configmaps`;
const labelled = (name: string, value: string, data: Any = {}): Any => ({
  metadata: { name, labels: { 'watch-this-configmap': value } },
  data,
});
const selecting = (api: Api, value: string, more = ''): string =>
  `${maps(api)}?watch=1&labelSelector=watch-this-configmap=${value}${more}`;

conformance(
  '[sig-api-machinery] Watchers should observe add, update, and delete watch notifications on configmaps [Conformance]',
  async (api) => {
    const [a, b, both] = await Promise.all([
      api.watch(selecting(api, 'A')),
      api.watch(selecting(api, 'B')),
      api.watch(`${maps(api)}?watch=1&labelSelector=${encodeURIComponent('watch-this-configmap in (A,B)')}`),
    ]);
    await api.create(maps(api), labelled('a', 'A'));
    for (const watch of [a, both]) await watch.next('ADDED', 'a');
    for (const mutation of ['1', '2']) {
      await api.patch(`${maps(api)}/a`, { data: { mutation } });
      for (const watch of [a, both]) assert.equal((await watch.next('MODIFIED', 'a')).object.data.mutation, mutation);
    }
    await api.delete(`${maps(api)}/a`);
    for (const watch of [a, both]) await watch.next('DELETED', 'a');
    await api.create(maps(api), labelled('b', 'B'));
    for (const watch of [b, both]) await watch.next('ADDED', 'b');
    await api.delete(`${maps(api)}/b`);
    for (const watch of [b, both]) await watch.next('DELETED', 'b');
    const names = (events: readonly Any[]): string[] => events.map(({ object }) => object.metadata.name);
    assert.ok(names(a.events).every((name) => name === 'a'));
    assert.ok(names(b.events).every((name) => name === 'b'));
    for (const watch of [a, b, both]) watch.stop();
  },
);

conformance(
  '[sig-api-machinery] Watchers should be able to start watching from a specific resource version [Conformance]',
  async (api) => {
    await api.create(maps(api), labelled('c', 'version'));
    const first = await api.patch(`${maps(api)}/c`, { data: { mutation: '1' } });
    await api.patch(`${maps(api)}/c`, { data: { mutation: '2' } });
    await api.delete(`${maps(api)}/c`);
    const watch = await api.watch(selecting(api, 'version', `&resourceVersion=${first.metadata.resourceVersion}`));
    assert.equal((await watch.next('MODIFIED', 'c')).object.data.mutation, '2');
    await watch.next('DELETED', 'c');
    assert.equal(watch.events.length, 2);
    watch.stop();
  },
);

conformance(
  '[sig-api-machinery] Watchers should be able to restart watching from the last resource version observed by the previous watch [Conformance]',
  async (api) => {
    const first = await api.watch(selecting(api, 'restart'));
    await api.create(maps(api), labelled('c', 'restart'));
    await first.next('ADDED', 'c');
    await api.patch(`${maps(api)}/c`, { data: { mutation: '1' } });
    const { object } = await first.next('MODIFIED', 'c');
    first.stop();
    await api.patch(`${maps(api)}/c`, { data: { mutation: '2' } });
    await api.delete(`${maps(api)}/c`);
    const again = await api.watch(selecting(api, 'restart', `&resourceVersion=${object.metadata.resourceVersion}`));
    assert.equal((await again.next('MODIFIED', 'c')).object.data.mutation, '2');
    await again.next('DELETED', 'c');
    again.stop();
  },
);

conformance(
  '[sig-api-machinery] Watchers should observe an object deletion if it stops meeting the requirements of the selector [Conformance]',
  async (api) => {
    const watch = await api.watch(selecting(api, 'selected'));
    await api.create(maps(api), labelled('c', 'selected'));
    await watch.next('ADDED', 'c');
    await api.patch(`${maps(api)}/c`, { data: { mutation: '1' } });
    await watch.next('MODIFIED', 'c');
    const label = (value: string): Any => ({ metadata: { labels: { 'watch-this-configmap': value } } });
    await api.patch(`${maps(api)}/c`, label('other'));
    await watch.next('DELETED', 'c');
    await api.patch(`${maps(api)}/c`, { data: { mutation: '2' } });
    await api.patch(`${maps(api)}/c`, label('selected'));
    assert.equal((await watch.next('ADDED', 'c')).object.data.mutation, '2');
    await api.patch(`${maps(api)}/c`, { data: { mutation: '3' } });
    assert.equal((await watch.next('MODIFIED', 'c')).object.data.mutation, '3');
    await api.delete(`${maps(api)}/c`);
    await watch.next('DELETED', 'c');
    watch.stop();
  },
);

conformance(
  '[sig-api-machinery] Watchers should receive events on concurrent watches in same order [Conformance]',
  async (api) => {
    const first = await api.watch(`${maps(api)}?watch=1`);
    const churn = (async (): Promise<void> => {
      for (let i = 0; i < 30; i++) {
        await api.create(maps(api), { metadata: { name: `churn-${i}` } });
        await api.patch(`${maps(api)}/churn-${i}`, { data: { i: `${i}` } });
        if (i % 2 === 0) await api.delete(`${maps(api)}/churn-${i}`);
      }
      await api.create(maps(api), { metadata: { name: 'last' } });
    })();
    const watches: Watch[] = [];
    for (let i = 0; i < 10; i++) {
      const { object } = await first.until('an event', () => true);
      watches.push(await api.watch(`${maps(api)}?watch=1&resourceVersion=${object.metadata.resourceVersion}`));
    }
    await churn;
    const seen = async (watch: Watch): Promise<string[]> => {
      await watch.next('ADDED', 'last');
      return watch.events.map(
        ({ type, object }) => `${type} ${object.metadata.name} ${object.metadata.resourceVersion}`,
      );
    };
    const whole = await seen(first);
    for (const watch of watches) {
      const part = await seen(watch);
      assert.deepEqual(part, whole.slice(-part.length));
    }
    for (const watch of [first, ...watches]) watch.stop();
  },
);

conformance('[sig-network] API Server should provide secure master service [Conformance]', async (api) => {
  const { spec } = await api.get('/api/v1/namespaces/default/services/kubernetes');
  assert.ok(spec.ports.some(({ name, port, protocol }: Any) => name === 'https' && port === 443 && protocol === 'TCP'));
});

conformance(
  '[sig-network] API Server should have Endpoints and EndpointSlices pointing to API Server [Conformance]',
  async (api) => {
    const { items } = await api.get(
      '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name=kubernetes',
    );
    const { subsets } = await api.get('/api/v1/namespaces/default/endpoints/kubernetes');
    const addresses = items.flatMap((slice: Any) => slice.endpoints.flatMap((endpoint: Any) => endpoint.addresses));
    assert.deepEqual(
      addresses,
      subsets[0].addresses.map(({ ip }: Any) => ip),
    );
    assert.deepEqual(
      items[0].ports.map(({ port }: Any) => port),
      subsets[0].ports.map(({ port }: Any) => port),
    );
    assert.equal(subsets[0].ports[0].name, 'https');
  },
);

for (const [name, root, group] of [
  ['[sig-instrumentation] Events should manage the lifecycle of an event [Conformance]', '/api/v1', ''],
  [
    '[sig-instrumentation] Events API should ensure that an event can be fetched, patched, deleted, and listed [Conformance]',
    '/apis/events.k8s.io/v1',
    'events',
  ],
] as const)
  conformance(name, async (api) => {
    const path = `${root}/namespaces/${api.namespace}/events`;
    await api.create(path, event('event', group, api));
    const listed = await api.get(`${root}/events?labelSelector=testevent=${api.namespace}`);
    assert.equal(listed.items.length, 1);
    const now = '2026-01-01T00:00:00.000001Z';
    // Of the newer API nothing but the series may change.
    const change = group === '' ? { message: 'patched' } : { series: { count: 2, lastObservedTime: now } };
    const patched = await api.patch(`${path}/event`, change);
    assert.deepEqual(
      { message: patched.message, series: patched.series },
      { message: undefined, series: undefined, ...change },
    );
    const series = {
      ...patched,
      series: group === '' ? { count: 100, lastObservedTime: now } : { count: 100, lastObservedTime: now },
    };
    const updated = await api.update(`${path}/event`, series);
    assert.deepEqual(updated.series, { count: 100, lastObservedTime: now });
    assert.deepEqual((await api.get(`/api/v1/namespaces/${api.namespace}/events/event`)).series.count, 100);
    await api.delete(`${path}/event`);
    assert.equal((await api.get(`${path}?labelSelector=testevent=${api.namespace}`)).items.length, 0);
  });
for (const [name, root, group] of [
  ['[sig-instrumentation] Events should delete a collection of events [Conformance]', '/api/v1', ''],
  [
    '[sig-instrumentation] Events API should delete a collection of events [Conformance]',
    '/apis/events.k8s.io/v1',
    'events',
  ],
] as const)
  conformance(name, async (api) => {
    const path = `${root}/namespaces/${api.namespace}/events`;
    for (const i of [1, 2, 3]) await api.create(path, event(`event-${i}`, group, api));
    const mine = `${path}?labelSelector=testevent=${api.namespace}`;
    assert.equal((await api.get(mine)).items.length, 3);
    await api.delete(mine);
    await eventually('none is left', async () => (await api.get(mine)).items.length === 0);
  });
function event(name: string, group: string, { namespace }: Api): Any {
  const metadata = { name, labels: { testevent: namespace } };
  const about = { kind: 'Pod', name: 'p', namespace, apiVersion: 'v1' };
  if (group === '')
    return { metadata, message: 'This is a test', reason: 'Test', type: 'Normal', count: 1, involvedObject: about };
  return {
    metadata,
    note: 'This is a test',
    reason: 'Test',
    type: 'Normal',
    action: 'Do',
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'test-controller',
    reportingInstance: 'test-node',
    regarding: about,
  };
}
