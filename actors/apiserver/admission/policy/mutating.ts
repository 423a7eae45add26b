//! MutatingAdmissionPolicy: expressions that change the object, one policy after the other
//! (k8s.io/apiserver/pkg/admission/plugin/policy/mutating/dispatcher.go).
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import { equal, get, type JsonObject, semanticEqual } from '../../../api/json.ts';
import { failure, forbidden } from '../../../api/status.ts';
import { type Engine, type Refused, refuse } from '../../verbs/engine.ts';
import type { Attributes } from '../attributes.ts';
import { isExempt } from '../matching.ts';
import type { Plugin } from '../plugin.ts';
import { admissionRequest, inVersion } from '../request.ts';
import { understood } from '../understood.ts';
import { held } from './conditions.ts';
import { Decisions } from './decisions.ts';
import { BUDGET, CONDITIONS_BUDGET, Evaluation } from './evaluation.ts';
import { patched } from './patch.ts';
import { MUTATING, namespaceOf, type Selected, selectedOf } from './selected.ts';

const NAME = 'MutatingAdmissionPolicy';
/** Between the two runs of the mutating phase: policies by policy, binding and parameter. */
interface State {
  readonly before: Set<string>;
  readonly again: Set<string>;
  output: JsonObject | undefined;
}
const fresh = (): State => ({ before: new Set(), again: new Set(), output: undefined });

export const mutatingAdmissionPolicy: Plugin = {
  name: NAME,
  handles: (a) => !isExempt(a) && a.object !== undefined,
  *mutate(engine, attributes): Task<Result<JsonObject | undefined>> {
    const selected = yield* selectedOf(engine, attributes, MUTATING);
    if (!selected.ok || selected.value.length === 0) return selected.ok ? ok(undefined) : selected;
    const namespace = yield* namespaceOf(engine, attributes);
    if (!namespace.ok) return namespace;
    const { reinvocation } = attributes;
    const state = reinvocation.state(NAME, fresh);
    const mustSeeAgain = (): void => {
      for (const key of state.before) state.again.add(key);
      state.before.clear();
    };
    if (reinvocation.isAgain && !equal(state.output, attributes.object)) mustSeeAgain();
    let a = attributes;
    const faults: string[] = [];
    for (const one of selected.value) {
      const fails = one.definition.failurePolicy === 'Fail';
      if (one.fault !== undefined && fails) faults.push(titled(one, `failed to configure binding: ${one.fault}`));
      for (const params of one.params) {
        const key = keyOf(one, params);
        if (reinvocation.isAgain && !state.again.has(key)) continue;
        const done = yield* mutated(engine, a, one, params, namespace.value);
        if (!done.ok) return done;
        if (done.value === 'not meant') continue;
        if (fails) faults.push(...done.value.faults.map((fault) => titled(one, fault)));
        if (!semanticEqual(done.value.object, a.object)) {
          a = { ...a, object: done.value.object };
          mustSeeAgain();
          reinvocation.request();
        }
        if (one.definition.again) state.before.add(key);
      }
    }
    state.output = a.object;
    if (faults.length > 0) return refusal(a, faults);
    return ok(a === attributes ? undefined : a.object);
  },
};
const keyOf = ({ definition, bindingName }: Selected, params: JsonObject | undefined): string =>
  JSON.stringify([
    definition.name,
    bindingName,
    get(params, 'metadata', 'namespace') ?? '',
    get(params, 'metadata', 'name') ?? '',
  ]);
const titled = ({ definition, bindingName }: Selected, fault: string): string =>
  `policy '${definition.name}' with binding '${bindingName}' denied request: ${fault}`;

/** The first fault is what is said, all are causes. */
function refusal(a: Attributes, faults: readonly string[]): Refused {
  const { details = {} } = forbidden(a.call.info, a.name, '');
  const causes = faults.map((message) => ({ message }));
  return refuse(failure(403, 'Invalid', faults[0]!, { ...details, causes }));
}

/** Each mutation sees what the one before it has made; one that fails changes nothing. */
function* mutated(
  engine: Engine,
  a: Attributes,
  { definition, invocation }: Selected,
  params: JsonObject | undefined,
  namespace: JsonObject | undefined,
): Task<Result<{ readonly object: JsonObject; readonly faults: readonly string[] } | 'not meant'>> {
  const decisions = new Decisions(engine, a, invocation);
  const { kind } = invocation;
  const old = inVersion(a, a.old, kind);
  const seenAs = (object: JsonObject | undefined, budget: number): Evaluation => {
    const request = admissionRequest({ ...a, ...(object === undefined ? {} : { object }) }, invocation, '');
    const inputs = { object: inVersion(a, object, kind), old, request, params, namespace };
    return new Evaluation(inputs, definition.variables, decisions, budget);
  };
  if (definition.conditions.length > 0) {
    const result = yield* held(definition.conditions, seenAs(a.object, CONDITIONS_BUDGET));
    if (result === 'skip') return ok('not meant');
    if (result !== 'match') return ok({ object: a.object!, faults: [result.error] });
  }
  let object = a.object!;
  const faults: string[] = [];
  for (const { patchType, expression } of definition.mutations) {
    const evaluated = yield* seenAs(object, BUDGET).evaluate(expression);
    if (!evaluated.ok) {
      faults.push(evaluated.message);
      continue;
    }
    const result = patched(engine, patchType, inVersion(a, object, kind)!, evaluated.value);
    const read = 'fault' in result ? result.fault : understood(engine, a, kind, result.object);
    if (typeof read === 'string') faults.push(read);
    else object = read;
  }
  return ok({ object, faults });
}
