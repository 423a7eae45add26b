//! MutatingAdmissionWebhook: one after the other, each sees what those before it have made of the object.
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import { equal, type JsonObject, semanticEqual } from '../../../api/json.ts';
import { applyJsonPatch } from '../../../api/patch/json.ts';
import { internalError } from '../../../api/status.ts';
import { type Engine, refuse } from '../../verbs/engine.ts';
import type { Attributes } from '../attributes.ts';
import { invocationOf, isExempt } from '../matching.ts';
import type { Plugin } from '../plugin.ts';
import { inVersion } from '../request.ts';
import { understood } from '../understood.ts';
import { asked } from './call.ts';
import { conditionsHold } from './conditions.ts';
import { type Hook, hooksOf, MUTATING } from './hook.ts';

const NAME = 'MutatingAdmissionWebhook';
/** Between the two runs of the mutating phase. */
interface State {
  /** Asked, and to be asked again when something changes after them. */
  readonly before: Set<string>;
  readonly again: Set<string>;
  output: JsonObject | undefined;
}
const fresh = (): State => ({ before: new Set(), again: new Set(), output: undefined });

export const mutatingWebhook: Plugin = {
  name: NAME,
  handles: (a) => !isExempt(a),
  *mutate(engine, attributes): Task<Result<JsonObject | undefined>> {
    const hooks = yield* hooksOf(engine, MUTATING, attributes.call.deadline);
    if (!hooks.ok || hooks.value.length === 0) return hooks.ok ? ok(undefined) : hooks;
    const { reinvocation } = attributes;
    const state = reinvocation.state(NAME, fresh);
    const mustSeeAgain = (): void => {
      for (const uid of state.before) state.again.add(uid);
      state.before.clear();
    };
    // The server's own plugins have changed what the webhooks made: all that may be asked again are.
    if (reinvocation.isAgain && !equal(state.output, attributes.object)) mustSeeAgain();
    let a = attributes;
    for (const hook of hooks.value) {
      if (reinvocation.isAgain && !state.again.has(hook.uid)) continue;
      const done = yield* mutated(engine, a, hook);
      if (!done.ok) return done;
      if (done.value === 'not asked') continue;
      if (done.value !== 'unchanged') {
        a = { ...a, object: done.value };
        mustSeeAgain();
        reinvocation.request();
      }
      if (hook.again) state.before.add(hook.uid);
    }
    state.output = a.object;
    return ok(a === attributes ? undefined : a.object);
  },
};

function* mutated(engine: Engine, a: Attributes, hook: Hook): Task<Result<JsonObject | 'unchanged' | 'not asked'>> {
  const meant = yield* invocationOf(engine, a, hook.criteria);
  if (!meant.ok) return meant;
  if (meant.value === undefined) return ok('not asked');
  const holds = yield* conditionsHold(engine, a, hook, meant.value);
  if (!holds.ok) return holds;
  if (!holds.value) return ok('not asked');
  const verdict = yield* asked(engine, a, hook, meant.value, true);
  if (!verdict.ok) return verdict;
  const patch = verdict.value?.patch;
  if (patch === undefined || (Array.isArray(patch) && patch.length === 0)) return ok('unchanged');
  const { kind } = meant.value;
  const base = inVersion(a, a.object, kind);
  if (base === undefined)
    return refuse(
      internalError(
        `admission webhook "${hook.name}" attempted to modify the object, which is not supported for this operation`,
      ),
    );
  const patched = applyJsonPatch(base, patch);
  if (!patched.ok) return refuse(internalError(why(patched.fault)));
  const object = understood(engine, a, kind, patched.value);
  if (typeof object === 'string') return refuse(internalError(object));
  return ok(semanticEqual(object, a.object) ? 'unchanged' : object);
}
const why = ({ message, detail }: { readonly message: string; readonly detail?: unknown }): string => {
  const [cause] =
    (detail as { details?: { causes?: readonly { message?: string }[] } } | undefined)?.details?.causes ?? [];
  return cause?.message ?? message;
};
