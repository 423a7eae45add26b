//! Documents of other servers put into ours: their paths where we have none, with the definitions that these use, under
//! another name where ours is another (kube-openapi pkg/aggregator MergeSpecsIgnorePathConflictRenamingDefinitions).
import { equal, isObject, type Json, type JsonObject, objectOf, put } from '../json.ts';

const PREFIX = '#/definitions/';

/** `other`: whatever a server has sent; only what lies under `prefix` counts, e.g. `/apis/metrics.k8s.io/v1beta1`. */
export function mergedV2(own: JsonObject, other: JsonObject, prefix: string): JsonObject {
  const [ownPaths, ownDefinitions] = [objectOf(own['paths']), objectOf(own['definitions'])];
  const theirs = objectOf(other['definitions']);
  const fresh = Object.entries(objectOf(other['paths'])).filter(
    ([path]) => (path === prefix || path.startsWith(`${prefix}/`)) && !Object.hasOwn(ownPaths, path),
  );
  if (fresh.length === 0) return own;
  const used = usedBy(
    fresh.map(([, item]) => item),
    theirs,
  );
  const names = new Map<string, string>();
  for (const name of used) {
    let chosen = name;
    // The same again is one; another gets a number.
    for (let i = 2; Object.hasOwn(ownDefinitions, chosen) && !equal(ownDefinitions[chosen], theirs[name]); i++)
      chosen = `${name}_v${i}`;
    names.set(name, chosen);
  }
  const paths = { ...ownPaths };
  for (const [path, item] of fresh) put(paths, path, renamed(item, names));
  const definitions = { ...ownDefinitions };
  for (const [name, chosen] of names)
    if (!Object.hasOwn(definitions, chosen)) put(definitions, chosen, renamed(theirs[name]!, names));
  return { ...own, paths, definitions };
}
/** Names of all definitions that are referred to, those of definitions too. */
function usedBy(roots: readonly Json[], definitions: JsonObject): ReadonlySet<string> {
  const used = new Set<string>();
  const open: Json[] = [...roots];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (Array.isArray(value)) open.push(...value);
    if (!isObject(value)) continue;
    for (const [key, part] of Object.entries(value)) {
      const name =
        key === '$ref' && typeof part === 'string' && part.startsWith(PREFIX) ? part.slice(PREFIX.length) : '';
      if (name !== '' && !used.has(name) && Object.hasOwn(definitions, name)) {
        used.add(name);
        open.push(definitions[name]!);
      } else if (name === '') open.push(part);
    }
  }
  return used;
}
function renamed(value: Json, names: ReadonlyMap<string, string>): Json {
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, part] of Object.entries(value)) {
    const name = key === '$ref' && typeof part === 'string' ? names.get(part.slice(PREFIX.length)) : undefined;
    put(result, key, name === undefined ? renamed(part, names) : `${PREFIX}${name}`);
  }
  return result;
}
