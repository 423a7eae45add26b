//! matchConditions: expressions that must all hold for a webhook to be asked.
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import type { Engine } from '../../verbs/engine.ts';
import type { Attributes } from '../attributes.ts';
import type { Invocation } from '../matching.ts';
import { done, forbid } from '../plugin.ts';
import type { Hook } from './hook.ts';

export function* conditionsHold(
  _engine: Engine,
  a: Attributes,
  { conditions, failurePolicy, name }: Hook,
  _invocation: Invocation,
): Task<Result<boolean>> {
  if (conditions.length === 0) return yield* done(true);
  // No expression is evaluated yet: an error, which a webhook that may be passed over is passed over for.
  return failurePolicy === 'Ignore'
    ? ok(false)
    : forbid(a, `the match conditions of webhook ${name} cannot be evaluated`);
}
