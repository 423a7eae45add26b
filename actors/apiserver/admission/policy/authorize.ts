//! Asks the server's authorizer for an expression.
import type { Task } from '../../../../runtime/task.ts';
import type { Check, Decision } from '../../../api/cel/library/authorizer.ts';
import { authorize } from '../../access/authorize.ts';
import type { Action } from '../../access/rule.ts';
import type { Engine } from '../../verbs/engine.ts';

export function* authorized(engine: Engine, check: Check, deadline: number): Task<Decision> {
  const decided = yield* authorize(engine, check.user, actionOf(check), deadline);
  if (!decided.ok) return { allowed: false, reason: '', error: decided.fault.message };
  return { ...decided.value, error: '' };
}
const actionOf = ({
  verb,
  path,
  group = '',
  resource = '',
  subresource = '',
  namespace = '',
  name = '',
}: Check): Action => (path === undefined ? { verb, group, resource, subresource, namespace, name } : { verb, path });
