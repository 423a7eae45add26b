//! What a server is told of the addresses that Services are given: its first networks, one a family.
import { type Family, formatAddress, formatNetwork, type Network, parseNetwork } from '../../api/address.ts';

export const DEFAULT_SERVICE_CIDR = '10.96.0.0/16';

export class ServiceNetwork {
  readonly #networks: readonly Network[];
  /** `cidr`: one network, or two of different families with a comma between them: the first is the default. */
  constructor(cidr: string = DEFAULT_SERVICE_CIDR) {
    const networks = cidr.split(',').map((one) => sound(one.trim()));
    if (networks.length > 2 || new Set(networks.map(({ family }) => family)).size < networks.length)
      throw new Error(`not one service network a family: ${cidr}`);
    this.#networks = networks;
  }
  get cidrs(): readonly string[] {
    return this.#networks.map(formatNetwork);
  }
  get families(): readonly Family[] {
    return this.#networks.map(({ family }) => family);
  }
  get family(): Family {
    return this.#networks[0]!.family;
  }
  /** The first one: the API server's own. */
  get apiserver(): string {
    const { family, base } = this.#networks[0]!;
    return formatAddress(family, base + 1n);
  }
}
/** A network of at least 8 and at most 2^24 IPv4 or 2^64 IPv6 addresses. */
function sound(cidr: string): Network {
  const network = parseNetwork(cidr);
  const [least, most] = network?.family === 'IPv6' ? [64, 125] : [8, 29];
  if (network === undefined || network.bits < least || network.bits > most)
    throw new Error(`not a service network: ${cidr}`);
  return network;
}
