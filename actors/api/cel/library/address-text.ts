//! Texts of addresses, as Go's netip reads and writes them.
export interface Address {
  readonly family: 4 | 6;
  readonly bits: bigint;
}
export interface Range {
  readonly address: Address;
  readonly prefix: number;
}
/** Undefined for zones and for IPv4 inside of IPv6: Kubernetes does not allow them. */
export function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const bits = four(text);
    return bits === undefined ? undefined : { family: 4, bits };
  }
  const bits = six(text);
  return bits === undefined || bits >> 32n === 0xffffn ? undefined : { family: 6, bits };
}
function four(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255))
    return undefined;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}
function six(text: string): bigint | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const tail = dotted === null ? undefined : four(dotted[2]!);
  if (dotted !== null && tail === undefined) return undefined;
  const whole = dotted === null ? text : `${dotted[1]}${(tail! >> 16n).toString(16)}:${(tail! & 0xffffn).toString(16)}`;
  const halves = whole.split('::');
  if (halves.length > 2) return undefined;
  const [left = [], right] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const groups =
    right === undefined ? left : [...left, ...Array(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  if (groups.length !== 8 || (right !== undefined && left.length + right.length > 7)) return undefined;
  if (groups.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}
export function textOfAddress({ family, bits }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((at) => (bits >> at) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bits >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  // The first of the longest runs of zeros, if longer than one group.
  let [start, length] = [-1, 1];
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (groups[end] === '0') end++;
    if (end - i > length) [start, length] = [i, end - i];
  }
  if (start < 0) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}
export function parseRange(text: string): Range | undefined {
  const [base = '', prefix, ...rest] = text.split('/');
  const address = parseAddress(base);
  if (address === undefined || prefix === undefined || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(prefix))
    return undefined;
  const size = Number(prefix);
  return size > (address.family === 4 ? 32 : 128) ? undefined : { address, prefix: size };
}
