//! A document of /openapi/v3 as gnostic's openapi.v3.Document. Field numbers are those of google/gnostic-models
//! openapiv3/OpenAPIv3.proto; documents hold only what v3.ts and custom kinds write.
import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import type { Wire } from './wire.ts';
import { Wire as Writer } from './wire.ts';

/** What older clients ask for: `@` has no place in a media type. */
export const V3_PROTO_ACCEPT = 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf';
export const V3_PROTO_CONTENT_TYPE = 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf';

export function encodeV3(document: JsonObject): Uint8Array {
  const wire = new Writer().string(1, textOf(document['openapi']));
  const info = objectOf(document['info']);
  wire.message(2, (inner) => inner.string(1, textOf(info['title'])).string(6, textOf(info['version'])));
  wire.message(4, (paths) => named(paths, 1, objectOf(document['paths']), pathItem));
  const { schemas, securitySchemes } = objectOf(document['components']);
  wire.message(5, (components) => {
    if (schemas !== undefined) components.message(1, (all) => named(all, 1, objectOf(schemas), schemaOrReference));
    if (securitySchemes !== undefined)
      components.message(7, (all) => named(all, 1, objectOf(securitySchemes), securityScheme));
  });
  return wire.finish();
}

type Write = (wire: Wire, value: JsonObject) => void;
/** `{ name = 1, value = 2 }`, once a key. */
function named(wire: Wire, field: number, values: JsonObject, write: Write): void {
  for (const [name, value] of Object.entries(values))
    wire.message(field, (pair) => {
      pair.string(1, name).message(2, (inner) => write(inner, objectOf(value)));
    });
}
/** An Any carries its value as YAML, which JSON is. */
const any = (wire: Wire, value: Json | undefined): unknown => wire.string(2, `${JSON.stringify(value)}\n`);
function extensions(wire: Wire, field: number, value: JsonObject): void {
  for (const [name, content] of Object.entries(value))
    if (name.startsWith('x-'))
      wire.message(field, (pair) => {
        pair.string(1, name).message(2, (inner) => any(inner, content));
      });
}
const words = (value: Json | undefined): string[] => listOf(value).map(String);

/** `{ thing = 1, reference = 2 }` */
const orReference =
  (write: Write): Write =>
  (wire, value) => {
    const at = textOf(value['$ref']);
    if (at === '') wire.message(1, (inner) => write(inner, value));
    else wire.message(2, (inner) => inner.string(1, at));
  };
const SCHEMA_FLAGS = {
  nullable: 1,
  readOnly: 3,
  writeOnly: 4,
  deprecated: 8,
  exclusiveMaximum: 12,
  exclusiveMinimum: 14,
};
const SCHEMA_NUMBERS = { multipleOf: 10, maximum: 11, minimum: 13 };
const SCHEMA_COUNTS = {
  maxLength: 15,
  minLength: 16,
  maxItems: 18,
  minItems: 19,
  maxProperties: 21,
  minProperties: 22,
};
const SCHEMA_LISTS = { allOf: 26, oneOf: 27, anyOf: 28 };

