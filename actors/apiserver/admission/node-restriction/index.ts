//! NodeRestriction: a node writes about itself and its pods only (plugin/pkg/admission/noderestriction). What it may
//! read says the authorizer.
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import { subjectOf } from '../../../api/certificate-request.ts';
import { get, type JsonObject, objectOf, semanticEqual, textOf } from '../../../api/json.ts';
import { notFound } from '../../../api/status.ts';
import { nodeOf } from '../../access/node/identity.ts';
import { type Engine, refuse } from '../../verbs/engine.ts';
import type { Attributes } from '../attributes.ts';
import { lookup, stored } from '../lookup.ts';
import { forbid, type Plugin } from '../plugin.ts';
import { ofNode } from './node.ts';
import { ofPod } from './pod.ts';

const PODS = stored('', 'v1', 'pods');
const LEASES = 'kube-node-lease';
const SIGNERS: readonly string[] = ['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet'];
const userOf = (a: Attributes): string | undefined => nodeOf(a.call.request.user);

export const nodeRestriction: Plugin = {
  name: 'NodeRestriction',
  handles: (a) => a.operation !== 'CONNECT' && userOf(a) !== undefined,
  *mutate(engine, a): Task<Result<undefined>> {
    const node = userOf(a)!;
    if (node === '') return forbid(a, `could not determine node from user "${a.call.request.user.name}"`);
    const { info } = a.call;
    if (info.group === '' && info.resource === 'pods') return yield* ofPod(engine, node, a);
    if (info.group === '' && info.resource === 'serviceaccounts') return yield* ofToken(engine, node, a);
    const why = reasonOf(node, a);
    return why === undefined ? ok(undefined) : forbid(a, why);
  },
};

/** Why not; undefined: it may. */
function reasonOf(node: string, a: Attributes): string | undefined {
  const { info, request } = a.call;
  switch (`${info.group}/${info.resource}`) {
    case '/nodes':
      return ofNode(node, a);
    case '/persistentvolumeclaims':
      return request.subresource === 'status' ? ofClaim(node, a) : 'may only update PVC status';
    case 'coordination.k8s.io/leases':
      if (request.namespace !== LEASES) return `can only access leases in the "${LEASES}" system namespace`;
      return a.name === node ? undefined : 'can only access node lease with the same name as the requesting node';
    case 'storage.k8s.io/csinodes':
      return a.name === node ? undefined : 'can only access CSINode with the same name as the requesting node';
    case 'resource.k8s.io/resourceslices': {
      const verb = { CREATE: 'create', DELETE: 'delete', UPDATE: undefined, CONNECT: undefined }[a.operation];
      if (verb === undefined || get(a.object ?? a.old, 'spec', 'nodeName') === node) return undefined;
      return `can only ${verb} ResourceSlice with the same NodeName as the requesting node`;
    }
    case 'certificates.k8s.io/certificatesigningrequests': {
      if (a.operation !== 'CREATE' || !SIGNERS.includes(textOf(get(a.object, 'spec', 'signerName')))) return undefined;
      const subject = subjectOf(textOf(get(a.object, 'spec', 'request')));
      if (subject === undefined) return 'unable to parse csr: PEM block type must be CERTIFICATE REQUEST';
      return subject.commonName === `system:node:${node}`
        ? undefined
        : `can only create a node CSR with CN=system:node:${node}`;
    }
    default:
      return undefined;
  }
}
/** What a kubelet finds out of a volume that has grown. */
const OWN: readonly string[] = ['capacity', 'conditions', 'allocatedResourceStatuses', 'allocatedResources'];
function ofClaim(node: string, { operation, object, old }: Attributes): string | undefined {
  if (operation !== 'UPDATE') return `unexpected operation "${operation}"`;
  const rest = (claim: JsonObject | undefined): JsonObject => {
    const { resourceVersion: _, managedFields: __, ...metadata } = objectOf(claim?.['metadata']);
    const status = Object.entries(objectOf(claim?.['status'])).filter(([field]) => !OWN.includes(field));
    return { ...claim, metadata, status: Object.fromEntries(status) };
  };
  return semanticEqual(rest(object), rest(old))
    ? undefined
    : `node "${node}" is not allowed to update fields other than status.quantity and status.conditions`;
}
function* ofToken(engine: Engine, node: string, a: Attributes): Task<Result<undefined>> {
  const { request, deadline } = a.call;
  if (a.operation !== 'CREATE' || request.subresource !== 'token') return ok(undefined);
  const ref = objectOf(get(a.object, 'spec', 'boundObjectRef'));
  const name = textOf(ref['name']);
  if (ref['apiVersion'] !== 'v1' || ref['kind'] !== 'Pod' || name === '')
    return forbid(a, 'node requested token not bound to a pod');
  const uid = textOf(ref['uid']);
  if (uid === '') return forbid(a, 'node requested token with a pod binding without a uid');
  const pod = yield* lookup(engine, PODS, request.namespace, name, deadline);
  if (!pod.ok) return pod;
  if (pod.value === undefined) return refuse(notFound({ group: '', resource: 'pods' }, name));
  if (pod.value.metadata.uid !== uid)
    return forbid(
      a,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  if (get(pod.value, 'spec', 'nodeName') !== node)
    return forbid(a, 'node requested token bound to a pod scheduled on a different node');
  return ok(undefined);
}
