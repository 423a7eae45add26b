//! Types as signatures write them: `list<A>`, `map<string, dyn>`, `kubernetes.Quantity`.
import { DYN, type Kind, listOf, mapOf, opaque, optionalOf, type Type } from './type.ts';

const PLAIN = new Set<string>(
  'dyn null bool int uint double string bytes timestamp duration type'.split(' ') satisfies string[],
);
export function codeOfType(text: string): Type {
  if (PLAIN.has(text)) return { kind: text as Kind };
  if (/^[A-Z]$/.test(text)) return { kind: 'param', name: text };
  const [, outer, inner = ''] = /^(list|optional|map)<(.*)>$/.exec(text) ?? [];
  if (outer === 'list') return listOf(codeOfType(inner));
  if (outer === 'optional') return optionalOf(codeOfType(inner));
  if (outer === 'map') {
    const comma = inner.indexOf(',');
    return mapOf(codeOfType(inner.slice(0, comma).trim()), codeOfType(inner.slice(comma + 1).trim()));
  }
  if (text === 'list') return listOf(DYN);
  return opaque(text);
}
