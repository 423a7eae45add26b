import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import { accept, jsonOf, Web } from '../http/web.ts';
import { type OutsideReply, type OutsideRequest, outsideTable } from '../outside.ts';
import type { Any } from '../rig.ts';

const SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';
const service = (more: object = {}): Any => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: 'v1beta1.metrics.k8s.io' },
  spec: {
    group: 'metrics.k8s.io',
    version: 'v1beta1',
    groupPriorityMinimum: 100,
    versionPriority: 100,
    service: { namespace: 'default', name: 'metrics' },
    insecureSkipTLSVerify: true,
    ...more,
  },
});
const resources = {
  kind: 'APIResourceList',
  groupVersion: 'metrics.k8s.io/v1beta1',
  resources: [{ name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] }],
};
interface Backend {
  up: boolean;
  asked: OutsideRequest[];
}
function started(registers = false): { web: Web; backend: Backend } {
  const backend: Backend = { up: true, asked: [] };
  const answer = (request: OutsideRequest): Result<OutsideReply> => {
    backend.asked.push(request);
    const { pathname } = new URL(request.url);
    if (!backend.up) return fail('Unavailable', 'connection refused');
    const body =
      pathname === '/apis/metrics.k8s.io/v1beta1'
        ? resources
        : pathname === '/openapi/v3/apis/metrics.k8s.io/v1beta1'
          ? { openapi: '3.0.0', paths: {} }
          : pathname === '/openapi/v2'
            ? {
                swagger: '2.0',
                paths: {
                  '/apis/metrics.k8s.io/v1beta1/nodes': { get: { schema: { $ref: '#/definitions/NodeMetrics' } } },
                },
                definitions: { NodeMetrics: { type: 'object' } },
              }
            : pathname === '/apis/metrics.k8s.io/v1beta1/nodes'
              ? { kind: 'NodeMetricsList', metadata: {}, items: [{ metadata: { name: 'n' } }] }
              : undefined;
    return ok({ code: body === undefined ? 404 : 200, headers: {}, body: JSON.stringify(body ?? {}) });
  };
  // The clock is the world's own: a world is made before its servers.
  const outside = {
    call: (...args: Parameters<ReturnType<typeof outsideTable>['call']>) =>
      outsideTable(web.world.clock, answer).call(...args),
  };
  const endpoint = registers ? { endpoint: { ip: '10.0.0.9', port: 6443 } } : {};
  const web: Web = new Web({ spec: { outside, ...endpoint } });
  return { web, backend };
}
const available = (web: Web): Any =>
  (jsonOf(web.http('GET', `${SERVICES}/v1beta1.metrics.k8s.io`)).status?.conditions ?? [])[0];
function backed(web: Web): void {
  const port = { name: 'https', port: 443, targetPort: 8443, protocol: 'TCP' };
  const made = web.http('POST', '/api/v1/namespaces/default/services', {
    json: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'metrics' }, spec: { ports: [port] } },
  });
  assert.equal(made.code, 201, made.text);
  const slice = web.http('POST', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
    json: {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'metrics-1', labels: { 'kubernetes.io/service-name': 'metrics' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.244.0.7'], conditions: { ready: true } }],
      ports: [{ name: 'https', port: 8443, protocol: 'TCP' }],
    },
  });
  assert.equal(slice.code, 201, slice.text);
}

test('aggregation: an APIService: available as soon as its Service answers, published, and not when it ceases to', () => {
  const { web, backend } = started();
  assert.equal(web.http('POST', SERVICES, { json: service() }).code, 201);
  web.world.until('checked', () => available(web) !== undefined, 60_000);
  const { lastTransitionTime: _, ...missing } = available(web);
  assert.deepEqual(missing, {
    type: 'Available',
    status: 'False',
    reason: 'ServiceNotFound',
    message: 'service/metrics in "default" is not present',
  });
  backed(web);
  web.world.until('available', () => available(web).status === 'True', 60_000);
  assert.equal(available(web).reason, 'Passed');
  const [asked] = backend.asked;
  assert.deepEqual([asked?.at, asked?.asProxy], [{ ip: '10.244.0.7', port: 8443 }, true]);
  assert.equal(asked?.headers?.['x-remote-user'], 'system:kube-aggregator');
  const groups = jsonOf(web.http('GET', '/apis')).groups.map(({ name }: Any) => name);
  assert.equal(groups.at(-1), 'metrics.k8s.io');
  assert.equal(jsonOf(web.http('GET', '/apis/metrics.k8s.io')).preferredVersion.version, 'v1beta1');
  const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const own = (): Any =>
    jsonOf(web.http('GET', '/apis', accept(aggregated))).items.find((item: Any) => item.metadata.name === groups.at(-1))
      .versions[0];
  web.world.until('published', () => own().freshness === 'Current', 60_000);
  assert.equal(own().resources[0].responseKind.kind, 'NodeMetrics');
  const index = jsonOf(web.http('GET', '/openapi/v3')).paths;
  assert.match(
    index['apis/metrics.k8s.io/v1beta1'].serverRelativeURL,
    /^\/openapi\/v3\/apis\/metrics.k8s.io\/v1beta1\?/,
  );
  const swagger = jsonOf(web.http('GET', '/openapi/v2'));
  assert.ok(swagger.paths['/apis/metrics.k8s.io/v1beta1/nodes'] && swagger.paths['/api/v1/nodes']);
  assert.deepEqual(swagger.definitions.NodeMetrics, { type: 'object' });
  backend.up = false;
  web.world.until('found out', () => available(web).status === 'False', 120_000);
  assert.equal(available(web).reason, 'FailedDiscoveryCheck');
  assert.equal(own().freshness, 'Stale');
  web.http('DELETE', `${SERVICES}/v1beta1.metrics.k8s.io`);
  web.world.until('gone', () => web.http('GET', '/apis/metrics.k8s.io').code === 404, 60_000);
});

