//! Whether another API server can be reached (kube-aggregator pkg/controllers/status/remote).
import type { Task } from '../../../runtime/task.ts';
import { get, type Json, type JsonObject, listOf, textOf } from '../../api/json.ts';
import type { EndpointSlice, Service } from '../../api/types/service.ts';
import { lookup, stored } from '../admission/lookup.ts';
import type { OutsideReply } from '../outside.ts';
import type { User } from '../protocol.ts';
import type { Engine } from '../verbs/engine.ts';
import { callRemote, type RemoteCall } from './call.ts';
import type { Publication, Remote } from './remotes.ts';

const SERVICES = stored('', 'v1', 'services');
const SLICES = stored('discovery.k8s.io', 'v1', 'endpointslices');
const SERVICE_NAME = 'kubernetes.io/service-name';
/** "the request should happen quickly" */
const CHECK_MS = 5_000;
const WORK_MS = 20_000;
/** How it is asked by the aggregator itself, not by a user. */
const AGGREGATOR: User = { name: 'system:kube-aggregator', groups: ['system:masters'] };
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

export const LOCAL: JsonObject = {
  type: 'Available',
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
};
const condition = (status: 'True' | 'False' | 'Unknown', reason: string, message: string): JsonObject => ({
  type: 'Available',
  status,
  reason,
  message,
});

/** Its Available condition, without a time. */
export function* check(engine: Engine, remote: Remote): Task<JsonObject> {
  const missing = remote.actor === undefined ? yield* backed(engine, remote) : undefined;
  if (missing !== undefined) return missing;
  const path = pathOf(remote);
  const { namespace, name, port } = remote.service;
  const url = `https://${name}.${namespace}.svc:${port}${path}`;
  const answer = yield* callRemote(engine, remote, requestOf(path));
  if (!answer.ok)
    return condition(
      'False',
      'FailedDiscoveryCheck',
      `failing or missing response from ${url}: ${answer.fault.message}`,
    );
  const { code } = answer.value;
  if (code < 200 || code >= 300)
    return condition(
      'False',
      'FailedDiscoveryCheck',
      `failing or missing response from ${url}: bad status from ${url}: ${code}`,
    );
  return condition('True', 'Passed', 'all checks passed');
}
/** What its Service lacks. */
function* backed(engine: Engine, remote: Remote): Task<JsonObject | undefined> {
  const { namespace, name, port } = remote.service;
  const where = `service/${name} in ${JSON.stringify(namespace)}`;
  const deadline = engine.clock.now() + WORK_MS;
  const found = yield* lookup<Service>(engine, SERVICES, namespace, name, deadline);
  if (!found.ok)
    return condition('Unknown', 'ServiceAccessError', `${where} cannot be checked due to: ${found.fault.message}`);
  if (found.value === undefined) return condition('False', 'ServiceNotFound', `${where} is not present`);
  const { type = 'ClusterIP', ports = [] } = found.value.spec;
  if (type === 'ClusterIP') {
    const own = ports.find((one) => one.port === port);
    if (own === undefined) return condition('False', 'ServicePortError', `${where} is not listening on port ${port}`);
    const cache = yield* engine.caches.fresh(SLICES, 0, deadline);
    if (!cache.ok)
      return condition('Unknown', 'EndpointsAccessError', `${where} cannot be checked due to: ${cache.fault.message}`);
    const slices = [...cache.value.all(namespace)]
      .map((entry) => entry.object as EndpointSlice)
      .filter((slice) => slice.metadata.labels?.[SERVICE_NAME] === name);
    if (slices.length === 0) return condition('False', 'EndpointsNotFound', `cannot find endpointslices for ${where}`);
    if (!slices.some((slice) => isReady(slice, own.name ?? '')))
      return condition(
        'False',
        'MissingEndpoints',
        `endpointslices for ${where} have no addresses with port name ${JSON.stringify(own.name ?? '')}`,
      );
  }
  return undefined;
}
const isReady = ({ endpoints = [], ports = [] }: EndpointSlice, port: string): boolean =>
  endpoints.some(({ conditions }) => conditions?.ready !== false) &&
  listOf(ports as unknown as Json).some((one) => textOf(get(one, 'name')) === port && get(one, 'port') !== undefined);

