//! matchConditions: expressions that must all hold, of policies and of webhooks.
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import { environmentOf } from '../../../api/cel/admission.ts';
import { expressionOf } from '../../../api/cel/expression.ts';
import { BOOL } from '../../../api/cel/type.ts';
import type { Engine } from '../../verbs/engine.ts';
import type { Attributes } from '../attributes.ts';
import type { Invocation } from '../matching.ts';
import { forbid } from '../plugin.ts';
import { admissionRequest, inVersion } from '../request.ts';
import { Decisions } from './decisions.ts';
import type { Named } from './definition.ts';
import { CONDITIONS_BUDGET, Evaluation } from './evaluation.ts';

export type Held = 'match' | 'skip' | { readonly error: string };

/** One that is false decides, whatever the others are; else an error counts. */
export function* held(conditions: readonly Named[], evaluation: Evaluation): Task<Held> {
  const errors: string[] = [];
  for (const { expression } of conditions) {
    const evaluated = yield* evaluation.evaluate(expression);
    if (evaluated.ok) {
      if (evaluated.value === false) return 'skip';
      continue;
    }
    if (evaluated.spent) return { error: evaluated.message };
    errors.push(evaluated.message);
  }
  if (errors.length === 0) return 'match';
  return { error: errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]` };
}

export interface Condition {
  readonly name: string;
  readonly expression: string;
}
/** Compiled once a list of conditions, which is read once a state of its configuration. */
const compiled = new WeakMap<readonly Condition[], readonly Named[]>();
function compiledOf(conditions: readonly Condition[]): readonly Named[] {
  let named = compiled.get(conditions);
  if (named === undefined) {
    const environment = environmentOf({ authorizer: true, namespace: false });
    named = conditions.map(({ name, expression }) => ({
      name,
      expression: expressionOf(expression, environment, [BOOL]),
    }));
    compiled.set(conditions, named);
  }
  return named;
}
/** Of a webhook: whether it is to be asked. An error refuses the request, or passes the webhook over. */
export function* matchConditions(
  engine: Engine,
  a: Attributes,
  invocation: Invocation,
  conditions: readonly Condition[],
  failurePolicy: 'Fail' | 'Ignore',
): Task<Result<'match' | 'skip'>> {
  if (conditions.length === 0) return ok('match');
  const inputs = {
    object: inVersion(a, a.object, invocation.kind),
    old: inVersion(a, a.old, invocation.kind),
    request: admissionRequest(a, invocation, ''),
  };
  const evaluation = new Evaluation(inputs, [], new Decisions(engine, a, invocation), CONDITIONS_BUDGET);
  const result = yield* held(compiledOf(conditions), evaluation);
  if (typeof result === 'string') return ok(result);
  return failurePolicy === 'Ignore' ? ok('skip') : forbid(a, result.error);
}
