//! Messages as tables of fields, and their bytes. A table says as much of a .proto file as a codec needs; absent
//! fields are read as zero, '', false, no bytes, [] or (messages) undefined, and need not be given to write.
import { Malformed, Reader, Writer } from './buffers.ts';

/** How one value of a field is read and written, without its tag. */
export interface Kind<T> {
  readonly wire: 0 | 2;
  /** What an absent field is. */
  readonly absent: T | undefined;
  readonly read: (from: Reader) => T;
  readonly write: (to: Writer, value: T) => void;
}
export interface Field<T, Given = T> {
  readonly number: number;
  // biome-ignore lint/suspicious/noExplicitAny: of one element, where T is of all
  readonly kind: Kind<any>;
  readonly repeated: boolean;
  /** Only types: as it is read, and as it may be given to be written. */
  readonly of?: T;
  readonly given?: Given;
}

const INT: Kind<number> = { wire: 0, absent: 0, read: (from) => from.int(), write: (to, value) => to.int(value) };
const FLAG: Kind<boolean> = {
  wire: 0,
  absent: false,
  read: (from) => from.int() !== 0,
  write: (to, value) => to.int(value ? 1 : 0),
};
const ID: Kind<string> = { wire: 0, absent: '0', read: (from) => from.id(), write: (to, value) => to.id(value) };
const UNSIGNED: Kind<string> = { ...ID, read: (from) => from.unsignedId() };
const DATA: Kind<Uint8Array> = {
  wire: 2,
  absent: new Uint8Array(0),
  read: (from) => from.data(),
  write: (to, value) => to.data(value),
};
const KEY: Kind<string> = { wire: 2, absent: '', read: (from) => from.key(), write: (to, value) => to.key(value) };
const TEXT: Kind<string> = { wire: 2, absent: '', read: (from) => from.text(), write: (to, value) => to.text(value) };

const field =
  <T>(kind: Kind<T>) =>
  (number: number): Field<T> => ({ number, kind, repeated: false });

/** Every number, enums too: what is above 2^53 is rounded. */
export const int = field(INT);
export const flag = field(FLAG);
/** int64 and uint64 in decimal. */
export const id = field(ID);
export const unsigned = field(UNSIGNED);
export const data = field(DATA);
/** Bytes as a string of one character each. */
export const key = field(KEY);
export const text = field(TEXT);
// biome-ignore lint/suspicious/noExplicitAny: of every table
export const one = <M extends Message<any>>(
  number: number,
  message: M,
): Field<Of<M> | undefined, GivenOf<M> | undefined> => ({
  number,
  kind: message,
  repeated: false,
});
/** Proto3 packs numbers; they are read either way. */
export const many = <T, G>({
  number,
  kind,
}: Field<T, G>): Field<readonly NonNullable<T>[], readonly NonNullable<G>[]> => ({
  number,
  kind,
  repeated: true,
});

// biome-ignore lint/suspicious/noExplicitAny: of every type
export type Table = Readonly<Record<string, Field<any, any>>>;
export type Shape<T extends Table> = {
  readonly [Name in keyof T]: T[Name] extends Field<infer V, infer _> ? V : never;
};
export type Given<T extends Table> = {
  readonly [Name in keyof T]?: (T[Name] extends Field<infer _, infer G> ? G : never) | undefined;
};
export type Of<M> = M extends Message<infer T> ? Shape<T> : never;
export type GivenOf<M> = M extends Message<infer T> ? Given<T> : never;

interface Entry {
  readonly name: string;
  readonly kind: Kind<unknown>;
  readonly repeated: boolean;
  readonly tag: number;
}
const shared = new Writer();
const NONE: readonly never[] = Object.freeze([]);

// biome-ignore lint/suspicious/noExplicitAny: what is written may leave out what is read as absent
export class Message<T extends Table> implements Kind<any> {
  readonly wire = 2;
  readonly absent = undefined;
  readonly table: T;
  readonly #entries: readonly Entry[];
  readonly #byNumber: readonly (Entry | undefined)[];
  readonly #absent: Record<string, unknown>;

  constructor(table: T) {
    this.table = table;
    this.#entries = Object.entries(table).map(([name, { number, kind, repeated }]) => ({
      name,
      kind,
      repeated,
      tag: (number << 3) | (repeated ? 2 : kind.wire),
    }));
    const byNumber: Entry[] = [];
    for (const entry of this.#entries) byNumber[entry.tag >>> 3] = entry;
    this.#byNumber = byNumber;
    this.#absent = Object.fromEntries(this.#entries.map((one) => [one.name, one.repeated ? NONE : one.kind.absent]));
  }

  decode(bytes: Uint8Array): Shape<T> {
    const from = new Reader(bytes);
    return this.#read(from, from.bytes.length);
  }
  encode(value: Given<T>): Buffer {
    try {
      this.fill(shared, value);
    } catch (error) {
      shared.reset();
      throw error;
    }
    return shared.take();
  }

  read = (from: Reader): Shape<T> => this.#read(from, from.end());
  write = (to: Writer, value: Given<T>): void => {
    const start = to.begin();
    this.fill(to, value);
    to.finish(start);
  };

  /** The fields, without a length. */
  fill(to: Writer, value: Given<T>): void {
    const from = value as Readonly<Record<string, unknown>>;
    for (const { name, kind, repeated, tag } of this.#entries) {
      const one = from[name];
      if (one === undefined) continue;
      if (repeated) writeAll(to, one as readonly unknown[], kind, tag);
      else if (one !== kind.absent && !(kind === DATA && (one as Uint8Array).length === 0)) {
        to.int(tag);
        kind.write(to, one);
      }
    }
  }

  #read(from: Reader, end: number): Shape<T> {
    const into: Record<string, unknown> = { ...this.#absent };
    while (from.at < end) {
      const tag = from.int();
      const wire = tag & 7;
      const entry = this.#byNumber[tag >>> 3];
      if (tag >>> 3 === 0) throw new Malformed(`illegal tag ${tag}`);
      if (entry === undefined) from.skip(wire);
      else if (!entry.repeated) {
        if (wire !== entry.kind.wire) throw new Malformed(`wrong wireType = ${wire} for field ${entry.name}`);
        into[entry.name] = entry.kind.read(from);
      } else {
        if (into[entry.name] === NONE) into[entry.name] = [];
        readInto(from, into[entry.name] as unknown[], entry, wire);
      }
    }
    if (from.at > end) throw new Malformed('a field is longer than its message');
    return into as Shape<T>;
  }
}
function writeAll(to: Writer, values: readonly unknown[], kind: Kind<unknown>, tag: number): void {
  if (values.length === 0) return;
  if (kind.wire === 0) {
    to.int(tag);
    const start = to.begin();
    for (const value of values) kind.write(to, value);
    to.finish(start);
    return;
  }
  for (const value of values) {
    to.int(tag);
    kind.write(to, value);
  }
}
function readInto(from: Reader, into: unknown[], { kind, name }: Entry, wire: number): void {
  if (wire === kind.wire) return void into.push(kind.read(from));
  if (wire !== 2) throw new Malformed(`wrong wireType = ${wire} for field ${name}`);
  const end = from.end();
  while (from.at < end) into.push(kind.read(from));
}

export const message = <T extends Table>(table: T): Message<T> => new Message(table);
