//! What an admission plugin is told of a request: k8s.io/apiserver/pkg/admission Attributes.
import type { JsonObject } from '../../api/json.ts';
import type { Call } from '../verbs/engine.ts';
import { Reinvocation } from './reinvocation.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface Attributes {
  readonly operation: Operation;
  readonly call: Call;
  /** What the object is: of a subresource its own kind (Scale, Binding, Eviction, PodExecOptions). */
  readonly kind: GroupVersionKind;
  /** '' when nobody has named the object: a collection, or a name that will be generated. */
  readonly name: string;
  /**
   * The new state; of a CONNECT its options; absent of a DELETE. The object itself is in the version in which its
   * resource is stored, that of a subresource in the version of its own kind.
   */
  readonly object?: JsonObject;
  /** The state before, of an UPDATE or a DELETE. */
  readonly old?: JsonObject;
  /** For an audit log: `<plugin's domain>/<key>`. */
  readonly annotations: Map<string, string>;
  readonly reinvocation: Reinvocation;
}

export function attributesOf(
  call: Call,
  operation: Operation,
  { object, old }: { readonly object?: JsonObject; readonly old?: JsonObject },
): Attributes {
  const { request } = call;
  const named = (object ?? old)?.['metadata'] as JsonObject | undefined;
  const name = request.name || (typeof named?.['name'] === 'string' ? named['name'] : '');
  return {
    operation,
    call,
    kind: kindOf(call),
    name,
    ...(object === undefined ? {} : { object }),
    ...(old === undefined ? {} : { old }),
    annotations: call.annotations ?? new Map(),
    reinvocation: new Reinvocation(),
  };
}
function kindOf({ info, request }: Call): GroupVersionKind {
  const sub = info.subresources.find(({ name }) => name === request.subresource);
  // The status of an object is the object: it is told in the version in which that is kept.
  if (sub === undefined || sub.kind === info.kind)
    return { group: info.storage.group, version: info.storage.version, kind: info.kind };
  return { group: sub.group, version: sub.version, kind: sub.kind };
}

/** Whether it is about objects of this resource, and not about one of their subresources. */
export const isOf = ({ call: { info, request } }: Attributes, group: string, resource: string): boolean =>
  info.group === group && info.resource === resource && request.subresource === '';
export const isSubresource = (
  { call: { info, request } }: Attributes,
  group: string,
  resource: string,
  subresource: string,
): boolean => info.group === group && info.resource === resource && request.subresource === subresource;
