//! Addresses of one network, given by chance: from the upper part first, so that whoever asks for one by name finds the
//! lower part free (registry/core/service/ipallocator).

import type { Random } from '../../../runtime/ports.ts';
import { integer } from '../../../runtime/random.ts';
import { type Address, type Family, formatAddress, isHostOf, type Network } from '../../api/address.ts';

/** calculateRangeOffset: a sixteenth of the network, at least 16 addresses and at most 256. */
const STATIC = { least: 16n, most: 256n, part: 16n } as const;
const WORD = 2 ** 32;

export class AddressRange {
  readonly network: Network;
  /** As its ServiceCIDR says it. */
  readonly cidr: string;
  readonly #first: bigint;
  readonly #last: bigint;
  /** The first of the upper part. */
  readonly #dynamic: bigint;

  constructor(network: Network, cidr: string) {
    this.network = network;
    this.cidr = cidr;
    this.#first = network.base + 1n;
    this.#last = network.family === 'IPv4' ? network.last - 1n : network.last;
    this.#dynamic = this.#first + reserved(network.last - network.base + 1n);
  }
  get family(): Family {
    return this.network.family;
  }
  /** The network's own address. */
  get base(): string {
    return formatAddress(this.family, this.network.base);
  }
  contains(address: Address): boolean {
    return isHostOf(this.network, address);
  }
  /** One that is not used; undefined: all are. */
  draw(random: Random, used: (address: string) => boolean): string | undefined {
    return (
      this.#among(random, this.#dynamic, this.#last, used) ?? this.#among(random, this.#first, this.#dynamic - 1n, used)
    );
  }
  #among(random: Random, first: bigint, last: bigint, used: (address: string) => boolean): string | undefined {
    const count = last - first + 1n;
    if (count <= 0n) return undefined;
    const start = below(random, count);
    for (let i = 0n; i < count; i++) {
      const address = formatAddress(this.family, first + ((start + i) % count));
      if (!used(address)) return address;
    }
    return undefined;
  }
}
function reserved(size: bigint): bigint {
  const { least, most, part } = STATIC;
  if (size <= least) return 0n;
  const some = size / part;
  return some < least ? least : some > most ? most : some;
}
function below(random: Random, count: bigint): bigint {
  if (count <= BigInt(WORD)) return BigInt(integer(random, Number(count)));
  return (BigInt(integer(random, WORD)) * BigInt(WORD) + BigInt(integer(random, WORD))) % count;
}
