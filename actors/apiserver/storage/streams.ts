//! Where a change of an object is told: the stream of its resource, and for a bound pod that of its node.
import { node, watch } from '../../../runtime/address.ts';
import { get, textOf } from '../../api/json.ts';
import type { ResourceInfo } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { DeleteOp, PutOp, Stream } from '../../etcd/protocol.ts';
import { encodeValue, nodeStream, resourceStream, storageKey } from '../protocol.ts';

export type Stored = ResourceInfo['storage'];

const isPod = ({ group, resource }: Stored): boolean => group === '' && resource === 'pods';
const nodeOf = (storage: Stored, object: KubeObject | undefined): string =>
  isPod(storage) ? textOf(get(object, 'spec', 'nodeName')) : '';

const toNode = (cluster: string, name: string): Stream => ({
  stream: nodeStream(name, 'pods'),
  subject: node(cluster, name, 'pods'),
});
function streamsOf(cluster: string, storage: Stored, object: KubeObject): readonly Stream[] {
  const { group, resource } = storage;
  const { namespace = '', name } = object.metadata;
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
