//! A body against its schema: what has the wrong type, what is unknown, and the object as a Go server would hold it
//! (unknown fields pruned, nulls dropped, quantities canonical). Words of encoding/json and sigs.k8s.io/json.

import type { FieldError } from './field-error.ts';
import { readTime } from './go-time.ts';
import { isObject, type Json, type JsonObject, put } from './json.ts';
import { canonical, QUANTITY_ERROR } from './quantity.ts';
import type { FieldType, Schema } from './schema.ts';

import { filledOf, isLeftOut, zeroOf } from './zero.ts';

export interface Decoded {
  readonly object: JsonObject;
  /** Type errors: none of them can be overlooked. `detail` is the whole sentence. */
  readonly errors: readonly FieldError[];
  /** Paths of unknown fields: `spec.foo`. */
  readonly unknown: readonly string[];
}

/**
 * `definition`: `io.k8s.api.apps.v1.Deployment` or `apps/v1/Deployment`. `whole`: with the zeros that Go's encoding
 * writes and without those that it leaves out.
 */
export function decode(schema: Schema, definition: string, value: unknown, whole = false): Decoded {
  const walker = new Walker(schema, whole);
  const ref = schema.kinds[definition] ?? definition;
  const object = walker.value({ type: 'object', ref }, value as Json);
  return { object: isObject(object) ? object : {}, errors: walker.errors, unknown: walker.unknown };
}
export const checkTypes = (schema: Schema, definition: string, object: unknown): readonly FieldError[] =>
  decode(schema, definition, object).errors;
export const unknownFields = (schema: Schema, definition: string, object: unknown): readonly string[] =>
  decode(schema, definition, object).unknown.map(unknownField);

export const unknownField = (path: string): string => `unknown field "${path}"`;
/** Of JSON a path; of YAML what its parser says. */
export const duplicateField = (path: string): string =>
  path.startsWith('yaml: ') ? path : `duplicate field "${path}"`;
/** What a Strict request is refused with (400), given `unknown field ...` and `duplicate field ...`. */
export const strictError = (problems: readonly string[]): string => `strict decoding error: ${problems.join(', ')}`;
/** What a body of the wrong types is refused with (400): apiserver's rest.transformDecodeError. */
export const cannotBeHandled = (kind: string, version: string, errors: readonly FieldError[]): string =>
  `${kind} in version "${version}" cannot be handled as a ${kind}: ${errors[0]?.detail ?? 'unknown error'}`;

class Walker {
  readonly errors: FieldError[] = [];
  readonly unknown: string[] = [];
  private readonly schema: Schema;
  private readonly whole: boolean;
  /** Fields, places in lists, and keys of maps. */
  private readonly path: (string | number | { readonly key: string })[] = [];
  private readonly structs: string[] = [];

  constructor(schema: Schema, whole: boolean) {
    this.schema = schema;
    this.whole = whole;
  }

  /** The value as Go would hold it: the same object when nothing had to change. */
  value(type: FieldType, value: Json): Json | undefined {
    switch (type.type) {
      case 'any':
        return value;
      case 'string':
        return typeof value === 'string' ? value : this.wrong(type, value);
      case 'boolean':
        return typeof value === 'boolean' ? value : this.wrong(type, value);
      case 'int32':
        return Number.isInteger(value) && Math.abs(value as number) <= 0x7fffffff ? value : this.wrong(type, value);
      case 'int64':
        return Number.isInteger(value) && Math.abs(value as number) < 2 ** 63 ? value : this.wrong(type, value);
      case 'double':
        return typeof value === 'number' ? value : this.wrong(type, value);
      case 'quantity':
        return this.quantity(value);
      case 'intOrString':
        if (typeof value === 'string') return value;
        return Number.isInteger(value) ? value : this.wrong(type, value);
      case 'bytes':
        return typeof value !== 'string' ? this.wrong(type, value) : this.bytes(value);
      case 'time':
      case 'microTime':
        return this.time(type, value);
      case 'list':
        return Array.isArray(value) ? this.list(type.items ?? ANY, value) : this.wrong(type, value);
      case 'map':
        return isObject(value) ? this.map(type.items ?? ANY, value) : this.wrong(type, value);
      case 'object':
        return isObject(value) ? this.object(type.ref ?? '', value) : this.wrong(type, value);
    }
  }

