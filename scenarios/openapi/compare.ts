//! Two OpenAPI v2 documents side by side: what of the published one is in ours, word for word but for descriptions.
import { get, type Json, type JsonObject, listOf, objectOf, textOf } from '../../actors/api/json.ts';

export interface Count {
  same: number;
  all: number;
  /** What differs: place, published, ours. */
  readonly differences: string[];
}
export interface Comparison {
  /** Properties of definitions: types, references, list and merge markers. */
  readonly fields: Count;
  /** Definitions without their properties: required, kinds, markers. */
  readonly definitions: Count;
  /** Method, path, id, action, kind, parameters, body, answers. */
  readonly operations: Count;
  /** In ours only. */
  readonly extra: readonly string[];
}
const count = (): Count => ({ same: 0, all: 0, differences: [] });

export function compare(published: JsonObject, ours: JsonObject): Comparison {
  const fields = count();
  const definitions = count();
  const extra: string[] = [];
  const mine = objectOf(ours['definitions']);
  const theirs = objectOf(published['definitions']);
  for (const [name, definition] of Object.entries(theirs)) {
    const { properties, ...rest } = objectOf(definition);
    const { properties: ownProperties, ...ownRest } = objectOf(mine[name]);
    tell(definitions, name, rest, mine[name] === undefined ? undefined : ownRest);
    for (const [field, type] of Object.entries(objectOf(properties)))
      tell(fields, `${name}.${field}`, type, objectOf(ownProperties)[field]);
    for (const field of Object.keys(objectOf(ownProperties)))
      if (!(field in objectOf(properties))) extra.push(`${name}.${field}`);
  }
  extra.push(...Object.keys(mine).filter((name) => !(name in theirs)));
  const operations = count();
  const [wanted, given] = [operationsOf(published), operationsOf(ours)];
  for (const [key, operation] of wanted) tell(operations, key, operation, given.get(key));
  extra.push(...[...given.keys()].filter((key) => !wanted.has(key)));
  return { fields, definitions, operations, extra };
}
function tell(into: Count, place: string, theirs: Json | undefined, ours: Json | undefined): void {
  into.all++;
  const [a, b] = [canonical(theirs), canonical(ours)];
  if (a === b) into.same++;
  else into.differences.push(`${place}\n    published: ${a}\n    ours:      ${b}`);
}
/** Descriptions aside, keys sorted; what is a set in another order is the same. */
const canonical = (value: Json | undefined): string => JSON.stringify(sorted(value)) ?? 'nothing';
function sorted(value: Json | undefined, key = ''): Json | undefined {
  if (Array.isArray(value)) {
    const items = value.map((item) => sorted(item) as Json);
    return SETS.has(key) ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const keys = Object.keys(value).filter((name) => name !== 'description' || typeof value[name] !== 'string');
  return Object.fromEntries(keys.sort().map((name) => [name, sorted(value[name], name) as Json]));
}
const SETS: ReadonlySet<string> = new Set(['required', 'x-kubernetes-group-version-kind', 'parameters']);

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'];
function operationsOf(document: JsonObject): Map<string, JsonObject> {
  const shared = objectOf(document['parameters']);
  const named = (list: Json | undefined): string[] =>
    listOf(list).map((item) => {
      const found = objectOf(shared[textOf(objectOf(item)['$ref']).replace('#/parameters/', '')] ?? item);
      const schema = textOf(get(found, 'schema', '$ref')) || textOf(found['type']);
      return `${textOf(found['in'])} ${textOf(found['name'])} ${schema}${found['required'] === true ? ' required' : ''}`;
    });
  const result = new Map<string, JsonObject>();
  for (const [path, item] of Object.entries(objectOf(document['paths']))) {
    for (const method of METHODS) {
      const operation = objectOf(objectOf(item)[method]);
      if (Object.keys(operation).length === 0) continue;
      const { operationId, tags, responses } = operation;
      result.set(`${method} ${path}`, {
        operationId: operationId ?? '',
        tags: tags ?? [],
        responses: responses ?? {},
        action: operation['x-kubernetes-action'] ?? '',
        kind: operation['x-kubernetes-group-version-kind'] ?? {},
        parameters: [...named(operation['parameters']), ...named(objectOf(item)['parameters'])],
      });
    }
  }
  return result;
}
