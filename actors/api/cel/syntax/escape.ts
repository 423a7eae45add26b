//! What stands behind a backslash in a string or bytes literal.
import { SyntaxIssue } from '../issue.ts';

const SINGLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '?': '?',
};
const CODE = /^(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))/;

export function unescaped(
  text: string,
  { raw, asBytes, at }: { readonly raw: boolean; readonly asBytes: boolean; readonly at: number },
): string | Uint8Array {
  if (raw || !text.includes('\\')) return asBytes ? new TextEncoder().encode(text) : text;
  let result = '';
  const bytes: number[] = [];
  const add = (piece: string): void => {
    if (asBytes) bytes.push(...new TextEncoder().encode(piece));
    else result += piece;
  };
  for (let i = 0; i < text.length; ) {
    if (text[i] !== '\\') {
      const char = String.fromCodePoint(text.codePointAt(i)!);
      add(char);
      i += char.length;
      continue;
    }
    const next = text[i + 1] ?? '';
    const single = SINGLE[next];
    if (single !== undefined) {
      add(single);
      i += 2;
      continue;
    }
    const [match, hex, short, long, octal] = CODE.exec(text.slice(i + 1)) ?? [];
    if (match === undefined) throw new SyntaxIssue(at, `Syntax error: invalid escape sequence: '\\${next}'`);
    const code = octal === undefined ? Number.parseInt(hex ?? short ?? long!, 16) : Number.parseInt(octal, 8);
    const unicode = short !== undefined || long !== undefined;
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) || (unicode && asBytes))
      throw new SyntaxIssue(at, `Syntax error: invalid unicode code point: '\\${match}'`);
    if (asBytes) bytes.push(code);
    else result += String.fromCodePoint(code);
    i += 1 + match.length;
  }
  return asBytes ? new Uint8Array(bytes) : result;
}
