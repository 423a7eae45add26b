//! `a.?b.orValue(c)`: cel-go cel/library.go OptionalTypes.
import { define, type Overload } from '../overload.ts';
import type { Optional, Value } from '../value.ts';

export const OPTIONALS: readonly Overload[] = [
  define('optional<A>.or(optional<A>): optional<A>', (a: Optional, b: Optional) => (a.value === undefined ? b : a)),
  define('optional<A>.orValue(A): A', (a: Optional, otherwise: Value) => (a.value === undefined ? otherwise : a.value)),
];
