//! Messages beyond the broker's limit: a small claim is sent in their place, and whoever got it fetches the pieces from
//! the sender's own inbox. So a queue group's one member fetches, and nobody else is bothered.
import { fail, ok, type Result } from '../fault.ts';
import type { Clock, Stop } from '../ports.ts';
import type { Wire } from './nats-wire.ts';

/** No msgpack value begins with it. */
const CLAIM = 0xc1;
const HELD_BYTES_MAX = 256 * 1024 * 1024;
const HELD_MS = 30_000;
const PIECE_TIMEOUT_MS = 5_000;
/** Asked for ahead of what has come. */
const PIECES_AHEAD = 4;
export const MESSAGE_BYTES_MAX = 64 * 1024 * 1024;

interface Held {
  readonly bytes: Uint8Array;
  readonly timer: unknown;
}
interface Claim {
  readonly id: number;
  readonly size: number;
  readonly piece: number;
  readonly inbox: string;
}
interface Fetch {
  take(piece: number, data: Uint8Array): void;
  /** The holder is gone. */
  lost(): void;
}

export class Claims {
  readonly #wire: Wire;
  readonly #clock: Clock;
  readonly #held = new Map<number, Held>();
  #heldBytes = 0;
  #next = 0;
  readonly #fetches = new Map<number, Fetch>();
  #nextFetch = 0;
  readonly #stops: readonly (() => void)[];

  constructor(wire: Wire, clock: Clock) {
    this.#wire = wire;
    this.#clock = clock;
    // Asked for: `<inbox>.claim.<id>.<piece>`. Answered on: `<inbox>.piece.<fetch>.<piece>`.
    this.#stops = [
      wire.subscribe(`${wire.inbox}.claim.*.*`, undefined, ({ subject, reply }) => {
        const [id = -1, piece = -1] = subject.split('.').slice(-2).map(Number);
        const held = this.#held.get(id);
        if (held === undefined || reply === '') return;
        const size = this.#pieceBytes;
        wire.publish(reply, held.bytes.subarray(piece * size, (piece + 1) * size));
      }),
      wire.subscribe(`${wire.inbox}.piece.*.*`, undefined, ({ subject, data, unheard }) => {
        const [fetch = -1, piece = -1] = subject.split('.').slice(-2).map(Number);
        if (unheard) this.#fetches.get(fetch)?.lost();
        else this.#fetches.get(fetch)?.take(piece, data);
      }),
    ];
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }
  get #pieceBytes(): number {
    return Math.min(this.#wire.payloadMax, 512 * 1024);
  }

  static is(data: Uint8Array): boolean {
    return data[0] === CLAIM;
  }

  /** What to send instead of `bytes`, and how to let go of them before their time. */
  hold(bytes: Uint8Array): Result<{ readonly claim: Uint8Array; readonly release: Stop }> {
    if (bytes.length > MESSAGE_BYTES_MAX)
      return fail('RequestEntityTooLarge', `a message of ${bytes.length} bytes: at most ${MESSAGE_BYTES_MAX} are sent`);
    if (this.#heldBytes + bytes.length > HELD_BYTES_MAX)
      return fail('Busy', `${this.#heldBytes} bytes of large messages wait to be fetched, try again later`);
    const id = this.#next++;
    const release = (): void => {
      if (!this.#held.delete(id)) return;
      this.#clock.clearTimeout(timer);
      this.#heldBytes -= bytes.length;
    };
    const timer = this.#clock.setTimeout(release, HELD_MS);
    this.#held.set(id, { bytes, timer });
    this.#heldBytes += bytes.length;
    const text = JSON.stringify({ id, size: bytes.length, piece: this.#pieceBytes, inbox: this.#wire.inbox } as Claim);
    return ok({ claim: Buffer.concat([Buffer.of(CLAIM), Buffer.from(text)]), release });
  }

  /** `done` is never called inside. */
  fetch(data: Uint8Array, done: (result: Result<Uint8Array>) => void): void {
    const claim = JSON.parse(Buffer.from(data.subarray(1)).toString()) as Claim;
    const pieces = Math.ceil(claim.size / claim.piece);
    const into = Buffer.allocUnsafeSlow(Math.min(claim.size, MESSAGE_BYTES_MAX));
    const fetch = this.#nextFetch++;
    const seen = new Set<number>();
    let asked = 0;
    let timer: unknown;
    const finish = (result: Result<Uint8Array>): void => {
      this.#fetches.delete(fetch);
      this.#clock.clearTimeout(timer);
      done(result);
    };
    const lost = (): void => finish(fail('Timeout', `a message of ${claim.size} bytes could not be fetched`));
    const patience = (): void => {
      this.#clock.clearTimeout(timer);
      timer = this.#clock.setTimeout(lost, PIECE_TIMEOUT_MS);
    };
    const ask = (): void => {
      const reply = `${this.#wire.inbox}.piece.${fetch}.${asked}`;
      this.#wire.publish(`${claim.inbox}.claim.${claim.id}.${asked++}`, EMPTY, reply);
    };
    const take = (piece: number, bytes: Uint8Array): void => {
      if (seen.has(piece)) return;
      seen.add(piece);
      into.set(bytes, piece * claim.piece);
      if (seen.size === pieces) return finish(ok(into));
      patience();
      if (asked < pieces) ask();
    };
    this.#fetches.set(fetch, { take, lost });
    patience();
    while (asked < Math.min(pieces, PIECES_AHEAD)) ask();
  }

  close(): void {
    for (const stop of this.#stops) stop();
    for (const held of this.#held.values()) this.#clock.clearTimeout(held.timer);
    this.#held.clear();
    this.#heldBytes = 0;
  }
}
const EMPTY = new Uint8Array(0);