test('aggregation: what a server answers itself: listed once it is reached over HTTPS, custom groups come and go', () => {
  const { web } = started(true);
  const names = (): string[] => jsonOf(web.http('GET', SERVICES)).items.map(({ metadata }: Any) => metadata.name);
  web.world.until('listed', () => names().includes('v1.apps'), 60_000);
  const apps = jsonOf(web.http('GET', `${SERVICES}/v1.apps`));
  assert.deepEqual(
    [apps.metadata.labels, apps.spec, apps.status.conditions[0].reason],
    [
      { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' },
      { group: 'apps', version: 'v1', groupPriorityMinimum: 17_800, versionPriority: 15 },
      'Local',
    ],
  );
  assert.ok(names().includes('v1.') && !names().includes('v1.apiregistration.k8s.io'));
  const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const own = { plural: 'things', kind: 'Thing' };
  const schema = { openAPIV3Schema: { type: 'object' } };
  const spec = {
    group: 'x.example.com',
    scope: 'Cluster',
    names: own,
    versions: [{ name: 'v1', served: true, storage: true, schema }],
  };
  const kind = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
  web.http('POST', crds, { json: { ...kind, metadata: { name: 'things.x.example.com' }, spec } });
  web.world.until('registered', () => names().includes('v1.x.example.com'), 60_000);
  web.http('DELETE', `${SERVICES}/v1.x.example.com`);
  web.world.until('registered again', () => names().includes('v1.x.example.com'), 60_000);
  web.http('DELETE', `${crds}/things.x.example.com`);
  web.world.until('unregistered', () => !names().includes('v1.x.example.com'), 60_000);
});

test('aggregation: an APIService that cannot be: refused with each cause', () => {
  const { web } = started();
  const spec = { caBundle: 'eA==', service: { port: 70_000 }, groupPriorityMinimum: 0, versionPriority: 2_000 };
  const refused = jsonOf(web.http('POST', SERVICES, { json: service(spec) }));
  assert.deepEqual(
    refused.details.causes.map(({ field, message }: Any) => `${field}: ${message}`),
    [
      'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000',
      'spec.versionPriority: Invalid value: 2000: must be positive and less than 1000',
      'spec.service.namespace: Required value',
      'spec.service.name: Required value',
      'spec.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive',
      'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
    ],
  );
});

test('aggregation: clients on the bus: read what another answers, as themselves, and no more', () => {
  const { web, backend } = started();
  web.http('POST', SERVICES, { json: service() });
  const ask = { group: 'metrics.k8s.io', version: 'v1beta1', namespace: '', options: { labelSelector: 'a in (b, c)' } };
  web.world.until('known', () => web.refusal('list', 'nodes', ask).startsWith('503 '), 60_000);
  backed(web);
  web.world.until('available', () => available(web)?.status === 'True', 60_000);
  assert.deepEqual(web.ok('list', 'nodes', ask).items, [{ metadata: { name: 'n' } }]);
  const asked = backend.asked.at(-1)!;
  assert.equal(new URL(asked.url).searchParams.get('labelSelector'), 'a in (b, c)');
  assert.deepEqual([asked.headers?.['x-remote-user'], asked.headers?.['x-remote-group']], ['test', ['system:masters']]);
  assert.match(
    web.refusal('get', 'pods', { ...ask, namespace: 'x', name: '*', subresource: 'hits' }),
    /^404 NotFound: /,
  );
  assert.match(backend.asked.at(-1)!.url, /\/apis\/metrics.k8s.io\/v1beta1\/namespaces\/x\/pods\/\*\/hits\?/);
  assert.match(web.refusal('delete', 'nodes', { ...ask, name: 'n' }), /^405 MethodNotAllowed: /);
});
