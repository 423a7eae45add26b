//! `fieldPath` of a rule: `.spec.replicas`, `['odd.name'].x`; as a path in an error, `spec.replicas`.
import { isObject, type JsonObject } from '../../json.ts';

const STEP = /\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]/y;

/** Undefined for what is no path into the schema. */
export function fieldPathOf(text: string, schema: JsonObject): string | undefined {
  let at = 0;
  let path = '';
  let inside: JsonObject = schema;
  while (at < text.length) {
    STEP.lastIndex = at;
    const match = STEP.exec(text);
    if (match === null) return undefined;
    at += match[0].length;
    const name = match[1] ?? match[2]!.replace(/\\(.)/g, '$1');
    const { properties, additionalProperties } = inside;
    let next: unknown;
    if (isObject(properties)) {
      next = Object.hasOwn(properties, name) ? properties[name] : undefined;
      path = path === '' ? name : `${path}.${name}`;
    } else {
      next = additionalProperties;
      path = `${path}[${name}]`;
    }
    if (!isObject(next)) return undefined;
    inside = next;
  }
  return path;
}
