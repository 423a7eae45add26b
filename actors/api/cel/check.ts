//! Finds the type of every node, which functions each call may mean, and what is wrong.
import type { Environment } from './environment.ts';
import { Failure } from './failure.ts';
import type { Issue } from './issue.ts';
import type { Overload } from './overload.ts';
import type { Call, Expr, Fold, Select } from './syntax/ast.ts';
import {
  assignable,
  type Bindings,
  BOOL,
  BYTES,
  DOUBLE,
  DYN,
  INT,
  joined,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  STRING,
  substituted,
  TYPE,
  type Type,
  textOfType,
  UINT,
} from './type.ts';

const LITERALS = new Set(['duration', 'timestamp', 'matches']);

export interface Checked {
  readonly type: Type;
  readonly issues: readonly Issue[];
  readonly types: ReadonlyMap<Expr, Type>;
  /** What a call may mean: one overload, or several where a type is known at run time only. */
  readonly overloads: ReadonlyMap<Call, readonly Overload[]>;
  /** Calls like `math.greatest(1, 2)`: the target is part of the name. */
  readonly qualified: ReadonlySet<Call>;
  /** Selections that name a variable with a dot in its name. */
  readonly dotted: ReadonlyMap<Select, string>;
  /** Variables of the environment that are named. */
  readonly used: ReadonlySet<string>;
}
/** Names that stand for types. */
export const TYPE_NAMES: Readonly<Record<string, string>> = {
  bool: 'bool',
  int: 'int',
  uint: 'uint',
  double: 'double',
  string: 'string',
  bytes: 'bytes',
  list: 'list',
  map: 'map',
  null_type: 'null_type',
  type: 'type',
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
  optional_type: 'optional_type',
};

export function check(expr: Expr, environment: Environment): Checked {
  const checker = new Checker(environment);
  const type = checker.type(expr, []);
  checker.issues.sort((a, b) => a.at - b.at);
  const { issues, types, overloads, qualified, dotted, used } = checker;
  return { type, issues, types, overloads, qualified, dotted, used };
}
type Scope = readonly (readonly [name: string, type: Type])[];

