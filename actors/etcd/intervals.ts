//! Which ranges contain a key: a tree of ranges by their start that knows the furthest end below each node (CLRS 14.3),
//! balanced as a treap whose ranks come of the ranges themselves. One key is found by a map.
import { END_OF_KEYS } from './protocol.ts';

interface Node<T> {
  readonly key: string;
  readonly end: string;
  readonly value: T;
  readonly rank: number;
  /** The furthest end of this node and those below it. */
  furthest: string;
  left: Node<T> | undefined;
  right: Node<T> | undefined;
}
type Tree<T> = Node<T> | undefined;

export class Intervals<T> {
  readonly #points = new Map<string, T>();
  #root: Tree<T>;
  #ranges = 0;

  get size(): number {
    return this.#points.size + this.#ranges;
  }
  /** `end` as a range's: absent, the one key; END_OF_KEYS, no end. */
  get(key: string, end: string | undefined): T | undefined {
    if (!end) return this.#points.get(key);
    let node = this.#root;
    for (let order: number; node !== undefined; node = order < 0 ? node.left : node.right) {
      order = compare(key, end, node);
      if (order === 0) return node.value;
    }
    return undefined;
  }
  /** The range is not there yet. */
  add(key: string, end: string | undefined, value: T): void {
    if (!end) {
      this.#points.set(key, value);
      return;
    }
    const node = { key, end, value, rank: rankOf(key, end), furthest: end, left: undefined, right: undefined };
    this.#root = insert(this.#root, node);
    this.#ranges++;
  }
  /** The range is there. */
  delete(key: string, end: string | undefined): void {
    if (!end) {
      this.#points.delete(key);
      return;
    }
    this.#root = remove(this.#root, key, end);
    this.#ranges--;
  }
  /** Every range that contains the key. */
  at(key: string, visit: (value: T) => void): void {
    const point = this.#points.get(key);
    if (point !== undefined) visit(point);
    stab(this.#root, key, visit);
  }
}

const ends = (end: string, key: string): boolean => end !== END_OF_KEYS && end <= key;
const further = (a: string, b: string): string =>
  a === END_OF_KEYS || b === END_OF_KEYS ? END_OF_KEYS : a > b ? a : b;

function stab<T>(node: Tree<T>, key: string, visit: (value: T) => void): void {
  if (node === undefined || ends(node.furthest, key)) return;
  stab(node.left, key, visit);
  if (node.key > key) return;
  if (!ends(node.end, key)) visit(node.value);
  stab(node.right, key, visit);
}
function compare<T>(key: string, end: string, node: Node<T>): number {
  if (key !== node.key) return key < node.key ? -1 : 1;
  return end === node.end ? 0 : end < node.end ? -1 : 1;
}
function settled<T>(node: Node<T>): Node<T> {
  node.furthest = node.end;
  if (node.left) node.furthest = further(node.furthest, node.left.furthest);
  if (node.right) node.furthest = further(node.furthest, node.right.furthest);
  return node;
}
function insert<T>(root: Tree<T>, node: Node<T>): Node<T> {
  if (root === undefined) return node;
  if (node.rank > root.rank) {
    [node.left, node.right] = split(root, node);
    return settled(node);
  }
  if (compare(node.key, node.end, root) < 0) root.left = insert(root.left, node);
  else root.right = insert(root.right, node);
  return settled(root);
}
/** Those before `at` and those after it. */
function split<T>(root: Tree<T>, at: Node<T>): [Tree<T>, Tree<T>] {
  if (root === undefined) return [undefined, undefined];
  if (compare(at.key, at.end, root) < 0) {
    const [left, right] = split(root.left, at);
    root.left = right;
    return [left, settled(root)];
  }
  const [left, right] = split(root.right, at);
  root.right = left;
  return [settled(root), right];
}
function remove<T>(root: Tree<T>, key: string, end: string): Tree<T> {
  if (root === undefined) return undefined;
  const order = compare(key, end, root);
  if (order === 0) return merged(root.left, root.right);
  if (order < 0) root.left = remove(root.left, key, end);
  else root.right = remove(root.right, key, end);
  return settled(root);
}
function merged<T>(left: Tree<T>, right: Tree<T>): Tree<T> {
  if (left === undefined || right === undefined) return left ?? right;
  if (left.rank > right.rank) {
    left.right = merged(left.right, right);
    return settled(left);
  }
  right.left = merged(left, right.left);
  return settled(right);
}
/** FNV-1a with a last mix: ranges that differ in their last letter must not make a list. */
function rankOf(key: string, end: string): number {
  let hash = 0x811c9dc5;
  for (const text of [key, end])
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
