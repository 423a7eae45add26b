import { fail, ok, type Result } from '../../runtime/fault.ts';

const FIRST = 2;
const LAST = 254;

/** Addresses of one /24, given out in turn so that a freed one rests as long as possible. */
export class Ipam {
  readonly #prefix: string;
  readonly #byOwner = new Map<string, number>();
  readonly #taken = new Set<number>();
  #next = FIRST;
  /** `10.244.1.0/24` */
  constructor(cidr: string) {
    this.#prefix = cidr.slice(0, cidr.lastIndexOf('.') + 1);
  }
  get size(): number {
    return this.#byOwner.size;
  }
  of(owner: string): string | undefined {
    const number = this.#byOwner.get(owner);
    return number === undefined ? undefined : this.#prefix + number;
  }
  /** The same owner again gets the same address. */
  take(owner: string): Result<string> {
    const known = this.of(owner);
    if (known !== undefined) return ok(known);
    for (let tried = FIRST; tried <= LAST; tried++) {
      const number = this.#next;
      this.#next = number === LAST ? FIRST : number + 1;
      if (!this.#taken.has(number)) {
        this.#keep(owner, number);
        return ok(this.#prefix + number);
      }
    }
    return fail('Busy', `no address is left: all ${LAST - FIRST + 1} of ${this.#prefix}0/24 are in use`);
  }
  /** An address that somebody is known to have. False when it is not of this range or is another's. */
  adopt(owner: string, ip: string): boolean {
    const number = Number(ip.slice(this.#prefix.length));
    if (!ip.startsWith(this.#prefix) || !(number >= FIRST && number <= LAST)) return false;
    const own = this.#byOwner.get(owner);
    if (own !== undefined) return own === number;
    if (this.#taken.has(number)) return false;
    this.#keep(owner, number);
    if (this.#next <= number) this.#next = number === LAST ? FIRST : number + 1;
    return true;
  }
  release(owner: string): void {
    const number = this.#byOwner.get(owner);
    if (number === undefined) return;
    this.#byOwner.delete(owner);
    this.#taken.delete(number);
  }
  #keep(owner: string, number: number): void {
    this.#byOwner.set(owner, number);
    this.#taken.add(number);
  }
}
