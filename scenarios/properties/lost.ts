//! What was sent and is not in what came back, by path: zeros may be left out, numbers and times written otherwise.
import { isObject, type Json, type JsonObject, listOf, objectOf } from '../../actors/api/json.ts';
import { compare } from '../../actors/api/quantity.ts';
import { type FieldType, OBJECT_META, type Schema } from '../../actors/api/schema.ts';
import { parseTime } from '../../actors/api/time.ts';

/** What the server writes itself, whatever is sent. */
const SERVERS: ReadonlySet<string> = new Set(
  'uid resourceVersion creationTimestamp deletionTimestamp deletionGracePeriodSeconds generation selfLink managedFields'.split(
    ' ',
  ),
);

export function lost(
  schema: Schema,
  definition: string,
  sent: JsonObject,
  got: JsonObject,
  without: readonly string[] = [],
): readonly string[] {
  const lines: string[] = [];
  const walk = (type: FieldType, a: Json | undefined, b: Json | undefined, path: string): void => {
    // Only a pointer tells a zero from nothing; nothing may have a default.
    if (a === null || (isZero(a) && (b === undefined || isZero(b) || type.zero !== 'kept'))) return;
    if (without.some((one) => path === one || path.startsWith(`${one}.`))) return;
    switch (type.type) {
      case 'object':
        if (!isObject(a)) break;
        for (const [field, inner] of Object.entries(schema.definitions[type.ref ?? '']?.fields ?? {})) {
          if (type.ref === OBJECT_META && SERVERS.has(field)) continue;
          if (field in a) walk(inner, a[field], objectOf(b)[field], `${path}.${field}`);
        }
        return;
      case 'map':
        if (!isObject(a)) break;
        for (const key of Object.keys(a)) walk(type.items!, a[key], objectOf(b)[key], `${path}[${key}]`);
        return;
      case 'list':
        if (!Array.isArray(a)) break;
        a.forEach((item, i) => {
          walk(type.items!, item, listOf(b)[i], `${path}[${i}]`);
        });
        return;
      case 'quantity':
        if (b !== undefined && compare(a, b) === 0) return;
        break;
      case 'time':
        if (Math.floor(parseTime(a)! / 1000) === Math.floor(parseTime(b)! / 1000)) return;
        break;
      case 'microTime':
        if (parseTime(a) === parseTime(b)) return;
        break;
      default:
    }
    if (JSON.stringify(a) !== JSON.stringify(b)) lines.push(`${path}: ${shown(a)} became ${shown(b)}`);
  };
  walk({ type: 'object', ref: definition }, sent, got, '');
  return lines;
}
const isZero = (value: Json | undefined): boolean =>
  value === null ||
  value === '' ||
  value === 0 ||
  value === false ||
  (typeof value === 'object' && Object.values(value).every(isZero));
const shown = (value: Json | undefined): string => (JSON.stringify(value) ?? 'nothing').slice(0, 200);
