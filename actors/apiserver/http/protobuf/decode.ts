//! Bodies in protobuf, as kubectl and clients in Go send them: to the same JSON that they would have sent otherwise.
import { put } from '../../../api/json.ts';
import { type Definition, type FieldType, META, type Schema } from '../../../api/schema.ts';
import { EITHER, EMPTY, EXTENSIONS } from './either.ts';
import { type Field, numbersOf } from './numbers.ts';
import { type Piece, ProtobufError, pieces, signed, textOf } from './wire.ts';

export const MAGIC = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);
const DEPTH_MAX = 100;
type Value = unknown;
type Values = Record<string, Value>;

/** Throws a ProtobufError when it is none, or of a kind that this server does not know in protobuf. */
export function decodeProtobuf(schema: Schema, body: Uint8Array): Values {
  if (!MAGIC.every((byte, i) => body[i] === byte))
    throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix k8s');
  let apiVersion = '';
  let kind = '';
  let raw: Uint8Array = new Uint8Array(0);
  for (const { field, bytes } of pieces(body.subarray(MAGIC.length))) {
    if (field === 2) raw = bytes;
    if (field !== 1) continue;
    for (const piece of pieces(bytes)) {
      if (piece.field === 1) apiVersion = textOf(piece.bytes);
      if (piece.field === 2) kind = textOf(piece.bytes);
    }
  }
  const name =
    schema.kinds[`${apiVersion}/${kind}`] ?? (kind === 'DeleteOptions' ? `${META}.DeleteOptions` : undefined);
  if (name === undefined) throw new ProtobufError(`no kind "${kind}" is registered for version "${apiVersion}"`);
  return { kind, apiVersion, ...message(schema, name, raw, 0) };
}

function message(schema: Schema, name: string, bytes: Uint8Array, depth: number): Values {
  const definition = schema.definitions[name];
  const dot = name.lastIndexOf('.');
  const result: Values = {};
  if (definition !== undefined) fill(schema, definition, name.slice(0, dot), name.slice(dot + 1), bytes, result, depth);
  return result;
}
function fill(
  schema: Schema,
  definition: Definition,
  group: string,
  type: string,
  bytes: Uint8Array,
  into: Values,
  depth: number,
): void {
  if (depth > DEPTH_MAX) throw new ProtobufError('proto: nested too deep');
  const numbers = numbersOf(group, type);
  if (numbers === undefined) throw new ProtobufError(`no protobuf form of ${group}.${type} is known`);
  for (const piece of pieces(bytes)) {
    const field = numbers.get(piece.field);
    if (field === undefined) continue;
    if (field.inline) {
      fill(schema, definition, group, field.name, piece.bytes, into, depth + 1);
      continue;
    }
    const shape = definition.fields[field.name];
    if (shape === undefined) continue;
    if (shape.type === 'list') {
      const list = (into[field.name] ?? []) as Value[];
      into[field.name] = list;
      const item = value(schema, shape.items ?? ANY, piece, depth);
      list.push(item === undefined ? zero(shape.items ?? ANY) : item);
    } else if (shape.type === 'map') {
      const map = (into[field.name] ?? {}) as Values;
      into[field.name] = map;
      const [key, entry] = entryOf(schema, shape.items ?? ANY, piece.bytes, depth);
      put(map, key, entry);
    } else {
      const decoded = value(schema, shape, piece, depth);
      if (says(definition, field, decoded)) put(into, field.name, decoded);
    }
  }
}
const ANY: FieldType = { type: 'any' };

function entryOf(schema: Schema, items: FieldType, bytes: Uint8Array, depth: number): readonly [string, Value] {
  let key = '';
  let found: Value;
  for (const piece of pieces(bytes)) {
    if (piece.field === 1) key = textOf(piece.bytes);
    // A list as a map's value is a message around it.
    else if (piece.field === 2)
      found =
        items.type === 'list'
          ? [...pieces(piece.bytes)].map((item) => value(schema, items.items ?? ANY, item, depth))
          : value(schema, items, piece, depth);
  }
  return [key, found ?? zero(items)];
}
const zero = (type: FieldType): Value =>
  type.type === 'list' ? [] : type.type === 'object' || type.type === 'map' || type.type === 'any' ? {} : '';

