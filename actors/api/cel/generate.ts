//! A checked expression becomes functions that evaluate it.
import { type Checked, TYPE_NAMES } from './check.ts';
import { Failure } from './failure.ts';
import { foldCode } from './fold.ts';
import { COST, type Code, type Frame, truth } from './frame.ts';
import { isOfType, type Overload } from './overload.ts';
import type { Call, Expr, Select } from './syntax/ast.ts';
import {
  HeldMap,
  type Key,
  keyOf,
  List,
  MapValue,
  Optional,
  sizeOf,
  TypeValue,
  typeNameOf,
  type Value,
} from './value.ts';

/** Variables by name to their place in a frame. */
export type Slots = ReadonlyMap<string, number>;

export class Generator {
  /** Places that a frame needs. */
  size: number;
  readonly #checked: Checked;
  constructor(checked: Checked, variables: number) {
    this.#checked = checked;
    this.size = variables;
  }
  /** A place for a variable of a macro, and the variables with it. */
  with(slots: Slots, name: string): [slots: Slots, place: number] {
    const place = this.size++;
    return [new Map([...slots, [name, place]]), place];
  }
  code(expr: Expr, slots: Slots): Code {
    const code = this.#code(expr, slots);
    if (!isConstant(expr) || expr.what === 'literal') return code;
    // What is the same always is evaluated with the first use, and then costs nothing.
    let value: Value | undefined;
    return (frame) => {
      const { cost } = frame;
      value ??= code(frame);
      frame.cost = cost;
      return value;
    };
  }
  #code(expr: Expr, slots: Slots): Code {
    switch (expr.what) {
      case 'literal': {
        const { value } = expr;
        return () => value;
      }
      case 'ident':
        return identCode(expr.name, slots);
      case 'select':
        return this.#select(expr, slots);
      case 'call':
        return this.#call(expr, slots);
      case 'list': {
        const items = expr.items.map(({ value, optional }) => ({ code: this.code(value, slots), optional }));
        return (frame) => {
          frame.charge(COST.list);
          const values: Value[] = [];
          for (const { code, optional } of items) {
            const value = code(frame);
            if (!optional) values.push(value);
            else if (value instanceof Optional && value.value !== undefined) values.push(value.value);
          }
          return new List(values);
        };
      }
      case 'map': {
        const entries = expr.entries.map(({ key, value, optional }) => ({
          key: this.code(key, slots),
          value: this.code(value, slots),
          optional,
        }));
        return (frame) => {
          frame.charge(COST.map);
          const held = new Map<Key, Value>();
          for (const entry of entries) {
            const key = keyOf(entry.key(frame));
            if (key === undefined) throw new Failure('unsupported key type');
            if (held.has(key)) throw new Failure(`duplicate map key: ${String(key)}`);
            putOptional(held, key, entry.value(frame), entry.optional);
          }
          return new HeldMap(held);
        };
      }
      case 'struct': {
        const fields = expr.fields.map((field) => ({ ...field, code: this.code(field.value, slots) }));
        return (frame) => {
          frame.charge(COST.struct);
          const held = new Map<Key, Value>();
          for (const { name, code, optional } of fields) putOptional(held, name, code(frame), optional);
          return new HeldMap(held, expr.name);
        };
      }
      case 'fold':
        return foldCode(this, expr, slots);
      case 'optional': {
        const value = this.code(expr.value, slots);
        const [inner, place] = this.with(slots, expr.name);
        const body = this.code(expr.body, inner);
        return (frame) => {
          const before = frame.cost;
          const optional = value(frame);
          if (!(optional instanceof Optional)) throw new Failure('no such overload');
          const again = frame.cost - before;
          frame.charge(2);
          if (optional.value === undefined) return optional;
          // cel-go's macro evaluates it a second time, and takes the value out and puts one in.
          frame.charge(again + (expr.flat ? 0 : 1));
          frame.slots[place] = optional.value;
          return expr.flat ? body(frame) : new Optional(body(frame));
        };
      }
    }
  }

  #select(expr: Select, slots: Slots): Code {
    const { operand, field, test, optional } = expr;
    const dotted = this.#checked.dotted.get(expr);
    if (dotted !== undefined) return identCode(dotted, slots);
    const inner = this.code(operand, slots);
    // What begins with no variable is a step more.
    const cost = COST.select + (isRooted(operand) ? 0 : 1);
    if (test)
      return (frame) => {
        // Kubernetes has kept the cost of has() at nothing.
        const value = unwrapped(inner(frame));
        return value !== undefined && fieldOf(value, field) !== undefined;
      };
    return (frame) => {
      const value = inner(frame);
      if (optional || value instanceof Optional) {
        const present = unwrapped(value);
        const found = present === undefined ? undefined : fieldOf(present, field);
        // What is not there costs nothing.
        if (found !== undefined) frame.charge(cost);
        return found instanceof Optional ? found : new Optional(found);
      }
      frame.charge(cost);
      const found = fieldOf(value, field);
      if (found === undefined) throw new Failure(`no such key: ${field}`);
      return found;
    };
  }

  #call(expr: Call, slots: Slots): Code {
    const { fn } = expr;
    const own = this.#checked.qualified.has(expr) || expr.target === undefined ? [] : [expr.target];
    const args = [...own, ...expr.args].map((arg) => this.code(arg, slots));
    if (fn === '_&&_' || fn === '_||_') return logical(args[0]!, args[1]!, fn === '_||_');
    if (fn === '_?_:_') {
      const [condition, yes, no] = args as [Code, Code, Code];
      return (frame) => (truth(condition(frame)) ? yes(frame) : no(frame));
    }
    const overloads = this.#checked.overloads.get(expr)!;
    // Looked up in a set that is made once.
    const free = (fn === '@in' && expr.args[1]?.what === 'list' && isConstant(expr.args[1])) || FREE.has(fn);
    const relative = (fn === '_[_]' || fn === '_[?_]') && !isRooted(expr.args[0]!);
    return (frame) => {
      const values = args.map((arg) => arg(frame));
      const overload = overloads.find((one) => fits(one, values));
      if (overload === undefined)
        throw new Failure(/[_@]/.test(fn) ? 'no such overload' : `no such overload: ${fn}(${shown(values)})`);
      if (free) return overload.apply(...values);
      if (relative) frame.charge(COST.select);
      return applied(frame, overload, values, fn === '_[?_]');
    };
  }
}
/** What cel-go folds: lists and maps of literals, and conversions of them (cel.OptOptimize). */
function isConstant(expr: Expr): boolean {
  switch (expr.what) {
    case 'literal':
      return true;
    case 'list':
      return expr.items.every(({ value, optional }) => !optional && isConstant(value));
    case 'map':
      return expr.entries.every(({ key, value, optional }) => !optional && isConstant(key) && isConstant(value));
    case 'call':
      return CONVERSIONS.has(expr.fn) && expr.target === undefined && expr.args.every(isConstant);
    default:
      return false;
  }
}
const CONVERSIONS = new Set([
  'bool',
  'bytes',
  'double',
  'duration',
  'dyn',
  'int',
  'string',
  'timestamp',
  'type',
  'uint',
]);
/** Variables and what lies behind them. */
const isRooted = (expr: Expr): boolean =>
  expr.what === 'ident' ||
  (expr.what === 'select' && !expr.test) ||
  (expr.what === 'call' && (expr.fn === '_[_]' || expr.fn === '_[?_]'));
