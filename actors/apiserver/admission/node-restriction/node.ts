//! What a node may say of itself.
import { get, type Json, type JsonObject, objectOf, semanticEqual } from '../../../api/json.ts';
import type { Attributes } from '../attributes.ts';

/** kubelet/pkg/apis: what any kubelet says of its node. */
const LABELS: ReadonlySet<string> = new Set([
  'kubernetes.io/hostname',
  ...['topology.kubernetes.io', 'failure-domain.beta.kubernetes.io'].flatMap((of) => [`${of}/zone`, `${of}/region`]),
  ...['beta.kubernetes.io', 'node.kubernetes.io'].map((of) => `${of}/instance-type`),
  ...['beta.kubernetes.io', 'kubernetes.io'].flatMap((of) => [`${of}/os`, `${of}/arch`]),
]);
const OPEN: readonly string[] = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
const RESTRICTED = 'node-restriction.kubernetes.io';
const KUBERNETES: readonly string[] = ['kubernetes.io', 'k8s.io'];
const isIn = (namespace: string, of: string): boolean => namespace === of || namespace.endsWith(`.${of}`);

/** Those that would let a node draw pods to itself that are not for it. */
function isForbidden(key: string): boolean {
  const namespace = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
  if (isIn(namespace, RESTRICTED)) return true;
  if (!KUBERNETES.some((of) => isIn(namespace, of))) return false;
  return !LABELS.has(key) && !OPEN.some((of) => isIn(namespace, of));
}
function forbiddenAmong(now: JsonObject, was: JsonObject): string {
  const keys = [...new Set([...Object.keys(now), ...Object.keys(was)])];
  return keys
    .filter((key) => now[key] !== was[key] && isForbidden(key))
    .sort()
    .join(', ');
}
const labels = (of: unknown): JsonObject => objectOf(get(of, 'metadata', 'labels'));
const spec = (of: unknown, field: string): Json | undefined => get(of, 'spec', field);

/** Why not; undefined: it may. */
export function ofNode(node: string, { operation, name, object, old }: Attributes): string | undefined {
  if (name !== node) return `node "${node}" is not allowed to modify node "${name}"`;
  const source = spec(object, 'configSource') ?? undefined;
  if (operation === 'CREATE') {
    if (source !== undefined) return `node "${node}" is not allowed to create pods with a non-nil configSource`;
    const keys = forbiddenAmong(labels(object), {});
    return keys === '' ? undefined : `node "${node}" is not allowed to set the following labels: ${keys}`;
  }
  if (operation !== 'UPDATE') return undefined;
  if (source !== undefined && !semanticEqual(source, spec(old, 'configSource')))
    return `node "${node}" is not allowed to update configSource to a new non-nil configSource`;
  if (!semanticEqual(spec(object, 'taints'), spec(old, 'taints')))
    return `node "${node}" is not allowed to modify taints`;
  const keys = forbiddenAmong(labels(object), labels(old));
  return keys === '' ? undefined : `is not allowed to modify labels: ${keys}`;
}