class Checker {
  readonly issues: Issue[] = [];
  readonly types = new Map<Expr, Type>();
  readonly overloads = new Map<Call, readonly Overload[]>();
  readonly qualified = new Set<Call>();
  readonly dotted = new Map<Select, string>();
  readonly used = new Set<string>();
  readonly #environment: Environment;
  /** Inside of what format() is given, where members may be of any types. */
  #mixed = 0;
  constructor(environment: Environment) {
    this.#environment = environment;
  }
  #issue(at: number, message: string): Type {
    this.issues.push({ at, message });
    return DYN;
  }
  type(expr: Expr, scope: Scope): Type {
    const type = this.#typeOf(expr, scope);
    this.types.set(expr, type);
    return type;
  }
  #typeOf(expr: Expr, scope: Scope): Type {
    switch (expr.what) {
      case 'literal':
        return typeOfLiteral(expr.value);
      case 'ident':
        return this.#ident(expr.name, scope) ?? this.#undeclared(expr.at, expr.name);
      case 'select':
        return this.#select(expr, scope);
      case 'call':
        return this.#call(expr, scope);
      case 'list':
        return this.#list(expr, scope);
      case 'map': {
        let key: Type | undefined;
        let of: Type | undefined;
        for (const entry of expr.entries) {
          key = this.#member(entry.key, this.type(entry.key, scope), key);
          of = this.#member(entry.value, this.#unwrapped(entry, scope), of);
        }
        return mapOf(key ?? DYN, of ?? DYN);
      }
      case 'struct':
        return this.#struct(expr, scope);
      case 'fold':
        return this.#fold(expr, scope);
      case 'optional': {
        const value = this.type(expr.value, scope);
        if (value.kind !== 'optional' && value.kind !== 'dyn')
          this.#noOverload(expr.at, expr.flat ? 'optFlatMap' : 'optMap', [value, DYN]);
        const body = this.type(expr.body, [...scope, [expr.name, value.of ?? DYN]]);
        return expr.flat ? body : optionalOf(body);
      }
    }
  }
  #ident(name: string, scope: Scope): Type | undefined {
    const local = scope.findLast(([known]) => known === name);
    if (local !== undefined) return local[1];
    const { variables } = this.#environment;
    if (Object.hasOwn(variables, name)) {
      this.used.add(name);
      return variables[name];
    }
    return Object.hasOwn(TYPE_NAMES, name) ? TYPE : undefined;
  }
  #undeclared(at: number, name: string): Type {
    return this.#issue(at, `undeclared reference to '${name}' (in container '')`);
  }
  #noOverload(at: number, fn: string, args: readonly Type[], member = false): Type {
    const [first, ...rest] = args.map(textOfType);
    const shown = member ? `${first}.(${rest.join(', ')})` : `(${args.map(textOfType).join(', ')})`;
    return this.#issue(at, `found no matching overload for '${fn}' applied to '${shown}'`);
  }

  #select(expr: Select, scope: Scope): Type {
    const named = qualifiedName(expr);
    if (named !== undefined && Object.hasOwn(this.#environment.variables, named)) {
      this.used.add(named);
      this.dotted.set(expr, named);
      return this.#environment.variables[named]!;
    }
    const operand = this.type(expr.operand, scope);
    const inner = operand.kind === 'optional' ? (operand.of ?? DYN) : operand;
    const found = this.#field(expr, inner);
    if (expr.test) return BOOL;
    if (!expr.optional && operand.kind !== 'optional') return found;
    return found.kind === 'optional' ? found : optionalOf(found);
  }
  #field({ at, field }: Select, operand: Type): Type {
    switch (operand.kind) {
      case 'dyn':
        return DYN;
      case 'map':
        return operand.of ?? DYN;
      case 'object':
        return operand.fields?.get(field)?.type ?? this.#issue(at, `undefined field '${field}'`);
      default:
        return this.#issue(at, `type '${textOfType(operand)}' does not support field selection`);
    }
  }

  #call(expr: Call, scope: Scope): Type {
    const { fn, target } = expr;
    if (fn === '_&&_' || fn === '_||_') {
      const args = expr.args.map((arg) => this.type(arg, scope));
      for (const [i, arg] of args.entries())
        if (!assignable(BOOL, arg))
          this.#issue(expr.args[i]!.at, `expected type 'bool' but found '${textOfType(arg)}'`);
      return BOOL;
    }
    if (fn === '_?_:_') return this.#ternary(expr, scope);
    const name = target === undefined ? undefined : qualifiedName(target);
    if (name !== undefined && this.#environment.functions.has(`${name}.${fn}`)) {
      this.qualified.add(expr);
      const args = expr.args.map((arg) => this.type(arg, scope));
      return this.#resolve(expr, `${name}.${fn}`, args, false);
    }
    const formats = target !== undefined && fn === 'format';
    if (formats) this.#mixed++;
    const args = [...(target === undefined ? [] : [target]), ...expr.args].map((arg) => this.type(arg, scope));
    if (formats) this.#mixed--;
    return this.#resolve(expr, fn, args, target !== undefined);
  }
  #ternary({ args: [condition, yes, no], at }: Call, scope: Scope): Type {
    const types = [condition!, yes!, no!].map((arg) => this.type(arg, scope));
    const both = joined(types[1]!, types[2]!);
    if (both === undefined || !assignable(BOOL, types[0]!)) return this.#noOverload(at, '_?_:_', types);
    return both;
  }
  #resolve(expr: Call, fn: string, args: readonly Type[], member: boolean): Type {
    const known = this.#environment.functions.get(fn);
    if (known === undefined) return this.#undeclared(expr.at, fn);
    const fitting: Overload[] = [];
    let result: Type | undefined;
    for (const overload of known) {
      if (overload.member !== member || overload.args.length !== args.length) continue;
      const bindings: Bindings = new Map();
      if (!overload.args.every((wanted, i) => assignable(wanted, args[i]!, bindings))) continue;
      fitting.push(overload);
      const given = substituted(overload.result, bindings);
      result = result === undefined || same(result, given) ? given : DYN;
    }
    if (result === undefined) return this.#noOverload(expr.at, fn, args, member);
    this.overloads.set(expr, fitting);
    this.#literals(expr, fitting);
    return result;
  }
  /** Texts that can be seen to be no pattern, time or duration (cel.ASTValidators). */
  #literals(expr: Call, [overload]: readonly Overload[]): void {
    const arg = expr.args.at(-1);
    if (!LITERALS.has(expr.fn) || arg?.what !== 'literal' || typeof arg.value !== 'string') return;
    try {
      if (expr.fn === 'matches') overload?.apply('', arg.value);
      else overload?.apply(arg.value);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#issue(arg.at, `invalid ${expr.fn} argument`);
    }
  }

  /** Members of one literal are all of one type (cel.HomogeneousAggregateLiterals). */
  #member(expr: Expr, type: Type, before: Type | undefined): Type {
    if (this.#mixed > 0) return before === undefined ? type : (joined(before, type) ?? DYN);
    const mixed = before !== undefined && (before.kind === 'dyn') !== (type.kind === 'dyn');
    const both = before === undefined ? type : mixed ? undefined : joined(before, type);
    return both ?? this.#issue(expr.at, `expected type '${textOfType(before!)}' but found '${textOfType(type)}'`);
  }
  #unwrapped({ value, optional }: { readonly value: Expr; readonly optional: boolean }, scope: Scope): Type {
    const type = this.type(value, scope);
    if (!optional || type.kind === 'dyn') return type;
    if (type.kind === 'optional') return type.of ?? DYN;
    return this.#issue(value.at, `expected type 'optional_type(${textOfType(type)})' but found '${textOfType(type)}'`);
  }
  #list({ items }: Extract<Expr, { what: 'list' }>, scope: Scope): Type {
    let of: Type | undefined;
    for (const item of items) of = this.#member(item.value, this.#unwrapped(item, scope), of);
    return listOf(of ?? DYN);
  }
  #struct(expr: Extract<Expr, { what: 'struct' }>, scope: Scope): Type {
    const struct = this.#environment.struct?.(expr.name);
    for (const field of expr.fields) {
      const type = this.#unwrapped(field, scope);
      if (struct === undefined) continue;
      const wanted = struct.field(field.name);
      if (wanted === undefined) this.#issue(field.at, `undefined field '${field.name}'`);
      else if (!assignable(wanted, type))
        this.#issue(
          field.at,
          `expected type of field '${field.name}' is '${textOfType(wanted)}' but provided type is '${textOfType(type)}'`,
        );
    }
    return struct?.type ?? this.#undeclared(expr.at, expr.name);
  }

  #fold(expr: Fold, scope: Scope): Type {
    const range = this.type(expr.range, scope);
    if (range.kind !== 'list' && range.kind !== 'map' && range.kind !== 'dyn')
      this.#issue(
        expr.range.at,
        `expression of type '${textOfType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
      );
    const first = range.kind === 'map' ? (range.key ?? DYN) : range.kind === 'list' ? INT : DYN;
    const of = range.of ?? DYN;
    const inner: Scope =
      expr.index === undefined
        ? [...scope, [expr.item, range.kind === 'map' ? first : of]]
        : [...scope, [expr.index, first], [expr.item, of]];
    const filter = expr.filter === undefined ? BOOL : this.type(expr.filter, inner);
    const body = this.type(expr.body, inner);
    const result = resultOf(expr, range, body);
    if (!assignable(BOOL, filter)) this.#noOverload(expr.filter!.at, '_?_:_', [filter, result, result]);
    const tested = expr.kind === 'all' || expr.kind === 'exists';
    if (tested && !assignable(BOOL, body))
      this.#issue(expr.body.at, `expected type 'bool' but found '${textOfType(body)}'`);
    if ((expr.kind === 'filter' || expr.kind === 'exists_one') && !assignable(BOOL, body)) {
      const other = expr.kind === 'filter' ? result : INT;
      this.#noOverload(expr.at, '_?_:_', [body, other, other]);
    }
    return result;
  }
}
function resultOf(expr: Fold, range: Type, body: Type): Type {
  switch (expr.kind) {
    case 'map':
    case 'transformList':
      return listOf(body);
    case 'filter':
    case 'sortBy':
      return listOf(range.kind === 'map' ? (range.key ?? DYN) : (range.of ?? DYN));
    case 'transformMap':
      return mapOf(range.kind === 'map' ? (range.key ?? DYN) : range.kind === 'list' ? INT : DYN, body);
    case 'transformMapEntry':
      return body.kind === 'map' ? body : mapOf(DYN, DYN);
    default:
      return BOOL;
  }
}
const same = (a: Type, b: Type): boolean => textOfType(a) === textOfType(b);
/** `a.b` of a target that is only names. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.what === 'ident') return expr.name;
  if (expr.what !== 'select' || expr.test || expr.optional) return undefined;
  const operand = qualifiedName(expr.operand);
  return operand === undefined ? undefined : `${operand}.${expr.field}`;
}
function typeOfLiteral(value: unknown): Type {
  if (value === null) return NULL;
  switch (typeof value) {
    case 'boolean':
      return BOOL;
    case 'bigint':
      return INT;
    case 'number':
      return DOUBLE;
    case 'string':
      return STRING;
    default:
      return value instanceof Uint8Array ? BYTES : UINT;
  }
}
