//! IP addresses and networks as numbers, as Go's net and netip read and print them. No node:net in pure code.

export type Family = 'IPv4' | 'IPv6';
export interface Address {
  readonly family: Family;
  readonly value: bigint;
  /** Written in a way that is read for old objects only: with leading zeros, or an IPv4 address as an IPv6 one. */
  readonly odd?: 'zeros' | 'mapped';
}
/** `base`: its first address, `last`: its last one. */
export interface Network {
  readonly family: Family;
  readonly base: bigint;
  readonly last: bigint;
  readonly bits: number;
  readonly odd?: 'zeros' | 'mapped' | 'bits';
}
const WIDTH = { IPv4: 32, IPv6: 128 } as const;

/** Undefined: none. As net.ParseIP of Go before 1.17, which API fields have always been read with. */
export function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const value = quad(text);
    if (value === undefined) return undefined;
    const zeros = text.split('.').some((part) => part.length > 1 && part.startsWith('0'));
    return { family: 'IPv4', value, ...(zeros ? { odd: 'zeros' } : {}) };
  }
  const six = groups(text);
  if (six === undefined) return undefined;
  if (six.value >> 32n === 0xffffn) {
    return { family: 'IPv4', value: six.value & 0xffffffffn, odd: six.zeros ? 'zeros' : 'mapped' };
  }
  return { family: 'IPv6', value: six.value, ...(six.zeros ? { odd: 'zeros' } : {}) };
}
function quad(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    // Digits are read until the number is too large, so that zeros before it do not count.
    if (!/^0*\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256n + BigInt(part);
  }
  return value;
}
function groups(text: string): { readonly value: bigint; readonly zeros: boolean } | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  let zeros = false;
  const read = (half: string, last: boolean): bigint[] | undefined => {
    if (half === '') return [];
    const found: bigint[] = [];
    const parts = half.split(':');
    for (const [i, part] of parts.entries()) {
      if (part.includes('.')) {
        const value = last && i === parts.length - 1 ? quad(part) : undefined;
        if (value === undefined) return undefined;
        zeros ||= part.split('.').some((one) => one.length > 1 && one.startsWith('0'));
        found.push(value >> 16n, value & 0xffffn);
      } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) found.push(BigInt(`0x${part}`));
      else return undefined;
    }
    return found;
  };
  const [head, tail] = [read(halves[0]!, halves.length === 1), halves.length === 2 ? read(halves[1]!, true) : []];
  if (head === undefined || tail === undefined) return undefined;
  const count = head.length + tail.length;
  if (halves.length === 2 ? count >= 8 : count !== 8) return undefined;
  const all = [...head, ...Array<bigint>(8 - count).fill(0n), ...tail];
  return { value: all.reduce((sum, group) => (sum << 16n) | group, 0n), zeros };
}

/** As netip prints it: an IPv6 address in the form of RFC 5952. */
export function formatAddress(family: Family, value: bigint): string {
  if (family === 'IPv4') return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
  const parts = Array.from({ length: 8 }, (_, i) => (value >> BigInt(16 * (7 - i))) & 0xffffn);
  let [from, length] = [0, 0];
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && parts[end] === 0n) end++;
    if (end - i > length) [from, length] = [i, end - i];
  }
  const hex = parts.map((part) => part.toString(16));
  return length < 2 ? hex.join(':') : `${hex.slice(0, from).join(':')}::${hex.slice(from + length).join(':')}`;
}
/** The text in its canonical form; undefined: no address. */
export function canonicalAddress(text: string): string | undefined {
  const address = parseAddress(text);
  return address && formatAddress(address.family, address.value);
}
/** Of what is no address: IPv4, as netutils.IsIPv6String says of it. */
export const familyOf = (text: string): Family => parseAddress(text)?.family ?? 'IPv4';

/** Undefined: none. */
export function parseNetwork(text: string): Network | undefined {
  const at = text.indexOf('/');
  const mask = text.slice(at + 1);
  const address = at < 0 ? undefined : parseAddress(text.slice(0, at));
  if (address === undefined || !/^\d+$/.test(mask)) return undefined;
  const six = text.slice(0, at).includes(':');
  const given = Number(mask);
  if (given > (six ? 128 : 32)) return undefined;
  const mapped = six && address.family === 'IPv4';
  const bits = mapped ? Math.max(0, given - 96) : given;
  const host = BigInt(WIDTH[address.family] - bits);
  const base = (address.value >> host) << host;
  const zeros = address.odd === 'zeros' || (mask.length > 1 && mask.startsWith('0'));
  const odd = zeros ? 'zeros' : mapped ? 'mapped' : base !== address.value ? 'bits' : undefined;
  return { family: address.family, base, last: base + (1n << host) - 1n, bits, ...(odd ? { odd } : {}) };
}
export const formatNetwork = ({ family, base, bits }: Network): string => `${formatAddress(family, base)}/${bits}`;
/** Whether it is an address for somebody in it: its first one is not, nor is the last of an IPv4 network. */
export const isHostOf = (network: Network, { family, value }: Address): boolean =>
  family === network.family &&
  value > network.base &&
  value <= network.last &&
  (family === 'IPv6' || value < network.last);
export const overlap = (a: Network, b: Network): boolean =>
  a.family === b.family && a.base <= b.last && b.base <= a.last;
