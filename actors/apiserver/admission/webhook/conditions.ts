//! matchConditions: expressions that must all hold for a webhook to be asked.
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import type { Engine } from '../../verbs/engine.ts';
import type { Attributes } from '../attributes.ts';
import type { Invocation } from '../matching.ts';
import { matchConditions } from '../policy/conditions.ts';
import type { Hook } from './hook.ts';

export function* conditionsHold(
  engine: Engine,
  a: Attributes,
  { conditions, failurePolicy }: Hook,
  invocation: Invocation,
): Task<Result<boolean>> {
  const result = yield* matchConditions(engine, a, invocation, conditions, failurePolicy);
  return result.ok ? ok(result.value === 'match') : result;
}
