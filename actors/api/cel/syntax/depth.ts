//! How deep an expression nests: chains like `a + b + c` nest too, and whoever walks over an expression recurses.
import type { Expr } from './ast.ts';

/** Without recursion: it looks before anybody recurses. */
export function depthOf(expr: Expr): number {
  let deepest = 0;
  const left: [expr: Expr, depth: number][] = [[expr, 1]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [at, depth] = next;
    deepest = Math.max(deepest, depth);
    for (const child of childrenOf(at)) left.push([child, depth + 1]);
  }
  return deepest;
}
function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.what) {
    case 'literal':
    case 'ident':
      return [];
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args];
    case 'list':
      return expr.items.map(({ value }) => value);
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return expr.fields.map(({ value }) => value);
    case 'fold':
      return expr.filter === undefined ? [expr.range, expr.body] : [expr.range, expr.filter, expr.body];
    case 'optional':
      return [expr.value, expr.body];
  }
}
