//! A value against a schema, in the words of kube-openapi's validation, as apiextensions-apiserver tells them.
import { matches as found, isPattern } from '../cel/library/pattern.ts';
import { duplicate, type FieldError, invalid, notSupported, required, tooLong, tooMany } from '../field-error.ts';
import { equal, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { formatFault } from './format.ts';
import { embeds, schemaOf } from './structural.ts';

/** Errors have paths from the object's root; metadata is checked elsewhere. */
export function checkValue(value: Json, schema: JsonObject, path = ''): FieldError[] {
  const errors: FieldError[] = [];
  check(errors, value, schema, path, path === '');
  return errors;
}
const body = (path: string, words: string): string => `${path} in body ${words}`;

function check(errors: FieldError[], value: Json, schema: JsonObject, path: string, root = false): void {
  if (value === null && schema['nullable'] === true) return;
  const wrong = typeFault(value, schema);
  if (wrong !== undefined) {
    const shown = Array.isArray(value) || isObject(value) ? typeOf(value) : value;
    errors.push({
      type: 'TypeInvalid',
      field: path,
      value: shown,
      detail: body(path, `must be of type ${wrong}: "${typeOf(value)}"`),
    });
    return;
  }
  const allowed = schema['enum'];
  if (Array.isArray(allowed) && !allowed.some((one) => equal(one, value))) {
    const words = allowed.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
    errors.push(notSupported(path, value, words));
  }
  if (typeof value === 'string') text(errors, value, schema, path);
  else if (typeof value === 'number') number(errors, value, schema, path);
  else if (Array.isArray(value)) list(errors, value, schema, path);
  else if (isObject(value)) object(errors, value, schema, path, root);
  combined(errors, value, schema, path);
}

const typeOf = (value: Json): string =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'array'
      : typeof value === 'number'
        ? Number.isInteger(value)
          ? 'integer'
          : 'number'
        : typeof value;
/** The type that was wanted, if the value has another. */
function typeFault(value: Json, schema: JsonObject): string | undefined {
  const actual = typeOf(value);
  if (schema['x-kubernetes-int-or-string'] === true)
    return actual === 'integer' || actual === 'string' ? undefined : 'integer,string';
  const wanted = textOf(schema['type']);
  if (wanted === '' || wanted === actual || (wanted === 'number' && actual === 'integer')) return undefined;
  return wanted;
}
const count = (schema: JsonObject, key: string): number | undefined => {
  const limit = schema[key];
  return typeof limit === 'number' ? limit : undefined;
};

function text(errors: FieldError[], value: string, schema: JsonObject, path: string): void {
  const length = [...value].length;
  const [max, min] = [count(schema, 'maxLength'), count(schema, 'minLength')];
  if (max !== undefined && length > max) errors.push(tooLong(path, max));
  if (min !== undefined && length < min)
    errors.push(invalid(path, value, body(path, `should be at least ${min} chars long`)));
  const pattern = textOf(schema['pattern']);
  if (pattern !== '' && !matches(pattern, value))
    errors.push(invalid(path, value, body(path, `should match '${pattern}'`)));
  const format = formatFault(textOf(schema['format']), value);
  if (format)
    errors.push(
      invalid(path, value, body(path, `must be of type ${textOf(schema['format'])}: ${JSON.stringify(value)}`)),
    );
}
/** A pattern that is none matches everything: the definition was refused, or is older than the check. */
function matches(pattern: string, value: string): boolean {
  return !isPattern(pattern) || found(value, pattern);
}

function number(errors: FieldError[], value: number, schema: JsonObject, path: string): void {
  const say = (words: string): void => void errors.push(invalid(path, value, body(path, words)));
  const [max, min, step] = [count(schema, 'maximum'), count(schema, 'minimum'), count(schema, 'multipleOf')];
  if (max !== undefined) {
    if (schema['exclusiveMaximum'] === true ? value >= max : value > max)
      say(
        schema['exclusiveMaximum'] === true ? `should be less than ${max}` : `should be less than or equal to ${max}`,
      );
  }
  if (min !== undefined) {
    if (schema['exclusiveMinimum'] === true ? value <= min : value < min)
      say(
        schema['exclusiveMinimum'] === true
          ? `should be greater than ${min}`
          : `should be greater than or equal to ${min}`,
      );
  }
  if (step !== undefined && step > 0 && !Number.isInteger(value / step)) say(`should be a multiple of ${step}`);
  const bits = { int32: 2 ** 31, int64: 2 ** 63 }[textOf(schema['format'])];
  if (bits !== undefined && (value >= bits || value < -bits))
    say(`must be of type ${textOf(schema['format'])}: "${value}"`);
}

function list(errors: FieldError[], value: Json[], schema: JsonObject, path: string): void {
  const [max, min] = [count(schema, 'maxItems'), count(schema, 'minItems')];
  if (max !== undefined && value.length > max) errors.push(tooMany(path, value.length, max));
  if (min !== undefined && value.length < min)
    errors.push(invalid(path, value.length, body(path, `should have at least ${min} items`)));
  const { items } = schema;
  if (isObject(items)) for (const [i, item] of value.entries()) check(errors, item, items, `${path}[${i}]`);
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return;
  const keys = listOf(schema['x-kubernetes-list-map-keys']).map(textOf);
  const seen = new Set<string>();
  value.forEach((item, i) => {
    const key: Json =
      type === 'set' ? item : Object.fromEntries(keys.map((name) => [name, objectOf(item)[name] ?? null]));
    const said = JSON.stringify(key);
    if (seen.has(said)) errors.push(duplicate(`${path}[${i}]`, key));
    seen.add(said);
  });
}

function object(errors: FieldError[], value: JsonObject, schema: JsonObject, path: string, root: boolean): void {
  const names = Object.keys(value);
  const [max, min] = [count(schema, 'maxProperties'), count(schema, 'minProperties')];
  if (max !== undefined && names.length > max) errors.push(tooManyFields(path, names.length, max));
  if (min !== undefined && names.length < min)
    errors.push(invalid(path, names.length, body(path, `should have at least ${min} properties`)));
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`);
  for (const name of listOf(schema['required']).map(textOf))
    if (!Object.hasOwn(value, name)) errors.push(required(at(name)));
  if (embeds(schema))
    for (const name of ['apiVersion', 'kind'])
      if (value[name] === undefined) errors.push(required(at(name)));
      else if (textOf(value[name]) === '') errors.push(invalid(at(name), value[name], 'must not be empty'));
  for (const name of names) {
    if (root && (name === 'metadata' || name === 'apiVersion' || name === 'kind')) {
      const own = objectOf(objectOf(schema['properties'])[name]);
      // Of the metadata only what a schema may restrict: the name.
      if (name === 'metadata' && isObject(own['properties'])) check(errors, value[name] as Json, own, at(name));
      continue;
    }
    const inner = schemaOf(schema, name);
    if (inner !== undefined) check(errors, value[name] as Json, inner, at(name));
  }
}
const tooManyFields = (path: string, actual: number, max: number): FieldError =>
  invalid(path, actual, body(path, `should have at most ${max} properties`));

function combined(errors: FieldError[], value: Json, schema: JsonObject, path: string): void {
  const valid = (one: Json): boolean => isObject(one) && checkValue(value, one, path === '' ? '.' : path).length === 0;
  const say = (words: string): void => void errors.push(invalid(path, shortly(value), `"${path}" ${words}`));
  const [all, any, one, not] = [schema['allOf'], schema['anyOf'], schema['oneOf'], schema['not']];
  if (Array.isArray(all) && all.length > 0 && !all.every(valid)) {
    for (const each of all) if (isObject(each)) check(errors, value, each, path);
  }
  if (Array.isArray(any) && any.length > 0 && !any.some(valid)) say('must validate at least one schema (anyOf)');
  if (Array.isArray(one) && one.length > 0) {
    const found = one.filter(valid).length;
    if (found !== 1)
      say(
        `must validate one and only one schema (oneOf). ${found === 0 ? 'Found none valid' : `Found ${found} valid alternatives`}`,
      );
  }
  if (isObject(not) && valid(not)) say('must not validate the schema (not)');
}
const shortly = (value: Json): Json => (isObject(value) || Array.isArray(value) ? '' : value);
