//! Answers in protobuf, as clients in Go ask for them: the objects of JSON, by the schema and the numbers of fields.
import { isObject, type Json, type JsonObject, objectOf } from '../../../api/json.ts';
import { type Definition, type FieldType, META, type Schema } from '../../../api/schema.ts';
import { Backwards } from './backwards.ts';
import { MAGIC } from './decode.ts';
import { EITHER, EMPTY, EXTENSIONS } from './either.ts';
import { type Field, type Numbers, numbersOf } from './numbers.ts';

const ANY: FieldType = { type: 'any' };
const METADATA: FieldType = { type: 'object', ref: `${META}.ObjectMeta` };
const LIST_METADATA: FieldType = { type: 'object', ref: `${META}.ListMeta` };

/** False: of a kind that has no form in protobuf. */
export const isEncodable = (schema: Schema, apiVersion: string, kind: string): boolean =>
  schema.kinds[`${apiVersion}/${kind}`] !== undefined;

/** `runtime.Unknown`: what it is, and its fields. */
export function encodeProtobuf(schema: Schema, object: object): Uint8Array {
  return whole(object, (to) => to.bytes(rawOf(schema, object)));
}
/** `items`: of one kind, that of the list without `List`. */
export function encodeProtobufList(schema: Schema, head: object, items: readonly object[]): Uint8Array {
  return whole(head, (to) => {
    for (let i = items.length - 1; i >= 0; i--) to.part(2, () => to.bytes(rawOf(schema, items[i]!)));
    write(to, schema, 1, LIST_METADATA, objectOf((head as JsonObject)['metadata']));
  });
}
/** `metav1.WatchEvent` behind its length in four bytes: one frame of a stream. */
export function encodeFrame(type: string, object: Uint8Array): Uint8Array {
  const to = new Backwards();
  to.part(2, () => to.part(1, () => to.bytes(object)));
  to.part(1, () => to.text(type));
  const { size } = to;
  to.bytes(Uint8Array.of(size >>> 24, size >>> 16, size >>> 8, size));
  return to.done();
}
function whole(head: object, body: (to: Backwards) => void): Uint8Array {
  const { apiVersion, kind } = head as JsonObject;
  const to = new Backwards();
  to.part(2, () => body(to));
  to.part(1, () => {
    to.part(2, () => to.text(String(kind)));
    to.part(1, () => to.text(String(apiVersion)));
  });
  to.bytes(MAGIC);
  return to.done();
}
/** An object's fields, once as long as somebody keeps the object. */
function rawOf(schema: Schema, object: object): Uint8Array {
  let raw = known.get(object);
  if (raw === undefined) {
    const { apiVersion, kind } = object as JsonObject;
    const to = new Backwards();
    if (kind === PART) write(to, schema, 1, METADATA, (object as JsonObject)['metadata']);
    else message(to, schema, schema.kinds[`${String(apiVersion)}/${String(kind)}`] ?? '', object as JsonObject);
    raw = to.done();
    known.set(object, raw);
  }
  return raw;
}
const known = new WeakMap<object, Uint8Array>();
const PART = 'PartialObjectMetadata';

function message(to: Backwards, schema: Schema, name: string, object: JsonObject): void {
  const definition = schema.definitions[name];
  if (definition === undefined || EMPTY.has(name)) return;
  const dot = name.lastIndexOf('.');
  fields(to, schema, definition, name.slice(0, dot), name.slice(dot + 1), object);
}
function fields(
  to: Backwards,
  schema: Schema,
  definition: Definition,
  group: string,
  type: string,
  object: JsonObject,
): void {
  const numbers = numbersOf(group, type);
  if (numbers === undefined) return;
  for (const [number, field] of fromLast(numbers)) {
    if (field.inline) {
      const before = to.size;
      fields(to, schema, definition, group, field.name, object);
      if (to.size === before) continue;
      to.varint(to.size - before);
      to.tag(number, 2);
      continue;
    }
    const shape = definition.fields[field.name];
    if (shape !== undefined && Object.hasOwn(object, field.name)) write(to, schema, number, shape, object[field.name]);
  }
}
function fromLast(numbers: Numbers): readonly (readonly [number, Field])[] {
  let sorted = backwards.get(numbers);
  if (sorted === undefined) {
    sorted = [...numbers].sort(([a], [b]) => b - a);
    backwards.set(numbers, sorted);
  }
  return sorted;
}
const backwards = new WeakMap<Numbers, readonly (readonly [number, Field])[]>();

