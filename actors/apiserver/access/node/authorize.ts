//! Authorization mode Node: what a node may, by what its pods need (plugin/pkg/auth/authorizer/node), in its words.
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import type { User } from '../../protocol.ts';
import type { Engine } from '../../verbs/engine.ts';
import { nodeRules } from '../bootstrap/objects.ts';
import { type Action, allows, type Decision } from '../rule.ts';
import { nodeOf } from './identity.ts';
import { isRelated, type Related } from './relation.ts';

type Asked = Extract<Action, { readonly resource: string }>;
/** True: he may. A text: why this says nothing for him. */
type Verdict = true | string;
/** To be looked up: whether the object has to do with the node. */
interface Question {
  readonly related: Related;
}
const LEASES = 'kube-node-lease';
const OWN_VERBS: readonly string[] = ['get', 'create', 'update', 'patch', 'delete'];
const READS: readonly string[] = ['get', 'list', 'watch'];
const CHANGES: readonly string[] = ['update', 'patch'];

export function* authorizeNode(engine: Engine, user: User, action: Action, deadline: number): Task<Result<Decision>> {
  const node = nodeOf(user);
  if (node === undefined) return ok(NO_OPINION);
  if (node === '') return ok({ allowed: false, reason: `unknown node for user "${user.name}"` });
  const first = verdictOf(node, action);
  if (typeof first !== 'object') return ok(decisionOf(first));
  const { namespace, name } = action as Asked;
  if (name === '') return ok(decisionOf('No Object name found'));
  const related = yield* isRelated(engine, node, first.related, namespace, name, deadline);
  if (!related.ok) return related;
  return ok(decisionOf(related.value || `no relationship found between node '${node}' and this object`));
}
const NO_OPINION: Decision = { allowed: false, reason: '' };
const decisionOf = (verdict: Verdict): Decision =>
  verdict === true ? { allowed: true, reason: '' } : { allowed: false, reason: verdict };

function verdictOf(node: string, action: Action): Verdict | Question {
  if (!('path' in action)) {
    const { group, resource, subresource } = action;
    switch (`${group}/${resource}`) {
      case '/secrets':
      case '/configmaps':
        return read(action, resource as Related);
      case '/persistentvolumeclaims':
        return subresource === 'status'
          ? status(action, 'persistentvolumeclaims')
          : get(action, 'persistentvolumeclaims');
      case '/persistentvolumes':
      case 'resource.k8s.io/resourceclaims':
      case 'storage.k8s.io/volumeattachments':
        return get(action, resource as Related);
      case '/serviceaccounts':
        return account(action);
      case 'coordination.k8s.io/leases':
        return lease(node, action);
      case 'storage.k8s.io/csinodes':
        return csiNode(node, action);
      case 'resource.k8s.io/resourceslices':
        return slice(node, action);
      case '/nodes':
        return itself(node, action);
      case '/pods':
        return pod(node, action);
      default:
    }
  }
  return nodeRules().some((rule) => allows(rule, action)) || '';
}
function read({ verb, subresource, namespace }: Asked, related: Related): Verdict | Question {
  if (!READS.includes(verb)) return 'can only read resources of this type';
  if (subresource !== '') return 'cannot read subresource';
  return namespace === '' ? 'can only read namespaced object of this type' : { related };
}
function get({ verb, subresource }: Asked, related: Related): Verdict | Question {
  if (verb !== 'get') return 'can only get individual resources of this type';
  return subresource === '' ? { related } : 'cannot get subresource';
}
const status = ({ verb }: Asked, related: Related): Verdict | Question =>
  CHANGES.includes(verb) ? { related } : 'can only get/update/patch this type';
function account(action: Asked): Verdict | Question {
  const { verb, subresource, name } = action;
  if (verb === 'get' && subresource === '') return get(action, 'serviceaccounts');
  if (verb !== 'create' || name === '') return 'can only create tokens for individual service accounts';
  return subresource === 'token'
    ? { related: 'serviceaccounts' }
    : 'can only create token subresource of serviceaccount';
}
function lease(node: string, { verb, namespace, name }: Asked): Verdict {
  if (!OWN_VERBS.includes(verb)) return 'can only get, create, update, patch, or delete a node lease';
  if (namespace !== LEASES) return `can only access leases in the "${LEASES}" system namespace`;
  // A create names nothing yet: admission looks.
  if (verb !== 'create' && name !== node) return 'can only access node lease with the same name as the requesting node';
  return true;
}
function csiNode(node: string, { verb, subresource, name }: Asked): Verdict {
  if (!OWN_VERBS.includes(verb)) return 'can only get, create, update, patch, or delete a CSINode';
  if (subresource !== '') return 'cannot authorize CSINode subresources';
  if (verb !== 'create' && name !== node) return 'can only access CSINode with the same name as the requesting node';
  return true;
}
function slice(node: string, { verb, subresource, fieldSelector }: Asked): Verdict | Question {
  if (subresource !== '') return 'cannot authorize ResourceSlice subresources';
  if (verb === 'create') return true;
  if (OWN_VERBS.includes(verb)) return { related: 'resourceslices' };
  if (['watch', 'list', 'deletecollection'].includes(verb))
    return (
      selects(fieldSelector, 'spec.nodeName', node) ||
      selects(fieldSelector, 'nodeName', node) ||
      'can only list/watch/deletecollection resourceslices with nodeName field selector'
    );
  return 'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection';
}
function itself(node: string, { verb, subresource, name }: Asked): Verdict {
  if (subresource === 'status') return CHANGES.includes(verb) || '';
  if (subresource !== '') return '';
  if (verb === 'create' || CHANGES.includes(verb)) return true;
  if (!READS.includes(verb)) return '';
  if (name === node) return true;
  return name === ''
    ? `node '${node}' cannot read all nodes, only its own Node object`
    : `node '${node}' cannot read '${name}', only its own Node object`;
}
function pod(node: string, action: Asked): Verdict | Question {
  const { verb, subresource, name, fieldSelector } = action;
  if (subresource === 'status') return CHANGES.includes(verb) || '';
  if (subresource === 'eviction') return verb === 'create' || '';
  if (subresource !== '') return '';
  if (verb === 'create' || verb === 'delete') return true;
  if (verb === 'get') return { related: 'pods' };
  if (!READS.includes(verb)) return '';
  if (selects(fieldSelector, 'spec.nodeName', node)) return true;
  return name === '' ? 'can only list/watch pods with spec.nodeName field selector' : { related: 'pods' };
}
/** `a=b,spec.nodeName=n` selects nothing but what has spec.nodeName n. */
const selects = (selector: string | undefined, field: string, value: string): boolean =>
  (selector ?? '').split(',').some((term) => [`${field}=${value}`, `${field}==${value}`].includes(term.trim()));
