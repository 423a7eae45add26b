//! HPACK's Huffman code: RFC 7541, appendix B. It is canonical, so that the lengths of the codes say all.
import { Code, Http2Error } from './frame.ts';

// Bits of the code of each byte from 0 to 255.
const LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26,
] as const;
const EOS = 256;
const EOS_LENGTH = 30;

/** Pairs of next nodes; a leaf is ~symbol. */
const TREE: number[] = [0, 0];
{
  const symbols = [...LENGTHS.map((length, symbol) => ({ length, symbol })), { length: EOS_LENGTH, symbol: EOS }];
  symbols.sort((a, b) => a.length - b.length || a.symbol - b.symbol);
  let code = 0;
  let before = 0;
  for (const { length, symbol } of symbols) {
    code *= 2 ** (length - before);
    before = length;
    let node = 0;
    for (let bit = length - 1; bit >= 0; bit--) {
      const at = node + (Math.floor(code / 2 ** bit) % 2);
      if (bit === 0) TREE[at] = ~symbol;
      else {
        if (TREE[at] === 0) TREE[at] = TREE.push(0, 0) - 2;
        node = TREE[at]!;
      }
    }
    code++;
  }
}

/** One character a byte. Padding is of ones and shorter than a byte; the end-of-string code itself is an error. */
export function decodeHuffman(bytes: Uint8Array): string {
  let text = '';
  let node = 0;
  let depth = 0;
  let ones = true;
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit--) {
      const one = (byte >> bit) & 1;
      const next = TREE[node + one]!;
      depth++;
      if (one === 0) ones = false;
      if (next >= 0) {
        node = next;
        continue;
      }
      if (next === ~EOS) throw new Http2Error(Code.compression, 'end of string inside a string');
      text += String.fromCharCode(~next);
      node = 0;
      depth = 0;
      ones = true;
    }
  if (depth > 7 || !ones) throw new Http2Error(Code.compression, 'padding that is none');
  return text;
}
