//! CEL: expressions that are compiled once, typed, and evaluated with a limit of cost.
import { type Checked, check } from './check.ts';
import type { Environment } from './environment.ts';
import { costMax } from './estimate.ts';
import { Cancelled, Failure, Pending } from './failure.ts';
import { type Code, Frame } from './frame.ts';
import { Generator } from './generate.ts';
import { type Issue, SyntaxIssue, textOfIssues } from './issue.ts';
import type { Expr } from './syntax/ast.ts';
import { parse } from './syntax/parser.ts';
import type { Type } from './type.ts';
import type { Value } from './value.ts';

export type Compiled =
  | { readonly ok: true; readonly program: Program }
  /** `text`: all of them as cel-go prints them, with the place in the source. */
  | { readonly ok: false; readonly issues: readonly Issue[]; readonly text: string };
export type Outcome =
  | { readonly what: 'value'; readonly value: Value; readonly cost: number }
  /** `cancelled`: the cost has passed the limit. */
  | { readonly what: 'error'; readonly message: string; readonly cost: number; readonly cancelled: boolean }
  /** A decision is needed first: get it, put it where the binding finds it, evaluate again. */
  | { readonly what: 'pending'; readonly question: object };

export function compile(source: string, environment: Environment): Compiled {
  let expr: Expr;
  try {
    expr = parse(source);
  } catch (error) {
    if (!(error instanceof SyntaxIssue)) throw error;
    return failed(source, [{ at: error.at, message: error.message }]);
  }
  const checked = check(expr, environment);
  return checked.issues.length === 0
    ? { ok: true, program: new Program(source, expr, checked) }
    : failed(source, checked.issues);
}
const failed = (source: string, issues: readonly Issue[]): Compiled => ({
  ok: false,
  issues,
  text: textOfIssues(source, issues),
});

export class Program {
  readonly source: string;
  readonly expr: Expr;
  readonly checked: Checked;
  readonly #names: readonly string[];
  readonly #code: Code;
  readonly #size: number;
  constructor(source: string, expr: Expr, checked: Checked) {
    this.source = source;
    this.expr = expr;
    this.checked = checked;
    this.#names = [...checked.used];
    const generator = new Generator(checked, this.#names.length);
    this.#code = generator.code(expr, new Map(this.#names.map((name, i) => [name, i])));
    this.#size = generator.size;
  }
  get type(): Type {
    return this.checked.type;
  }
  uses(variable: string): boolean {
    return this.checked.used.has(variable);
  }
  /** The most that it may cost, by what the types of its variables say of their sizes. */
  costMax(): number {
    return costMax(this.expr, this.checked);
  }
  /** `limit`: in cel-go's units of cost. */
  evaluate(bindings: Readonly<Record<string, Value | undefined>>, limit: number): Outcome {
    const slots = new Array<Value | undefined>(this.#size);
    for (const [i, name] of this.#names.entries()) slots[i] = bindings[name];
    const frame = new Frame(slots, limit);
    try {
      return { what: 'value', value: this.#code(frame), cost: frame.cost };
    } catch (error) {
      if (error instanceof Pending) return { what: 'pending', question: error.question };
      if (error instanceof Failure || error instanceof Cancelled)
        return { what: 'error', message: error.message, cost: frame.cost, cancelled: error instanceof Cancelled };
      throw error;
    }
  }
}
