//! Content negotiation: what of an Accept header can be served, and what a body is.
import type { IncludeObject } from '../../api/table.ts';

export type Format = 'json' | 'yaml' | 'protobuf';
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';
export interface Accepted {
  readonly format: Format;
  readonly as: 'itself' | 'table' | 'partial';
  /** PartialObjectMetadataList, and not one PartialObjectMetadata. */
  readonly list?: boolean;
  /** The version of meta.k8s.io in which a table or a part is told. */
  readonly version?: 'v1' | 'v1beta1';
  readonly pretty?: boolean;
  /** Aggregated discovery, in this version. */
  readonly discovery?: 'v2' | 'v2beta1';
}
/** What an answer may be turned into: an object of the API, one without a table, a custom one, a list of resources. */
export type Turns = 'object' | 'untabled' | 'custom' | 'discovery';
export const SERVED: readonly string[] = ['application/json', 'application/yaml', PROTOBUF];
/** Of watches. */
export const STREAMED: readonly string[] = ['application/json;stream=watch', `${PROTOBUF};stream=watch`];
const ITSELF: Accepted = { format: 'json', as: 'itself' };

/** The first that we can, by q, then what says more, then by order. Undefined: none. */
export function acceptedOf(header: string | undefined, turns: Turns = 'object'): Accepted | undefined {
  if (header === undefined || header.trim() === '') return ITSELF;
  const key = `${turns} ${header}`;
  const known = accepted.get(key);
  if (known !== undefined) return known;
  const clauses = header.split(',').map(clauseOf);
  clauses.sort((a, b) => b.q - a.q || stars(a) - stars(b));
  for (const clause of clauses) {
    const found = servable(clause, turns);
    if (found === undefined) continue;
    if (accepted.size > 500) accepted.clear();
    accepted.set(key, found);
    return found;
  }
  return undefined;
}
const accepted = new Map<string, Accepted>();
const stars = ({ type }: Clause): number => type.split('*').length;

interface Clause {
  readonly type: string;
  readonly params: Readonly<Record<string, string>>;
  readonly q: number;
}
function clauseOf(text: string): Clause {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const params = Object.fromEntries(
    rest.map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [part, ''] : [part.slice(0, at).toLowerCase(), part.slice(at + 1).replace(/^"|"$/g, '')];
    }),
  );
  const q = Number(params['q'] ?? 1);
  return { type: type.toLowerCase(), params, q: Number.isNaN(q) ? 1 : q };
}
/** negotiation.acceptMediaTypeOptions, RequestScope.AllowsMediaTypeTransform */
function servable({ type, params, q }: Clause, turns: Turns): Accepted | undefined {
  if (q === 0) return undefined;
  const format = FORMATS[type];
  if (format === undefined) return undefined;
  const { as, g, v, sv, stream } = params;
  if (sv && sv !== 'v1') return undefined;
  if (stream && (stream !== 'watch' || format === 'yaml')) return undefined;
  // Tables have no form in protobuf, custom resources only their metadata; discovery is told in text.
  if (format === 'protobuf' && (as === 'Table' || turns === 'discovery' || (turns === 'custom' && as === undefined)))
    return undefined;
  const itself: Accepted = { ...ITSELF, format, ...(params['pretty'] === '1' ? { pretty: true } : {}) };
  if (as === undefined && g === undefined && v === undefined) return itself;
  if (turns === 'discovery') {
    const offered = as === 'APIGroupDiscoveryList' && g === 'apidiscovery.k8s.io' && (v === 'v2' || v === 'v2beta1');
    return offered ? { ...itself, discovery: v } : undefined;
  }
  if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) return undefined;
  if (as === 'Table') return turns !== 'untabled' ? { ...itself, as: 'table', version: v } : undefined;
  if (as !== 'PartialObjectMetadata' && as !== 'PartialObjectMetadataList') return undefined;
  return { ...itself, as: 'partial', list: as === 'PartialObjectMetadataList', version: v };
}
const FORMATS: Readonly<Record<string, Format>> = {
  '*/*': 'json',
  'application/*': 'json',
  'application/json': 'json',
  [PROTOBUF]: 'protobuf',
  'text/*': 'json',
  'application/yaml': 'yaml',
  'application/x-yaml': 'yaml',
  'text/yaml': 'yaml',
};
export const isYaml = (type: string | undefined): boolean => FORMATS[mediaType(type)] === 'yaml';
export const mediaType = (type: string | undefined): string => (type ?? '').split(';')[0]!.trim().toLowerCase();
export const contentType = (format: Format): string => (format === 'protobuf' ? PROTOBUF : `application/${format}`);

/** Undefined: there is no such thing to include. */
export function includeObject(query: URLSearchParams): IncludeObject | undefined {
  const text = query.get('includeObject') || 'Metadata';
  return text === 'None' || text === 'Object' || text === 'Metadata' ? text : undefined;
}

/** metav1beta1/validation ValidateTableOptions */
export const unknownInclude = (query: URLSearchParams): string =>
  `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(query.get('includeObject'))}: must be 'Metadata', 'Object', 'None', or empty`;
/** Who reads answers himself gets them with line breaks, as from kube-apiserver. */
export const isPerson = (agent: string | undefined): boolean => /^(curl|Wget|Mozilla\/5\.0)/.test(agent ?? '');
export const METRICS = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';
export const LOG: Accepted = { format: 'json', as: 'itself' };
