//! What a Service holds: an IPAddress for each cluster IP, a key for each node port. Both are written in the txn that
//! stores the Service, so that none is given twice and none is left behind.
import { ok, type Result } from '../../../runtime/fault.ts';
import { uuid } from '../../../runtime/random.ts';
import type { Task } from '../../../runtime/task.ts';
import { canonicalAddress, familyOf } from '../../api/address.ts';
import { asJson, get, type Json, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../api/json.ts';
import { findResource, type ResourceInfo } from '../../api/resources.ts';
import { timestamp } from '../../api/time.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { DeleteOp, Operation, PutOp } from '../../etcd/protocol.ts';
import { lookup } from '../admission/lookup.ts';
import { storageKey } from '../protocol.ts';
import { deleteOf, putOf } from '../storage/streams.ts';
import { deletionOf } from '../verbs/deletion.ts';
import type { Call, Engine } from '../verbs/engine.ts';
import { manage } from '../verbs/manage.ts';

export const IP_ADDRESSES: ResourceInfo = findResource('networking.k8s.io', 'v1', 'ipaddresses')!;
const PORTS = '/orrery/services/nodeports/';
export const PORT_KEYS = PORTS;
export const ALLOCATOR = 'ipallocator.k8s.io';
export const LABELS = { family: 'ipaddress.kubernetes.io/ip-family', manager: 'ipaddress.kubernetes.io/managed-by' };

export const ipKey = (ip: string): string => storageKey(IP_ADDRESSES.group, IP_ADDRESSES.resource, '', ip);
export const portKey = (port: number): string => PORTS + port;
/** Undefined: the key of no port. */
export const portOfKey = (key: string): number | undefined =>
  key.startsWith(PORTS) ? Number(key.slice(PORTS.length)) : undefined;
export const nodePortOf = (port: Json): number => numberOf(objectOf(port)['nodePort']);

export interface Held {
  /** In their canonical form. */
  readonly ips: readonly string[];
  readonly ports: readonly number[];
}
export function heldBy(service: object): Held {
  const spec = objectOf(asJson(service)['spec']);
  const ips = [textOf(spec['clusterIP']), ...listOf(spec['clusterIPs']).map(textOf)];
  const ports = [...listOf(spec['ports']).map(nodePortOf), numberOf(spec['healthCheckNodePort'])];
  return {
    ips: [...new Set(ips.flatMap((ip) => canonicalAddress(ip) ?? []))],
    ports: [...new Set(ports.filter((port) => port > 0))],
  };
}
export const keysOf = ({ ips, ports }: Held): readonly string[] => [...ips.map(ipKey), ...ports.map(portKey)];
/** What the first holds and the second does not. */
export const beyond = (a: Held, b: Held): Held => ({
  ips: a.ips.filter((ip) => !b.ips.includes(ip)),
  ports: a.ports.filter((port) => !b.ports.includes(port)),
});

export const claims = (engine: Engine, service: object, { ips, ports }: Held): PutOp[] => [
  ...ips.map((ip) => putOf(engine.cluster, IP_ADDRESSES.storage, addressOf(engine, service, ip))),
  ...ports.map((port): PutOp => ({ op: 'put', key: portKey(port), value: ownerOf(service), subjects: [] })),
];
export const placeOf = (service: object): string => {
  const metadata = objectOf(asJson(service)['metadata']);
  return `${textOf(metadata['namespace'])}/${textOf(metadata['name'])}`;
};
export const ownerOf = (service: object): Uint8Array => ENCODER.encode(placeOf(service));
const ENCODER = new TextEncoder();

export function addressOf(engine: Engine, service: object, ip: string): KubeObject {
  const [namespace = '', name = ''] = placeOf(service).split('/');
  const object: JsonObject = {
    apiVersion: 'networking.k8s.io/v1',
    kind: IP_ADDRESSES.kind,
    metadata: {
      name: ip,
      uid: uuid(engine.random),
      creationTimestamp: timestamp(engine.clock.now()),
      labels: { [LABELS.family]: familyOf(ip), [LABELS.manager]: ALLOCATOR },
    },
    spec: { parentRef: { resource: 'services', namespace, name } },
  };
  return manage(engine, OWN, undefined, object) as unknown as KubeObject;
}
/** The server's own write, in the name that kube-apiserver gives its own. */
const OWN: Call = {
  info: IP_ADDRESSES,
  deadline: 0,
  warnings: [],
  request: {
    type: 'api.request',
    id: '',
    user: { name: 'system:apiserver', groups: ['system:masters'] },
    verb: 'create',
    group: IP_ADDRESSES.group,
    version: 'v1',
    resource: IP_ADDRESSES.resource,
    namespace: '',
    name: '',
    subresource: '',
    options: { fieldManager: 'kube-apiserver' },
  },
};

/** Gives up what the Service holds; an address that has become somebody else's stays. */
export function* released(engine: Engine, service: object, held: Held, deadline: number): Task<Result<Operation[]>> {
  const done: Operation[] = held.ports.map((port): DeleteOp => ({ op: 'delete', key: portKey(port), subjects: [] }));
  for (const ip of held.ips) {
    const found = yield* lookup(engine, IP_ADDRESSES.storage, '', ip, deadline);
    if (!found.ok) return found;
    if (found.value !== undefined && isParent(found.value, service))
      done.push(...gone(engine, IP_ADDRESSES, found.value));
  }
  return ok(done);
}
export function isParent(address: KubeObject, service: object): boolean {
  const parent = objectOf(get(address, 'spec', 'parentRef'));
  const place = `${textOf(parent['namespace'])}/${textOf(parent['name'])}`;
  return textOf(parent['group']) === '' && parent['resource'] === 'services' && place === placeOf(service);
}
/** A deletion as anybody's: finalizers hold it. */
export function gone(engine: Engine, info: ResourceInfo, object: KubeObject): Operation[] {
  const deletion = deletionOf(info, object, {}, engine.clock.now());
  if (deletion.what === 'keep') return [];
  const write = deletion.what === 'put' ? putOf : deleteOf;
  return [write(engine.cluster, info.storage, deletion.object)];
}
