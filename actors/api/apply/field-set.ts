//! Sets of fields as metadata.managedFields has them (FieldsV1): a tree of path elements, `.` is the node itself.
import { isObject, type JsonObject } from '../json.ts';
import { comparePathElements, isPathElement } from './path.ts';

/** What is in it: its own members, and sets below. Never changed once made: operations make new ones. */
export class FieldSet {
  static readonly EMPTY: FieldSet = new FieldSet(new Set(), new Map());
  readonly members: ReadonlySet<string>;
  readonly children: ReadonlyMap<string, FieldSet>;
  #json: JsonObject | undefined;
  #ownJson: JsonObject | undefined;

  private constructor(members: ReadonlySet<string>, children: ReadonlyMap<string, FieldSet>) {
    this.members = members;
    this.children = children;
  }
  static of(members: ReadonlySet<string>, children: ReadonlyMap<string, FieldSet>): FieldSet {
    let full = children;
    for (const child of children.values())
      if (child.isEmpty) {
        full = new Map([...children].filter(([, one]) => !one.isEmpty));
        break;
      }
    return members.size === 0 && full.size === 0 ? FieldSet.EMPTY : new FieldSet(members, full);
  }
  static ofPaths(paths: Iterable<readonly string[]>): FieldSet {
    const builder = new FieldSetBuilder();
    for (const path of paths) builder.add(path);
    return builder.build();
  }

  get isEmpty(): boolean {
    return this.members.size === 0 && this.children.size === 0;
  }
  child(element: string): FieldSet {
    return this.children.get(element) ?? FieldSet.EMPTY;
  }
  has(path: readonly string[]): boolean {
    const [first, ...rest] = path;
    if (first === undefined) return false;
    return rest.length === 0 ? this.members.has(first) : this.child(first).has(rest);
  }
  union(other: FieldSet): FieldSet {
    if (other.isEmpty) return this;
    if (this.isEmpty) return other;
    const members = new Set(this.members);
    for (const element of other.members) members.add(element);
    const children = new Map(this.children);
    for (const [element, child] of other.children) {
      const own = children.get(element);
      children.set(element, own === undefined ? child : own.union(child));
    }
    return FieldSet.of(members, children);
  }
  difference(other: FieldSet): FieldSet {
    if (other.isEmpty || this.isEmpty) return this;
    const members = new Set<string>();
    for (const element of this.members) if (!other.members.has(element)) members.add(element);
    const children = new Map<string, FieldSet>();
    let same = members.size === this.members.size;
    for (const [element, child] of this.children) {
      const left = child.difference(other.child(element));
      if (left !== child) same = false;
      if (!left.isEmpty) children.set(element, left);
    }
    return same ? this : FieldSet.of(members, children);
  }
  intersection(other: FieldSet): FieldSet {
    if (other.isEmpty || this.isEmpty) return FieldSet.EMPTY;
    const members = new Set<string>();
    for (const element of this.members) if (other.members.has(element)) members.add(element);
    const children = new Map<string, FieldSet>();
    for (const [element, child] of this.children) children.set(element, child.intersection(other.child(element)));
    return FieldSet.of(members, children);
  }
  equals(other: FieldSet): boolean {
    if (this.members.size !== other.members.size || this.children.size !== other.children.size) return false;
    for (const element of this.members) if (!other.members.has(element)) return false;
    for (const [element, child] of this.children) if (!child.equals(other.child(element))) return false;
    return true;
  }
  /** Every path that is a member. */
  *paths(prefix: readonly string[] = []): Generator<readonly string[]> {
    for (const element of this.#elements()) {
      if (this.members.has(element)) yield [...prefix, element];
      const child = this.children.get(element);
      if (child !== undefined) yield* child.paths([...prefix, element]);
    }
  }

  /** As in `fieldsV1`. Shared: never change it. */
  toJson(): JsonObject {
    this.#json ??= this.#told({});
    return this.#json;
  }
  /** The same below a member. */
  #memberJson(): JsonObject {
    this.#ownJson ??= this.#told({ '.': NO_FIELDS });
    return this.#ownJson;
  }
  #told(result: JsonObject): JsonObject {
    for (const element of this.#elements()) {
      const child = this.children.get(element);
      if (child === undefined) result[element] = NO_FIELDS;
      else result[element] = this.members.has(element) ? child.#memberJson() : child.toJson();
    }
    return result;
  }
  /** Undefined: that is no set of fields. */
  static fromJson(value: unknown): FieldSet | undefined {
    if (!isObject(value)) return undefined;
    const members = new Set<string>();
    const children = new Map<string, FieldSet>();
    for (const element in value) {
      if (element === '.') continue;
      if (!isPathElement(element)) return undefined;
      const below = value[element];
      const child = FieldSet.fromJson(below);
      if (child === undefined) return undefined;
      if (child.isEmpty || Object.hasOwn(below as object, '.')) members.add(element);
      if (!child.isEmpty) children.set(element, child);
    }
    return FieldSet.of(members, children);
  }
  #elements(): string[] {
    const all = [...this.members];
    for (const element of this.children.keys()) if (!this.members.has(element)) all.push(element);
    return all.length < 2 ? all : all.sort(comparePathElements);
  }
}
const NO_FIELDS: JsonObject = Object.freeze({});

export class FieldSetBuilder {
  readonly #members = new Set<string>();
  readonly #children = new Map<string, FieldSetBuilder>();

  add(path: readonly string[]): void {
    let at: FieldSetBuilder = this;
    for (let i = 0; i < path.length - 1; i++) at = at.#below(path[i]!);
    const last = path.at(-1);
    if (last !== undefined) at.#members.add(last);
  }
  #below(element: string): FieldSetBuilder {
    let child = this.#children.get(element);
    if (child === undefined) {
      child = new FieldSetBuilder();
      this.#children.set(element, child);
    }
    return child;
  }
  build(): FieldSet {
    return FieldSet.of(this.#members, new Map([...this.#children].map(([element, child]) => [element, child.build()])));
  }
}
