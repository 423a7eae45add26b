//! How records lie in a stream: one message a group of them, or several when the server's payload limit is too small.
import { decodeFrame, encodeFrame } from '../../log/frame.ts';

/** u8 kind, u32 number of this piece, u32 count of pieces. */
const HEADER = 9;
const GENESIS = 0;
const FRAME = 1;

/** The first message of a stream: it says nothing, but without it the first append of all could not be fenced. */
export const genesis = (): Uint8Array => Buffer.of(GENESIS, 0, 0, 0, 0, 0, 0, 0, 0);

/** Messages that carry these records, the first of which has number `first`. All of them count, or none. */
export function encodeGroup(first: number, records: readonly Uint8Array[], payloadMax: number): readonly Uint8Array[] {
  const frame = encodeFrame(first, records);
  const room = payloadMax - HEADER;
  const count = Math.ceil(frame.length / room);
  return Array.from({ length: count }, (_, i) => {
    const piece = frame.subarray(i * room, (i + 1) * room);
    const message = Buffer.allocUnsafe(HEADER + piece.length);
    message[0] = FRAME;
    message.writeUInt32LE(i, 1);
    message.writeUInt32LE(count, 5);
    message.set(piece, HEADER);
    return message;
  });
}

export interface Group {
  readonly first: number;
  readonly records: readonly Uint8Array[];
}

/** Puts pieces together. What a writer did not finish is dropped once another message comes. */
export class Assembler {
  #pieces: Uint8Array[] = [];

  /** The group that this message completes; throws when it is none of ours or damaged. */
  take(message: Uint8Array, sequence: number): Group | undefined {
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.length);
    if (bytes.length < HEADER || (bytes[0] !== GENESIS && bytes[0] !== FRAME)) throw broken(sequence);
    if (bytes[0] === GENESIS) return undefined;
    const [number, count] = [bytes.readUInt32LE(1), bytes.readUInt32LE(5)];
    if (number === 0) this.#pieces = [];
    // Its beginning is gone with a snapshot, or was never whole.
    if (number !== this.#pieces.length) return undefined;
    this.#pieces.push(bytes.subarray(HEADER));
    if (this.#pieces.length < count) return undefined;
    const whole = count === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
    this.#pieces = [];
    const frame = decodeFrame(Buffer.from(whole.buffer, whole.byteOffset, whole.length), 0);
    if (frame === undefined) throw broken(sequence);
    return { first: frame.first, records: frame.records };
  }
}
const broken = (sequence: number): Error =>
  new Error(
    `message ${sequence} of the stream is damaged, or not a log's. Restore the cluster from a snapshot ` +
      '(orrery etcd snapshot restore), or delete the stream to begin anew',
  );
