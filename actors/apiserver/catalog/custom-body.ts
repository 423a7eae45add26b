//! The body of a custom resource: its metadata by the API's own schema, the rest by its definition's.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Custom } from '../../api/custom/compile.ts';
import { type Decoded, decode } from '../../api/decode.ts';
import { isObject, type Json, type JsonObject, objectOf, textOf } from '../../api/json.ts';
import { OBJECT_META, type Schema } from '../../api/schema.ts';
import { badRequest } from '../../api/status.ts';
import { refuse } from '../verbs/engine.ts';

/** Pruned, not yet defaulted. */
export function decodeCustom(schema: Schema, custom: Custom, body: JsonObject): Result<Decoded> {
  const unknown: string[] = [];
  const kind = textOf(body['kind']);
  const version = textOf(body['apiVersion']).split('/').at(-1);
  const handled = `${kind} in version "${version}" cannot be handled as a ${kind}:`;
  const meta = (value: Json, path: string): Result<Json> => {
    if (!isObject(value)) {
      const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
      const detail = `json: cannot unmarshal ${type} into Go value of type v1.ObjectMeta`;
      return refuse(badRequest(`${handled} ${detail}`));
    }
    const decoded = decode(schema, OBJECT_META, value);
    if (decoded.errors.length > 0) return refuse(badRequest(`${handled} ${decoded.errors[0]?.detail ?? ''}`));
    unknown.push(...decoded.unknown.map((field) => `${path}.${field}`));
    return ok(decoded.object);
  };
  const own = meta(body['metadata'] ?? {}, 'metadata');
  if (!own.ok) return own;
  const pruned = custom.prune(
    { ...body, metadata: own.value },
    {
      unknown,
      // What is no metadata stays as it is: the check of the whole refuses it.
      inner: (value, path) => {
        const found = meta(value, path);
        return found.ok ? found.value : value;
      },
    },
  );
  return ok({ object: objectOf(pruned), errors: [], unknown });
}
