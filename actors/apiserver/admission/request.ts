//! A request as webhooks are asked of it and as CEL expressions see it: admission.k8s.io/v1 AdmissionRequest.
import { convert } from '../../api/convert.ts';
import type { Json, JsonObject } from '../../api/json.ts';
import type { User } from '../protocol.ts';
import type { Attributes, GroupVersionKind } from './attributes.ts';
import type { Invocation } from './matching.ts';

const OPTIONS_KIND: Readonly<Record<string, string>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
};
const versionOf = ({ group, version }: GroupVersionKind): string => (group === '' ? version : `${group}/${version}`);

/** An object of the request as the invocation's kind shows it. */
export function inVersion(
  a: Attributes,
  object: JsonObject | undefined,
  kind: GroupVersionKind,
): JsonObject | undefined {
  if (object === undefined) return undefined;
  return kind.kind === a.call.info.kind ? convert(object, versionOf(kind)) : object;
}

export function admissionRequest(a: Attributes, { kind, resource }: Invocation, uid: string): JsonObject {
  const { info, request } = a.call;
  const { subresource, namespace, user, options } = request;
  const sub = info.subresources.find(({ name }) => name === subresource);
  const asked = sub === undefined || sub.kind === info.kind ? info : sub;
  const part = (name: string, value: string): JsonObject => (value === '' ? {} : { [name]: value });
  // A namespace is of itself, as in the original's attributes.
  const of = info.group === '' && info.resource === 'namespaces' ? a.name : namespace;
  return {
    uid,
    kind: { ...kind },
    resource: { ...resource },
    ...part('subResource', subresource),
    requestKind: { group: asked.group, version: asked.version, kind: asked.kind },
    requestResource: { group: info.group, version: info.version, resource: info.resource },
    ...part('requestSubResource', subresource),
    ...part('name', a.name),
    ...part('namespace', of),
    operation: a.operation,
    userInfo: userInfo(user),
    object: inVersion(a, a.object, kind) ?? null,
    oldObject: inVersion(a, a.old, kind) ?? null,
    dryRun: options.dryRun === true,
    options: optionsOf(a),
  };
}
const userInfo = ({ name, uid, groups, extra }: User): JsonObject => ({
  username: name,
  ...(uid === undefined ? {} : { uid }),
  groups: [...groups],
  ...(extra === undefined ? {} : { extra: extra as unknown as Json }),
});
function optionsOf({ operation, call: { request } }: Attributes): Json {
  const kind = operation === 'CONNECT' ? undefined : OPTIONS_KIND[request.verb];
  if (kind === undefined) return null;
  const { dryRun, fieldManager, fieldValidation, force, propagationPolicy, gracePeriodSeconds, preconditions } =
    request.options;
  const all: { [name: string]: unknown } = { fieldManager, fieldValidation };
  if (kind === 'PatchOptions') all['force'] = force;
  const deleting = { propagationPolicy, gracePeriodSeconds, preconditions };
  const chosen = Object.entries(kind === 'DeleteOptions' ? deleting : all).filter(([, value]) => value !== undefined);
  return {
    kind,
    apiVersion: 'meta.k8s.io/v1',
    ...(dryRun === true ? { dryRun: ['All'] } : {}),
    ...(Object.fromEntries(chosen) as JsonObject),
  };
}
