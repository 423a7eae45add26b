//! The rules of a schema, compiled into a tree that follows it.
import { isObject, type JsonObject, objectOf } from '../../json.ts';
import type { Type } from '../type.ts';
import { escaped } from './escape.ts';
import { compileRule, type Rule, rulesOf } from './rule.ts';
import { typeOfSchema } from './schema-type.ts';

export interface RuleNode {
  readonly schema: JsonObject;
  readonly type: Type;
  readonly rules: readonly Rule[];
  readonly allOf: readonly RuleNode[];
  readonly items?: RuleNode;
  readonly values?: RuleNode;
  readonly properties: ReadonlyMap<string, RuleNode>;
}
/** Undefined when neither it nor anything below has a rule, or when expressions do not see it. */
export function compileNode(schema: JsonObject, type: Type | undefined, validated = schema): RuleNode | undefined {
  if (type === undefined || !hasRules(validated)) return undefined;
  const rules = rulesOf(validated).map((rule) => compileRule(rule, schema, type));
  const properties = new Map<string, RuleNode>();
  for (const [name, below] of Object.entries(objectOf(validated['properties']))) {
    const own = objectOf(schema['properties'])[name];
    if (!isObject(own) || !isObject(below)) continue;
    const escapedName = escaped(name);
    const known = escapedName === undefined ? typeOfSchema(own, isEmbedded(own)) : type.fields?.get(escapedName)?.type;
    const node = compileNode(own, known, below);
    if (node !== undefined) properties.set(name, node);
  }
  const items = deeper(schema, validated, 'items', type);
  const values = deeper(schema, validated, 'additionalProperties', type);
  const allOf = (Array.isArray(validated['allOf']) ? (validated['allOf'] as JsonObject[]) : [])
    .map((one) => compileNode(schema, type, one))
    .filter((node) => node !== undefined);
  return {
    schema,
    type,
    rules,
    allOf,
    properties,
    ...(items === undefined ? {} : { items }),
    ...(values === undefined ? {} : { values }),
  };
}
const isEmbedded = (schema: JsonObject): boolean => schema['x-kubernetes-embedded-resource'] === true;
function deeper(
  schema: JsonObject,
  validated: JsonObject,
  word: 'items' | 'additionalProperties',
  type: Type,
): RuleNode | undefined {
  const own = schema[word];
  const below = validated[word];
  return isObject(own) && isObject(below) ? compileNode(own, type.of, below) : undefined;
}
export function hasRules(schema: JsonObject): boolean {
  if (rulesOf(schema).length > 0) return true;
  const below = [
    schema['items'],
    schema['additionalProperties'],
    ...Object.values(objectOf(schema['properties'])),
    ...(Array.isArray(schema['allOf']) ? schema['allOf'] : []),
  ];
  return below.some((one) => isObject(one) && hasRules(one));
}