/** One field, or as many as a list or map has members. */
function write(to: Backwards, schema: Schema, field: number, type: FieldType, value: Json | undefined): void {
  if (value === undefined || value === null) return;
  switch (type.type) {
    case 'boolean':
      to.varint(value === true ? 1 : 0);
      return to.tag(field, 0);
    case 'int32':
    case 'int64':
      to.varint(Number(value));
      return to.tag(field, 0);
    case 'double':
      to.double(Number(value));
      return to.tag(field, 1);
    case 'list':
      if (Array.isArray(value))
        for (let i = value.length - 1; i >= 0; i--) member(to, schema, field, type.items ?? ANY, value[i] ?? null);
      return;
    case 'map':
      for (const [key, entry] of Object.entries(objectOf(value)).reverse())
        to.part(field, () => {
          mapped(to, schema, type.items ?? ANY, entry);
          to.part(1, () => to.text(key));
        });
      return;
    default:
      return to.part(field, () => content(to, schema, type, value));
  }
}
/** A null is a value only where any JSON may be. */
function member(to: Backwards, schema: Schema, field: number, items: FieldType, value: Json): void {
  if (value !== null) write(to, schema, field, items, value);
  else if (items.type !== 'any') to.part(field, () => {});
  else to.part(field, () => content(to, schema, items, null));
}
/** A list as a map's value is a message around it. */
function mapped(to: Backwards, schema: Schema, items: FieldType, entry: Json): void {
  if (items.type === 'list') to.part(2, () => write(to, schema, 1, items, entry));
  else write(to, schema, 2, items, entry);
}

/** What is inside the bytes of a field. */
function content(to: Backwards, schema: Schema, type: FieldType, value: Json): void {
  switch (type.type) {
    case 'string':
      return to.text(String(value));
    case 'bytes':
      return to.bytes(Buffer.from(String(value), 'base64'));
    case 'time':
    case 'microTime':
      return time(to, String(value));
    case 'quantity':
      return to.part(1, () => to.text(String(value)));
    case 'intOrString':
      if (typeof value === 'number') return write(to, schema, 2, INTEGER, value);
      to.part(3, () => to.text(String(value)));
      return write(to, schema, 1, INTEGER, 1);
    case 'object':
      return message(to, schema, type.ref ?? '', objectOf(value));
    default:
      if (type.ref !== undefined && type.ref in EITHER) return either(to, schema, type.ref, value);
      if (type.ref !== undefined && EMPTY.has(type.ref)) return;
      return to.part(1, () => to.text(JSON.stringify(value)));
  }
}
const INTEGER: FieldType = { type: 'int64' };
const BOOLEAN: FieldType = { type: 'boolean' };
const TEXT: FieldType = { type: 'string' };
const PROPS: FieldType = { type: 'object', ref: `${EXTENSIONS}.JSONSchemaProps` };

function either(to: Backwards, schema: Schema, ref: string, value: Json): void {
  const [props = 0, other = 0] = EITHER[ref] ?? [];
  if (isObject(value)) {
    write(to, schema, props, PROPS, value);
    if (ref.endsWith('OrBool')) write(to, schema, other, BOOLEAN, true);
  } else if (Array.isArray(value)) {
    const items = ref.endsWith('OrStringArray') ? TEXT : PROPS;
    write(to, schema, other, { type: 'list', items }, value);
  } else write(to, schema, other, BOOLEAN, value);
}
function time(to: Backwards, text: string): void {
  const [, whole = text, fraction = '', zone = ''] = /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const seconds = Date.parse(`${whole}${zone}`) / 1_000;
  if (Number.isNaN(seconds)) return;
  const nanos = Number(fraction.padEnd(9, '0').slice(0, 9));
  if (nanos !== 0) {
    to.varint(nanos);
    to.tag(2, 0);
  }
  to.varint(seconds);
  to.tag(1, 0);
}
