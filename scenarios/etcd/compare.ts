//! One case on two stores, step by step; what differs is said at once.
import assert from 'node:assert/strict';
import { type Place, resolve, type Step, type WatchOp } from './operation.ts';
import type { Kv, Outcome, Result, Subject, Watched, Watching } from './outcome.ts';

const EVERYTHING = { key: '\x00', end: '\x00' } as const;

/** Throws an AssertionError with both answers when they differ. */
export async function compareStores(left: Subject, right: Subject, steps: readonly Step[]): Promise<void> {
  const sides = [await Side.begin(left), await Side.begin(right)] as const;
  const [a, b] = sides;
  try {
    for (const [index, step] of steps.entries()) {
      // A watch that is behind would be canceled by a compaction, or not: it is no difference which.
      if (step.op === 'compact') await Promise.all(sides.map((side) => side.settle()));
      const [mine, theirs] = await Promise.all(sides.map((side) => side.perform(step)));
      assert.deepEqual(theirs, mine, `step ${index} ${JSON.stringify(step)}: ${right.name} is not as ${left.name}`);
      if (step.op === 'watch') await Promise.all(sides.map((side) => side.settle()));
    }
    await Promise.all(sides.map((side) => side.settle()));
    const [mine, theirs] = [a.watched(), b.watched()];
    for (const [index, seen] of mine.entries())
      assert.deepEqual(
        theirs[index],
        seen,
        `watch ${index} (of those in the case): ${right.name} is not as ${left.name}`,
      );
  } finally {
    left.unwatch();
    right.unwatch();
  }
}

/** See outcome.ts: said where there is no compact revision. */
const reasonOf = ({ compactRevision, reason }: NonNullable<Watched['canceled']>): { reason: string } => ({
  reason: compactRevision > 0 ? '' : reason,
});
/** See outcome.ts: which of the two a put on its own is refused with. */
const EITHER: ReadonlySet<string> = new Set(['etcdserver: key not found', 'etcdserver: requested lease not found']);

class Side {
  readonly #subject: Subject;
  readonly #watches: { readonly request: WatchOp<number>; readonly watching: Watching; fence: number }[] = [];
  #base = 0;
  readonly #compacted = new Set<number>();
  #head = 0;

  private constructor(subject: Subject) {
    this.#subject = subject;
  }

  /** An empty store whose history begins now. */
  static async begin(subject: Subject): Promise<Side> {
    const side = new Side(subject);
    const leases = await side.#ask({ op: 'leases' });
    if (leases.op === 'leases') for (const lease of leases.leases) await side.#ask({ op: 'revoke', lease });
    await side.#ask({ op: 'put', key: 'a', value: '' });
    await side.#ask({ op: 'delete', ...EVERYTHING });
    await side.#ask({ op: 'compact', revision: side.#head, physical: true });
    side.#base = side.#head;
    side.#compacted.add(side.#base);
    return side;
  }
  async #ask(operation: Parameters<Subject['ask']>[0]): Promise<Result> {
    const outcome = await this.#subject.ask(operation);
    if ('fault' in outcome) throw new Error(`${this.#subject.name}: ${operation.op}: ${outcome.fault}`);
    this.#head = outcome.revision;
    return outcome.result;
  }

  async perform(step: Step): Promise<Outcome | undefined> {
    const resolved = resolve(step, (place) => this.#number(place));
    if (step.op === 'watch') {
      const request: WatchOp<number> = resolved;
      this.#watches.push({ request, watching: await this.#subject.watch(request), fence: 0 });
      return undefined;
    }
    const outcome = await this.#subject.ask(resolved);
    if ('fault' in outcome)
      return step.op === 'put' && EITHER.has(outcome.fault) ? { fault: 'no key or no lease' } : outcome;
    if (step.op === 'compact') this.#compacted.add(this.#number(step.revision));
    this.#head = outcome.revision;
    return { revision: outcome.revision - this.#base, result: this.#shifted(outcome.result) };
  }

  /** Each watch sees a change of its first key and so has seen all before; its filter leaves a put or a delete. */
  async settle(): Promise<void> {
    for (const watch of this.#watches) {
      const { request, watching } = watch;
      await this.#ask({ op: 'put', key: request.key, value: 'fence' });
      const put = this.#head;
      await this.#ask({ op: 'delete', key: request.key });
      watch.fence = request.noDelete ? put : this.#head;
      // One that begins later sees it later.
      if ((request.startRevision ?? 0) <= put) await watching.until(watch.fence);
    }
  }

  watched(): Watched[] {
    return this.#watches.map(({ watching, fence }) => {
      const { events, canceled } = watching.seen();
      const waitedFor = events.filter(
        ({ type, kv }) => kv.mod <= fence && !(type === 'delete' && this.#compacted.has(kv.mod)),
      );
      return {
        events: waitedFor.map(({ type, kv, prev }) => ({ type, kv: this.#kv(kv), prev: prev && this.#kv(prev) })),
        ...(canceled
          ? { canceled: { compactRevision: this.#relative(canceled.compactRevision), ...reasonOf(canceled) } }
          : {}),
      };
    });
  }

  #number({ from, plus }: Place): number {
    return plus + (from === 'head' ? this.#head : from === 'base' ? this.#base : 0);
  }
  /** 0 means none, wherever the case began. */
  #relative(revision: number): number {
    return revision === 0 ? 0 : revision - this.#base;
  }
  #kv(kv: Kv): Kv {
    return { ...kv, create: this.#relative(kv.create), mod: this.#relative(kv.mod) };
  }
  #shifted(result: Result): Result {
    switch (result.op) {
      case 'range':
        return { ...result, kvs: result.kvs.map((kv) => this.#kv(kv)) };
      case 'put':
        return { ...result, prev: result.prev && this.#kv(result.prev) };
      case 'delete':
        return { ...result, prevs: result.prevs.map((kv) => this.#kv(kv)) };
      case 'txn':
        return { ...result, results: result.results.map((one) => this.#shifted(one)) };
      default:
        return result;
    }
  }
}
