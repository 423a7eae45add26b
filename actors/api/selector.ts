//! Label selectors: parsed from `-l` text or from a LabelSelector, and asked whether labels match.
//! Grammar and words of k8s.io/apimachinery/pkg/labels.
import { fail, ok, type Result } from '../../runtime/fault.ts';
import { type FieldError, invalid, textOfError } from './field-error.ts';
import { labelValue, qualifiedName } from './names.ts';
import type { LabelSelector } from './types/meta.ts';

export {
  type FieldSelector,
  matchesFields,
  parseFieldSelector,
  selectableFields,
  unsupportedField,
} from './field-selector.ts';

export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values: readonly string[];
}
export interface Selector {
  readonly requirements: readonly Requirement[];
  /** Matches nothing at all: what an absent LabelSelector means. */
  readonly nothing?: true;
}
export const EVERYTHING: Selector = { requirements: [] };
export const NOTHING: Selector = { requirements: [], nothing: true };

export type Labels = Readonly<Record<string, string>>;

export function matches(selector: Selector, labels: Labels | undefined): boolean {
  if (selector.nothing) return false;
  for (const requirement of selector.requirements) if (!satisfies(requirement, labels)) return false;
  return true;
}
function satisfies({ key, operator, values }: Requirement, labels: Labels | undefined): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && /^-?\d+$/.test(value) && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && /^-?\d+$/.test(value) && Number(value) < Number(values[0]);
  }
}

/** Absent selects nothing, empty selects everything (metav1.LabelSelectorAsSelector). */
export function selectorOf(selector: LabelSelector | undefined): Selector {
  if (selector === undefined || selector === null) return NOTHING;
  const hit = selectors.get(selector);
  if (hit !== undefined) return hit;
  const made: Selector = {
    requirements: [
      ...mapRequirements(selector.matchLabels ?? {}),
      ...(selector.matchExpressions ?? []).map(({ key, operator, values }) => ({
        key,
        operator,
        values: values ?? [],
      })),
    ],
  };
  selectors.set(selector, made);
  return made;
}
const selectors = new WeakMap<object, Selector>();
/** `spec.selector` of a Service or ReplicationController. */
export const selectorOfMap = (labels: Labels | undefined): Selector =>
  labels === undefined ? NOTHING : { requirements: mapRequirements(labels) };
const mapRequirements = (labels: Labels): Requirement[] =>
  Object.entries(labels).map(([key, value]) => ({ key, operator: 'In', values: [value] }));

/** As kubectl prints it in SELECTOR columns and status.selector of a Scale: `a=b,c in (d,e)`, by key. */
export const formatSelector = (selector: Selector): string =>
  [...selector.requirements]
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(formatRequirement)
    .join(',');
function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${[...values].sort().join(',')})`;
    case 'NotIn':
      return `${key} notin (${[...values].sort().join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'Gt':
      return `${key}>${values[0]}`;
    case 'Lt':
      return `${key}<${values[0]}`;
  }
}

class SelectorError extends Error {}
type Token = { readonly kind: 'word' | 'symbol' | 'end'; readonly text: string };

export function parseLabelSelector(text: string): Result<Selector> {
  if (text.trim() === '') return ok(EVERYTHING);
  const hit = parsed.get(text);
  if (hit !== undefined) return ok(hit);
  try {
    const selector = { requirements: new Parser(tokens(text)).all() };
    if (parsed.size >= PARSED_MAX) parsed.clear();
    parsed.set(text, selector);
    return ok(selector);
  } catch (error) {
    if (error instanceof SelectorError) return fail('BadRequest', error.message);
    throw error;
  }
}
/** Clients send the same few selectors over and over. */
const PARSED_MAX = 1000;
const parsed = new Map<string, Selector>();

function tokens(text: string): Token[] {
  const result: Token[] = [];
  for (const [part] of text.matchAll(/!=|==|=|!|\(|\)|,|>|<|[^\s=!(),<>]+/g)) {
    result.push({ kind: /^[=!(),<>]/.test(part) ? 'symbol' : 'word', text: part });
  }
  result.push({ kind: 'end', text: '' });
  return result;
}

