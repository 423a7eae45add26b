//! What is written and removed beside a Service, in its own txn: nothing of it outlives a write that fails.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { invalid as invalidField } from '../../api/field-error.ts';
import { type JsonObject, listOf, objectOf, textOf } from '../../api/json.ts';
import { findResource, type ResourceInfo } from '../../api/resources.ts';
import { invalid } from '../../api/status.ts';
import type { KubeObject, Status } from '../../api/types/meta.ts';
import { lookup } from '../admission/lookup.ts';
import { type Call, type Engine, type Refused, refuse } from '../verbs/engine.ts';
import { type Beside, NOTHING_BESIDE } from '../verbs/write.ts';
import { IP_TAKEN, type Placing, placed, replaced } from './cluster-ips.ts';
import { withFamilies } from './families.ts';
import { beyond, claims, gone, heldBy, keysOf, nodePortOf, portOfKey, released } from './held.ts';
import { kept, normalized, withoutDependent } from './kept.ts';
import { NodePorts, PORT_TAKEN, SERVICE_KIND } from './node-ports.ts';

const RACES_MAX = 16;
const ENDPOINTS = findResource('', 'v1', 'endpoints')!;

export interface Placed {
  readonly object: JsonObject;
  readonly beside: Beside;
}
const isService = (info: Pick<ResourceInfo, 'group' | 'resource'>): boolean =>
  info.group === '' && info.resource === 'services';
const unplaced = (object: JsonObject): Result<Placed> => ok({ object, beside: NOTHING_BESIDE });
const specOf = (service: JsonObject): JsonObject => objectOf(service['spec']);
const nameOf = (service: JsonObject): string => textOf(objectOf(service['metadata'])['name']);

/** `avoid`: keys that somebody else took first. */
export function* besideCreate(
  engine: Engine,
  call: Call,
  service: JsonObject,
  avoid: ReadonlySet<string>,
): Task<Result<Placed>> {
  if (!isService(call.info)) return unplaced(service);
  const placing: Placing = { engine, call, name: nameOf(service), avoid };
  const familied = withFamilies(engine.services, normalized(specOf(service)));
  if ('errors' in familied) return refuse(invalid(SERVICE_KIND, placing.name, familied.errors));
  const addressed = yield* placed(placing, familied.spec);
  if (!addressed.ok) return addressed;
  const opened = yield* new NodePorts(engine, call, placing.name, avoid).created(addressed.value);
  if (!opened.ok) return opened;
  const object = { ...service, spec: opened.value };
  return ok({ object, beside: { take: claims(engine, object, heldBy(object)), free: [] } });
}

export function* besideUpdate(engine: Engine, call: Call, service: JsonObject, old: JsonObject): Task<Result<Placed>> {
  if (!isService(call.info) || call.request.subresource !== '') return unplaced(service);
  const avoid = new Set<string>();
  for (let races = 0; ; races++) {
    const done = yield* updated(engine, call, service, old, avoid);
    if (!done.ok || call.request.options.dryRun) return done;
    // Known before the write, or the write would be tried for ever.
    const taken = yield* firstTaken(engine, call, done.value.beside);
    if (!taken.ok) return taken;
    if (taken.value === undefined) return done;
    if (races >= RACES_MAX) return refuse(alreadyGiven(done.value.object, taken.value));
    avoid.add(taken.value);
  }
}
function* updated(
  engine: Engine,
  call: Call,
  service: JsonObject,
  old: JsonObject,
  avoid: ReadonlySet<string>,
): Task<Result<Placed>> {
  const before = specOf(old);
  const placing: Placing = { engine, call, name: nameOf(service), avoid };
  const familied = withFamilies(engine.services, normalized(kept(specOf(service), before), before), before);
  if ('errors' in familied) return refuse(invalid(SERVICE_KIND, placing.name, familied.errors));
  const addressed = yield* replaced(placing, familied.spec, before);
  if (!addressed.ok) return addressed;
  const opened = yield* new NodePorts(engine, call, placing.name, avoid).updated(addressed.value, before);
  if (!opened.ok) return opened;
  const spec = withoutDependent(opened.value, before);
  const status =
    spec['type'] === 'LoadBalancer' ? {} : { status: { ...objectOf(service['status']), loadBalancer: {} } };
  const object: JsonObject = { ...service, spec, ...status };
  const [now, held] = [heldBy(object), heldBy(old)];
  const free = yield* released(engine, old, beyond(held, now), call.deadline);
  if (!free.ok) return free;
  return ok({ object, beside: { take: claims(engine, object, beyond(now, held)), free: free.value } });
}
function* firstTaken(engine: Engine, call: Call, { take }: Beside): Task<Result<string | undefined>> {
  for (const { key } of take) {
    const there = yield* engine.store.get(key, call.deadline);
    if (!there.ok) return there;
    if (there.value !== undefined) return ok(key);
  }
  return ok(undefined);
}

/** What goes with an object that goes. A Service takes its Endpoints along: its next namesake must not have them. */
export function* besideRemove(engine: Engine, call: Call, object: KubeObject): Task<Result<Beside>> {
  if (!isService(call.info)) return ok(NOTHING_BESIDE);
  const free = yield* released(engine, object, heldBy(object), call.deadline);
  if (!free.ok) return free;
  const { namespace = '', name } = object.metadata;
  const endpoints = yield* lookup(engine, ENDPOINTS.storage, namespace, name, call.deadline);
  if (!endpoints.ok) return endpoints;
  const left = endpoints.value === undefined ? [] : gone(engine, ENDPOINTS, endpoints.value);
  return ok({ take: [], free: [...free.value, ...left] });
}

/** Somebody else holds one of these keys: a refusal if the user named it, undefined if another may be drawn. */
export function lostRace(
  given: JsonObject,
  service: KubeObject,
  taken: readonly string[],
  races: number,
): Refused | undefined {
  const named = new Set(keysOf(heldBy(given)));
  const bad = taken.find((key) => named.has(key) || races >= RACES_MAX);
  return bad === undefined ? undefined : refuse(alreadyGiven(service as unknown as JsonObject, bad));
}
function alreadyGiven(service: JsonObject, key: string): Status {
  const port = portOfKey(key);
  const wrong = (field: string, value: number | string[], detail: string): Status =>
    invalid(SERVICE_KIND, nameOf(service), [invalidField(field, value, detail)]);
  if (port === undefined) {
    const ip = key.slice(key.lastIndexOf('/') + 1);
    const ips = listOf(specOf(service)['clusterIPs']).map(textOf);
    return wrong('spec.clusterIPs', ips, `failed to allocate IP ${ip}: ${IP_TAKEN}`);
  }
  const at = listOf(specOf(service)['ports']).findIndex((one) => nodePortOf(one) === port);
  if (at >= 0) return wrong(`spec.ports[${at}].nodePort`, port, PORT_TAKEN);
  return wrong(
    'spec.healthCheckNodePort',
    port,
    `failed to allocate requested HealthCheck NodePort ${port}: ${PORT_TAKEN}`,
  );
}
