/** Which subscriptions a subject reaches: a tree of tokens with NATS' wildcards (`*` one token, `>` the rest). */
export class SubjectTree<T> {
  readonly #root = branch<T>();
  readonly #known = new Map<string, readonly T[]>();

  add(pattern: string, value: T): void {
    let at = this.#root;
    for (const token of pattern.split('.')) {
      // A leaf has no map: most branches are leaves, and there is one an actor.
      at.children ??= new Map();
      let next = at.children.get(token);
      if (next === undefined) {
        next = branch<T>();
        at.children.set(token, next);
      }
      at = next;
    }
    // A literal: pushing to an empty array reserves room for 17.
    if (at.values === undefined) at.values = [value];
    else at.values.push(value);
    if (this.#known.size > 0) this.#known.clear();
  }
  remove(pattern: string, value: T): void {
    const path: [Branch<T>, string][] = [];
    let at = this.#root;
    for (const token of pattern.split('.')) {
      const next = at.children?.get(token);
      if (next === undefined) return;
      path.push([at, token]);
      at = next;
    }
    const i = at.values?.indexOf(value) ?? -1;
    if (i >= 0) at.values!.splice(i, 1);
    for (const [parent, token] of path.reverse()) {
      const child = parent.children!.get(token)!;
      if ((child.values?.length ?? 0) > 0 || (child.children?.size ?? 0) > 0) break;
      parent.children!.delete(token);
    }
    this.#known.clear();
  }
  /** In order of the tree, then of subscription. */
  match(subject: string): readonly T[] {
    let found = this.#known.get(subject);
    if (found === undefined) {
      const into: T[] = [];
      collect(this.#root, subject.split('.'), 0, into);
      found = into;
      if (this.#known.size >= KNOWN_MAX) this.#known.clear();
      this.#known.set(subject, found);
    }
    return found;
  }
}
const KNOWN_MAX = 10_000;

interface Branch<T> {
  children: Map<string, Branch<T>> | undefined;
  values: T[] | undefined;
}
const branch = <T>(): Branch<T> => ({ children: undefined, values: undefined });

function collect<T>(at: Branch<T>, tokens: readonly string[], i: number, into: T[]): void {
  if (i === tokens.length) {
    if (at.values) into.push(...at.values);
    return;
  }
  if (at.children === undefined) return;
  const rest = at.children.get('>');
  if (rest?.values) into.push(...rest.values);
  const exact = at.children.get(tokens[i]!);
  if (exact) collect(exact, tokens, i + 1, into);
  const any = at.children.get('*');
  if (any) collect(any, tokens, i + 1, into);
}
