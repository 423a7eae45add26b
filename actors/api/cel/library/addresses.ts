//! Addresses and ranges of addresses: k8s.io/apiserver/pkg/cel/library/ip.go and cidr.go.
import { Failure } from '../failure.ts';
import { COST_OF_FIRST, define, type Overload, TRAVERSAL, walk } from '../overload.ts';
import { Opaque } from '../value.ts';
import { type Address, parseAddress, parseRange, type Range, textOfAddress } from './address-text.ts';

class IpValue extends Opaque {
  override readonly typeName = 'net.IP';
  readonly address: Address;
  constructor(address: Address) {
    super();
    this.address = address;
  }
  override equals(other: Opaque): boolean {
    const { family, bits } = (other as IpValue).address;
    return family === this.address.family && bits === this.address.bits;
  }
}
class CidrValue extends Opaque {
  override readonly typeName = 'net.CIDR';
  readonly range: Range;
  constructor(range: Range) {
    super();
    this.range = range;
  }
  override get size(): number {
    return Math.ceil(this.range.prefix / 8);
  }
  override equals(other: Opaque): boolean {
    return textOfRange(other as CidrValue) === textOfRange(this);
  }
}
const textOfRange = ({ range }: CidrValue): string => `${textOfAddress(range.address)}/${range.prefix}`;
function ip(text: string): IpValue {
  const address = parseAddress(text);
  if (address === undefined)
    throw new Failure(
      `IP Address "${text}" parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): unable to parse IP`,
    );
  return new IpValue(address);
}
function cidr(text: string): CidrValue {
  const range = parseRange(text);
  if (range === undefined)
    throw new Failure(
      `network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): no '/'`,
    );
  return new CidrValue(range);
}
const sizeOf = (family: 4 | 6): number => (family === 4 ? 32 : 128);
const network = ({ family, bits }: Address, prefix: number): bigint => {
  const rest = BigInt(sizeOf(family) - prefix);
  return (bits >> rest) << rest;
};
const containsIp = ({ range }: CidrValue, { address }: IpValue): boolean =>
  range.address.family === address.family && network(address, range.prefix) === network(range.address, range.prefix);
const containsCidr = (a: CidrValue, b: CidrValue): boolean =>
  b.range.prefix >= a.range.prefix && containsIp(a, new IpValue(b.range.address));
/** The leading bits of an address, as a pattern of them. */
const starts = ({ address: { family, bits } }: IpValue, four: string, six: string): boolean => {
  const wanted = family === 4 ? four : six;
  if (wanted === '') return false;
  return bits.toString(2).padStart(sizeOf(family), '0').startsWith(wanted);
};
const isUnspecified = ({ address }: IpValue): boolean => address.bits === 0n;
const isLoopback = (a: IpValue): boolean =>
  a.address.family === 6 ? a.address.bits === 1n : starts(a, '01111111', '');
const isLinkLocalMulticast = (a: IpValue): boolean =>
  starts(a, '111000000000000000000000', '1111111100000010') ||
  // ff12::/16 and its like: any flags, the scope 2.
  (a.address.family === 6 && a.address.bits >> 120n === 0xffn && ((a.address.bits >> 112n) & 0xfn) === 2n);
const isLinkLocalUnicast = (a: IpValue): boolean => starts(a, '1010100111111110', '1111111010');
const isMulticast = (a: IpValue): boolean => starts(a, '1110', '11111111');
const isBroadcast = ({ address }: IpValue): boolean => address.family === 4 && address.bits === 0xffffffffn;
const isGlobalUnicast = (a: IpValue): boolean =>
  ![isUnspecified, isLoopback, isMulticast, isLinkLocalUnicast, isBroadcast].some((is) => is(a));

const walked = { cost: COST_OF_FIRST };
/** Bytes are compared as far as the prefix goes; a text is read first. */
const compared = (size: number): number => Math.ceil(2 * size * TRAVERSAL);
const ipInside = { cost: ([size = 0]: readonly number[]): number => compared(size) };
const ipTextInside = { cost: ([size = 0, text = 0]: readonly number[]): number => compared(size) + walk(text) };
const rangeInside = { cost: ([size = 0]: readonly number[]): number => compared(size) + walk(size) + 1 };
const rangeTextInside = {
  cost: ([size = 0, text = 0]: readonly number[]): number => compared(size) + walk(size) + 1 + walk(text),
};
const MEMBERS: Readonly<Record<string, (a: IpValue) => boolean>> = {
  isUnspecified,
  isLoopback,
  isLinkLocalMulticast,
  isLinkLocalUnicast,
  isGlobalUnicast,
};
export const ADDRESSES: readonly Overload[] = [
  define('fn ip(string): net.IP', ip, walked),
  define('fn isIP(string): bool', (text: string) => parseAddress(text) !== undefined, walked),
  define('fn ip.isCanonical(string): bool', (text: string) => textOfAddress(ip(text).address) === text, {
    cost: ([size = 0]) => Math.ceil(size * 2 * TRAVERSAL),
  }),
  define('fn string(net.IP): string', ({ address }: IpValue) => textOfAddress(address), { resultMax: () => 39 }),
  define('net.IP.family(): int', ({ address }: IpValue) => BigInt(address.family)),
  ...Object.entries(MEMBERS).map(([name, is]) => define(`net.IP.${name}(): bool`, is)),
  define('fn cidr(string): net.CIDR', cidr, walked),
  define('fn isCIDR(string): bool', (text: string) => parseRange(text) !== undefined, walked),
  define('fn string(net.CIDR): string', textOfRange, { resultMax: () => 43 }),
  define('net.CIDR.containsIP(net.IP): bool', containsIp, ipInside),
  define('net.CIDR.containsIP(string): bool', (a: CidrValue, text: string) => containsIp(a, ip(text)), ipTextInside),
  define('net.CIDR.containsCIDR(net.CIDR): bool', containsCidr, rangeInside),
  define(
    'net.CIDR.containsCIDR(string): bool',
    (a: CidrValue, text: string) => containsCidr(a, cidr(text)),
    rangeTextInside,
  ),
  define('net.CIDR.ip(): net.IP', ({ range }: CidrValue) => new IpValue(range.address)),
  define('net.CIDR.prefixLength(): int', ({ range }: CidrValue) => BigInt(range.prefix)),
  define('net.CIDR.masked(): net.CIDR', ({ range: { address, prefix } }: CidrValue) => {
    const masked = { family: address.family, bits: network(address, prefix) };
    return new CidrValue({ address: masked, prefix });
  }),
];
