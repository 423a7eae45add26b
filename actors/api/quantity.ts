//! resource.Quantity: `100m`, `1.5Gi`, `2e3`. Kept as a whole number of nanos; printed in Kubernetes' canonical form.

/** What parsing says (resource.ErrFormatWrong). */
export const QUANTITY_ERROR =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

type Form = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';
export interface Quantity {
  readonly nanos: bigint;
  readonly form: Form;
}
const NANO = 1_000_000_000n;
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const DECIMAL_SUFFIX = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const BINARY_SUFFIX = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const SHAPE = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:([eE])([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

export function parse(text: string): Quantity | undefined {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, fraction, alone, exponentMark, exponentText, suffix = ''] = match;
  const decimals = (fraction ?? alone ?? '').slice(0, 40);
  const digits = BigInt(`${whole ?? ''}${decimals}` || '0');
  let nanos: bigint;
  let form: Form = 'DecimalSI';
  if (suffix.endsWith('i')) {
    form = 'BinarySI';
    nanos = scale((digits * NANO) << BigInt(BINARY[suffix] ?? 0), -decimals.length);
  } else if (exponentMark !== undefined) {
    form = 'DecimalExponent';
    const exponent = Number(exponentText);
    if (Math.abs(exponent) > 100) return undefined;
    nanos = scale(digits * NANO, exponent - decimals.length);
  } else nanos = scale(digits * NANO, (DECIMAL[suffix] ?? 0) - decimals.length);
  return { nanos: sign === '-' ? -nanos : nanos, form };
}
/** Times 10^exponent, rounded up: there is nothing finer than a nano. */
function scale(value: bigint, exponent: number): bigint {
  if (exponent >= 0) return value * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  return (value + divisor - 1n) / divisor;
}

export function format({ nanos, form }: Quantity): string {
  if (nanos === 0n) return '0';
  const negative = nanos < 0n;
  const size = negative ? -nanos : nanos;
  const sign = negative ? '-' : '';
  if (form === 'BinarySI' && size >= 1024n * NANO && size % NANO === 0n) {
    let value = size / NANO;
    let step = 0;
    while (step < 6 && value % 1024n === 0n) {
      value /= 1024n;
      step++;
    }
    return `${sign}${value}${BINARY_SUFFIX[step]}`;
  }
  let value = size;
  let step = 0;
  while (step < 9 && value % 1000n === 0n) {
    value /= 1000n;
    step++;
  }
  if (form !== 'DecimalExponent') return `${sign}${value}${DECIMAL_SUFFIX[step]}`;
  return step === 3 ? `${sign}${value}` : `${sign}${value}e${step * 3 - 9}`;
}

/** Few distinct quantities are written over and over. */
const CACHE_MAX = 10_000;
const canonicals = new Map<string, string>();
/** `0.5` is `500m`; undefined for what is no quantity. */
export function canonical(text: string): string | undefined {
  const hit = canonicals.get(text);
  if (hit !== undefined) return hit;
  const quantity = parse(text);
  if (quantity === undefined) return undefined;
  const result = format(quantity);
  if (canonicals.size >= CACHE_MAX) canonicals.clear();
  canonicals.set(text, result);
  return result;
}
/** Nanos; 0 for nothing and for what is no quantity. */
export const nanosOf = (value: unknown): bigint =>
  typeof value === 'number'
    ? (parse(String(value))?.nanos ?? 0n)
    : typeof value === 'string'
      ? (parse(value)?.nanos ?? 0n)
      : 0n;
/** As a number of units (cores, bytes); may lose digits beyond 2^53. */
export const unitsOf = (value: unknown): number => {
  const nanos = nanosOf(value);
  return Number(nanos / NANO) + Number(nanos % NANO) / 1e9;
};
/** Thousandths, rounded up: CPU. */
export const milliOf = (value: unknown): number => {
  const nanos = nanosOf(value);
  return Number(nanos > 0n ? (nanos + 999_999n) / 1_000_000n : nanos / 1_000_000n);
};
export const compare = (a: unknown, b: unknown): number => {
  const left = nanosOf(a);
  const right = nanosOf(b);
  return left < right ? -1 : left > right ? 1 : 0;
};
export const add = (a: string, b: string): string => {
  const left = parse(a);
  return format({
    nanos: nanosOf(a) + nanosOf(b),
    form: (left !== undefined && left.nanos !== 0n ? left : parse(b))?.form ?? 'DecimalSI',
  });
};
export const subtract = (a: string, b: string): string =>
  format({ nanos: nanosOf(a) - nanosOf(b), form: parse(a)?.form ?? 'DecimalSI' });
