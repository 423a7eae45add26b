//! The words of an expression: cel-spec doc/langdef.md "Syntax".
import { SyntaxIssue } from '../issue.ts';
import { Uint } from '../value.ts';
import type { Literal } from './ast.ts';
import { unescaped } from './escape.ts';

export interface Token {
  readonly kind: 'ident' | 'quoted' | 'literal' | 'sign' | 'end';
  readonly at: number;
  /** The identifier, or the sign; '' of literals. */
  readonly text: string;
  readonly value?: Literal;
}
const SIGNS = ['==', '!=', '<=', '>=', '&&', '||', ...'<>+-*/%!?:.,()[]{}'];
const IDENT = /[A-Za-z_][A-Za-z0-9_]*/y;
/** `a.`b-c``: the name of a field that is no identifier. */
const QUOTED = /`([A-Za-z0-9_.\-/ ]+)`/y;
const NUMBER = /0[xX][0-9a-fA-F]+[uU]?|\d*\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+[uU]?/y;
const STRING = /([bB]?[rR]?|[rR][bB])("""|'''|"|')/y;
const SPACE = /(?:[ \t\r\n\f]+|\/\/[^\n]*)+/y;
const WORDS: Readonly<Record<string, Literal>> = { true: true, false: false, null: null };

export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  while (true) {
    at += match(SPACE)?.[0].length ?? 0;
    if (at >= text.length) break;
    const [quote] = match(STRING) ?? [];
    if (quote !== undefined) {
      const [value, end] = stringAt(text, at, quote);
      found.push({ kind: 'literal', at, text: '', value });
      at = end;
      continue;
    }
    const [number] = match(NUMBER) ?? [];
    if (number !== undefined) {
      found.push({ kind: 'literal', at, text: '', value: numberOf(number, at) });
      at += number.length;
      continue;
    }
    const [ident] = match(IDENT) ?? [];
    if (ident !== undefined) {
      if (Object.hasOwn(WORDS, ident)) found.push({ kind: 'literal', at, text: '', value: WORDS[ident]! });
      else found.push({ kind: ident === 'in' ? 'sign' : 'ident', at, text: ident });
      at += ident.length;
      continue;
    }
    const quoted = match(QUOTED);
    if (quoted !== null) {
      found.push({ kind: 'quoted', at, text: quoted[1]! });
      at += quoted[0].length;
      continue;
    }
    const sign = SIGNS.find((one) => text.startsWith(one, at));
    if (sign === undefined) {
      const odd = String.fromCodePoint(text.codePointAt(at)!);
      throw new SyntaxIssue(at, `Syntax error: token recognition error at: '${odd}'`);
    }
    found.push({ kind: 'sign', at, text: sign });
    at += sign.length;
  }
  found.push({ kind: 'end', at: text.length, text: '<EOF>' });
  return found;
}

const INT_MAX = 2n ** 63n;
const UINT_MAX = 2n ** 64n;
function numberOf(text: string, at: number): Literal {
  if (/^\d*\.|^\d+[eE]/.test(text)) return Number(text);
  const unsigned = /[uU]$/.test(text);
  const value = BigInt(unsigned ? text.slice(0, -1) : text);
  if (unsigned) {
    if (value >= UINT_MAX) throw new SyntaxIssue(at, 'invalid uint literal');
    return new Uint(value);
  }
  // One more than the greatest: it may stand behind a minus, where the parser looks.
  if (value > INT_MAX) throw new SyntaxIssue(at, 'invalid int literal');
  return value;
}
function stringAt(text: string, at: number, opening: string): [value: Literal, end: number] {
  const prefix = opening.replace(/["']+$/, '').toLowerCase();
  const quote = opening.slice(prefix.length);
  const raw = prefix.includes('r');
  let end = at + opening.length;
  while (!text.startsWith(quote, end)) {
    const broken = end >= text.length || (quote.length === 1 && (text[end] === '\n' || text[end] === '\r'));
    if (broken) throw new SyntaxIssue(at, `Syntax error: token recognition error at: '${text.slice(at, end)}'`);
    end += text[end] === '\\' && !raw ? 2 : 1;
  }
  const inner = text.slice(at + opening.length, end).replaceAll('\r\n', '\n');
  const asBytes = prefix.includes('b');
  return [unescaped(inner, { raw, asBytes, at }), end + quote.length];
}
