//! What a schema in a CustomResourceDefinition must be: structural, and sound (apiextensions-apiserver
//! pkg/apiserver/schema, pkg/apis/apiextensions/validation).
import { isPattern } from '../cel/library/pattern.ts';
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '../field-error.ts';
import { equal, get, isEmpty, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { checkValue } from './check.ts';
import { embeds, fill, preserves, prune } from './structural.ts';

type Level = 'root' | 'item' | 'field';
type Errors = FieldError[];
const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }];
const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const NOT_SUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];
const isIntOrString = (schema: JsonObject): boolean => schema['x-kubernetes-int-or-string'] === true;

/** `path`: where the schema stands. Sorted, as they are told. */
export function schemaFaults(schema: JsonObject, path: string): readonly FieldError[] {
  const errors: Errors = [];
  node(errors, schema, 'root', path, false);
  return errors;
}

function node(errors: Errors, schema: JsonObject, level: Level, path: string, inMetadata: boolean): void {
  const { items, properties, additionalProperties: rest } = schema;
  const type = textOf(schema['type']);
  for (const name of NOT_SUPPORTED)
    if (schema[name] !== undefined && schema[name] !== '')
      errors.push(forbidden(`${path}.${name}`, `${name} is not supported`));
  if (schema['uniqueItems'] === true)
    errors.push(
      forbidden(
        `${path}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  if (type !== '' && !TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, TYPES));
  if (Array.isArray(items)) errors.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'));
  if (type === 'array' && items === undefined) errors.push(required(`${path}.items`, 'must be specified'));
  if (isObject(items)) node(errors, items, 'item', `${path}.items`, inMetadata);
  if (!isEmpty(properties) && rest !== undefined && rest !== false)
    errors.push(forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
  if (rest === false)
    errors.push(forbidden(`${path}.additionalProperties`, 'additionalProperties cannot be set to false'));
  if (rest !== undefined && level === 'root')
    errors.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
  if (isObject(rest)) node(errors, rest, 'field', `${path}.additionalProperties`, inMetadata);
  const resource = level === 'root' || embeds(schema);
  for (const [name, inner] of Object.entries(objectOf(properties))) {
    const at = `${path}.properties[${name}]`;
    if (resource && name === 'metadata') metadata(errors, objectOf(inner), level, at);
    else if (isObject(inner)) node(errors, inner, 'field', at, inMetadata);
    if (resource && (name === 'kind' || name === 'apiVersion') && get(inner, 'type') !== 'string')
      errors.push(invalid(`${at}.type`, get(inner, 'type') ?? '', 'must be string'));
  }
  typed(errors, schema, type, level, path);
  extensions(errors, schema, type, path);
  values(errors, schema, path);
  defaulted(errors, schema, path, inMetadata);
}
function metadata(errors: Errors, schema: JsonObject, level: Level, path: string): void {
  if (schema['type'] !== 'object') errors.push(invalid(`${path}.type`, schema['type'] ?? '', 'must be object'));
  if (level !== 'root') return node(errors, schema, 'field', path, true);
  const { properties, type: _, description: _1, ...more } = schema;
  const other = Object.keys(objectOf(properties)).some((name) => name !== 'name' && name !== 'generateName');
  if (other || Object.keys(more).length > 0)
    errors.push(
      forbidden(
        path,
        'must not specify anything other than name and generateName, but metadata is implicitly specified',
      ),
    );
}

const LEVELS: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};
function typed(errors: Errors, schema: JsonObject, type: string, level: Level, path: string): void {
  const words = 'must be object if x-kubernetes-embedded-resource is true';
  if (embeds(schema) && type !== 'object')
    errors.push(type === '' ? required(`${path}.type`, words) : invalid(`${path}.type`, type, words));
  else if (type === '' && !isIntOrString(schema) && !preserves(schema))
    errors.push(required(`${path}.type`, LEVELS[level]));
  if (level === 'root' && type !== '' && type !== 'object')
    errors.push(invalid(`${path}.type`, type, 'must be object at the root'));
  if (level === 'root' && schema['nullable'] === true)
    errors.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
  if (embeds(schema) && schema['additionalProperties'] !== undefined)
    errors.push(forbidden(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'));
  if (embeds(schema) && !preserves(schema) && isEmpty(schema['properties']))
    errors.push(
      required(
        `${path}.properties`,
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    );
}

function extensions(errors: Errors, schema: JsonObject, type: string, path: string): void {
  const at = (name: string): string => `${path}.x-kubernetes-${name}`;
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    errors.push(invalid(at('preserve-unknown-fields'), false, 'must be true or undefined'));
  if (isIntOrString(schema) && preserves(schema))
    errors.push(invalid(at('preserve-unknown-fields'), true, 'must be false if x-kubernetes-int-or-string is true'));
  if (isIntOrString(schema) && embeds(schema))
    errors.push(invalid(at('embedded-resource'), true, 'must be false if x-kubernetes-int-or-string is true'));
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType !== undefined) {
    if (type !== 'object')
      errors.push(invalid(`${path}.type`, type, 'must be object if x-kubernetes-map-type is specified'));
    if (mapType !== 'granular' && mapType !== 'atomic')
      errors.push(notSupported(at('map-type'), mapType, ['granular', 'atomic']));
  }
  lists(errors, schema, type, path);
}
function lists(errors: Errors, schema: JsonObject, type: string, path: string): void {
  const listType = schema['x-kubernetes-list-type'];
  const keys = listOf(schema['x-kubernetes-list-map-keys']).map(textOf);
  if (listType !== undefined) {
    if (type !== 'array')
      errors.push(invalid(`${path}.type`, type, 'must be array if x-kubernetes-list-type is specified'));
    if (listType !== 'atomic' && listType !== 'set' && listType !== 'map')
      errors.push(notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
  }
  const at = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length > 0 && listType !== 'map')
    errors.push(
      invalid(
        `${path}.x-kubernetes-list-type`,
        listType ?? null,
        'must be map if x-kubernetes-list-map-keys is non-empty',
      ),
    );
  if (listType !== 'map') return;
  if (keys.length === 0) errors.push(required(at, 'must not be empty if x-kubernetes-list-type is map'));
  const items = objectOf(schema['items']);
  if (items['type'] !== 'object')
    errors.push(
      invalid(
        `${path}.items.type`,
        items['type'] ?? '',
        "must be object if parent array's x-kubernetes-list-type is map",
      ),
    );
  const properties = objectOf(items['properties']);
  keys.forEach((key, i) => {
    const own = properties[key];
    if (!isObject(own)) errors.push(invalid(at, keys, 'entries must all be names of item properties'));
    else if (own['type'] === 'object' || own['type'] === 'array')
      errors.push(
        invalid(
          `${path}.items.properties[${key}].type`,
          own['type'] ?? '',
          "must be a scalar type if parent array's x-kubernetes-list-type is map",
        ),
      );
    else if (own['default'] === undefined && !listOf(items['required']).includes(key))
      errors.push(
        required(
          `${path}.items.properties[${key}].default`,
          'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
        ),
      );
    if (keys.indexOf(key) < i) errors.push(duplicate(at, key));
  });
}

/** Values are restricted by whole schemas too; these say nothing of structure. */
function values(errors: Errors, schema: JsonObject, path: string): void {
  const pattern = textOf(schema['pattern']);
  if (pattern !== '' && !isPattern(pattern))
    errors.push(invalid(`${path}.pattern`, pattern, "must be a valid regular expression, but isn't"));
  for (const key of ['allOf', 'anyOf', 'oneOf']) {
    if (key === 'anyOf' && equal(schema[key], INT_OR_STRING)) continue;
    listOf(schema[key]).forEach((item, i) => {
      if (key === 'allOf' && i === 0 && equal(get(item, 'anyOf'), INT_OR_STRING)) return;
      nested(errors, objectOf(item), `${path}.${key}[${i}]`);
    });
  }
  if (isObject(schema['not'])) nested(errors, schema['not'], `${path}.not`);
}
const EMPTY_IN_NESTED: Readonly<Record<string, string>> = {
  type: 'must be empty to be structural',
  additionalProperties: 'must be undefined to be structural',
  default: 'must be undefined to be structural',
  title: 'must be empty to be structural',
  description: 'must be empty to be structural',
  nullable: 'must be false to be structural',
  'x-kubernetes-preserve-unknown-fields': 'must be false to be structural',
  'x-kubernetes-embedded-resource': 'must be false to be structural',
  'x-kubernetes-int-or-string': 'must be false to be structural',
  'x-kubernetes-list-map-keys': 'must be empty to be structural',
  'x-kubernetes-list-type': 'must be undefined to be structural',
  'x-kubernetes-map-type': 'must be undefined to be structural',
};
function nested(errors: Errors, schema: JsonObject, path: string): void {
  for (const [name, words] of Object.entries(EMPTY_IN_NESTED))
    if (schema[name] !== undefined) errors.push(forbidden(`${path}.${name}`, words));
  if (isObject(schema['items'])) nested(errors, schema['items'], `${path}.items`);
  for (const [name, inner] of Object.entries(objectOf(schema['properties'])))
    nested(errors, objectOf(inner), `${path}.properties[${name}]`);
  values(errors, schema, path);
}

/** A default is what its own schema lets through (schema/defaulting/validation.go). */
function defaulted(errors: Errors, schema: JsonObject, path: string, inMetadata: boolean): void {
  const value = schema['default'];
  if (value === undefined || inMetadata) return;
  const unknown: string[] = [];
  prune(value, schema, false, '', { unknown, inner: (item) => item });
  if (unknown.length > 0) errors.push(invalid(`${path}.default`, value, 'must not have unknown fields'));
  for (const error of checkValue(fill(value as Json, schema), schema, '.'))
    errors.push({
      ...error,
      field: `${path}.default${error.field.slice(1)}`,
      detail: error.detail.replace(/^\.(?=\S* in body)/, ''),
    });
}
