//! How a bbolt database lies in a file (go.etcd.io/bbolt, page.go and db.go): little-endian pages, the first two of
//! which are metas; a page whose content is longer runs over into those behind it.

/** What etcd writes on most machines. A reader takes the size from the file. */
export const PAGE_SIZE = 4096;
/** u64 id, u16 flags, u16 count of elements, u32 pages that it runs over into. */
export const PAGE_HEADER = 16;
/** Leaf: u32 flags, u32 position (from the element's own place), u32 key size, u32 value size. Branch: below. */
export const ELEMENT = 16;
/** In front of an inline page, or alone: u64 root page (0: inline), u64 sequence. */
export const BUCKET_HEADER = 16;
export const META_SIZE = 64;

export const BRANCH = 0x01;
export const LEAF = 0x02;
export const META = 0x04;
/** Flag of a leaf's element. */
export const IS_BUCKET = 0x01;

const MAGIC = 0xed0cdaed;
const VERSION = 2;
/** The meta's word for "free pages are found by looking which are not used": etcd keeps no list of them in the file. */
const NO_FREELIST = 0xffff_ffff_ffff_ffffn;

export interface PageHead {
  readonly id: number;
  readonly flags: number;
  readonly count: number;
  readonly overflow: number;
}
export function writePageHead(page: Buffer, { id, flags, count, overflow }: PageHead): void {
  page.writeBigUInt64LE(BigInt(id), 0);
  page.writeUInt16LE(flags, 8);
  page.writeUInt16LE(count, 10);
  page.writeUInt32LE(overflow, 12);
}
export const readPageHead = (page: Buffer): PageHead => ({
  id: Number(page.readBigUInt64LE(0)),
  flags: page.readUInt16LE(8),
  count: page.readUInt16LE(10),
  overflow: page.readUInt32LE(12),
});

/** `at`: where the element is; `to`: where its key begins, with the value right behind it. */
export function writeLeafElement(
  page: Buffer,
  at: number,
  to: number,
  flags: number,
  keySize: number,
  valueSize: number,
): void {
  page.writeUInt32LE(flags, at);
  page.writeUInt32LE(to - at, at + 4);
  page.writeUInt32LE(keySize, at + 8);
  page.writeUInt32LE(valueSize, at + 12);
}
/** u32 position, u32 key size, u64 page. The key is the smallest below that page, or smaller. */
export function writeBranchElement(page: Buffer, at: number, to: number, keySize: number, child: number): void {
  page.writeUInt32LE(to - at, at);
  page.writeUInt32LE(keySize, at + 4);
  page.writeBigUInt64LE(BigInt(child), at + 8);
}

export interface Meta {
  readonly pageSize: number;
  /** Page of the bucket of buckets. */
  readonly root: number;
  /** Pages of the file. */
  readonly pages: number;
  /** The valid meta with the greater one counts. */
  readonly txid: number;
}
/** The two pages at the front. */
export function encodeMetas(meta: Omit<Meta, 'txid'>): Buffer {
  const both = Buffer.alloc(2 * meta.pageSize);
  for (const id of [0, 1]) {
    const page = both.subarray(id * meta.pageSize, (id + 1) * meta.pageSize);
    writePageHead(page, { id, flags: META, count: 0, overflow: 0 });
    const body = page.subarray(PAGE_HEADER, PAGE_HEADER + META_SIZE);
    body.writeUInt32LE(MAGIC, 0);
    body.writeUInt32LE(VERSION, 4);
    body.writeUInt32LE(meta.pageSize, 8);
    body.writeBigUInt64LE(BigInt(meta.root), 16);
    body.writeBigUInt64LE(NO_FREELIST, 32);
    body.writeBigUInt64LE(BigInt(meta.pages), 40);
    body.writeBigUInt64LE(BigInt(id), 48); // as bbolt's own first two
    body.writeBigUInt64LE(fnv1a(body.subarray(0, 56)), 56);
  }
  return both;
}

/** `page`: at least the meta's bytes of it. Undefined: no meta, or a damaged one. */
export function decodeMeta(page: Buffer): Meta | undefined {
  const body = page.subarray(PAGE_HEADER, PAGE_HEADER + META_SIZE);
  if (body.length < META_SIZE || body.readUInt32LE(0) !== MAGIC || body.readUInt32LE(4) !== VERSION) return undefined;
  if (body.readBigUInt64LE(56) !== fnv1a(body.subarray(0, 56))) return undefined;
  return {
    pageSize: body.readUInt32LE(8),
    root: Number(body.readBigUInt64LE(16)),
    pages: Number(body.readBigUInt64LE(40)),
    txid: Number(body.readBigUInt64LE(48)),
  };
}
/** Whether it was one once, damaged or not. */
export const looksLikeMeta = (page: Buffer): boolean =>
  page.length >= PAGE_HEADER + 4 && page.readUInt32LE(PAGE_HEADER) === MAGIC;

/** FNV-1a of 64 bits: a meta's checksum. */
function fnv1a(bytes: Uint8Array): bigint {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100_0000_01b3n);
  return hash;
}
