//! Where a proxied request goes: a port of a pod, of its own or behind a Service.
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import { get, listOf, numberOf, textOf } from '../../../api/json.ts';
import { badRequest, notFound, serviceUnavailable } from '../../../api/status.ts';
import type { Pod } from '../../../api/types/pod.ts';
import type { Endpoint, EndpointSlice, Service } from '../../../api/types/service.ts';
import { lookup, stored } from '../../admission/lookup.ts';
import { type Call, type Engine, refuse } from '../../verbs/engine.ts';
import type { PodOnNode } from './target.ts';

export interface Backend {
  readonly scheme: 'http' | 'https';
  /** What its Host header says: `10.244.1.3:8080`. */
  readonly ip: string;
  readonly port: number;
  /** Reached through its node. Absent: an endpoint that is no pod, reached directly. */
  readonly pod?: PodOnNode;
}
const PODS = stored('', 'v1', 'pods');
const SLICES = stored('discovery.k8s.io', 'v1', 'endpointslices');
const SERVICE_NAME = 'kubernetes.io/service-name';
const PORTS: Readonly<Record<Backend['scheme'], number>> = { http: 80, https: 443 };

interface Asked {
  readonly scheme: Backend['scheme'];
  readonly name: string;
  readonly port: string;
}
/** `name`, `name:port` or `scheme:name:port` (utilnet.SplitSchemeNamePort). */
function askedOf(text: string): Asked | undefined {
  const parts = text.split(':');
  const [scheme, name = '', port = ''] = parts.length === 3 ? parts : ['', ...parts];
  if (parts.length > 3 || name === '' || !['', 'http', 'https'].includes(scheme ?? '')) return undefined;
  return { scheme: scheme === 'https' ? 'https' : 'http', name, port };
}

export function* backendOfPod(engine: Engine, call: Call): Task<Result<Backend>> {
  const { info, request } = call;
  const asked = askedOf(request.name);
  if (asked === undefined) return refuse(badRequest(`invalid pod request ${JSON.stringify(request.name)}`));
  const found = yield* lookup<Pod>(engine, PODS, request.namespace, asked.name, call.deadline);
  if (!found.ok) return found;
  const pod = found.value;
  if (pod === undefined) return refuse(notFound(info, asked.name));
  const declared = pod.spec.containers.flatMap(({ ports = [] }) => ports)[0]?.containerPort;
  const port = asked.port === '' ? (declared ?? PORTS[asked.scheme]) : Number(asked.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    return refuse(badRequest(`invalid pod request ${JSON.stringify(request.name)}`));
  const ip = pod.status?.podIP ?? '';
  if (ip === '') return refuse(badRequest('address not allowed'));
  return ok({ scheme: asked.scheme, ip, port, pod: onNode(pod) });
}
const onNode = ({ metadata, spec }: Pod): PodOnNode => ({
  node: spec.nodeName ?? '',
  namespace: metadata.namespace ?? '',
  name: metadata.name,
  podUid: metadata.uid,
});

/** One of its ready endpoints, by chance (registry/core/service ResourceLocation). */
export function* backendOfService(engine: Engine, call: Call): Task<Result<Backend>> {
  const { info, request } = call;
  const asked = askedOf(request.name);
  if (asked === undefined) return refuse(badRequest(`invalid service request ${JSON.stringify(request.name)}`));
  const { namespace } = request;
  const found = yield* lookup<Service>(engine, info.storage, namespace, asked.name, call.deadline);
  if (!found.ok) return found;
  if (found.value === undefined) return refuse(notFound(info, asked.name));
  const ports = found.value.spec.ports ?? [];
  const wanted = asked.port === '' && ports.length === 1 ? (ports[0]!.name ?? '') : portName(asked.port, ports);
  if (wanted === undefined)
    return refuse(
      serviceUnavailable(`no service port ${JSON.stringify(asked.port)} found for service "${asked.name}"`),
    );
  const cache = yield* engine.caches.fresh(SLICES, 0, call.deadline);
  if (!cache.ok) return cache;
  const ready: { readonly ip: string; readonly port: number; readonly pod: string }[] = [];
  for (const entry of cache.value.all(namespace)) {
    if (!entry.text.includes(SERVICE_NAME)) continue;
    const slice = entry.object as EndpointSlice;
    if (slice.metadata.labels?.[SERVICE_NAME] !== asked.name) continue;
    const port = numberOf(
      get(
        listOf(slice.ports).find((one) => textOf(get(one, 'name')) === wanted),
        'port',
      ),
    );
    if (port === 0) continue;
    for (const endpoint of slice.endpoints ?? []) ready.push(...readyAt(endpoint, port));
  }
  const chosen = ready[Math.floor(engine.random.float() * ready.length)];
  if (chosen === undefined)
    return refuse(serviceUnavailable(`no endpoints available for service ${JSON.stringify(request.name)}`));
  const { ip, port } = chosen;
  if (chosen.pod === '') return ok({ scheme: asked.scheme, ip, port });
  const pod = yield* lookup<Pod>(engine, PODS, namespace, chosen.pod, call.deadline);
  if (!pod.ok) return pod;
  return ok({ scheme: asked.scheme, ip, port, ...(pod.value === undefined ? {} : { pod: onNode(pod.value) }) });
}
type Port = NonNullable<Service['spec']['ports']>[number];
/** A service's port by its name or its number. */
const portName = (text: string, ports: readonly Port[]): string | undefined =>
  ports.some(({ name = '' }) => name === text)
    ? text
    : ports.filter(({ port }) => String(port) === text).map(({ name = '' }) => name)[0];
function readyAt(endpoint: Endpoint, port: number): { ip: string; port: number; pod: string }[] {
  const { addresses, conditions } = endpoint;
  if (conditions?.ready === false) return [];
  const pod = textOf(get(endpoint, 'targetRef', 'kind')) === 'Pod' ? textOf(get(endpoint, 'targetRef', 'name')) : '';
  return addresses.slice(0, 1).map((ip) => ({ ip, port, pod }));
}
