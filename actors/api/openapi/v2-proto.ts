//! The Swagger document as gnostic's openapi.v2.Document: what older clients ask /openapi/v2 for. Field numbers are
//! those
//! of google/gnostic-models openapiv2/OpenAPIv2.proto; documents hold only what v2.ts writes.
import { get, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { Wire } from './wire.ts';

/** What clients accept, and what the answer is called: `@` has no place in a media type. */
export const V2_PROTO_ACCEPT = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
export const V2_PROTO_CONTENT_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

export function encodeV2(document: JsonObject): Uint8Array {
  const wire = new Wire().string(1, textOf(document['swagger']));
  wire.message(2, (info) => {
    info.string(1, textOf(get(document, 'info', 'title'))).string(2, textOf(get(document, 'info', 'version')));
  });
  wire.message(8, (paths) => {
    named(paths, 2, objectOf(document['paths']), pathItem);
  });
  wire.message(9, (definitions) => {
    named(definitions, 1, objectOf(document['definitions']), schema);
  });
  return wire.finish();
}

type Write = (wire: Wire, value: JsonObject) => void;
/** `{ name = 1, value = 2 }`, once a key. */
function named(wire: Wire, field: number, values: JsonObject, write: Write): void {
  for (const [name, value] of Object.entries(values)) {
    wire.message(field, (pair) => {
      pair.string(1, name).message(2, (inner) => write(inner, objectOf(value)));
    });
  }
}
/** `x-...`: an Any that carries its value as YAML, which JSON is. */
function extensions(wire: Wire, field: number, value: JsonObject): void {
  for (const [name, content] of Object.entries(value)) {
    if (!name.startsWith('x-')) continue;
    wire.message(field, (pair) => {
      pair.string(1, name).message(2, (any) => any.string(2, `${JSON.stringify(content)}\n`));
    });
  }
}
const words = (value: Json | undefined): string[] => listOf(value).map(String);

const schema: Write = (wire, value) => {
  wire.string(1, textOf(value['$ref'])).string(2, textOf(value['format'])).string(4, textOf(value['description']));
  wire.strings(19, words(value['required']));
  if (value['additionalProperties'] !== undefined) {
    wire.message(21, (item) => {
      item.message(1, (inner) => schema(inner, objectOf(value['additionalProperties'])));
    });
  }
  const type = textOf(value['type']);
  if (type !== '') wire.message(22, (item) => item.string(1, type));
  if (value['items'] !== undefined) {
    wire.message(23, (items) => {
      items.message(1, (inner) => schema(inner, objectOf(value['items'])));
    });
  }
  if (value['properties'] !== undefined) {
    wire.message(25, (properties) => named(properties, 1, objectOf(value['properties']), schema));
  }
  extensions(wire, 31, value);
};

const METHODS: Readonly<Record<string, number>> = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };
const pathItem: Write = (wire, value) => {
  for (const [method, field] of Object.entries(METHODS)) {
    if (value[method] !== undefined) wire.message(field, (inner) => operation(inner, objectOf(value[method])));
  }
  for (const item of listOf(value['parameters'])) wire.message(9, (inner) => parameter(inner, objectOf(item)));
};
const operation: Write = (wire, value) => {
  wire.strings(1, words(value['tags'])).string(3, textOf(value['description'])).string(5, textOf(value['operationId']));
  wire.strings(6, words(value['produces'])).strings(7, words(value['consumes']));
  for (const item of listOf(value['parameters'])) wire.message(8, (inner) => parameter(inner, objectOf(item)));
  wire.message(9, (responses) => named(responses, 1, objectOf(value['responses']), response));
  wire.strings(10, words(value['schemes']));
  extensions(wire, 13, value);
};
/** ParametersItem > Parameter > BodyParameter, or > NonBodyParameter > query or path. */
const parameter: Write = (wire, value) => {
  const place = textOf(value['in']);
  const described = textOf(value['description']);
  const name = textOf(value['name']);
  wire.message(1, (outer) => {
    if (place === 'body') {
      outer.message(1, (body) => {
        body
          .string(1, described)
          .string(2, name)
          .string(3, place)
          .boolean(4, value['required'] === true);
        body.message(5, (inner) => schema(inner, objectOf(value['schema'])));
      });
      return;
    }
    outer.message(2, (other) => {
      other.message(place === 'path' ? 4 : 3, (inner) => {
        inner
          .boolean(1, value['required'] === true)
          .string(2, place)
          .string(3, described)
          .string(4, name);
        inner.string(place === 'path' ? 5 : 6, textOf(value['type']));
      });
    });
  });
};
const response: Write = (wire, value) => {
  wire.message(1, (inner) => {
    inner.string(1, textOf(value['description']));
    if (value['schema'] === undefined) return;
    inner.message(2, (item) => {
      item.message(1, (of) => schema(of, objectOf(value['schema'])));
    });
  });
};
