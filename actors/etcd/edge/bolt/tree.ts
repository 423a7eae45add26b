//! One B+tree of a database that is written once: its items are known and sorted, so that pages are packed full, from
//! the leaves up, and every page's place is known before the first byte is written.
import {
  BRANCH,
  ELEMENT,
  LEAF,
  PAGE_HEADER,
  PAGE_SIZE,
  writeBranchElement,
  writeLeafElement,
  writePageHead,
} from './page.ts';

/** Items by number, from 0, in ascending order of key as bytes. They are read twice: sizes first, bytes later. */
export interface Source {
  readonly count: number;
  /** Of every element: IS_BUCKET or 0. */
  readonly flags: number;
  keySize(i: number): number;
  valueSize(i: number): number;
  writeKey(i: number, into: Buffer, at: number): void;
  writeValue(i: number, into: Buffer, at: number): void;
}

export interface PlannedTree {
  readonly root: number;
  /** The first page after it. */
  readonly end: number;
  /** Its pages in order, one at a time with those that it runs over into. */
  pages(): Iterable<Buffer>;
}

/** Pages of one height: each holds the items, or the pages of the height below, from its start up to the next start. */
interface Level {
  readonly starts: number[];
  readonly bytes: number[];
  readonly ids: number[];
}

export function planTree(source: Source, firstPage: number): PlannedTree {
  const levels: Level[] = [pack(source.count, (i) => source.keySize(i) + source.valueSize(i))];
  let next = number(levels[0]!, firstPage);
  for (let below = levels[0]!; below.starts.length > 1; below = levels.at(-1)!) {
    const height = levels.length - 1;
    const level = pack(below.starts.length, (i) => source.keySize(firstItem(levels, height, i)));
    spareLonely(level, (i) => source.keySize(firstItem(levels, height, i)));
    next = number(level, next);
    levels.push(level);
  }
  return {
    root: levels.at(-1)!.ids[0]!,
    end: next,
    *pages() {
      for (const [height, level] of levels.entries())
        for (let i = 0; i < level.starts.length; i++)
          yield height === 0 ? leafPage(source, level, i) : branchPage(source, levels, height, i);
    },
  };
}

/** As the value of an inline bucket: at most a quarter of a page (bbolt's bucket.go), else undefined. */
export function inlineSize(source: Source): number | undefined {
  let bytes = PAGE_HEADER;
  for (let i = 0; i < source.count; i++) {
    bytes += ELEMENT + source.keySize(i) + source.valueSize(i);
    if (bytes > PAGE_SIZE / 4) return undefined;
  }
  return bytes;
}
export function inlinePage(source: Source, bytes: number): Buffer {
  const page = Buffer.alloc(bytes);
  writePageHead(page, { id: 0, flags: LEAF, count: source.count, overflow: 0 });
  fillLeaf(source, page, 0, source.count);
  return page;
}

function pack(count: number, size: (i: number) => number): Level {
  const level: Level = { starts: [0], bytes: [], ids: [] };
  let bytes = PAGE_HEADER;
  for (let i = 0; i < count; i++) {
    const more = ELEMENT + size(i);
    if (bytes + more > PAGE_SIZE && i > level.starts.at(-1)!) {
      level.bytes.push(bytes);
      level.starts.push(i);
      bytes = PAGE_HEADER;
    }
    bytes += more;
  }
  level.bytes.push(bytes);
  return level;
}

/** bbolt never makes a branch of one child: the last page gets one of its neighbour's. */
function spareLonely(level: Level, keySize: (i: number) => number): void {
  const last = level.starts.length - 1;
  const moved = level.starts[last]! - 1;
  const lonely = last > 0 && level.bytes[last]! === PAGE_HEADER + ELEMENT + keySize(moved + 1);
  if (!lonely || moved - level.starts[last - 1]! < 2) return;
  const bytes = ELEMENT + keySize(moved);
  level.starts[last] = moved;
  level.bytes[last - 1]! -= bytes;
  level.bytes[last]! += bytes;
}

/** Gives the level's pages their places; the first free place after them. */
function number(level: Level, firstPage: number): number {
  let next = firstPage;
  for (const bytes of level.bytes) {
    level.ids.push(next);
    next += Math.ceil(bytes / PAGE_SIZE);
  }
  return next;
}

function firstItem(levels: readonly Level[], height: number, index: number): number {
  let first = index;
  for (let h = height; h >= 0; h--) first = levels[h]!.starts[first]!;
  return first;
}

function emptyPage(level: Level, i: number, flags: number, end: number): Buffer {
  const pages = Math.ceil(level.bytes[i]! / PAGE_SIZE);
  const page = Buffer.alloc(pages * PAGE_SIZE);
  writePageHead(page, { id: level.ids[i]!, flags, count: end - level.starts[i]!, overflow: pages - 1 });
  return page;
}

function leafPage(source: Source, level: Level, i: number): Buffer {
  const end = level.starts[i + 1] ?? source.count;
  const page = emptyPage(level, i, LEAF, end);
  fillLeaf(source, page, level.starts[i]!, end);
  return page;
}

function fillLeaf(source: Source, page: Buffer, start: number, end: number): void {
  let at = PAGE_HEADER;
  let to = PAGE_HEADER + ELEMENT * (end - start);
  for (let i = start; i < end; i++) {
    const [keySize, valueSize] = [source.keySize(i), source.valueSize(i)];
    writeLeafElement(page, at, to, source.flags, keySize, valueSize);
    source.writeKey(i, page, to);
    source.writeValue(i, page, to + keySize);
    at += ELEMENT;
    to += keySize + valueSize;
  }
}

function branchPage(source: Source, levels: readonly Level[], height: number, i: number): Buffer {
  const [level, below] = [levels[height]!, levels[height - 1]!];
  const start = level.starts[i]!;
  const end = level.starts[i + 1] ?? below.starts.length;
  const page = emptyPage(level, i, BRANCH, end);
  let at = PAGE_HEADER;
  let to = PAGE_HEADER + ELEMENT * (end - start);
  for (let child = start; child < end; child++) {
    const item = firstItem(levels, height - 1, child);
    const keySize = source.keySize(item);
    writeBranchElement(page, at, to, keySize, below.ids[child]!);
    source.writeKey(item, page, to);
    at += ELEMENT;
    to += keySize;
  }
  return page;
}
