//! JSON as values: looked into as far as an expression looks, and typed by its schema where there is one.
import type { Json, JsonObject } from '../json.ts';
import { Failure } from './failure.ts';
import { parseDuration, parseTimestamp } from './time.ts';
import type { Type } from './type.ts';
import { type Key, List, MapValue, type Value } from './value.ts';

/** Without a type, whole numbers are ints and other numbers doubles, as in Kubernetes' unstructured objects. */
export function fromJson(json: Json | undefined, type?: Type): Value {
  if (json === undefined || json === null) return null;
  if (typeof json === 'boolean') return json;
  if (typeof json === 'number') return type?.kind !== 'double' && Number.isInteger(json) ? BigInt(json) : json;
  if (typeof json === 'string') return textAs(json, type);
  return Array.isArray(json) ? new JsonList(json, type) : new JsonMap(json, type);
}
function textAs(text: string, type: Type | undefined): Value {
  switch (type?.kind) {
    case 'bytes':
      return new Uint8Array(Buffer.from(text, 'base64'));
    case 'timestamp': {
      const time = parseTimestamp(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
      if (time === undefined) throw new Failure(`Invalid date formatted string ${text}, err: cannot parse`);
      return time;
    }
    case 'duration': {
      const duration = parseDuration(text);
      if (duration === undefined) throw new Failure(`Invalid duration formatted string ${text}, err: cannot parse`);
      return duration;
    }
    default:
      return text;
  }
}

export class JsonList extends List {
  readonly json: readonly Json[];
  readonly type: Type | undefined;
  #values: readonly Value[] | undefined;
  constructor(json: readonly Json[], type?: Type) {
    super();
    this.json = json;
    this.type = type;
  }
  override get items(): readonly Value[] {
    this.#values ??= this.json.map((item) => fromJson(item, this.type?.of));
    return this.#values;
  }
  override get size(): number {
    return this.json.length;
  }
  /** Of lists of type set and map: what tells one member from the others. */
  get identity(): ((item: Value) => string) | undefined {
    const { listType, listKeys = [] } = this.type ?? {};
    if (listType === 'set') return (item) => textOfIdentity(item);
    if (listType !== 'map') return undefined;
    return (item) =>
      item instanceof MapValue ? JSON.stringify(listKeys.map((key) => textOfIdentity(item.get(key) ?? null))) : '';
  }
}
const textOfIdentity = (value: Value): string =>
  value instanceof JsonMap || value instanceof JsonList ? JSON.stringify(value.json) : `${typeof value}:${value}`;

export class JsonMap extends MapValue {
  readonly json: JsonObject;
  readonly type: Type | undefined;
  readonly #values = new Map<Key, Value>();
  constructor(json: JsonObject, type?: Type) {
    super(type?.kind === 'object' ? type.name : undefined);
    this.json = json;
    this.type = type?.kind === 'map' || type?.kind === 'object' ? type : undefined;
  }
  override get size(): number {
    return this.keys().length;
  }
  override get(key: Key): Value | undefined {
    if (typeof key !== 'string') return undefined;
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const field = this.type?.kind === 'object' ? this.type.fields!.get(key) : undefined;
    if (this.type?.kind === 'object' && field === undefined) return undefined;
    const property = field?.property ?? key;
    if (!Object.hasOwn(this.json, property) || this.json[property] === undefined) return undefined;
    const value = fromJson(this.json[property], field?.type ?? this.type?.of);
    this.#values.set(key, value);
    return value;
  }
  override keys(): readonly Key[] {
    if (this.type?.kind !== 'object') return Object.keys(this.json).filter((key) => this.json[key] !== undefined);
    const { json } = this;
    return [...this.type.fields!].filter(([, { property }]) => json[property] !== undefined).map(([name]) => name);
  }
}