  private object(ref: string, value: JsonObject): JsonObject {
    const definition = this.schema.definitions[ref];
    if (definition === undefined) return value;
    const { fields } = definition;
    let changed: JsonObject | undefined;
    this.structs.push(ref);
    for (const key in value) {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      const before = value[key] as Json;
      this.path.push(key);
      if (field === undefined) {
        this.unknown.push(this.where());
        changed ??= { ...value };
        delete changed[key];
      } else if (before === null || before === undefined) {
        changed ??= { ...value };
        delete changed[key];
      } else {
        const read = this.value(field, before);
        const after = this.whole && read !== undefined && isLeftOut(field, read) ? undefined : read;
        if (after !== before) {
          changed ??= { ...value };
          if (after === undefined) delete changed[key];
          else put(changed, key, after);
        }
      }
      this.path.pop();
    }
    this.structs.pop();
    if (this.whole)
      for (const [key, type] of filledOf(definition)) {
        if ((changed ?? value)[key] !== undefined) continue;
        changed ??= { ...value };
        changed[key] = zeroOf(this.schema, type);
      }
    return changed ?? value;
  }

  private map(items: FieldType, value: JsonObject): JsonObject {
    let changed: JsonObject | undefined;
    for (const key in value) {
      const before = value[key] as Json;
      this.path.push({ key });
      const after = before === null ? zero(items) : this.value(items, before);
      this.path.pop();
      if (after === before) continue;
      changed ??= { ...value };
      if (after === undefined) delete changed[key];
      else put(changed, key, after);
    }
    return changed ?? value;
  }

  private list(items: FieldType, value: Json[]): Json[] {
    let changed: Json[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const before = value[i] as Json;
      this.path.push(i);
      const after = before === null ? zero(items) : this.value(items, before);
      this.path.pop();
      if (after === before) continue;
      changed ??= [...value];
      changed[i] = after ?? null;
    }
    return changed ?? value;
  }

  private quantity(value: Json): Json | undefined {
    if (typeof value !== 'string' && typeof value !== 'number') return this.wrong({ type: 'quantity' }, value);
    const text = String(value).trim();
    const result = canonical(text);
    return result === undefined ? this.fault(value, quantityFault(text)) : result;
  }

  private bytes(value: string): Json | undefined {
    const bare = value.replace(/[\r\n]/g, '');
    const bad = bare.search(/[^A-Za-z0-9+/=]|=(?!=?$)/);
    if (bad >= 0) return this.fault(value, `illegal base64 data at input byte ${bad}`);
    if (bare.length % 4 !== 0)
      return this.fault(value, `illegal base64 data at input byte ${bare.length - (bare.length % 4)}`);
    return bare;
  }

  private time(type: FieldType, value: Json): Json | undefined {
    if (typeof value !== 'string') return this.wrong(type, value);
    const read = readTime(value, type.type === 'time' ? 'time' : 'microTime');
    return 'fault' in read ? this.fault(value, read.fault) : read.time;
  }

  /** Go names the innermost struct and the path without indexes and keys. */
  private wrong(type: FieldType, value: Json): undefined {
    const field = this.path.filter((step) => typeof step === 'string').join('.');
    const where =
      field === ''
        ? `Go value of type ${goType(type)}`
        : `Go struct field ${leaf(this.structs.at(-1) ?? '')}.${field} of type ${goType(type)}`;
    return this.fault(value, `json: cannot unmarshal ${jsonName(type, value)} into ${where}`);
  }
  private fault(value: Json, detail: string): undefined {
    this.errors.push({ type: 'TypeInvalid', field: this.where(), value, detail });
    return undefined;
  }
  private where(): string {
    let text = '';
    for (const step of this.path) {
      if (typeof step === 'number') text += `[${step}]`;
      else text += `${text === '' ? '' : '.'}${typeof step === 'string' ? step : step.key}`;
    }
    return text;
  }
}

const ANY: FieldType = { type: 'any' };
const leaf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
const zero = (type: FieldType): Json | undefined => {
  if (type.type === 'string' || type.type === 'bytes') return '';
  if (type.type === 'object' || type.type === 'map') return {};
  return type.type === 'any' ? null : type.type === 'boolean' ? false : type.type === 'quantity' ? '0' : 0;
};
function goType(type: FieldType): string {
  switch (type.type) {
    case 'list':
      return `[]${goType(type.items ?? ANY)}`;
    case 'map':
      return type.items?.type === 'quantity' ? 'v1.ResourceList' : `map[string]${goType(type.items ?? ANY)}`;
    case 'object':
      return (type.ref ?? '').split('.').slice(-2).join('.');
    case 'boolean':
      return 'bool';
    case 'bytes':
      return '[]uint8';
    case 'double':
      return 'float64';
    case 'time':
    case 'microTime':
    case 'quantity':
      return 'string';
    case 'intOrString':
      return 'int32';
    case 'any':
      return 'runtime.RawExtension';
    default:
      return type.type;
  }
}
function jsonName(type: FieldType, value: Json): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'object') return 'object';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' && (type.type === 'int32' || type.type === 'int64')) return `number ${value}`;
  return typeof value;
}
const quantityFault = (text: string): string =>
  /^[+-]?(\d+\.?\d*|\.\d+)[A-Za-z]+\d*$/.test(text) ? "unable to parse quantity's suffix" : QUANTITY_ERROR;
