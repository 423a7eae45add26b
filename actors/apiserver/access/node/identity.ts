//! Which node somebody is (pkg/auth/nodeidentifier).
import type { User } from '../../protocol.ts';

const NODES = 'system:nodes';
const PREFIX = 'system:node:';

/** The node's name; '': a node, but who knows which; undefined: none. */
export function nodeOf({ name, groups }: User): string | undefined {
  if (!name.startsWith(PREFIX)) return undefined;
  return groups.includes(NODES) ? name.slice(PREFIX.length) : undefined;
}
