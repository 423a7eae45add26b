//! What every cluster has from the start, made in one txn: whatever is there already stays as it is.
import { fail, ok, type Result } from '../../runtime/fault.ts';
import { uuid } from '../../runtime/random.ts';
import type { Task } from '../../runtime/task.ts';
import { applyDefaults } from '../api/defaults.ts';
import { equal, type Json } from '../api/json.ts';
import { findKind, type ResourceInfo } from '../api/resources.ts';
import { prepareForCreate } from '../api/strategy.ts';
import { timestamp } from '../api/time.ts';
import type { KubeObject } from '../api/types/meta.ts';
import type { Operation, PutOp } from '../etcd/protocol.ts';
import { accessObjects } from './access/bootstrap/objects.ts';
import { fairnessObjects } from './fairness/objects.ts';
import { claims, heldBy } from './service/held.ts';
import { found } from './storage/store.ts';
import { keyOfObject, putOf } from './storage/streams.ts';
import type { Engine } from './verbs/engine.ts';
import { compareFree } from './verbs/write.ts';

export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}
const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const BOOT_MS = 10_000;

const draft = (apiVersion: string, kind: string, name: string, more: object = {}, namespace?: string): object => ({
  apiVersion,
  kind,
  metadata: {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...((more as { metadata?: object }).metadata ?? {}),
  },
  ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== 'metadata')),
});

/** As the default ServiceCIDR's own controller says it (controlplane/controller/defaultservicecidr). */
const cidrReady = (engine: Engine): object => ({
  type: 'Ready',
  status: 'True',
  lastTransitionTime: timestamp(engine.clock.now()),
  reason: '',
  message: 'Kubernetes default Service CIDR is ready',
});

function drafts(engine: Engine): readonly object[] {
  const ip = engine.services.apiserver;
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  return [
    ...SYSTEM_NAMESPACES.map((name) =>
      draft('v1', 'Namespace', name, { metadata: { labels: { 'kubernetes.io/metadata.name': name } } }),
    ),
    ...SYSTEM_NAMESPACES.map((name) => draft('v1', 'ServiceAccount', 'default', {}, name)),
    // The range that cluster IPs come from, and that it is in use (controlplane's default ServiceCIDR controller).
    draft('networking.k8s.io/v1', 'ServiceCIDR', 'kubernetes', {
      spec: { cidrs: [...engine.services.cidrs] },
      status: { conditions: [cidrReady(engine)] },
    }),
    draft('scheduling.k8s.io/v1', 'PriorityClass', 'system-cluster-critical', {
      value: 2_000_000_000,
      description:
        'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    }),
    draft('scheduling.k8s.io/v1', 'PriorityClass', 'system-node-critical', {
      value: 2_000_001_000,
      description: 'Used for system critical pods that must not be moved from their current node.',
    }),
    draft(
      'v1',
      'Service',
      'kubernetes',
      {
        metadata: { labels },
        spec: {
          type: 'ClusterIP',
          clusterIP: ip,
          clusterIPs: [ip],
          ipFamilies: [engine.services.family],
          ipFamilyPolicy: 'SingleStack',
          ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }],
        },
      },
      'default',
    ),
  ];
}

export const bootstrap = (engine: Engine, id: string): Task<Result<void>> => ensure(engine, id, drafts(engine));
const RESTORED: ReadonlySet<string> = new Set(['Service', 'ServiceCIDR']);
/** The Service of the API itself and the first ServiceCIDR, where somebody has removed them. */
export const restore = (engine: Engine, id: string): Task<Result<void>> =>
  ensure(
    engine,
    id,
    drafts(engine).filter((one) => RESTORED.has((one as KubeObject).kind)),
  );
/**
 * The roles, priority levels and flow schemas that every cluster has: who comes over HTTPS needs them. Components on
 * the bus are trusted.
 */
export const bootstrapAccess = (engine: Engine, id: string): Task<Result<void>> =>
  ensure(engine, id, [...accessObjects(), ...fairnessObjects()]);
/** Operations of one txn are bounded (etcd's --max-txn-ops is 128). */
const AT_ONCE = 100;

/** Makes those that are not there. */
export function* ensure(engine: Engine, id: string, objects: readonly object[]): Task<Result<void>> {
  for (let from = 0; from < objects.length; from += AT_ONCE) {
    const done = yield* ensureAtOnce(engine, `${id}:${from}`, objects.slice(from, from + AT_ONCE));
    if (!done.ok) return done;
  }
  return ok(undefined);
}
function* ensureAtOnce(engine: Engine, id: string, objects: readonly object[]): Task<Result<void>> {
  const deadline = engine.clock.now() + BOOT_MS;
  const wanted = objects.map((one) => made(engine, one));
  // One look at all of them, then one txn for what is missing; another server may be doing the same.
  for (let attempt = 0; attempt < 5; attempt++) {
    const looked = yield* engine.store.txn(
      {
        id: `${id}:look:${attempt}`,
        compare: [],
        // biome-ignore lint/suspicious/noThenProperty: etcd's word
        then: wanted.map(({ put }): Operation => ({ op: 'range', key: put.key })),
        else: [],
      },
      deadline,
    );
    if (!looked.ok) return looked;
    const missing = wanted.filter((_, i) => found(looked.value.results[i]) === undefined);
    if (missing.length === 0) return ok(undefined);
    const done = yield* engine.store.txn(
      {
        id: `${id}:make:${attempt}`,
        compare: missing.map(({ put }) => compareFree(put.key)),
        // biome-ignore lint/suspicious/noThenProperty: etcd's word
        then: missing.flatMap(({ put, holds }) => [put, ...holds]),
        else: [],
      },
      deadline,
    );
    if (!done.ok) return done;
    if (done.value.succeeded) return ok(undefined);
  }
  return fail('Conflict', 'others keep making what this server makes at its start');
}

