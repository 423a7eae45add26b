//! Cluster IPs and node ports: each is a key in etcd, created in the txn that stores its Service, so never given twice.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { invalid as invalidField } from '../../api/field-error.ts';
import { equal, isEmpty, type Json, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../api/json.ts';
import type { ResourceInfo } from '../../api/resources.ts';
import { internalError, invalid } from '../../api/status.ts';
import type { KubeObject, Status } from '../../api/types/meta.ts';
import { prefixEnd } from '../../etcd/protocol.ts';
import { type Call, type Engine, refuse } from '../verbs/engine.ts';
import { type Beside, NOTHING_BESIDE } from '../verbs/write.ts';
import { freePort, isNodePort, NODE_PORTS } from './network.ts';

const IPS = '/orrery/services/ips/';
const PORTS = '/orrery/services/nodeports/';
/** Drawn blindly so often; then what is taken is read. */
const BLIND_DRAWS = 2;

interface Placed {
  readonly object: JsonObject;
  readonly beside: Beside;
}
const isService = (info: Pick<ResourceInfo, 'group' | 'resource'>): boolean =>
  info.group === '' && info.resource === 'services';
const unplaced = (object: JsonObject): Result<Placed> => ok({ object, beside: NOTHING_BESIDE });

/** What a Service holds: the keys of its address and ports. */
export function heldBy(service: JsonObject | KubeObject): string[] {
  const spec = objectOf((service as JsonObject)['spec']);
  const ips = new Set([textOf(spec['clusterIP']), ...listOf(spec['clusterIPs']).map(textOf)]);
  const ports = new Set([...listOf(spec['ports']).map(portOf), numberOf(spec['healthCheckNodePort'])]);
  return [
    ...[...ips].filter((ip) => ip !== '' && ip !== 'None').map((ip) => IPS + ip),
    ...[...ports].filter((port) => port > 0).map((port) => PORTS + port),
  ];
}
const portOf = (port: Json): number => numberOf(objectOf(port)['nodePort']);

export function* besideCreate(engine: Engine, call: Call, service: JsonObject, tries = 0): Task<Result<Placed>> {
  if (!isService(call.info)) return unplaced(service);
  return yield* placed(engine, call, service, new Set(), tries);
}

export function* besideUpdate(engine: Engine, call: Call, service: JsonObject, old: JsonObject): Task<Result<Placed>> {
  if (!isService(call.info) || call.request.subresource !== '') return unplaced(service);
  const held = new Set(heldBy(old));
  const done = yield* placed(engine, call, kept(service, old), held, BLIND_DRAWS);
  if (!done.ok) return done;
  const { take } = done.value.beside;
  // A key that the user names and somebody else holds: known before the write, or the write would be tried for ever.
  for (const { key } of take) {
    const there = yield* engine.store.get(key, call.deadline);
    if (!there.ok) return there;
    if (there.value !== undefined) return refuse(alreadyGiven(call, done.value.object, key));
  }
  const now = new Set(heldBy(done.value.object));
  const free = [...held].filter((key) => !now.has(key));
  return ok({ object: done.value.object, beside: { take, free } });
}
export const besideRemove = (info: ResourceInfo, object: KubeObject): Beside =>
  isService(info) ? { take: [], free: heldBy(object) } : NOTHING_BESIDE;

/** Somebody else holds one of these keys: an error if the user named it, undefined if another may be drawn. */
export function lostRace(
  call: Call,
  given: JsonObject,
  service: KubeObject,
  taken: readonly string[],
  last: boolean,
): Status | undefined {
  const named = new Set(heldBy(given));
  const bad = taken.find((key) => named.has(key) || last);
  return bad === undefined ? undefined : alreadyGiven(call, service as unknown as JsonObject, bad);
}

function* placed(
  engine: Engine,
  call: Call,
  service: JsonObject,
  held: ReadonlySet<string>,
  tries: number,
): Task<Result<Placed>> {
  const spec: JsonObject = { ...objectOf(service['spec']) };
  const type = textOf(spec['type']) || 'ClusterIP';
  const name = textOf(objectOf(service['metadata'])['name']);
  const wrong = (field: string, value: Json, detail: string) =>
    refuse(invalid({ group: '', kind: 'Service' }, name, [invalidField(field, value, detail)]));
  if (type === 'ExternalName') {
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) delete spec[field];
  } else {
    const given = textOf(spec['clusterIP']) || textOf(listOf(spec['clusterIPs'])[0]);
    const ip = given || (yield* drawIp(engine, call, tries));
    if (typeof ip !== 'string') return ip;
    if (ip !== 'None' && !engine.services.contains(ip))
      return wrong(
        'spec.clusterIPs',
        [ip],
        `failed to allocate IP ${ip}: the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${engine.services.cidr}`,
      );
    spec['clusterIP'] = ip;
    spec['clusterIPs'] = [ip];
    spec['ipFamilies'] ??= ['IPv4'];
    spec['ipFamilyPolicy'] ??= 'SingleStack';
  }
  const opens = type === 'NodePort' || (type === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false);
  if (spec['ports'] !== undefined) {
    const ports = yield* withPorts(engine, call, listOf(spec['ports']), opens, tries);
    if (!ports.ok) return ports;
    const out = ports.value.findIndex((port) => portOf(port) > 0 && !isNodePort(portOf(port)));
    if (out >= 0) {
      const range = `The range of valid ports is ${NODE_PORTS.first}-${NODE_PORTS.last}`;
      return wrong(
        `spec.ports[${out}].nodePort`,
        portOf(ports.value[out]!),
        `provided port is not in the valid range. ${range}`,
      );
    }
    spec['ports'] = ports.value;
  }
  const object = { ...service, spec };
  const value = ENCODER.encode(`${textOf(objectOf(service['metadata'])['namespace'])}/${name}`);
  const take = heldBy(object).filter((key) => !held.has(key));
  return ok({ object, beside: { take: take.map((key) => ({ key, value })), free: [] } });
}
const ENCODER = new TextEncoder();

