//! How two things differ, as kube-apiserver tells it: a unified diff of their JSON (apimachinery/pkg/util/diff, which
//! takes pmezard/go-difflib, which takes Python's difflib: what is matched is what they match).
import { pretty } from './go-struct.ts';
import type { Json } from './json.ts';

const CONTEXT = 3;
/** Lines that are more than a hundredth of a long text match nothing by themselves. */
const POPULAR_FROM = 200;
/** Longer texts are not compared line by line: the work is their product. */
const LINES_MAX = 20_000;

type Match = readonly [a: number, b: number, size: number];
type Opcode = readonly [tag: 'equal' | 'replace' | 'delete' | 'insert', a1: number, a2: number, b1: number, b2: number];

export function goDiff(before: Json, after: Json): string {
  const [a, b] = [pretty(before), pretty(after)].map((text) => text.split('\n')) as [string[], string[]];
  if (a.length + b.length > LINES_MAX) return '';
  return unified(a, b, opcodes(a, b));
}

function unified(a: readonly string[], b: readonly string[], codes: readonly Opcode[]): string {
  let text = '';
  for (const group of grouped(codes)) {
    const [first, last] = [group[0]!, group.at(-1)!];
    text += `@@ -${range(first[1], last[2])} +${range(first[3], last[4])} @@\n`;
    for (const [tag, a1, a2, b1, b2] of group) {
      if (tag === 'equal') for (const line of a.slice(a1, a2)) text += ` ${line}\n`;
      else {
        for (const line of a.slice(a1, a2)) text += `-${line}\n`;
        for (const line of b.slice(b1, b2)) text += `+${line}\n`;
      }
    }
  }
  return text;
}
function range(start: number, stop: number): string {
  const length = stop - start;
  if (length === 1) return String(start + 1);
  return `${length === 0 ? start : start + 1},${length}`;
}
/** Changes with the lines around them. */
function grouped(codes: readonly Opcode[]): Opcode[][] {
  const trimmed = [...codes];
  const [first, last] = [trimmed[0], trimmed.at(-1)];
  if (first?.[0] === 'equal') {
    const [tag, a1, a2, b1, b2] = first;
    trimmed[0] = [tag, Math.max(a1, a2 - CONTEXT), a2, Math.max(b1, b2 - CONTEXT), b2];
  }
  if (last?.[0] === 'equal') {
    const [tag, a1, a2, b1, b2] = trimmed.at(-1)!;
    trimmed[trimmed.length - 1] = [tag, a1, Math.min(a2, a1 + CONTEXT), b1, Math.min(b2, b1 + CONTEXT)];
  }
  const groups: Opcode[][] = [];
  let group: Opcode[] = [];
  for (const [tag, a1, a2, b1, b2] of trimmed) {
    if (tag === 'equal' && a2 - a1 > 2 * CONTEXT) {
      group.push([tag, a1, Math.min(a2, a1 + CONTEXT), b1, Math.min(b2, b1 + CONTEXT)]);
      groups.push(group);
      group = [[tag, Math.max(a1, a2 - CONTEXT), a2, Math.max(b1, b2 - CONTEXT), b2]];
    } else group.push([tag, a1, a2, b1, b2]);
  }
  if (group.length > 0 && !(group.length === 1 && group[0]![0] === 'equal')) groups.push(group);
  return groups;
}

function opcodes(a: readonly string[], b: readonly string[]): Opcode[] {
  const codes: Opcode[] = [];
  let [i, j] = [0, 0];
  for (const [ai, bj, size] of [...blocks(a, b), [a.length, b.length, 0] as Match]) {
    if (i < ai && j < bj) codes.push(['replace', i, ai, j, bj]);
    else if (i < ai) codes.push(['delete', i, ai, j, bj]);
    else if (j < bj) codes.push(['insert', i, ai, j, bj]);
    if (size > 0) codes.push(['equal', ai, ai + size, bj, bj + size]);
    [i, j] = [ai + size, bj + size];
  }
  return codes;
}
/** Matching blocks, adjacent ones made one. */
function blocks(a: readonly string[], b: readonly string[]): Match[] {
  const where = placesOf(b);
  const found: Match[] = [];
  const search = (alo: number, ahi: number, blo: number, bhi: number): void => {
    const [i, j, size] = longest(a, b, where, alo, ahi, blo, bhi);
    if (size === 0) return;
    if (alo < i && blo < j) search(alo, i, blo, j);
    found.push([i, j, size]);
    if (i + size < ahi && j + size < bhi) search(i + size, ahi, j + size, bhi);
  };
  search(0, a.length, 0, b.length);
  const joined: Match[] = [];
  for (const [i, j, size] of found) {
    const last = joined.at(-1);
    if (last !== undefined && last[0] + last[2] === i && last[1] + last[2] === j)
      joined[joined.length - 1] = [last[0], last[1], last[2] + size];
    else joined.push([i, j, size]);
  }
  return joined;
}
function placesOf(b: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const where = new Map<string, number[]>();
  b.forEach((line, i) => {
    const places = where.get(line);
    if (places === undefined) where.set(line, [i]);
    else places.push(i);
  });
  if (b.length >= POPULAR_FROM) {
    const most = Math.floor(b.length / 100) + 1;
    for (const [line, places] of where) if (places.length > most) where.delete(line);
  }
  return where;
}
function longest(
  a: readonly string[],
  b: readonly string[],
  where: ReadonlyMap<string, readonly number[]>,
  alo: number,
  ahi: number,
  blo: number,
  bhi: number,
): Match {
  let [besti, bestj, size] = [alo, blo, 0];
  let lengths = new Map<number, number>();
  for (let i = alo; i < ahi; i++) {
    const next = new Map<number, number>();
    for (const j of where.get(a[i]!) ?? []) {
      if (j < blo) continue;
      if (j >= bhi) break;
      const length = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, length);
      if (length > size) [besti, bestj, size] = [i - length + 1, j - length + 1, length];
    }
    lengths = next;
  }
  // Popular lines may lengthen a match.
  while (besti > alo && bestj > blo && a[besti - 1] === b[bestj - 1])
    [besti, bestj, size] = [besti - 1, bestj - 1, size + 1];
  while (besti + size < ahi && bestj + size < bhi && a[besti + size] === b[bestj + size]) size++;
  return [besti, bestj, size];
}
