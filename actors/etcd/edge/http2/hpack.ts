//! Reads header blocks: RFC 7541. A client that sends the same headers again sends the same few bytes: those are
//! looked up, not decoded.
import { Code, Http2Error } from './frame.ts';
import { decodeHuffman } from './huffman.ts';

export type Headers = readonly (readonly [name: string, value: string])[];
type Field = readonly [name: string, value: string];

/** What we let a peer's encoder keep; the protocol's default, so that nothing need be agreed. */
const TABLE_BYTES = 4_096;
const ENTRY_BYTES = 32;
const CACHED_BLOCKS = 64;
const CACHED_BYTES_MAX = 512;

const STATIC: readonly Field[] = (
  ':authority;:method GET;:method POST;:path /;:path /index.html;:scheme http;:scheme https;:status 200;:status 204;' +
  ':status 206;:status 304;:status 400;:status 404;:status 500;accept-charset;accept-encoding gzip, deflate;' +
  'accept-language;accept-ranges;accept;access-control-allow-origin;age;allow;authorization;cache-control;' +
  'content-disposition;content-encoding;content-language;content-length;content-location;content-range;content-type;' +
  'cookie;date;etag;expect;expires;from;host;if-match;if-modified-since;if-none-match;if-range;if-unmodified-since;' +
  'last-modified;link;location;max-forwards;proxy-authenticate;proxy-authorization;range;referer;refresh;retry-after;' +
  'server;set-cookie;strict-transport-security;transfer-encoding;user-agent;vary;via;www-authenticate'
)
  .split(';')
  .map((entry) => {
    const space = entry.indexOf(' ');
    return space < 0 ? [entry, ''] : [entry.slice(0, space), entry.slice(space + 1)];
  });

export class HeaderDecoder {
  readonly #listBytesMax: number;
  /** Newest first. */
  #table: Field[] = [];
  #tableBytes = 0;
  #tableBytesMax = TABLE_BYTES;
  #changed = false;
  readonly #blocks = new Map<string, Headers>();

  /** `listBytesMax`: of names and values and 32 a field, as SETTINGS_MAX_HEADER_LIST_SIZE counts. */
  constructor(listBytesMax: number) {
    this.#listBytesMax = listBytesMax;
  }

  decode(block: Buffer): Headers {
    const cacheable = block.length <= CACHED_BYTES_MAX;
    const name = cacheable ? block.toString('latin1') : '';
    if (cacheable) {
      const known = this.#blocks.get(name);
      if (known !== undefined) return known;
    }
    this.#changed = false;
    const headers = this.#read(new Reader(block));
    if (this.#changed) this.#blocks.clear();
    else if (cacheable && this.#blocks.size < CACHED_BLOCKS) this.#blocks.set(name, headers);
    return headers;
  }

  #read(reader: Reader): Headers {
    const headers: Field[] = [];
    let bytes = 0;
    while (!reader.done) {
      const first = reader.peek();
      if ((first & 0xe0) === 0x20) {
        if (headers.length > 0) throw new Http2Error(Code.compression, 'a table size after a field');
        this.#resize(reader.integer(5));
        continue;
      }
      const field = this.#field(reader, first);
      bytes += field[0].length + field[1].length + ENTRY_BYTES;
      // The table must follow the sender's to the end of the block; a list that is too long ends the connection.
      if (bytes > this.#listBytesMax) throw new Http2Error(Code.enhanceYourCalm, 'the header list is too long');
      headers.push(field);
    }
    return headers;
  }

  #field(reader: Reader, first: number): Field {
    if (first & 0x80) return this.#entry(reader.integer(7));
    const indexed = (first & 0xc0) === 0x40;
    const index = reader.integer(indexed ? 6 : 4);
    const name = index === 0 ? reader.string() : this.#entry(index)[0];
    const field: Field = [name, reader.string()];
    if (indexed) this.#add(field);
    return field;
  }

  #entry(index: number): Field {
    const entry = index <= STATIC.length ? STATIC[index - 1] : this.#table[index - STATIC.length - 1];
    if (entry === undefined) throw new Http2Error(Code.compression, `no header ${index} in the table`);
    return entry;
  }
  #add(field: Field): void {
    this.#changed = true;
    const bytes = field[0].length + field[1].length + ENTRY_BYTES;
    this.#evict(this.#tableBytesMax - bytes);
    if (bytes > this.#tableBytesMax) return;
    this.#table.unshift(field);
    this.#tableBytes += bytes;
  }
  #resize(bytes: number): void {
    if (bytes > TABLE_BYTES) throw new Http2Error(Code.compression, `a table of ${bytes} bytes`);
    this.#changed = true;
    this.#tableBytesMax = bytes;
    this.#evict(bytes);
  }
  #evict(room: number): void {
    while (this.#tableBytes > room && this.#table.length > 0) {
      const [name, value] = this.#table.pop()!;
      this.#tableBytes -= name.length + value.length + ENTRY_BYTES;
    }
  }
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }
  peek(): number {
    return this.#bytes[this.#at]!;
  }
  /** Section 5.1; of at most 28 bits after the prefix, which no honest block needs. */
  integer(prefixBits: number): number {
    const mask = 2 ** prefixBits - 1;
    let value = this.#byte() & mask;
    if (value < mask) return value;
    for (let shift = 0; ; shift += 7) {
      if (shift > 21) throw new Http2Error(Code.compression, 'a number that is too large');
      const byte = this.#byte();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
  string(): string {
    const huffman = (this.#bytes[this.#at] ?? 0) & 0x80;
    const length = this.integer(7);
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    if (bytes.length < length) throw new Http2Error(Code.compression, 'the header block ends inside a string');
    this.#at += length;
    return huffman ? decodeHuffman(bytes) : bytes.toString('latin1');
  }
  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Http2Error(Code.compression, 'the header block ends inside a field');
    return byte;
  }
}
