//! Values as JSON: what mutations write.
import { type Json, type JsonObject, put } from '../json.ts';
import { Failure } from './failure.ts';
import { JsonList, JsonMap } from './json-value.ts';
import { textOfDuration, textOfTimestamp } from './time.ts';
import { Duration, List, MapValue, Optional, Timestamp, typeNameOf, Uint, type Value } from './value.ts';

/** Throws a Failure for what JSON has no word for. */
export function toJson(value: Value): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Failure(`unsupported type conversion: ${value}`);
    return value;
  }
  if (value instanceof JsonList || value instanceof JsonMap) return value.json as Json;
  if (value instanceof List) return value.items.map(toJson);
  if (value instanceof MapValue) {
    const object: JsonObject = {};
    for (const key of value.keys()) put(object, String(key), toJson(value.get(key)!));
    return object;
  }
  if (value instanceof Uint) return Number(value.value);
  if (value instanceof Timestamp) return textOfTimestamp(value);
  if (value instanceof Duration) return textOfDuration(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Optional && value.value !== undefined) return toJson(value.value);
  throw new Failure(`unsupported type conversion: ${typeNameOf(value)} to JSON`);
}
