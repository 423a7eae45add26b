//! Durations as Go's time.ParseDuration reads them, with what it says of bad ones.

const NANOS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
/** An int64 of nanoseconds. */
const MOST = 2n ** 63n;

export function readDuration(text: string): { readonly nanos: bigint } | { readonly fault: string } {
  const quoted = JSON.stringify(text);
  const invalid = { fault: `time: invalid duration ${quoted}` };
  let rest = text.replace(/^[-+]/, '');
  if (rest === '0') return { nanos: 0n };
  if (rest === '') return invalid;
  let nanos = 0n;
  while (rest !== '') {
    const [number, whole = '0', fraction = ''] = /^(?=\.?\d)(\d+)?(?:\.(\d*))?/.exec(rest) ?? [];
    if (number === undefined) return invalid;
    rest = rest.slice(number.length);
    const unit = /^[^.\d]*/.exec(rest)![0];
    if (unit === '') return { fault: `time: missing unit in duration ${quoted}` };
    const each = Object.hasOwn(NANOS, unit) ? NANOS[unit]! : undefined;
    if (each === undefined) return { fault: `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}` };
    nanos += BigInt(whole) * each;
    if (fraction !== '') nanos += (BigInt(fraction) * each) / 10n ** BigInt(fraction.length);
    if (nanos >= MOST) return invalid;
    rest = rest.slice(unit.length);
  }
  return { nanos: text.startsWith('-') ? -nanos : nanos };
}
