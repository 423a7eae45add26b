//! find and findAll: k8s.io/apiserver/pkg/cel/library/regex.go.
import { type Cost, define, type Overload, REGEX_LENGTH, TRAVERSAL } from '../overload.ts';
import { List } from '../value.ts';
import { patternOf } from './pattern.ts';

const cost: Cost = ([text = 0, pattern = 0]) => Math.ceil((1 + text) * TRAVERSAL) * Math.ceil(pattern * REGEX_LENGTH);
const same = ([size = 0]: readonly number[]): number => size;

function find(text: string, pattern: string): string {
  const matcher = patternOf(pattern).matcher(text);
  return matcher.find() ? (matcher.group() ?? '') : '';
}
function findAll(text: string, pattern: string, most = -1n): List {
  const matcher = patternOf(pattern).matcher(text);
  const found: string[] = [];
  while ((most < 0n || BigInt(found.length) < most) && matcher.find()) found.push(matcher.group() ?? '');
  return new List(found);
}
export const PATTERNS: readonly Overload[] = [
  define('string.find(string): string', find, { cost, resultMax: same }),
  define('string.findAll(string): list<string>', (a: string, b: string) => findAll(a, b), { cost, resultMax: same }),
  define('string.findAll(string, int): list<string>', findAll, { cost, resultMax: same }),
];