const pathOf = ({ group, version }: Remote): string => `/apis/${group}/${version}`;
const requestOf = (path: string, accept = 'application/json'): RemoteCall => ({
  method: 'GET',
  path,
  user: AGGREGATOR,
  headers: { accept },
  timeoutMs: CHECK_MS,
});

/** What it publishes; undefined: it cannot be understood now. */
export function* read(engine: Engine, remote: Remote): Task<Publication | undefined> {
  const ask = function* (path: string, accept?: string, known = ''): Task<OutsideReply | undefined> {
    const request = requestOf(path, accept);
    const headers = known === '' ? request.headers : { ...request.headers, 'if-none-match': known };
    const answer = yield* callRemote(engine, remote, { ...request, headers });
    return answer.ok && (answer.value.code === 200 || answer.value.code === 304) ? answer.value : undefined;
  };
  const resources =
    aggregatedOf(remote, yield* ask('/apis', `${AGGREGATED},application/json`)) ??
    legacyOf(remote, yield* ask(pathOf(remote)));
  if (resources === undefined) return undefined;
  const document = yield* ask(`/openapi/v3${pathOf(remote)}`);
  const isDocument = document !== undefined && get(parsed(document.body), 'openapi') !== undefined;
  const before = engine.catalog.remotes.published(remote)?.openApiV2;
  const whole = yield* ask('/openapi/v2', undefined, before?.etag);
  const openApiV2 = whole?.code === 304 ? before : swaggerOf(whole);
  return {
    resources,
    ...(isDocument ? { openApiV3: document.body } : {}),
    ...(openApiV2 === undefined ? {} : { openApiV2 }),
  };
}
function swaggerOf(reply: OutsideReply | undefined): Publication['openApiV2'] {
  if (reply === undefined || get(parsed(reply.body), 'swagger') === undefined) return undefined;
  return { body: reply.body, etag: reply.headers['etag'] ?? '' };
}
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
function aggregatedOf({ group, version }: Remote, reply: OutsideReply | undefined): readonly Json[] | undefined {
  const body = reply && parsed(reply.body);
  if (get(body, 'kind') !== 'APIGroupDiscoveryList') return undefined;
  const own = listOf(get(body, 'items')).find((item) => get(item, 'metadata', 'name') === group);
  const versions = listOf(get(own, 'versions'));
  return listOf(
    get(
      versions.find((one) => get(one, 'version') === version),
      'resources',
    ),
  );
}
/** An APIResourceList as aggregated discovery has it. */
function legacyOf({ group, version }: Remote, reply: OutsideReply | undefined): readonly Json[] | undefined {
  const body = reply && parsed(reply.body);
  if (get(body, 'kind') !== 'APIResourceList') return undefined;
  const all = listOf(get(body, 'resources'));
  const kindOf = (one: Json): JsonObject => ({
    group: textOf(get(one, 'group')) || group,
    version: textOf(get(one, 'version')) || version,
    kind: textOf(get(one, 'kind')),
  });
  return all
    .filter((one) => !textOf(get(one, 'name')).includes('/'))
    .map((one): JsonObject => {
      const name = textOf(get(one, 'name'));
      const subs = all.filter((sub) => textOf(get(sub, 'name')).startsWith(`${name}/`));
      const lists = Object.fromEntries(
        ['shortNames', 'categories'].flatMap((field) => {
          const list = listOf(get(one, field));
          return list.length === 0 ? [] : [[field, [...list]]];
        }),
      );
      return {
        resource: name,
        responseKind: kindOf(one),
        scope: get(one, 'namespaced') === true ? 'Namespaced' : 'Cluster',
        singularResource: textOf(get(one, 'singularName')),
        verbs: [...listOf(get(one, 'verbs'))],
        ...lists,
        ...(subs.length === 0
          ? {}
          : {
              subresources: subs.map((sub) => ({
                subresource: textOf(get(sub, 'name')).slice(name.length + 1),
                responseKind: kindOf(sub),
                verbs: [...listOf(get(sub, 'verbs'))],
              })),
            }),
      };
    });
}
