//! The most that an expression may cost, by the greatest sizes that its types allow: cel-go checker/cost.go.
import type { Checked } from './check.ts';
import { COST } from './frame.ts';
import type { Call, Expr, Fold } from './syntax/ast.ts';
import { codePoints } from './value.ts';

/** Of a value whose type says nothing about it. */
const UNKNOWN = Number.MAX_SAFE_INTEGER;
interface Estimate {
  readonly cost: number;
  /** The greatest size of the value: as sizeOf. */
  readonly size: number;
}
export const costMax = (expr: Expr, checked: Checked): number =>
  Math.min(Number.MAX_SAFE_INTEGER, new Estimator(checked).of(expr, new Map()).cost);

type Sizes = ReadonlyMap<string, number>;
class Estimator {
  readonly #checked: Checked;
  constructor(checked: Checked) {
    this.#checked = checked;
  }
  of(expr: Expr, sizes: Sizes): Estimate {
    switch (expr.what) {
      case 'literal':
        return { cost: 0, size: sizeOfLiteral(expr.value) };
      case 'ident':
        return { cost: COST.select, size: sizes.get(expr.name) ?? this.#sizeByType(expr) };
      case 'select':
        return expr.test
          ? { cost: this.of(expr.operand, sizes).cost, size: 1 }
          : { cost: this.of(expr.operand, sizes).cost + COST.select, size: this.#sizeByType(expr) };
      case 'call':
        return this.#call(expr, sizes);
      case 'list':
        return {
          cost:
            COST.list +
            this.#sum(
              expr.items.map(({ value }) => value),
              sizes,
            ),
          size: expr.items.length,
        };
      case 'map':
        return {
          cost:
            COST.map +
            this.#sum(
              expr.entries.flatMap(({ key, value }) => [key, value]),
              sizes,
            ),
          size: expr.entries.length,
        };
      case 'struct':
        return {
          cost:
            COST.struct +
            this.#sum(
              expr.fields.map(({ value }) => value),
              sizes,
            ),
          size: 1,
        };
      case 'fold':
        return this.#fold(expr, sizes);
      case 'optional': {
        const value = this.of(expr.value, sizes);
        const body = this.of(expr.body, new Map([...sizes, [expr.name, value.size]]));
        return { cost: value.cost + body.cost, size: body.size };
      }
    }
  }
  #sum(all: readonly Expr[], sizes: Sizes): number {
    return all.reduce((sum, one) => sum + this.of(one, sizes).cost, 0);
  }
  #sizeByType(expr: Expr): number {
    const type = this.#checked.types.get(expr);
    switch (type?.kind) {
      case 'string':
      case 'bytes':
      case 'list':
      case 'map':
      case 'dyn':
      case 'optional':
        return type.max ?? type.of?.max ?? UNKNOWN;
      default:
        // What a schema says to be no text, list or map has no size to cel-go's estimate; other values count as one.
        return expr.what === 'call' ? 1 : 0;
    }
  }
  #call(expr: Call, sizes: Sizes): Estimate {
    const own = expr.target === undefined || this.#checked.qualified.has(expr) ? [] : [expr.target];
    const args = [...own, ...expr.args].map((arg) => this.of(arg, sizes));
    const costs = args.reduce((sum, { cost }) => sum + cost, 0);
    if (expr.fn === '_&&_' || expr.fn === '_||_') return { cost: costs, size: 1 };
    if (expr.fn === '_?_:_') {
      const [condition, yes, no] = args as [Estimate, Estimate, Estimate];
      return { cost: condition.cost + Math.max(yes.cost, no.cost), size: Math.max(yes.size, no.size) };
    }
    const given = args.map(({ size }) => size);
    let most = 0;
    let size = 0;
    for (const { cost, estimate, resultMax, result } of this.#checked.overloads.get(expr) ?? []) {
      const sized = resultMax?.(given) ?? (SIZED.has(result.kind) ? this.#sizeByType(expr) : 1);
      most = Math.max(most, (estimate ?? cost)?.(given, sized) ?? COST.call);
      size = Math.max(size, sized);
    }
    return { cost: costs + most, size };
  }
  #fold(expr: Fold, sizes: Sizes): Estimate {
    const range = this.of(expr.range, sizes);
    const of = this.#checked.types.get(expr.range);
    const member = of?.kind === 'map' && expr.index === undefined ? of.key : of?.of;
    const inner = new Map(sizes).set(expr.item, SIZED.has(member?.kind ?? 'dyn') ? (member?.max ?? UNKNOWN) : 0);
    if (expr.index !== undefined) inner.set(expr.index, of?.kind === 'map' ? (of.key?.max ?? UNKNOWN) : 1);
    const filter = expr.filter === undefined ? 0 : this.of(expr.filter, inner).cost;
    const kept = expr.kind === 'filter' || expr.kind === 'exists_one' ? COST.kept[expr.kind] : 0;
    const turn = COST.turn[expr.kind] + kept + filter + this.of(expr.body, inner).cost;
    const sorted = expr.kind === 'sortBy' ? COST.sorted(range.size) : 0;
    const begun = MADE[expr.kind] ?? 0;
    return { cost: range.cost + begun + COST.result[expr.kind] + range.size * turn + sorted, size: range.size };
  }
}
/** The list or map that a macro begins with: it costs nothing when it is evaluated. */
const MADE: Readonly<Partial<Record<Fold['kind'], number>>> = {
  map: COST.list,
  filter: COST.list,
  sortBy: COST.list,
  transformList: COST.list,
  transformMap: COST.map,
  transformMapEntry: COST.map,
};
const SIZED = new Set(['string', 'bytes', 'list', 'map', 'dyn', 'optional', 'param']);
const sizeOfLiteral = (value: unknown): number =>
  typeof value === 'string' ? codePoints(value) : value instanceof Uint8Array ? value.length : 1;
