//! Content negotiation: what of an Accept header can be served, and what a body is.
import type { IncludeObject } from '../../api/table.ts';

export type Format = 'json' | 'yaml';
export interface Accepted {
  readonly format: Format;
  readonly as: 'itself' | 'table' | 'partial';
  /** Aggregated discovery, in this version. */
  readonly discovery?: 'v2' | 'v2beta1';
}
export const SERVED: readonly string[] = ['application/json', 'application/yaml'];
const ITSELF: Accepted = { format: 'json', as: 'itself' };

/** The first that we can, by q and then by order. Undefined: none. */
export function acceptedOf(header: string | undefined): Accepted | undefined {
  if (header === undefined || header.trim() === '') return ITSELF;
  const known = accepted.get(header);
  if (known !== undefined) return known;
  const clauses = header.split(',').map(clauseOf);
  clauses.sort((a, b) => b.q - a.q);
  for (const clause of clauses) {
    const found = servable(clause);
    if (found === undefined) continue;
    if (accepted.size > 500) accepted.clear();
    accepted.set(header, found);
    return found;
  }
  return undefined;
}
const accepted = new Map<string, Accepted>();

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
      return [part.slice(0, at).toLowerCase(), part.slice(at + 1).replace(/^"|"$/g, '')];
    }),
  );
  const q = Number(params['q'] ?? 1);
  return { type: type.toLowerCase(), params, q: Number.isNaN(q) ? 1 : q };
}
function servable({ type, params, q }: Clause): Accepted | undefined {
  if (q === 0) return undefined;
  const format = FORMATS[type];
  if (format === undefined) return undefined;
  const { as, g, v } = params;
  if (as === undefined) return format === 'json' ? ITSELF : { format, as: 'itself' };
  if (as === 'Table' && g === 'meta.k8s.io' && (v === 'v1' || v === 'v1beta1')) return { format, as: 'table' };
  if ((as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') && g === 'meta.k8s.io')
    return { format, as: 'partial' };
  if (as === 'APIGroupDiscoveryList' && g === 'apidiscovery.k8s.io' && (v === 'v2' || v === 'v2beta1'))
    return { format, as: 'itself', discovery: v };
  return undefined;
}
const FORMATS: Readonly<Record<string, Format>> = {
  '*/*': 'json',
  'application/*': 'json',
  'application/json': 'json',
  'text/*': 'json',
  'application/yaml': 'yaml',
  'application/x-yaml': 'yaml',
  'text/yaml': 'yaml',
};
export const isYaml = (type: string | undefined): boolean => FORMATS[mediaType(type)] === 'yaml';
export const mediaType = (type: string | undefined): string => (type ?? '').split(';')[0]!.trim().toLowerCase();
export const contentType = (format: Format): string => (format === 'json' ? 'application/json' : 'application/yaml');

export const includeObject = (query: URLSearchParams): IncludeObject => {
  const text = query.get('includeObject');
  return text === 'None' || text === 'Object' ? text : 'Metadata';
};
