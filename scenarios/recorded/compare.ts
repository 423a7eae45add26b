//! Where two answers differ, in lines.
import { isObject, type Json } from '../../actors/api/json.ts';
import type { Outcome } from './subject.ts';

export function differences(theirs: Outcome, ours: Outcome): readonly string[] {
  const lines: string[] = [];
  if (theirs.code !== ours.code) lines.push(`code ${theirs.code} != ${ours.code}`);
  if (theirs.code >= 400 || ours.code >= 400) {
    const told = (one: Outcome): string =>
      one.code < 400 ? 'accepted' : String((one.body as { message?: Json }).message ?? JSON.stringify(one.body));
    if (told(theirs) !== told(ours)) lines.push(`theirs: ${told(theirs)}`, `ours:   ${told(ours)}`);
    if (theirs.code < 400 || ours.code < 400) return lines;
  }
  walk(theirs.body, ours.body, '', lines);
  return lines;
}
function walk(a: Json | undefined, b: Json | undefined, path: string, lines: string[]): void {
  if (isObject(a) && isObject(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) walk(a[key], b[key], `${path}.${key}`, lines);
  } else if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    a.forEach((item, i) => {
      walk(item, b[i], `${path}[${i}]`, lines);
    });
  } else if (JSON.stringify(a) !== JSON.stringify(b)) {
    if (path === '.message') return;
    lines.push(`${path}: ${short(a)} != ${short(b)}`);
  }
}
const short = (value: Json | undefined): string => (JSON.stringify(value) ?? 'absent').slice(0, 300);