function* drawIp(engine: Engine, call: Call, tries: number): Task<string | ReturnType<typeof refuse>> {
  if (tries < BLIND_DRAWS) return engine.services.draw(engine.random);
  const used = yield* taken(engine, call, IPS);
  if (!used.ok) return refuse(internalError(used.fault.message));
  const ip = engine.services.free(engine.random, used.value);
  return ip ?? refuse(internalError('failed to allocate a serviceIP: range is full'));
}

function* withPorts(
  engine: Engine,
  call: Call,
  ports: readonly Json[],
  opens: boolean,
  tries: number,
): Task<Result<Json[]>> {
  if (!opens) return ok(ports.map((port) => without(objectOf(port), 'nodePort')));
  const known = tries < BLIND_DRAWS ? ok(new Set<string>()) : yield* taken(engine, call, PORTS);
  if (!known.ok) return known;
  const used = new Set([...[...known.value].map(Number), ...ports.map(portOf)]);
  // One number serves TCP and UDP of the same port.
  const byPort = new Map<number, { readonly protocol: string; readonly nodePort: number }>();
  const done: Json[] = [];
  for (const one of ports) {
    const port = objectOf(one);
    const number = numberOf(port['port']);
    const protocol = textOf(port['protocol']);
    const twin = byPort.get(number);
    let nodePort = portOf(port);
    if (nodePort === 0 && twin !== undefined && twin.protocol !== protocol) nodePort = twin.nodePort;
    if (nodePort === 0) nodePort = freePort(engine.random, used) ?? 0;
    if (nodePort === 0) return refuse(internalError('failed to allocate a nodePort: range is full'));
    used.add(nodePort);
    byPort.set(number, { protocol, nodePort });
    done.push({ ...port, nodePort });
  }
  return ok(done);
}
function* taken(engine: Engine, call: Call, prefix: string): Task<Result<Set<string>>> {
  const got = yield* engine.store.range(prefix, prefixEnd(prefix), call.deadline);
  return got.ok ? ok(new Set(got.value.kvs.map(({ key }) => key.slice(prefix.length)))) : got;
}

/**
 * What the old Service was given and the new one does not mention stays (registry/core/service patchAllocatedValues).
 */
function kept(service: JsonObject, old: JsonObject): JsonObject {
  const spec: JsonObject = { ...objectOf(service['spec']) };
  const before = objectOf(old['spec']);
  const had = textOf(before['type']) !== 'ExternalName';
  if (had && spec['type'] !== 'ExternalName' && textOf(spec['clusterIP']) === '' && before['clusterIP'] !== undefined) {
    spec['clusterIP'] = before['clusterIP'];
    if (isEmpty(spec['clusterIPs'])) spec['clusterIPs'] = before['clusterIPs'] ?? [];
  }
  dropDependent(spec, before);
  const opened = new Map(
    listOf(before['ports']).map((port) => [`${objectOf(port)['protocol']}/${objectOf(port)['port']}`, portOf(port)]),
  );
  if (spec['ports'] !== undefined)
    spec['ports'] = listOf(spec['ports']).map((one) => {
      const port = objectOf(one);
      const nodePort = opened.get(`${port['protocol']}/${port['port']}`) ?? 0;
      return portOf(port) > 0 || nodePort === 0 ? port : { ...port, nodePort };
    });
  return { ...service, spec };
}
/** What only the old type has goes with it, unless the user changes it as well (dropTypeDependentFields). */
function dropDependent(spec: JsonObject, before: JsonObject): void {
  for (const [field, types] of Object.entries(DEPENDENT)) {
    const had = types.includes(textOf(before['type']));
    if (had && !types.includes(textOf(spec['type'])) && equal(spec[field], before[field])) delete spec[field];
  }
}
const DEPENDENT: Readonly<Record<string, readonly string[]>> = {
  externalTrafficPolicy: ['NodePort', 'LoadBalancer'],
  healthCheckNodePort: ['LoadBalancer'],
  allocateLoadBalancerNodePorts: ['LoadBalancer'],
  loadBalancerClass: ['LoadBalancer'],
};
function without(object: JsonObject, field: string): JsonObject {
  const { [field]: _, ...rest } = object;
  return rest;
}

function alreadyGiven(call: Call, service: JsonObject, key: string): Status {
  const name = textOf(objectOf(service['metadata'])['name']);
  const kind = { group: call.info.group, kind: call.info.kind };
  if (key.startsWith(IPS)) {
    const ip = key.slice(IPS.length);
    const detail = `failed to allocate IP ${ip}: provided IP is already allocated`;
    return invalid(kind, name, [invalidField('spec.clusterIPs', [ip], detail)]);
  }
  const port = Number(key.slice(PORTS.length));
  const ports = listOf(objectOf(service['spec'])['ports']);
  const at = ports.findIndex((one) => portOf(one) === port);
  return invalid(kind, name, [invalidField(`spec.ports[${at}].nodePort`, port, 'provided port is already allocated')]);
}