/** cel-go evaluates these without a call. */
const FREE = new Set(['or', 'orValue']);
const shown = (values: readonly Value[]): string => values.map(typeNameOf).join(', ');

/** What an overload costs is known before it runs, but for what its result adds. */
function applied(frame: Frame, overload: Overload, values: Value[], optional: boolean): Value {
  if (overload.cost === undefined) {
    if (!optional) frame.charge(COST.call);
    const result = overload.apply(...values);
    if (optional && result instanceof Optional && result.value !== undefined) frame.charge(COST.call);
    return result;
  }
  const sizes = values.map(sizeOf);
  const before = overload.cost(sizes, 0);
  frame.charge(before);
  const result = overload.apply(...values);
  frame.charge(Math.max(0, overload.cost(sizes, sizeOf(result)) - before));
  return result;
}
function fits({ args }: Overload, values: readonly Value[]): boolean {
  return args.every((type, i) => {
    const value = values[i]!;
    if (type.kind !== 'optional' || type.of?.kind === 'param') return isOfType(type, value);
    return value instanceof Optional && (value.value === undefined || isOfType(type.of!, value.value));
  });
}
function identCode(name: string, slots: Slots): Code {
  const place = slots.get(name);
  if (place === undefined) {
    const type = new TypeValue(TYPE_NAMES[name]!);
    return () => type;
  }
  return (frame) => {
    frame.charge(COST.select);
    const value = frame.slots[place];
    if (value === undefined) throw new Failure(`no such attribute(s): ${name}`);
    return value;
  };
}
const unwrapped = (value: Value): Value | undefined => (value instanceof Optional ? value.value : value);
function fieldOf(value: Value, field: string): Value | undefined {
  if (value instanceof MapValue) return value.get(field);
  throw new Failure(`no such key: ${field}`);
}
function putOptional(held: Map<Key, Value>, key: Key, value: Value, optional: boolean): void {
  if (!optional) held.set(key, value);
  else if (value instanceof Optional && value.value !== undefined) held.set(key, value.value);
}
/** Either side decides alone: an error counts only where the other does not. */
function logical(left: Code, right: Code, decides: boolean): Code {
  return (frame) => {
    let failure: Failure | undefined;
    for (const side of [left, right]) {
      try {
        if (truth(side(frame)) === decides) return decides;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return !decides;
  };
}
