//! Text to expression, by recursive descent.
import { SyntaxIssue } from '../issue.ts';
import type { Expr, ListExpr, MapExpr, Struct } from './ast.ts';
import { depthOf } from './depth.ts';
import { type Token, tokens } from './lexer.ts';
import { macro } from './macro.ts';

/** cel-go parser/parser.go: maxRecursionDepth and expressionSizeCodePointLimit. */
const DEPTH_MAX = 250;
const SIZE_MAX = 100_000;
/** Of nodes below nodes, chains included: what the stack bears with room to spare. */
const CHAIN_MAX = 1000;
/** Below `&&`, weakest first; operators of one level bind from the left. */
const LEVELS: readonly (readonly string[])[] = [
  ['<', '<=', '>', '>=', '==', '!=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
];
const RESERVED = new Set(
  `as break const continue else for function if import let loop package namespace return var void while`.split(' '),
);

/** Throws a SyntaxIssue. */
export function parse(text: string): Expr {
  if (text.length > SIZE_MAX)
    throw new SyntaxIssue(0, `expression code point size exceeds limit: size: ${[...text].length}, limit ${SIZE_MAX}`);
  const expr = new Parser(text).whole();
  if (depthOf(expr) > CHAIN_MAX) throw new SyntaxIssue(0, `expression recursion limit exceeded: ${CHAIN_MAX}`);
  return expr;
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  constructor(text: string) {
    this.#tokens = tokens(text);
  }
  whole(): Expr {
    const expr = this.#expr();
    if (this.#peek.kind !== 'end') throw this.#unexpected('<EOF>');
    return expr;
  }

  get #peek(): Token {
    return this.#tokens[this.#next]!;
  }
  #take(): Token {
    return this.#tokens[this.#next++]!;
  }
  #is(sign: string): boolean {
    const { kind, text } = this.#peek;
    return kind === 'sign' && text === sign;
  }
  #eat(sign: string): Token | undefined {
    return this.#is(sign) ? this.#take() : undefined;
  }
  #need(sign: string): Token {
    const token = this.#eat(sign);
    if (token === undefined) throw this.#unexpected(`'${sign}'`);
    return token;
  }
  #unexpected(wanted: string): SyntaxIssue {
    const { kind, text, value, at } = this.#peek;
    const shown = kind === 'literal' ? String(value) : text;
    return new SyntaxIssue(at, `Syntax error: mismatched input '${shown}' expecting ${wanted}`);
  }

  #expr(): Expr {
    if (++this.#depth > DEPTH_MAX)
      throw new SyntaxIssue(this.#peek.at, `expression recursion limit exceeded: ${DEPTH_MAX}`);
    const condition = this.#or();
    const question = this.#eat('?');
    if (question === undefined) {
      this.#depth--;
      return condition;
    }
    const yes = this.#or();
    this.#need(':');
    const no = this.#expr();
    this.#depth--;
    return { what: 'call', at: question.at, fn: '_?_:_', args: [condition, yes, no] };
  }
  #or(): Expr {
    return this.#left('||', () => this.#left('&&', () => this.#binary(0)));
  }
  #left(sign: '||' | '&&', operand: () => Expr): Expr {
    let expr = operand();
    for (let token = this.#eat(sign); token !== undefined; token = this.#eat(sign))
      expr = { what: 'call', at: token.at, fn: `_${sign}_`, args: [expr, operand()] };
    return expr;
  }
  #binary(level: number): Expr {
    const signs = LEVELS[level];
    if (signs === undefined) return this.#unary();
    let expr = this.#binary(level + 1);
    while (this.#peek.kind === 'sign' && signs.includes(this.#peek.text)) {
      const { text, at } = this.#take();
      const fn = text === 'in' ? '@in' : `_${text}_`;
      expr = { what: 'call', at, fn, args: [expr, this.#binary(level + 1)] };
    }
    return expr;
  }
  #unary(): Expr {
    const token = this.#eat('!') ?? this.#eat('-');
    if (token === undefined) return this.#member();
    const { value } = this.#peek;
    if (
      token.text === '-' &&
      this.#peek.kind === 'literal' &&
      (typeof value === 'bigint' || typeof value === 'number')
    ) {
      this.#take();
      return this.#members({ what: 'literal', at: token.at, value: -value });
    }
    if (++this.#depth > DEPTH_MAX) throw new SyntaxIssue(token.at, `expression recursion limit exceeded: ${DEPTH_MAX}`);
    const operand = this.#unary();
    this.#depth--;
    return { what: 'call', at: token.at, fn: `${token.text}_`, args: [operand] };
  }
  #member(): Expr {
    return this.#members(this.#primary());
  }
  #members(primary: Expr): Expr {
    let expr = primary;
    while (true) {
      const dot = this.#eat('.');
      if (dot !== undefined) {
        const optional = this.#eat('?') !== undefined;
        const name = this.#field();
        const open = optional ? undefined : this.#eat('(');
        if (open === undefined)
          expr = { what: 'select', at: dot.at, operand: expr, field: name, test: false, optional };
        else {
          const args = this.#arguments();
          expr = macro(open.at, name, expr, args) ?? { what: 'call', at: open.at, fn: name, target: expr, args };
        }
        continue;
      }
      const open = this.#eat('[');
      if (open !== undefined) {
        const fn = this.#eat('?') === undefined ? '_[_]' : '_[?_]';
        const index = this.#expr();
        this.#need(']');
        expr = { what: 'call', at: open.at, fn, args: [expr, index] };
        continue;
      }
      if (this.#is('{')) {
        const name = nameOf(expr);
        if (name === undefined) return expr;
        expr = this.#struct(name);
        continue;
      }
      return expr;
    }
  }
  #field(): string {
    const token = this.#peek;
    if (token.kind !== 'ident' && token.kind !== 'quoted') throw this.#unexpected('IDENTIFIER');
    this.#take();
    return token.text;
  }
  #primary(): Expr {
    const token = this.#peek;
    const { kind, at, text, value } = token;
    if (kind === 'literal') {
      this.#take();
      if (typeof value === 'bigint' && value === 2n ** 63n) throw new SyntaxIssue(at, 'invalid int literal');
      return { what: 'literal', at, value: value! };
    }
    if (this.#eat('(')) {
      const expr = this.#expr();
      this.#need(')');
      return expr;
    }
    if (this.#is('[')) return this.#list();
    if (this.#is('{')) return this.#map();
    const leading = this.#eat('.');
    if (kind !== 'ident' && leading === undefined)
      throw new SyntaxIssue(
        at,
        `Syntax error: mismatched input '${text}' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`,
      );
    const name = this.#field();
    if (RESERVED.has(name)) throw new SyntaxIssue(at, `reserved identifier: ${name}`);
    const open = this.#eat('(');
    if (open === undefined) return { what: 'ident', at, name };
    const args = this.#arguments();
    return macro(open.at, name, undefined, args) ?? { what: 'call', at: open.at, fn: name, args };
  }
  #arguments(): Expr[] {
    return this.#until(')', () => this.#expr());
  }
  #until<T>(close: string, one: () => T): T[] {
    const found: T[] = [];
    while (!this.#is(close)) {
      found.push(one());
      if (this.#eat(',') === undefined) break;
    }
    this.#need(close);
    return found;
  }
  #list(): ListExpr {
    const { at } = this.#need('[');
    const items = this.#until(']', () => {
      const optional = this.#eat('?') !== undefined;
      return { optional, value: this.#expr() };
    });
    return { what: 'list', at, items };
  }
  #map(): MapExpr {
    const { at } = this.#need('{');
    const entries = this.#until('}', () => {
      const optional = this.#eat('?') !== undefined;
      const key = this.#expr();
      this.#need(':');
      return { optional, key, value: this.#expr() };
    });
    return { what: 'map', at, entries };
  }
  #struct(name: string): Struct {
    const { at } = this.#need('{');
    const fields = this.#until('}', () => {
      const optional = this.#eat('?') !== undefined;
      const named = this.#field();
      const colon = this.#need(':');
      return { optional, name: named, at: colon.at, value: this.#expr() };
    });
    return { what: 'struct', at, name, fields };
  }
}

/** `a.b.c` as the name of a type; undefined for what is none. */
function nameOf(expr: Expr): string | undefined {
  if (expr.what === 'ident') return expr.name;
  if (expr.what !== 'select' || expr.test || expr.optional) return undefined;
  const operand = nameOf(expr.operand);
  return operand === undefined ? undefined : `${operand}.${expr.field}`;
}
