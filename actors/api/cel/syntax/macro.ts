//! Macros: calls whose arguments are read as expressions with a variable of their own.
import { SyntaxIssue } from '../issue.ts';
import type { Expr, FoldKind } from './ast.ts';

/** By the number of arguments: those with one variable, and those with two (cel-go ext/comprehensions.go). */
const FOLDS: Readonly<
  Record<string, Readonly<Record<number, { readonly kind: FoldKind; readonly variables: 1 | 2 }>>>
> = {
  all: { 2: { kind: 'all', variables: 1 }, 3: { kind: 'all', variables: 2 } },
  exists: { 2: { kind: 'exists', variables: 1 }, 3: { kind: 'exists', variables: 2 } },
  exists_one: { 2: { kind: 'exists_one', variables: 1 } },
  existsOne: { 2: { kind: 'exists_one', variables: 1 }, 3: { kind: 'exists_one', variables: 2 } },
  map: { 2: { kind: 'map', variables: 1 }, 3: { kind: 'map', variables: 1 } },
  filter: { 2: { kind: 'filter', variables: 1 } },
  sortBy: { 2: { kind: 'sortBy', variables: 1 } },
  transformList: { 3: { kind: 'transformList', variables: 2 }, 4: { kind: 'transformList', variables: 2 } },
  transformMap: { 3: { kind: 'transformMap', variables: 2 }, 4: { kind: 'transformMap', variables: 2 } },
  transformMapEntry: {
    3: { kind: 'transformMapEntry', variables: 2 },
    4: { kind: 'transformMapEntry', variables: 2 },
  },
};

/** Undefined when it is an ordinary call. */
export function macro(at: number, name: string, target: Expr | undefined, args: readonly Expr[]): Expr | undefined {
  const [first, second] = args;
  if (target === undefined) {
    if (name !== 'has' || args.length !== 1) return undefined;
    if (first?.what !== 'select') throw new SyntaxIssue(first!.at, 'invalid argument to has() macro');
    return { ...first, test: true, at };
  }
  if ((name === 'optMap' || name === 'optFlatMap') && args.length === 2) {
    const named = variable(first!, `${name}() variable name must be a simple identifier`);
    return { what: 'optional', at, value: target, name: named, body: second!, flat: name === 'optFlatMap' };
  }
  const fold = Object.hasOwn(FOLDS, name) ? FOLDS[name]?.[args.length] : undefined;
  if (fold === undefined) return undefined;
  const names = args.slice(0, fold.variables).map((arg) => variable(arg, 'argument must be a simple name'));
  if (names.length === 2 && names[0] === names[1])
    throw new SyntaxIssue(second!.at, `duplicate variable name: ${names[0]}`);
  const rest = args.slice(fold.variables);
  const body = rest.at(-1)!;
  return {
    what: 'fold',
    at,
    kind: fold.kind,
    range: target,
    item: names.at(-1)!,
    ...(names.length === 2 ? { index: names[0]! } : {}),
    ...(rest.length === 2 ? { filter: rest[0]! } : {}),
    body,
  };
}
function variable(expr: Expr, otherwise: string): string {
  if (expr.what !== 'ident') throw new SyntaxIssue(expr.at, otherwise);
  return expr.name;
}
