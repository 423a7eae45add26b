//! Semantic versions: k8s.io/apiserver/pkg/cel/library/semverlib.go.
import { Failure } from '../failure.ts';
import { COST_OF_FIRST, define, type Overload } from '../overload.ts';
import { Opaque } from '../value.ts';

const SHAPE =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

export class SemverValue extends Opaque {
  override readonly typeName = 'kubernetes.Semver';
  readonly numbers: readonly bigint[];
  readonly before: readonly string[];
  constructor(numbers: readonly bigint[], before: readonly string[]) {
    super();
    this.numbers = numbers;
    this.before = before;
  }
  override equals(other: Opaque): boolean {
    return order(this, other as SemverValue) === 0n;
  }
}
function parse(text: string): SemverValue | undefined {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  return new SemverValue(
    [1, 2, 3].map((i) => BigInt(match[i]!)),
    match[4]?.split('.') ?? [],
  );
}
/** `v1.02` is read as `1.2.0`. */
function normalized(text: string): string {
  const [, core = '', rest = ''] = /^v?([^-+]*)(.*)$/s.exec(text) ?? [];
  const parts = core.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  if (parts.length > 3) return text;
  // What is short of a part may not say anything behind it.
  if (parts.length < 3 && rest !== '') return text;
  while (parts.length < 3) parts.push('0');
  return parts.join('.') + rest;
}
export function semver(text: string, normalize = false): SemverValue {
  const parsed = parse(normalize ? normalized(text) : text);
  if (parsed === undefined) throw new Failure(`No Major.Minor.Patch elements found`);
  return parsed;
}
function order(a: SemverValue, b: SemverValue): bigint {
  for (const [i, number] of a.numbers.entries()) if (number !== b.numbers[i]) return number < b.numbers[i]! ? -1n : 1n;
  // A version is greater than what came before it.
  if (a.before.length === 0 || b.before.length === 0) return BigInt(b.before.length > 0) - BigInt(a.before.length > 0);
  for (let i = 0; i < a.before.length && i < b.before.length; i++) {
    const one = identifier(a.before[i]!, b.before[i]!);
    if (one !== 0n) return one;
  }
  return BigInt(Math.sign(a.before.length - b.before.length));
}
function identifier(a: string, b: string): bigint {
  if (a === b) return 0n;
  const numeric = [a, b].map((text) => /^\d+$/.test(text));
  if (numeric[0] && numeric[1]) return BigInt(a) < BigInt(b) ? -1n : 1n;
  if (numeric[0] !== numeric[1]) return numeric[0] ? -1n : 1n;
  return a < b ? -1n : 1n;
}
const S = 'kubernetes.Semver';
const walked = { cost: COST_OF_FIRST };
export const SEMVER: readonly Overload[] = [
  define(`fn semver(string): ${S}`, (text: string) => semver(text), walked),
  define(`fn semver(string, bool): ${S}`, semver, walked),
  define('fn isSemver(string): bool', (text: string) => parse(text) !== undefined, walked),
  define(
    'fn isSemver(string, bool): bool',
    (text: string, normalize: boolean) => parse(normalize ? normalized(text) : text) !== undefined,
    walked,
  ),
  define(`${S}.isGreaterThan(${S}): bool`, (a: SemverValue, b: SemverValue) => order(a, b) > 0n),
  define(`${S}.isLessThan(${S}): bool`, (a: SemverValue, b: SemverValue) => order(a, b) < 0n),
  define(`${S}.compareTo(${S}): int`, order),
  define(`${S}.major(): int`, (a: SemverValue) => a.numbers[0]!),
  define(`${S}.minor(): int`, (a: SemverValue) => a.numbers[1]!),
  define(`${S}.patch(): int`, (a: SemverValue) => a.numbers[2]!),
];
