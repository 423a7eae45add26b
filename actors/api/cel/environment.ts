//! What an expression may speak of.
import type { Functions } from './overload.ts';
import type { Type } from './type.ts';

/** A type whose values can be written: `Object.spec{replicas: 1}`. */
export interface StructType {
  readonly type: Type;
  /** Undefined for what is no field of it. */
  field(name: string): Type | undefined;
}
export interface Environment {
  readonly variables: Readonly<Record<string, Type>>;
  readonly functions: Functions;
  struct?(name: string): StructType | undefined;
}
