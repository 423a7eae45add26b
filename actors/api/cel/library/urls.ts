//! URLs: k8s.io/apiserver/pkg/cel/library/urls.go, read as Go's url.ParseRequestURI reads them.
import { Failure } from '../failure.ts';
import { COST_OF_FIRST, define, type Overload } from '../overload.ts';
import { HeldMap, type Key, List, Opaque, type Value } from '../value.ts';

const SHAPE =
  /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/(?:[^/?#@]*@)?(\[[0-9a-fA-F:.%]+\](?::\d*)?|[^/?:\s]*(?::\d*)?))?(\/[^?]*)?(?:\?(.*))?$/;

class UrlValue extends Opaque {
  override readonly typeName = 'kubernetes.URL';
  readonly text: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  constructor(text: string, [, scheme = '', host = '', path = '', query = '']: readonly string[]) {
    super();
    this.text = text;
    this.scheme = scheme.toLowerCase();
    this.host = host;
    this.path = path;
    this.query = query;
  }
  override equals(other: Opaque): boolean {
    return (other as UrlValue).text === this.text;
  }
}
function parse(text: string): UrlValue | undefined {
  const match = SHAPE.exec(text);
  if (match === null || /[\0-\x20\x7f]/.test(text) || /%(?![0-9a-fA-F]{2})/.test(match[3] ?? '')) return undefined;
  const [, scheme, host, path] = match;
  // Absolute, or a path from the root.
  if (scheme === undefined && (host !== undefined || path === undefined)) return undefined;
  return new UrlValue(text, match);
}
function url(text: string): UrlValue {
  const parsed = parse(text);
  if (parsed === undefined)
    throw new Failure(
      `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
    );
  return parsed;
}
export const isUrl = (text: string): boolean => parse(text) !== undefined;
const PORT = /:(\d*)$/;
const hostname = ({ host }: UrlValue): string => host.replace(PORT, '').replace(/^\[(.*)\]$/, '$1');
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
};
/** Go writes a path as it was given, and escapes what may not stand in one. */
const escapedPath = ({ path }: UrlValue): string => path.replace(/[^!-~]|["<>\\^`{|}]/gu, encodeURIComponent);
function query({ query: text }: UrlValue): HeldMap {
  const entries = new Map<Key, Value[]>();
  for (const pair of text.split('&').filter((one) => one !== '' && !one.includes(';'))) {
    const [key = '', ...value] = pair.split('=');
    const list = entries.get(decoded(key)) ?? [];
    list.push(decoded(value.join('=')));
    entries.set(decoded(key), list);
  }
  return new HeldMap(new Map([...entries].map(([key, list]) => [key, new List(list)])));
}
const U = 'kubernetes.URL';
export const URLS: readonly Overload[] = [
  define(`fn url(string): ${U}`, url, { cost: COST_OF_FIRST }),
  define('fn isURL(string): bool', isUrl),
  define(`${U}.getScheme(): string`, ({ scheme }: UrlValue) => scheme),
  define(`${U}.getHost(): string`, ({ host }: UrlValue) => host),
  define(`${U}.getHostname(): string`, hostname),
  define(`${U}.getPort(): string`, ({ host }: UrlValue) => PORT.exec(host)?.[1] ?? ''),
  define(`${U}.getEscapedPath(): string`, escapedPath),
  define(`${U}.getQuery(): map<string, list<string>>`, query),
];