const schema: Write = (wire, value) => {
  for (const [name, field] of Object.entries(SCHEMA_FLAGS)) wire.boolean(field, value[name] === true);
  if (value['example'] !== undefined) wire.message(7, (inner) => any(inner, value['example']));
  wire
    .string(9, textOf(value['title']))
    .string(17, textOf(value['pattern']))
    .boolean(20, value['uniqueItems'] === true);
  for (const [name, field] of Object.entries(SCHEMA_NUMBERS))
    if (typeof value[name] === 'number') wire.double(field, value[name]);
  for (const [name, field] of Object.entries(SCHEMA_COUNTS))
    if (typeof value[name] === 'number') wire.number(field, value[name]);
  wire.strings(23, words(value['required']));
  for (const one of listOf(value['enum'])) wire.message(24, (inner) => any(inner, one));
  wire.string(25, textOf(value['type']));
  for (const [name, field] of Object.entries(SCHEMA_LISTS))
    for (const one of listOf(value[name])) wire.message(field, (inner) => schemaOrReference(inner, objectOf(one)));
  if (isObject(value['not'])) wire.message(29, (inner) => schema(inner, objectOf(value['not'])));
  if (isObject(value['items']))
    wire.message(30, (items) => {
      items.message(1, (inner) => schemaOrReference(inner, objectOf(value['items'])));
    });
  if (isObject(value['properties']))
    wire.message(31, (properties) => named(properties, 1, objectOf(value['properties']), schemaOrReference));
  const more = value['additionalProperties'];
  if (more !== undefined)
    wire.message(32, (item) => {
      if (isObject(more)) item.message(1, (inner) => schemaOrReference(inner, more));
      else item.number(2, more === true ? 1 : 0);
    });
  if (value['default'] !== undefined) wire.message(33, (inner) => defaultType(inner, value['default']!));
  wire.string(34, textOf(value['description'])).string(35, textOf(value['format']));
  extensions(wire, 36, value);
};
const schemaOrReference = orReference(schema);
/** A number, a boolean or a text; of anything else gnostic knows that there is one. */
function defaultType(wire: Wire, value: Json): void {
  if (typeof value === 'number') wire.double(1, value);
  else if (typeof value === 'boolean') wire.number(2, value ? 1 : 0);
  else if (typeof value === 'string') wire.bytes(3, new TextEncoder().encode(value));
}

const METHODS: Readonly<Record<string, number>> = {
  get: 4,
  put: 5,
  post: 6,
  delete: 7,
  options: 8,
  head: 9,
  patch: 10,
};
const pathItem: Write = (wire, value) => {
  for (const [method, field] of Object.entries(METHODS))
    if (value[method] !== undefined) wire.message(field, (inner) => operation(inner, objectOf(value[method])));
  for (const one of listOf(value['parameters'])) wire.message(13, (inner) => parameter(inner, objectOf(one)));
};
const operation: Write = (wire, value) => {
  wire.strings(1, words(value['tags'])).string(2, textOf(value['summary'])).string(3, textOf(value['description']));
  wire.string(5, textOf(value['operationId']));
  for (const one of listOf(value['parameters'])) wire.message(6, (inner) => parameter(inner, objectOf(one)));
  if (value['requestBody'] !== undefined)
    wire.message(7, (inner) => orReference(requestBody)(inner, objectOf(value['requestBody'])));
  wire.message(8, (responses) => named(responses, 2, objectOf(value['responses']), orReference(response)));
  wire.boolean(10, value['deprecated'] === true);
  extensions(wire, 13, value);
};
const parameter = orReference((wire, value) => {
  wire.string(1, textOf(value['name'])).string(2, textOf(value['in'])).string(3, textOf(value['description']));
  wire.boolean(4, value['required'] === true);
  wire.message(10, (inner) => schemaOrReference(inner, objectOf(value['schema'])));
});
const content = (wire: Wire, field: number, value: JsonObject): void => {
  if (value['content'] === undefined) return;
  wire.message(field, (types) =>
    named(types, 1, objectOf(value['content']), (inner, media) => {
      inner.message(1, (of) => schemaOrReference(of, objectOf(media['schema'])));
    }),
  );
};
const requestBody: Write = (wire, value) => {
  wire.string(1, textOf(value['description']));
  content(wire, 2, value);
  wire.boolean(3, value['required'] === true);
};
const response: Write = (wire, value) => {
  wire.string(1, textOf(value['description']));
  content(wire, 3, value);
};
const securityScheme = orReference((wire, value) => {
  wire.string(1, textOf(value['type'])).string(2, textOf(value['description'])).string(3, textOf(value['name']));
  wire.string(4, textOf(value['in']));
});
