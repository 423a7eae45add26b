//! Functions and operators: what they take, what they give, what they cost.
import { codeOfType } from './signature.ts';
import type { Type } from './type.ts';
import { Duration, List, MapValue, Opaque, Optional, Timestamp, TypeValue, Uint, type Value } from './value.ts';

export interface Overload {
  readonly name: string;
  /** Called as `first.name(rest)`. */
  readonly member: boolean;
  readonly args: readonly Type[];
  readonly result: Type;
  readonly apply: (...args: Value[]) => Value;
  /** In cel-go's units, by the sizes (sizeOf) of the arguments and of the result; 1 unless said. */
  readonly cost?: Cost;
  /** Where an estimate reckons differently. */
  readonly estimate?: Cost;
  /** The greatest size of the result by the greatest of the arguments: for estimates. */
  readonly resultMax?: (sizes: readonly number[]) => number;
}
export type Cost = (sizes: readonly number[], result: number) => number;
export interface Costs {
  readonly cost?: Cost;
  readonly estimate?: Cost;
  readonly resultMax?: (sizes: readonly number[]) => number;
}
export type Functions = ReadonlyMap<string, readonly Overload[]>;

/** `string.charAt(int): string`, `fn sets.contains(list<A>, list<A>): bool` (no member, whatever dots it has). */
// biome-ignore lint/suspicious/noExplicitAny: the signature says what the arguments are; it is matched before each call
export function define(signature: string, apply: (...args: any[]) => Value, costs: Costs = {}): Overload {
  const [, global, before, inside = '', result = ''] = SIGNATURE.exec(signature)!;
  const dot = global === undefined ? before!.lastIndexOf('.') : -1;
  const receiver = dot < 0 ? [] : [before!.slice(0, dot)];
  const args = [...receiver, ...arguments_(inside)].map(codeOfType);
  return { name: before!.slice(dot + 1), member: dot >= 0, args, result: codeOfType(result), apply, ...costs };
}
const SIGNATURE = /^(fn )?([^(]+)\((.*)\): (.+)$/;
function arguments_(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const char = text[i];
    if (char === '<') depth++;
    if (char === '>') depth--;
    if ((char === ',' && depth === 0) || char === undefined) {
      if (text.slice(start, i).trim() !== '') found.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  return found;
}
export function functionsOf(...libraries: readonly (readonly Overload[])[]): Functions {
  const table = new Map<string, Overload[]>();
  for (const overload of libraries.flat()) {
    const others = table.get(overload.name);
    if (others === undefined) table.set(overload.name, [overload]);
    else others.push(overload);
  }
  return table;
}

/** Whether a value at run time is of a type, looked at from outside: members are not asked. */
export function isOfType(type: Type, value: Value): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'param':
      return true;
    case 'null':
      return value === null;
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'bigint';
    case 'double':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'uint':
      return value instanceof Uint;
    case 'bytes':
      return value instanceof Uint8Array;
    case 'timestamp':
      return value instanceof Timestamp;
    case 'duration':
      return value instanceof Duration;
    case 'list':
      return value instanceof List;
    case 'map':
    case 'object':
      return value instanceof MapValue;
    case 'optional':
      return value instanceof Optional;
    case 'type':
      return value instanceof TypeValue;
    case 'opaque':
      return value instanceof Opaque && value.typeName === type.name;
  }
}

/** cel-go common/cost.go: StringTraversalCostFactor, RegexStringLengthCostFactor. */
export const TRAVERSAL = 0.1;
export const REGEX_LENGTH = 0.25;
/** Of walking over the first argument once. */
export const walk = (size: number): number => Math.ceil(size * TRAVERSAL);
export const COST_OF_FIRST: Cost = ([first = 0]) => walk(first);
