//! What an expression is once it is read. Macros are read into `fold` and `optional`, not expanded further.
import type { Uint } from '../value.ts';

/** `at`: offset in the text, in UTF-16 units, where cel-go would point in an error about this node. */
interface Node {
  readonly at: number;
}
export type Literal = null | boolean | bigint | number | string | Uint8Array | Uint;
export type FoldKind =
  | 'all'
  | 'exists'
  | 'exists_one'
  | 'map'
  | 'filter'
  | 'sortBy'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry';

export interface LiteralExpr extends Node {
  readonly what: 'literal';
  readonly value: Literal;
}
export interface Ident extends Node {
  readonly what: 'ident';
  readonly name: string;
}
export interface Select extends Node {
  readonly what: 'select';
  readonly operand: Expr;
  readonly field: string;
  /** Inside has(). */
  readonly test: boolean;
  /** `a.?b` */
  readonly optional: boolean;
}
export interface Call extends Node {
  readonly what: 'call';
  /** Operators as cel-go names them: `_+_`, `!_`, `_[_]`, `_[?_]`, `_?_:_`, `@in`. */
  readonly fn: string;
  readonly target?: Expr;
  readonly args: readonly Expr[];
}
export interface ListExpr extends Node {
  readonly what: 'list';
  readonly items: readonly { readonly value: Expr; readonly optional: boolean }[];
}
export interface MapExpr extends Node {
  readonly what: 'map';
  readonly entries: readonly { readonly key: Expr; readonly value: Expr; readonly optional: boolean }[];
}
/** `Object.spec{replicas: 1}` */
export interface Struct extends Node {
  readonly what: 'struct';
  readonly name: string;
  readonly fields: readonly {
    readonly name: string;
    readonly at: number;
    readonly value: Expr;
    readonly optional: boolean;
  }[];
}
/** `range.all(item, body)`, `range.map(item, filter, body)`, `range.all(index, item, body)` ... */
export interface Fold extends Node {
  readonly what: 'fold';
  readonly kind: FoldKind;
  readonly range: Expr;
  /** Of the macros with two variables: the index of a list, the key of a map. */
  readonly index?: string;
  readonly item: string;
  readonly filter?: Expr;
  readonly body: Expr;
}
/** `a.optMap(name, body)`; `flat`: optFlatMap. */
export interface OptionalMap extends Node {
  readonly what: 'optional';
  readonly value: Expr;
  readonly name: string;
  readonly body: Expr;
  readonly flat: boolean;
}
export type Expr = LiteralExpr | Ident | Select | Call | ListExpr | MapExpr | Struct | Fold | OptionalMap;
