//! A whole database as bytes, from the first to the last, without holding more than a page of them.
import { BUCKET_HEADER, encodeMetas, IS_BUCKET, PAGE_SIZE } from './page.ts';
import { inlinePage, inlineSize, type PlannedTree, planTree, type Source } from './tree.ts';

export interface Bucket {
  readonly name: string;
  /** Absent: it has pages of its own. */
  readonly inline?: () => Buffer;
  plan(firstPage: number): PlannedTree;
}
export function bucket(name: string, source: Source): Bucket {
  const inline = inlineSize(source);
  return {
    name,
    plan: (firstPage) => planTree(source, firstPage),
    ...(inline === undefined ? {} : { inline: () => inlinePage(source, inline) }),
  };
}

export interface Database {
  /** In bytes: whole pages. */
  readonly size: number;
  /** Its bytes, in order. May be called more than once. */
  pieces(): Iterable<Buffer>;
}

/** `buckets` ascend by name. */
export function database(buckets: readonly Bucket[]): Database {
  const trees: PlannedTree[] = [];
  let next = 2; // the metas are 0 and 1
  const values = buckets.map((one): Buffer => {
    const header = Buffer.alloc(BUCKET_HEADER);
    if (one.inline) return Buffer.concat([header, one.inline()]);
    const tree = one.plan(next);
    trees.push(tree);
    next = tree.end;
    header.writeBigUInt64LE(BigInt(tree.root), 0);
    return header;
  });
  const root = planTree(
    bytesSource(
      buckets.map(({ name }, i) => [Buffer.from(name, 'latin1'), values[i]!] as const),
      IS_BUCKET,
    ),
    next,
  );
  trees.push(root);
  return {
    size: root.end * PAGE_SIZE,
    *pieces() {
      yield encodeMetas({ pageSize: PAGE_SIZE, root: root.root, pages: root.end });
      for (const tree of trees) yield* tree.pages();
    },
  };
}

/** Keys and values that are there as bytes. */
export const bytesSource = (items: readonly (readonly [key: Uint8Array, value: Uint8Array])[], flags = 0): Source => ({
  count: items.length,
  flags,
  keySize: (i) => items[i]![0].length,
  valueSize: (i) => items[i]![1].length,
  writeKey: (i, into, at) => into.set(items[i]![0], at),
  writeValue: (i, into, at) => into.set(items[i]![1], at),
});
