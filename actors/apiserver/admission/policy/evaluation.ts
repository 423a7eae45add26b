//! Expressions of one policy, evaluated over one request with one parameter and one budget.
import type { Task } from '../../../../runtime/task.ts';
import { NAMESPACE, REQUEST } from '../../../api/cel/admission.ts';
import type { Expression } from '../../../api/cel/expression.ts';
import { Failure, Pending } from '../../../api/cel/failure.ts';
import { fromJson } from '../../../api/cel/json-value.ts';
import { type Key, MapValue, type Value } from '../../../api/cel/value.ts';
import type { JsonObject } from '../../../api/json.ts';
import type { Decisions } from './decisions.ts';
import type { Named } from './definition.ts';

/** k8s.io/apiserver/pkg/apis/cel/config.go RuntimeCELCostBudget, and of match conditions. */
export const BUDGET = 10_000_000;
export const CONDITIONS_BUDGET = 2_500_000;
export const SPENT = 'validation failed due to running out of cost budget, no further validation rules will be run';

export interface Inputs {
  readonly object: JsonObject | undefined;
  readonly old: JsonObject | undefined;
  readonly request: JsonObject;
  readonly params?: JsonObject | undefined;
  readonly namespace?: JsonObject | undefined;
}
export type Evaluated =
  | { readonly ok: true; readonly value: Value }
  /** `spent`: the budget is; nothing more may be evaluated. */
  | { readonly ok: false; readonly message: string; readonly spent: boolean };

export class Evaluation {
  readonly #bindings: Record<string, Value | undefined>;
  readonly #decisions: Decisions;
  readonly #budget: { left: number };
  constructor(inputs: Inputs, variables: readonly Named[], decisions: Decisions, budget: number) {
    this.#decisions = decisions;
    this.#budget = { left: budget };
    this.#bindings = {
      object: fromJson(inputs.object ?? null),
      oldObject: fromJson(inputs.old ?? null),
      request: fromJson(inputs.request, REQUEST),
      params: fromJson(inputs.params ?? null),
      namespaceObject: fromJson(inputs.namespace ?? null, NAMESPACE),
      authorizer: decisions.authorizer,
      'authorizer.requestResource': decisions.requestResource,
    };
    this.#bindings['variables'] = new Variables(variables, this.#bindings, this.#budget);
  }
  *evaluate({ source, program, fault }: Expression): Task<Evaluated> {
    if (program === undefined) return { ok: false, message: `compilation error: ${fault}`, spent: false };
    while (true) {
      const outcome = program.evaluate(this.#bindings, this.#budget.left);
      if (outcome.what === 'pending') {
        yield* this.#decisions.decide(outcome.question);
        continue;
      }
      this.#budget.left -= outcome.cost;
      if (this.#budget.left < 0) return { ok: false, message: SPENT, spent: true };
      if (outcome.what === 'value') return { ok: true, value: outcome.value };
      return { ok: false, message: `expression '${source}' resulted in error: ${outcome.message}`, spent: false };
    }
  }
}
/** `variables.x`: evaluated when first asked for, at most once. */
class Variables extends MapValue {
  readonly #named: ReadonlyMap<Key, Expression>;
  readonly #bindings: Readonly<Record<string, Value | undefined>>;
  readonly #budget: { left: number };
  readonly #known = new Map<Key, Value | Failure>();
  constructor(
    named: readonly Named[],
    bindings: Readonly<Record<string, Value | undefined>>,
    budget: { left: number },
  ) {
    super('kubernetes.variables');
    this.#named = new Map(named.map(({ name, expression }) => [name, expression]));
    this.#bindings = bindings;
    this.#budget = budget;
  }
  override get size(): number {
    return this.#named.size;
  }
  override keys(): readonly Key[] {
    return [...this.#named.keys()];
  }
  override get(key: Key): Value | undefined {
    const expression = this.#named.get(key);
    if (expression === undefined) return undefined;
    const known = this.#known.get(key) ?? this.#evaluated(String(key), expression);
    this.#known.set(key, known);
    if (known instanceof Failure) throw known;
    return known;
  }
  #evaluated(name: string, { program, fault }: Expression): Value | Failure {
    if (program === undefined) return new Failure(`composited variable "${name}" fails to compile: ${fault}`);
    const outcome = program.evaluate(this.#bindings, this.#budget.left);
    if (outcome.what === 'pending') throw new Pending(outcome.question);
    this.#budget.left -= outcome.cost;
    if (outcome.what === 'value') return outcome.value;
    return new Failure(`composited variable "${name}" fails to evaluate: ${outcome.message}`);
  }
}
