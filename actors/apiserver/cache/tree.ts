//! Entries in the order of their keys. `clone` costs nothing: a list in pages keeps the tree of its first page.
import BTreeModule from 'sorted-btree';
import type { Entry } from './entry.ts';

export type Tree = import('sorted-btree').default<string, Entry>;
// The package is CommonJS: its default export is one level deeper for Node than for the type checker's eyes.
const BTree = ((BTreeModule as unknown as { default?: unknown }).default ?? BTreeModule) as unknown as new (
  entries: undefined,
  compare: (a: string, b: string) => number,
) => Tree;
export const newTree = (): Tree => new BTree(undefined, (a, b) => (a < b ? -1 : a > b ? 1 : 0));

/** Entries of `[from, end)` until `visit` has enough and says false. */
export function scan(tree: Tree, from: string, end: string, visit: (entry: Entry) => boolean): void {
  tree.forRange(from, end, false, (_, entry) => (visit(entry) ? undefined : STOP));
}
const STOP = { break: 0 };
