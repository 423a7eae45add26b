//! Where a change of an object is told: the stream of its resource, and for a bound pod that of its node.
import { node, watch } from '../../../runtime/address.ts';
import { get, textOf } from '../../api/json.ts';
import type { ResourceInfo } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { DeleteOp, PutOp, Stream } from '../../etcd/protocol.ts';
import { encodeValue, nodeStream, parseStorageKey, resourceStream, soundText, storageKey } from '../protocol.ts';

export type Stored = ResourceInfo['storage'];

const isPod = ({ group, resource }: Stored): boolean => group === '' && resource === 'pods';
const nodeOf = (storage: Stored, object: KubeObject | undefined): string =>
  isPod(storage) ? textOf(get(object, 'spec', 'nodeName')) : '';

const toNode = (cluster: string, name: string): Stream => ({
  stream: nodeStream(name, 'pods'),
  subject: node(cluster, name, 'pods'),
});
type Place = Pick<KubeObject['metadata'], 'namespace' | 'name'>;
function streamsOf(cluster: string, storage: Stored, object: KubeObject, place: Place = object.metadata) {
  const { group, resource } = storage;
  const { namespace = '', name } = place;
  const own: Stream = {
    stream: resourceStream(group, resource),
    subject: watch(cluster, group, resource, namespace, name),
  };
  const on = nodeOf(storage, object);
  return on === '' ? [own] : [own, toNode(cluster, on)];
}

export const keyOfObject = (storage: Stored, object: KubeObject): string =>
  storageKey(storage.group, storage.resource, object.metadata.namespace ?? '', object.metadata.name);

export function putOf(cluster: string, storage: Stored, object: KubeObject, before?: KubeObject): PutOp {
  const left = nodeOf(storage, before);
  return {
    op: 'put',
    key: keyOfObject(storage, object),
    value: encodeValue(object),
    subjects: streamsOf(cluster, storage, object),
    ...(left === '' || left === nodeOf(storage, object) ? {} : { leaves: [toNode(cluster, left)] }),
  };
}
/** `last`: what watchers are shown as its last state. */
export const deleteOf = (
  cluster: string,
  storage: Stored,
  last: KubeObject,
): DeleteOp & { readonly value: Uint8Array } => ({
  op: 'delete',
  key: keyOfObject(storage, last),
  value: encodeValue(last),
  subjects: streamsOf(cluster, storage, last),
});

/** Streams of a write by somebody who knows nothing of them: a client of etcd's own that writes under `/registry/`. */
export function subjectsOf(
  cluster: string,
  key: string,
  value: Uint8Array | undefined,
  before: Uint8Array | undefined,
): Pick<PutOp, 'leaves'> & { readonly subjects: readonly Stream[] } {
  if (!key.startsWith('/registry/')) return { subjects: [] };
  const [now, was] = [objectIn(key, value), objectIn(key, before)];
  const last = now ?? was;
  // What is no object is none of the API's.
  if (last === undefined || (value !== undefined && now === undefined)) return { subjects: [] };
  const place = parseStorageKey(key);
  const storage = { ...place, version: '' };
  const subjects = streamsOf(cluster, storage, last, place);
  const left = nodeOf(storage, was);
  return {
    subjects,
    ...(now && left !== '' && left !== nodeOf(storage, now) ? { leaves: [toNode(cluster, left)] } : {}),
  };
}
function objectIn(key: string, value: Uint8Array | undefined): KubeObject | undefined {
  const text = value && soundText(key, value, 0);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
