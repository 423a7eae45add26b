//! etcd's key space as one would write it on paper: executes one operation at a time. Makes histories for tests.
import type { Change } from './changes.ts';
import type { Condition, Input, Output, Seen, Write } from './history.ts';

export class ReferenceStore {
  revision = 1;
  readonly changes: Change[] = [];
  readonly #keys = new Map<string, Required<Seen>>();

  execute(input: Input): Output {
    switch (input.op) {
      case 'get':
        return { seen: this.#read([input.key]), revision: this.revision };
      case 'put':
        return this.#write([input]);
      case 'delete':
        return this.#write([{ key: input.key, value: null }]);
      case 'txn': {
        if (input.when === undefined) return this.#write(input.writes);
        if (this.#holds(input.when)) return { succeeded: true, ...this.#write(input.writes) };
        return { succeeded: false, seen: this.#read(input.reads ?? []), revision: this.revision };
      }
    }
  }
  get(key: string): Required<Seen> | null {
    return this.#keys.get(key) ?? null;
  }

  #read(keys: readonly string[]): Record<string, Seen | null> {
    return Object.fromEntries(keys.map((key) => [key, this.get(key)]));
  }
  #holds(when: Condition): boolean {
    const now = this.get(when.key);
    return 'mod' in when ? (now?.modRevision ?? 0) === when.mod : now?.value === when.value;
  }
  #write(writes: readonly Write[]): Output {
    const revision = this.revision + 1;
    const put: Record<string, { version: number; createRevision: number }> = {};
    const deleted: Record<string, boolean> = {};
    for (const { key, value } of writes) {
      const was = this.get(key);
      if (value === null) {
        deleted[key] = was !== null;
        if (was === null) continue;
        this.#keys.delete(key);
        this.changes.push({ revision, key, seen: null });
      } else {
        const [version, createRevision] = [(was?.version ?? 0) + 1, was?.createRevision ?? revision];
        const seen = { value, modRevision: revision, createRevision, version };
        this.#keys.set(key, seen);
        put[key] = { version, createRevision };
        this.changes.push({ revision, key, seen });
      }
      this.revision = revision;
    }
    return { revision: this.revision, put, deleted };
  }
}
