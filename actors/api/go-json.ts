//! What Go's encoding/json says of a text that it cannot read.

const NESTING_MAX = 10_000;

/** Undefined: it can be read into a Go value of that type, which is a map (`{`) or a list (`[`). */
export function unmarshalFault(text: string, opens: '{' | '[', type: string): string | undefined {
  const fault = new Scanner(text).fault();
  if (fault !== undefined) return fault;
  const first = text.trimStart()[0] ?? '';
  return first === opens || first === 'n'
    ? undefined
    : `json: cannot unmarshal ${KINDS[first] ?? 'number'} into Go value of type ${type}`;
}
const KINDS: Readonly<Record<string, string>> = { '{': 'object', '[': 'array', '"': 'string', t: 'bool', f: 'bool' };

/** The state machine of encoding/json/scanner.go, as far as its words tell states apart. */
class Scanner {
  private at = 0;
  private readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  fault(): string | undefined {
    try {
      this.value('looking for beginning of value', 0);
      this.blank();
      if (this.at < this.text.length) this.odd('after top-level value');
      return undefined;
    } catch (error) {
      if (error instanceof Fault) return error.message;
      throw error;
    }
  }
  private odd(where: string): never {
    if (this.at >= this.text.length) throw new Fault('unexpected end of JSON input');
    throw new Fault(`invalid character ${quoted(this.text, this.at)} ${where}`);
  }
  private blank(): void {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? '')) this.at++;
  }
  private value(where: string, depth: number): void {
    this.blank();
    if (depth > NESTING_MAX) throw new Fault('exceeded max depth');
    const first = this.text[this.at];
    if (first === '{') return this.object(depth);
    if (first === '[') return this.array(depth);
    if (first === '"') return this.string();
    if (first === '-' || (first !== undefined && /\d/.test(first))) return this.number();
    for (const word of ['true', 'false', 'null']) if (first === word[0]) return this.literal(word);
    this.odd(where);
  }
  private object(depth: number): void {
    this.at++;
    this.blank();
    if (this.text[this.at] === '}') return void this.at++;
    for (;;) {
      this.blank();
      if (this.text[this.at] !== '"') this.odd('looking for beginning of object key string');
      this.string();
      this.blank();
      if (this.text[this.at] !== ':') this.odd('after object key');
      this.at++;
      this.value('looking for beginning of value', depth + 1);
      this.blank();
      if (this.text[this.at] === '}') return void this.at++;
      if (this.text[this.at] !== ',') this.odd('after object key:value pair');
      this.at++;
    }
  }
  private array(depth: number): void {
    this.at++;
    this.blank();
    if (this.text[this.at] === ']') return void this.at++;
    for (;;) {
      this.value('looking for beginning of value', depth + 1);
      this.blank();
      if (this.text[this.at] === ']') return void this.at++;
      if (this.text[this.at] !== ',') this.odd('after array element');
      this.at++;
    }
  }
  private string(): void {
    for (this.at++; ; this.at++) {
      const letter = this.text[this.at];
      if (letter === '"') return void this.at++;
      if (letter === undefined || letter < ' ') this.odd('in string literal');
      if (letter !== '\\') continue;
      this.at++;
      const code = this.text[this.at] ?? '';
      if (code === 'u') for (let i = 0; i < 4; i++) this.hex();
      else if (code === '' || !'"\\/bfnrt'.includes(code)) this.odd('in string escape code');
    }
  }
  private hex(): void {
    this.at++;
    if (!/[0-9a-fA-F]/.test(this.text[this.at] ?? '')) this.odd('in \\u hexadecimal character escape');
  }
  private number(): void {
    const digit = (): boolean => /\d/.test(this.text[this.at] ?? '');
    const digits = (where: string): void => {
      if (!digit()) this.odd(where);
      while (digit()) this.at++;
    };
    if (this.text[this.at] === '-') {
      this.at++;
      if (!digit()) this.odd('in numeric literal');
    }
    if (this.text[this.at] === '0') this.at++;
    else digits('in numeric literal');
    if (this.text[this.at] === '.') {
      this.at++;
      digits('after decimal point in numeric literal');
    }
    if (/[eE]/.test(this.text[this.at] ?? '')) {
      this.at++;
      if (/[+-]/.test(this.text[this.at] ?? '')) this.at++;
      digits('in exponent of numeric literal');
    }
  }
  private literal(word: string): void {
    for (const letter of word) {
      if (this.text[this.at] !== letter) this.odd(`in literal ${word} (expecting ${quotedLetter(letter)})`);
      this.at++;
    }
  }
}
class Fault extends Error {}
/** A byte, as Go sees it. */
function quoted(text: string, at: number): string {
  const bytes = new TextEncoder().encode(text.slice(at, at + 2));
  return quotedLetter(String.fromCharCode(bytes[0] ?? 0));
}
function quotedLetter(letter: string): string {
  if (letter === "'") return `'\\''`;
  if (letter === '"') return `'"'`;
  const code = letter.charCodeAt(0);
  const short: Readonly<Record<number, string>> = {
    7: 'a',
    8: 'b',
    9: 't',
    10: 'n',
    11: 'v',
    12: 'f',
    13: 'r',
    92: '\\',
  };
  if (short[code] !== undefined) return `'\\${short[code]}'`;
  if (code < 0x20 || code === 0x7f) return `'\\x${code.toString(16).padStart(2, '0')}'`;
  if (code < 0xa1 && code > 0x7e) return `'\\u${code.toString(16).padStart(4, '0')}'`;
  return `'${letter}'`;
}
