//! NamespaceLifecycle: nothing is made in a namespace that is not there or is going, and some never go.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { forbidden, notFound } from '../../api/status.ts';
import type { Namespace } from '../../api/types/cluster.ts';
import { type Engine, refuse } from '../verbs/engine.ts';
import { type Attributes, isOf } from './attributes.ts';
import { lookup, NAMESPACES } from './lookup.ts';
import type { Plugin } from './plugin.ts';

const IMMORTAL: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);
/** Asked of a namespace that need not be there: who may do what in it. */
const ACCESS_REVIEW = 'localsubjectaccessreviews';

export const namespaceLifecycle: Plugin = {
  name: 'NamespaceLifecycle',
  handles: ({ operation, call: { info } }) =>
    operation === 'DELETE'
      ? info.group === '' && info.resource === 'namespaces'
      : operation === 'CREATE' && info.namespaced && info.resource !== ACCESS_REVIEW,
  mutate: checked,
};
function* checked(engine: Engine, a: Attributes): Task<Result<undefined>> {
  const { info, request, deadline } = a.call;
  if (a.operation === 'DELETE')
    return isOf(a, '', 'namespaces') && IMMORTAL.has(a.name)
      ? refuse(forbidden(info, a.name, 'this namespace may not be deleted'))
      : ok(undefined);
  const { namespace } = request;
  const found = yield* lookup<Namespace>(engine, NAMESPACES, '', namespace, deadline);
  if (!found.ok) return found;
  if (found.value === undefined) return refuse(notFound({ group: '', resource: 'namespaces' }, namespace));
  if (found.value.metadata.deletionTimestamp === undefined) return ok(undefined);
  const status = forbidden(
    info,
    a.name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  const causes = [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ];
  return refuse({ ...status, details: { ...status.details, causes } });
}
