//! Named formats: k8s.io/apiserver/pkg/cel/library/format.go.
import {
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  labelValue,
  type NameCheck,
  qualifiedName,
} from '../../names.ts';
import { define, type Overload, REGEX_LENGTH, TRAVERSAL } from '../overload.ts';
import { parseTimestamp } from '../time.ts';
import { List, Opaque, Optional } from '../value.ts';
import { isUrl } from './urls.ts';

/** A prefix may end with what a whole name may not (validation.maskTrailingDash). */
const prefix =
  (check: NameCheck): NameCheck =>
  (text) =>
    check(text.endsWith('-') && text.length > 1 ? `${text.slice(0, -1)}a` : text);
const shaped =
  (is: (text: string) => boolean, message: string): NameCheck =>
  (text) =>
    is(text) ? [] : [message];
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const isDate = (text: string): boolean => parseTimestamp(`${text}T00:00:00Z`) !== undefined;

/** With the length of the pattern that a validation is charged for. */
const FORMATS: Readonly<Record<string, readonly [check: NameCheck, patternLength: number]>> = {
  dns1123Label: [dns1123Label, 30],
  dns1123Subdomain: [dns1123Subdomain, 60],
  dns1035Label: [dns1035Label, 30],
  qualifiedName: [qualifiedName, 60],
  labelValue: [labelValue, 40],
  dns1123LabelPrefix: [prefix(dns1123Label), 30],
  dns1123SubdomainPrefix: [prefix(dns1123Subdomain), 60],
  dns1035LabelPrefix: [prefix(dns1035Label), 30],
  uri: [(text) => (isUrl(text) ? [] : [`parse ${JSON.stringify(text)}: invalid URI for request`]), 1104],
  uuid: [shaped((text) => UUID.test(text), 'does not match the UUID format'), 72],
  byte: [shaped((text) => text !== '' && BASE64.test(text), 'invalid base64'), 84],
  date: [shaped(isDate, 'invalid date'), 72],
  datetime: [shaped((text) => parseTimestamp(text) !== undefined, 'invalid datetime'), 72],
};

/** Of whatever format: pkg/cel/limits.go MaxNameFormatRegexSize. */
const PATTERN_MAX = 128;

class FormatValue extends Opaque {
  override readonly typeName = 'kubernetes.NamedFormat';
  readonly name: string;
  constructor(name: string) {
    super();
    this.name = name;
  }
  /** Stands for the pattern's length where costs are reckoned. */
  override get size(): number {
    return FORMATS[this.name]![1];
  }
  override equals(other: Opaque): boolean {
    return (other as FormatValue).name === this.name;
  }
}
const TYPE = 'kubernetes.NamedFormat';
function validate({ name }: FormatValue, text: string): Optional {
  const faults = FORMATS[name]![0](text);
  return faults.length === 0 ? Optional.none : new Optional(new List(faults));
}
export const NAMED_FORMATS: readonly Overload[] = [
  ...Object.keys(FORMATS).map((name) => define(`fn format.${name}(): ${TYPE}`, () => new FormatValue(name))),
  define(`fn format.named(string): optional<${TYPE}>`, (name: string) =>
    Object.hasOwn(FORMATS, name) ? new Optional(new FormatValue(name)) : Optional.none,
  ),
  define(`${TYPE}.validate(string): optional<list<string>>`, validate, {
    estimate: ([, text = 0]) => Math.ceil((1 + text) * TRAVERSAL) * Math.ceil(PATTERN_MAX * REGEX_LENGTH),
    cost: ([pattern = 0, text = 0]) => Math.ceil((1 + text) * TRAVERSAL) * Math.ceil(pattern * REGEX_LENGTH),
  }),
];