function value(schema: Schema, type: FieldType, piece: Piece, depth: number): Value {
  const { bytes, varint } = piece;
  switch (type.type) {
    case 'string':
      return textOf(bytes);
    case 'boolean':
      return varint !== 0n;
    case 'int32':
    case 'int64':
      return signed(varint);
    case 'double':
      return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getFloat64(0, true);
    case 'bytes':
      return Buffer.from(bytes).toString('base64');
    case 'time':
    case 'microTime':
      return timeOf(bytes, type.type === 'microTime');
    case 'quantity':
      return [...pieces(bytes)].filter(({ field }) => field === 1).map((one) => textOf(one.bytes))[0] ?? '0';
    case 'intOrString':
      return intOrString(bytes);
    case 'object':
      return message(schema, type.ref ?? '', bytes, depth + 1);
    default:
      if (type.ref !== undefined && EMPTY.has(type.ref)) return {};
      return type.ref !== undefined && type.ref in EITHER ? either(schema, type.ref, bytes, depth) : rawJson(bytes);
  }
}
function either(schema: Schema, ref: string, bytes: Uint8Array, depth: number): Value {
  const [whole, other] = EITHER[ref] ?? [];
  const props = (piece: Piece): Values => message(schema, `${EXTENSIONS}.JSONSchemaProps`, piece.bytes, depth + 1);
  const all = [...pieces(bytes)];
  const found = all.find(({ field }) => field === whole);
  if (found !== undefined) return props(found);
  const rest = all.filter(({ field }) => field === other);
  if (ref.endsWith('OrBool')) return rest.some(({ varint }) => varint !== 0n);
  return ref.endsWith('OrStringArray') ? rest.map((piece) => textOf(piece.bytes)) : rest.map(props);
}
/** In seconds since 1970. */
const YEAR_ONE = -62_135_596_800;
const YEAR_10000 = 253_402_300_800;
function timeOf(bytes: Uint8Array, micro: boolean): string | undefined {
  let seconds = 0;
  let nanos = 0;
  for (const { field, varint } of pieces(bytes)) {
    if (field === 1) seconds = signed(varint);
    if (field === 2) nanos = signed(varint);
  }
  // Go's zero time, and what no Go program could write as JSON.
  const isZero = seconds === YEAR_ONE && nanos === 0;
  if (bytes.length === 0 || isZero || seconds < YEAR_ONE || seconds >= YEAR_10000) return undefined;
  const date = new Date(seconds * 1_000).toISOString().slice(0, 19);
  return micro ? `${date}.${String(Math.floor(nanos / 1_000)).padStart(6, '0')}Z` : `${date}Z`;
}
function intOrString(bytes: Uint8Array): number | string {
  let isText = false;
  let number = 0;
  let text = '';
  for (const piece of pieces(bytes)) {
    if (piece.field === 1) isText = piece.varint === 1n;
    if (piece.field === 2) number = signed(piece.varint);
    if (piece.field === 3) text = textOf(piece.bytes);
  }
  return isText ? text : number;
}
function parsed(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    throw new ProtobufError('a field that holds JSON does not');
  }
}
/** RawExtension, FieldsV1, JSON: JSON text in field 1. */
function rawJson(bytes: Uint8Array): Value {
  for (const piece of pieces(bytes)) if (piece.field === 1) return parsed(textOf(piece.bytes));
  return undefined;
}

/**
 * Go writes every field that is not a pointer, also when it is empty: an empty value says something where the field is
 * a pointer in k8s.io/api, or required.
 */
function says(definition: Definition, { name, pointer }: Field, decoded: Value): boolean {
  if (decoded === undefined) return false;
  if (decoded !== 0 && decoded !== false && decoded !== '') return true;
  return pointer || (decoded !== '' && (definition.required?.includes(name) ?? false));
}