interface Made {
  readonly put: PutOp;
  readonly holds: readonly PutOp[];
}
function made(engine: Engine, object: object): Made {
  const { apiVersion, kind, metadata } = object as KubeObject;
  const info: ResourceInfo = findKind(apiVersion, kind)!;
  const created = {
    ...object,
    metadata: { ...metadata, uid: uuid(engine.random), creationTimestamp: timestamp(engine.clock.now()) },
  };
  const prepared = prepareForCreate(info, applyDefaults(info, created));
  // What a server makes itself may come with its status.
  const { status } = object as { status?: Json };
  const complete = (status === undefined ? prepared : { ...prepared, status }) as unknown as KubeObject;
  const put = putOf(engine.cluster, info.storage, complete);
  return { put, holds: kind === 'Service' ? claims(engine, complete, heldBy(complete)) : [] };
}

const ENDPOINTS_LEAST: readonly string[] = ['Endpoints', 'EndpointSlice'];

/** This server's address among those of Service `kubernetes`, in both forms. */
export function* announce(engine: Engine, id: string, endpoint: Endpoint, present: boolean): Task<Result<void>> {
  for (const kind of ENDPOINTS_LEAST) {
    const done = yield* announceIn(engine, `${id}:${kind}`, kind, endpoint, present);
    if (!done.ok) return done;
  }
  return ok(undefined);
}
function* announceIn(
  engine: Engine,
  id: string,
  kind: string,
  endpoint: Endpoint,
  present: boolean,
): Task<Result<void>> {
  const deadline = engine.clock.now() + BOOT_MS;
  const info = findKind(kind === 'Endpoints' ? 'v1' : 'discovery.k8s.io/v1', kind)!;
  const empty = draft(kind === 'Endpoints' ? 'v1' : 'discovery.k8s.io/v1', kind, 'kubernetes', {}, 'default');
  const key = keyOfObject(info.storage, empty as KubeObject);
  for (let attempt = 0; attempt < 20; attempt++) {
    const got = yield* engine.store.get(key, deadline);
    if (!got.ok) return got;
    const before = got.value === undefined ? undefined : JSON.parse(new TextDecoder().decode(got.value.value));
    const ips = new Set<string>(addressesOf(before));
    if (present) ips.add(endpoint.ip);
    else ips.delete(endpoint.ip);
    const base = before ?? JSON.parse(new TextDecoder().decode(made(engine, empty).put.value));
    const object = withAddresses(base, kind, [...ips].sort(), endpoint.port);
    if (equal(object, before)) return ok(undefined);
    const put = putOf(engine.cluster, info.storage, object);
    const done = yield* engine.store.txn(
      {
        id: `${id}:${attempt}`,
        compare: [{ key, target: 'mod', op: '=', value: got.value?.modRevision ?? 0 }],
        // biome-ignore lint/suspicious/noThenProperty: etcd's word
        then: [put],
        else: [],
      },
      deadline,
    );
    if (!done.ok) return done;
    if (done.value.succeeded) return ok(undefined);
  }
  return fail('Conflict', 'the endpoints of Service kubernetes change all the time');
}
type Ips = readonly { readonly ip?: string; readonly addresses?: readonly string[] }[];
const addressesOf = (object: { subsets?: { addresses?: Ips }[]; endpoints?: Ips } | undefined): string[] => [
  ...(object?.subsets ?? []).flatMap((subset) => (subset.addresses ?? []).map(({ ip = '' }) => ip)),
  ...(object?.endpoints ?? []).flatMap(({ addresses = [] }) => addresses),
];
function withAddresses(base: KubeObject, kind: string, ips: readonly string[], port: number): KubeObject {
  const ports = [{ name: 'https', port, protocol: 'TCP' }];
  if (kind === 'Endpoints') {
    const metadata = { ...base.metadata, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } };
    const subsets = ips.length === 0 ? [] : [{ addresses: ips.map((ip) => ({ ip })), ports }];
    return { ...base, metadata, subsets } as KubeObject;
  }
  const metadata = { ...base.metadata, labels: { 'kubernetes.io/service-name': 'kubernetes' } };
  const endpoints = ips.map((ip) => ({
    addresses: [ip],
    conditions: { ready: true, serving: true, terminating: false },
  }));
  return { ...base, metadata, addressType: 'IPv4', endpoints, ports } as KubeObject;
}
