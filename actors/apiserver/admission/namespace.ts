//! NamespaceLifecycle: nothing is made in a namespace that is not there or is going.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { get, textOf } from '../../api/json.ts';
import { forbidden, notFound } from '../../api/status.ts';
import type { Namespace } from '../../api/types/cluster.ts';
import { type Call, type Engine, refuse } from '../verbs/engine.ts';
import { lookup, NAMESPACES } from './lookup.ts';

export function* namespaceLifecycle(engine: Engine, call: Call): Task<Result<void>> {
  const { info, request, deadline } = call;
  if (!info.namespaced || !info.stored) return ok(undefined);
  const { namespace } = request;
  const found = yield* lookup<Namespace>(engine, NAMESPACES, '', namespace, deadline);
  if (!found.ok) return found;
  if (found.value === undefined) return refuse(notFound({ group: '', resource: 'namespaces' }, namespace));
  if (found.value.metadata.deletionTimestamp === undefined) return ok(undefined);
  const name = request.name || textOf(get(request.body, 'metadata', 'name'));
  const status = forbidden(
    info,
    name,
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
