//! Which pods a node may make, change and remove: mirrors of its own, and those that are bound to it.
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import { equal, get, type JsonObject, listOf, objectOf, textOf } from '../../../api/json.ts';
import { notFound } from '../../../api/status.ts';
import type { KubeObject } from '../../../api/types/meta.ts';
import { configMapsOf, namesTrustBundle, secretsOf } from '../../access/node/references.ts';
import { type Engine, refuse } from '../../verbs/engine.ts';
import type { Attributes } from '../attributes.ts';
import { lookup, stored } from '../lookup.ts';
import { forbid } from '../plugin.ts';

const MIRROR = 'kubernetes.io/config.mirror';
const PODS = stored('', 'v1', 'pods');
const NODES = stored('', 'v1', 'nodes');

export function* ofPod(engine: Engine, node: string, a: Attributes): Task<Result<undefined>> {
  const { subresource } = a.call.request;
  const why = subresource === '' ? yield* whole(engine, node, a) : yield* part(engine, node, a, subresource);
  return why.ok && why.value !== undefined ? forbid(a, why.value) : (why as Result<undefined>);
}
type Why = Result<string | undefined>;

function* whole(engine: Engine, node: string, a: Attributes): Task<Why> {
  if (a.operation === 'CREATE') return yield* created(engine, node, a);
  if (a.operation !== 'DELETE')
    return ok(`unexpected operation "${a.operation}", node "${node}" can only create and delete mirror pods`);
  return ok(
    get(a.old, 'spec', 'nodeName') === node
      ? undefined
      : `node "${node}" can only delete pods with spec.nodeName set to itself`,
  );
}
function* created(engine: Engine, node: string, a: Attributes): Task<Why> {
  const pod = objectOf(a.object);
  const metadata = objectOf(pod['metadata']);
  if (get(metadata, 'annotations', MIRROR) === undefined)
    return ok(`pod does not have "${MIRROR}" annotation, node "${node}" can only create mirror pods`);
  if (get(pod, 'spec', 'nodeName') !== node)
    return ok(`node "${node}" can only create pods with spec.nodeName set to itself`);
  const [owner, ...others] = listOf(metadata['ownerReferences']).map(objectOf);
  if (others.length > 0) return ok(`node "${node}" can only create pods with a single owner reference set to itself`);
  const wrong = wrongOwner(node, owner);
  if (wrong !== undefined) return ok(wrong);
  const found = yield* lookup(engine, NODES, '', node, a.call.deadline);
  if (!found.ok) return found;
  if (found.value === undefined) return refuse(notFound({ group: '', resource: 'nodes' }, node));
  const { uid } = found.value.metadata;
  if (owner?.['uid'] !== uid) return ok(`node ${node} UID mismatch: expected ${textOf(owner?.['uid'])} got ${uid}`);
  const what = referred(pod);
  return ok(what === undefined ? undefined : `node "${node}" can not create pods that reference ${what}`);
}
function wrongOwner(node: string, owner: JsonObject | undefined): string | undefined {
  const itself = owner?.['apiVersion'] === 'v1' && owner['kind'] === 'Node' && owner['name'] === node;
  if (!itself) return `node "${node}" can only create pods with an owner reference set to itself`;
  if (owner['controller'] !== true)
    return `node "${node}" can only create pods with a controller owner reference set to itself`;
  if (owner['blockOwnerDeletion'] === true)
    return `node "${node}" must not set blockOwnerDeletion on an owner reference`;
  return undefined;
}
function referred(pod: JsonObject): string | undefined {
  if (textOf(get(pod, 'spec', 'serviceAccountName')) !== '') return 'a service account';
  if (secretsOf(pod).size > 0) return 'secrets';
  if (configMapsOf(pod).size > 0) return 'configmaps';
  if (namesTrustBundle(pod)) return 'clustertrustbundles';
  if (listOf(get(pod, 'spec', 'volumes')).some((one) => objectOf(one)['persistentVolumeClaim']))
    return 'persistentvolumeclaims';
  return undefined;
}

function* part(engine: Engine, node: string, a: Attributes, subresource: string): Task<Why> {
  switch (subresource) {
    case 'status':
      return ok(ofStatus(node, a));
    case 'eviction': {
      if (a.operation !== 'CREATE') return ok(`unexpected operation ${a.operation}`);
      const { namespace } = a.call.request;
      const found = yield* lookup<KubeObject>(engine, PODS, namespace, a.name, a.call.deadline);
      if (!found.ok) return found;
      if (found.value === undefined) return refuse(notFound({ group: '', resource: 'pods' }, a.name));
      if (get(found.value, 'spec', 'nodeName') === node) return ok(undefined);
      return ok(`node ${node} can only evict pods with spec.nodeName set to itself`);
    }
    default:
      return ok(`unexpected pod subresource "${subresource}", only 'status' and 'eviction' are allowed`);
  }
}
function ofStatus(node: string, { operation, object, old }: Attributes): string | undefined {
  if (operation !== 'UPDATE') return `unexpected operation "${operation}"`;
  if (get(old, 'spec', 'nodeName') !== node)
    return `node "${node}" can only update pod status for pods with spec.nodeName set to itself`;
  const labels = (of: unknown): JsonObject => objectOf(get(of, 'metadata', 'labels'));
  if (!equal(labels(object), labels(old))) return `node "${node}" cannot update labels through pod status`;
  const claims = (of: unknown): unknown => listOf(get(of, 'status', 'resourceClaimStatuses'));
  return equal(claims(object), claims(old)) ? undefined : `node "${node}" cannot update resource claim statues`;
}