class Parser {
  private at = 0;
  private readonly tokens: readonly Token[];
  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }
  private peek(): Token {
    return this.tokens[this.at] as Token;
  }
  private next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.at++;
    return token;
  }

  all(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const first = this.peek();
      if (first.kind === 'end') return requirements;
      if (first.kind !== 'word' && first.text !== '!') {
        throw new SelectorError(`found '${first.text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.requirement());
      const after = this.next();
      if (after.kind === 'end') return requirements;
      if (after.text !== ',') throw new SelectorError(`found '${after.text}', expected: ',' or 'end of string'`);
      const follows = this.peek();
      if (follows.kind !== 'word' && follows.text !== '!') {
        throw new SelectorError(`found '${follows.text}', expected: identifier after ','`);
      }
    }
  }

  private requirement(): Requirement {
    try {
      return checked(this.rawRequirement());
    } catch (error) {
      if (error instanceof SelectorError) error.message = `unable to parse requirement: ${error.message}`;
      throw error;
    }
  }
  private rawRequirement(): Requirement {
    const negated = this.peek().text === '!' && this.next() !== undefined;
    const key = this.next();
    if (key.kind !== 'word') throw new SelectorError(`found '${key.text}', expected: identifier`);
    if (negated) return { key: key.text, operator: 'DoesNotExist', values: [] };
    const peeked = this.peek();
    if (peeked.kind === 'end' || peeked.text === ',') return { key: key.text, operator: 'Exists', values: [] };
    const operator = this.next();
    switch (operator.text) {
      case 'in':
        return { key: key.text, operator: 'In', values: this.values() };
      case 'notin':
        return { key: key.text, operator: 'NotIn', values: this.values() };
      case '=':
      case '==':
        return { key: key.text, operator: 'In', values: [this.value()] };
      case '!=':
        return { key: key.text, operator: 'NotIn', values: [this.value()] };
      case '>':
        return { key: key.text, operator: 'Gt', values: [this.value()] };
      case '<':
        return { key: key.text, operator: 'Lt', values: [this.value()] };
      default:
        throw new SelectorError(`found '${operator.text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }
  private value(): string {
    const token = this.peek();
    if (token.kind === 'end' || token.text === ',') return '';
    this.at++;
    if (token.kind !== 'word') throw new SelectorError(`found '${token.text}', expected: identifier`);
    return token.text;
  }
  private values(): string[] {
    const open = this.next();
    if (open.text !== '(') throw new SelectorError(`found '${open.text}' expected: '('`);
    const values = new Set<string>();
    for (let last = '('; ; ) {
      const token = this.next();
      if (token.kind === 'word') values.add(token.text);
      else if (token.text === ',' || token.text === ')') {
        if (last === ',' || last === '(') values.add('');
        if (token.text === ')') break;
      } else throw new SelectorError(`found '${token.text}', expected: ',', ')' or identifier`);
      last = token.kind === 'word' ? 'word' : token.text;
    }
    return [...values].sort();
  }
}

function checked(requirement: Requirement): Requirement {
  const errors: FieldError[] = [];
  const { key, operator, values } = requirement;
  const wrongKey = qualifiedName(key);
  if (wrongKey.length > 0) errors.push(invalid('key', key, wrongKey.join('; ')));
  if ((operator === 'Gt' || operator === 'Lt') && !/^-?\d+$/.test(values[0] ?? '')) {
    errors.push(invalid('values[0]', values[0] ?? '', "for 'Gt', 'Lt' operators, the value must be an integer"));
  }
  values.forEach((value, i) => {
    const wrong = labelValue(value);
    if (wrong.length > 0) errors.push(invalid(`values[${i}][${key}]`, value, wrong.join('; ')));
  });
  if (errors.length > 0) {
    const all = errors.map(textOfError);
    throw new SelectorError(all.length === 1 ? (all[0] ?? '') : `[${all.join(', ')}]`);
  }
  return requirement;
}
