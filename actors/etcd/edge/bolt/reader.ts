//! Reads a bbolt database, whoever wrote it, and believes nothing: what cannot be is `Damaged`, with the page.
import {
  BRANCH,
  BUCKET_HEADER,
  decodeMeta,
  ELEMENT,
  IS_BUCKET,
  LEAF,
  looksLikeMeta,
  META_SIZE,
  type Meta,
  PAGE_HEADER,
  type PageHead,
  readPageHead,
} from './page.ts';

export interface Pages {
  /** In bytes. */
  readonly size: number;
  /** Fewer bytes than asked for at the end of the file. The buffer is the caller's for good. */
  read(offset: number, length: number): Buffer;
}
export interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
}
/** A sentence that says what is wrong and where. */
export class Damaged extends Error {}
/** It never was one. */
export class NoDatabase extends Damaged {}

/** Two children a branch, at worst, and 2^48 bytes. */
const DEPTH_MAX = 48;
const PAGE_SIZES = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];

export class BoltReader {
  readonly #pages: Pages;
  readonly #meta: Meta;
  /** Each page belongs to one place: a second visit is a cycle or two owners. */
  readonly #seen = new Set<number>([0, 1]);
  readonly #buckets = new Map<string, Buffer>();

  /** Throws `Damaged`. */
  constructor(pages: Pages) {
    this.#pages = pages;
    this.#meta = newestMeta(pages);
    const { pageSize, pages: count, root } = this.#meta;
    if (count * pageSize > pages.size)
      throw new Damaged(
        `it is cut off: it has ${count} pages of ${pageSize} bytes and ends in page ${Math.floor(pages.size / pageSize)}`,
      );
    for (const { key, value, flags } of this.#tree(root, undefined, undefined, 0)) {
      if (flags !== IS_BUCKET || value.length < BUCKET_HEADER)
        throw new Damaged(`page ${root}: "${key.toString('latin1')}" is no bucket`);
      this.#buckets.set(key.toString('latin1'), value);
    }
  }

  /** Of the pages in use, as etcdctl tells it. */
  get size(): number {
    return this.#meta.pages * this.#meta.pageSize;
  }
  /** Ascending. */
  get buckets(): readonly string[] {
    return [...this.#buckets.keys()];
  }
  /** In order of keys; nothing when there is no such bucket. A bucket can be walked once. Throws `Damaged`. */
  *entries(bucket: string): Generator<Entry> {
    const value = this.#buckets.get(bucket);
    if (value === undefined) return;
    const root = Number(value.readBigUInt64LE(0));
    const within = `the inline page of bucket ${bucket}`;
    const items =
      root === 0
        ? leaf(value.subarray(BUCKET_HEADER), within, undefined, undefined)
        : this.#tree(root, undefined, undefined, 0);
    for (const { key, value, flags } of items) {
      if (flags !== 0) throw new Damaged(`bucket ${bucket}: there is a bucket inside it, which etcd never makes`);
      yield { key, value };
    }
  }

  *#tree(id: number, from: Bound, to: Bound, depth: number): Generator<Element> {
    if (depth > DEPTH_MAX) throw new Damaged(`page ${id}: it is ${depth} branches deep`);
    const { page, head } = this.#page(id);
    if (head.flags === LEAF) return yield* leaf(page, `page ${id}`, from, to);
    const children = branch(page, `page ${id}`, from, to);
    for (const [i, { key, child }] of children.entries())
      yield* this.#tree(child, key, children[i + 1]?.key ?? to, depth + 1);
  }

