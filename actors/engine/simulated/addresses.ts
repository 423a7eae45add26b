import { fail, ok, type Result } from '../../../runtime/fault.ts';

/**
 * Addresses of a CIDR, given out in turn, so that a freed one rests as long as possible. The first is the gateway's.
 */
export class Addresses {
  readonly #base: number;
  readonly #size: number;
  readonly #used = new Set<number>();
  #next = 2;
  constructor(cidr: string) {
    const [network = '', prefix = '24'] = cidr.split('/');
    this.#base = network.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    this.#size = 2 ** (32 - Number(prefix));
  }
  take(): Result<string> {
    for (let tried = 0; tried < this.#size; tried++) {
      const offset = this.#next;
      this.#next = this.#next + 1 >= this.#size - 1 ? 2 : this.#next + 1;
      if (this.#used.has(offset)) continue;
      this.#used.add(offset);
      return ok(this.#show(this.#base + offset));
    }
    return fail('Busy', 'no address is left for pods on this node');
  }
  free(ip: string): void {
    this.#used.delete(ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) - this.#base);
  }
  #show(value: number): string {
    return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
  }
}
