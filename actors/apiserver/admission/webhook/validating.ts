//! ValidatingAdmissionWebhook: all at once, of the object as it will be stored.
import { ok, type Result } from '../../../../runtime/fault.ts';
import { all, type Task } from '../../../../runtime/task.ts';
import type { Engine } from '../../verbs/engine.ts';
import type { Attributes } from '../attributes.ts';
import { type Invocation, invocationOf, isExempt } from '../matching.ts';
import type { Plugin } from '../plugin.ts';
import { asked } from './call.ts';
import { conditionsHold } from './conditions.ts';
import { type Hook, hooksOf, VALIDATING } from './hook.ts';

export const validatingWebhook: Plugin = {
  name: 'ValidatingAdmissionWebhook',
  handles: (a) => !isExempt(a),
  *validate(engine, a): Task<Result<void>> {
    const hooks = yield* hooksOf(engine, VALIDATING, a.call.deadline);
    if (!hooks.ok || hooks.value.length === 0) return hooks.ok ? ok(undefined) : hooks;
    const chosen: (readonly [Hook, Invocation])[] = [];
    for (const hook of hooks.value) {
      const meant = yield* invocationOf(engine, a, hook.criteria);
      if (!meant.ok) return meant;
      if (meant.value === undefined) continue;
      const holds = yield* conditionsHold(engine, a, hook, meant.value);
      if (!holds.ok) return holds;
      if (holds.value) chosen.push([hook, meant.value]);
    }
    if (chosen.length === 0) return ok(undefined);
    // Every one is asked, even when another has said no: they may count.
    const verdicts = yield* all(chosen.map(([hook, invocation]) => judged(engine, a, hook, invocation)));
    return verdicts.find((verdict) => !verdict.ok) ?? ok(undefined);
  },
};
function* judged(engine: Engine, a: Attributes, hook: Hook, invocation: Invocation): Task<Result<void>> {
  const verdict = yield* asked(engine, a, hook, invocation, false);
  return verdict.ok ? ok(undefined) : verdict;
}