  #page(id: number): { page: Buffer; head: PageHead } {
    const { pageSize, pages } = this.#meta;
    const first = this.#visit(id, id);
    const head = readPageHead(first);
    if (head.id !== id) throw new Damaged(`page ${id}: it says that it is page ${head.id}`);
    if (head.flags !== LEAF && head.flags !== BRANCH)
      throw new Damaged(`page ${id}: it is neither a leaf nor a branch (flags 0x${head.flags.toString(16)})`);
    if (id + head.overflow >= pages)
      throw new Damaged(`page ${id}: it runs over ${head.overflow} pages, and there are ${pages} in all`);
    if (head.overflow === 0) return { page: first, head };
    for (let over = id + 1; over <= id + head.overflow; over++) this.#claim(over, id);
    return { page: this.#pages.read(id * pageSize, (1 + head.overflow) * pageSize), head };
  }
  #visit(id: number, owner: number): Buffer {
    this.#claim(id, owner);
    return this.#pages.read(id * this.#meta.pageSize, this.#meta.pageSize);
  }
  #claim(id: number, owner: number): void {
    if (id < 2 || id >= this.#meta.pages) throw new Damaged(`page ${id}: it is named, and there is no such page`);
    if (this.#seen.has(id)) throw new Damaged(`page ${id}: it is in two places (page ${owner} is the second)`);
    this.#seen.add(id);
  }
}

interface Element extends Entry {
  readonly flags: number;
}
type Bound = Buffer | undefined;

function* leaf(page: Buffer, where: string, from: Bound, to: Bound): Generator<Element> {
  const count = elements(page, where);
  let before = from;
  for (let i = 0; i < count; i++) {
    const at = PAGE_HEADER + i * ELEMENT;
    const keyAt = at + page.readUInt32LE(at + 4);
    const valueAt = keyAt + page.readUInt32LE(at + 8);
    const end = valueAt + page.readUInt32LE(at + 12);
    if (end > page.length) throw new Damaged(`${where}: element ${i} ends outside of it`);
    const key = page.subarray(keyAt, valueAt);
    inOrder(key, before, i > 0, to, where, i);
    before = key;
    yield { key, value: page.subarray(valueAt, end), flags: page.readUInt32LE(at) };
  }
}

function branch(page: Buffer, where: string, from: Bound, to: Bound): readonly { key: Buffer; child: number }[] {
  const count = elements(page, where);
  if (count === 0) throw new Damaged(`${where}: a branch without children`);
  let before = from;
  return Array.from({ length: count }, (_, i) => {
    const at = PAGE_HEADER + i * ELEMENT;
    const keyAt = at + page.readUInt32LE(at);
    const end = keyAt + page.readUInt32LE(at + 4);
    if (end > page.length) throw new Damaged(`${where}: element ${i} ends outside of it`);
    const key = page.subarray(keyAt, end);
    inOrder(key, before, i > 0, to, where, i);
    before = key;
    return { key, child: Number(page.readBigUInt64LE(at + 8)) };
  });
}

function elements(page: Buffer, where: string): number {
  const count = page.length < PAGE_HEADER ? 0xffff : page.readUInt16LE(10);
  if (PAGE_HEADER + count * ELEMENT > page.length) throw new Damaged(`${where}: it is too short for its elements`);
  return count;
}

function inOrder(key: Buffer, before: Bound, strictly: boolean, to: Bound, where: string, i: number): void {
  const order = before === undefined ? 1 : key.compare(before);
  if (order < 0 || (strictly && order === 0))
    throw new Damaged(`${where}: key ${i} is not greater than the one before`);
  if (to !== undefined && key.compare(to) >= 0) throw new Damaged(`${where}: key ${i} belongs into a later page`);
}

/** A crash may have torn one of the two, never both. */
function newestMeta(pages: Pages): Meta {
  const first = pages.read(0, PAGE_HEADER + META_SIZE);
  const one = decodeMeta(first);
  const sizes = one === undefined ? PAGE_SIZES : [one.pageSize];
  const seconds = sizes.map((size) => ({ size, bytes: pages.read(size, PAGE_HEADER + META_SIZE) }));
  const two = seconds
    .map(({ size, bytes }) => ({ size, meta: decodeMeta(bytes) }))
    .find(({ size, meta }) => meta?.pageSize === size)?.meta;
  const metas = [one, two].filter((meta) => meta !== undefined);
  if (metas.length > 0) return metas.reduce((a, b) => (b.txid > a.txid ? b : a));
  if (looksLikeMeta(first) || seconds.some(({ bytes }) => looksLikeMeta(bytes)))
    throw new Damaged('pages 0 and 1: the checksums of both are wrong');
  throw new NoDatabase('it is no database of etcd');
}
