//! The protobuf wire format: numbers, bytes and where they end.
export class ProtobufError extends Error {}

export interface Piece {
  readonly field: number;
  /** 0 varint, 1 eight bytes, 2 bytes, 5 four bytes. */
  readonly wire: number;
  readonly varint: bigint;
  readonly bytes: Uint8Array;
}
const NOTHING = new Uint8Array(0);
const WIDTH: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

export function* pieces(message: Uint8Array): Iterable<Piece> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new ProtobufError('unexpected EOF');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new ProtobufError('proto: integer overflow');
  };
  while (at < message.length) {
    const tag = Number(varint());
    const field = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === 0) {
      yield { field, wire, varint: varint(), bytes: NOTHING };
      continue;
    }
    const length = wire === 2 ? Number(varint()) : WIDTH[wire];
    if (length === undefined) throw new ProtobufError(`proto: illegal wireType ${wire}`);
    if (at + length > message.length) throw new ProtobufError('unexpected EOF');
    yield { field, wire, varint: 0n, bytes: message.subarray(at, at + length) };
    at += length;
  }
}
/** Negative numbers are written as if they were 64 bits wide. */
export const signed = (value: bigint): number => Number(BigInt.asIntN(64, value));
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
