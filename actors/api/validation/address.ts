//! Checks of fields that hold IP addresses and networks (apimachinery/pkg/util/validation/ip.go).
import { formatAddress, formatNetwork, parseAddress, parseNetwork } from '../address.ts';
import { invalid } from '../field-error.ts';
import type { Json } from '../json.ts';
import type { Errors } from './check.ts';

const ADDRESS = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const NETWORK = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
const ODD = {
  zeros: 'must not have leading 0s',
  mapped: 'must not be an IPv4-mapped IPv6 address',
} as const;
const ODD_NETWORK = {
  zeros: 'must not have leading 0s in IP or prefix length',
  mapped: 'must not have an IPv4-mapped IPv6 address',
  bits: 'must not have bits set beyond the prefix length',
} as const;

/** `before`: what the old object had may stay, whatever it is. */
export function legacyAddress(errors: Errors, path: string, value: string, before: readonly Json[] = []): boolean {
  if (before.includes(value)) return true;
  const address = parseAddress(value);
  const message = address === undefined ? ADDRESS : address.odd && ODD[address.odd];
  if (message !== undefined) errors.push(invalid(path, value, message));
  return message === undefined;
}
/** Also in its canonical form. */
export function address(errors: Errors, path: string, value: string): boolean {
  if (!legacyAddress(errors, path, value)) return false;
  const { family, value: number } = parseAddress(value)!;
  const canonical = formatAddress(family, number);
  if (canonical === value) return true;
  errors.push(invalid(path, value, `must be in canonical form (${JSON.stringify(canonical)})`));
  return false;
}
export function legacyNetwork(errors: Errors, path: string, value: string, before: readonly Json[] = []): boolean {
  if (before.includes(value)) return true;
  const network = parseNetwork(value);
  const message = network === undefined ? NETWORK : network.odd && ODD_NETWORK[network.odd];
  if (message !== undefined) errors.push(invalid(path, value, message));
  return message === undefined;
}
export function network(errors: Errors, path: string, value: string): boolean {
  if (!legacyNetwork(errors, path, value)) return false;
  const canonical = formatNetwork(parseNetwork(value)!);
  if (canonical === value) return true;
  errors.push(invalid(path, value, `must be in canonical form (${JSON.stringify(canonical)})`));
  return false;
}

const LOOPBACK = [parseNetwork('127.0.0.0/8')!, parseNetwork('::1/128')!];
const LINK_LOCAL = [parseNetwork('169.254.0.0/16')!, parseNetwork('fe80::/10')!];
/** ff02::/16, whatever the scope's flags (net.IP.IsLinkLocalMulticast looks at one nibble of them). */
const LINK_LOCAL_MULTICAST = parseNetwork('224.0.0.0/24')!;
const isLinkLocalMulticast6 = (value: bigint): boolean => ((value >> 112n) & 0xff0fn) === 0xff02n;

/** What an endpoint may not have (core/validation ValidateEndpointIP). */
export function endpointAddress(errors: Errors, path: string, value: string): void {
  const address = parseAddress(value);
  if (address === undefined) return void errors.push(invalid(path, value, 'must be a valid IP address'));
  const within = (network: typeof LINK_LOCAL_MULTICAST): boolean =>
    network.family === address.family && address.value >= network.base && address.value <= network.last;
  const say = (message: string): void => void errors.push(invalid(path, value, message));
  if (address.value === 0n) say(`may not be unspecified (${value})`);
  if (LOOPBACK.some(within)) say('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (LINK_LOCAL.some(within)) say('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  if (address.family === 'IPv4' ? within(LINK_LOCAL_MULTICAST) : isLinkLocalMulticast6(address.value))
    say('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
}
