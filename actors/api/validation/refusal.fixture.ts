//! Tables of what is refused: a sound object, how each row bends it, and every word that is said of it then.
import assert from 'node:assert/strict';
import { applyDefaults } from '../defaults.ts';
import { textOfError } from '../field-error.ts';
import { copy, type Json, type JsonObject } from '../json.ts';
import { validate } from '../validation.ts';

/** `spec.drivers.0.name` to its value; undefined takes it away. */
export type Bend = Readonly<Record<string, Json | undefined>>;
export type Row = readonly [bend: Bend, ...said: readonly string[]];
interface Kind {
  readonly group: string;
  readonly version?: string;
  readonly kind: string;
  readonly namespaced?: boolean;
}

export function bent(object: JsonObject, bend: Bend): JsonObject {
  const result = copy(object);
  for (const [path, value] of Object.entries(bend)) {
    const steps = path.split('.').map((step) => step.replaceAll('|', '.'));
    let at = result as Record<string, Json>;
    for (const step of steps.slice(0, -1)) {
      at[step] ??= {};
      at = at[step] as Record<string, Json>;
    }
    const last = steps.at(-1)!;
    if (value !== undefined) at[last] = value;
    else if (Array.isArray(at)) at.splice(Number(last), 1);
    else delete at[last];
  }
  return result;
}
const whole = (kind: Kind, object: JsonObject): JsonObject => ({
  apiVersion: kind.group === '' ? 'v1' : `${kind.group}/${kind.version ?? 'v1'}`,
  kind: kind.kind,
  ...object,
  metadata: {
    name: 'a',
    uid: 'b4c60d70-0d5a-4bd8-9d4b-1c1a5d6e1f10',
    ...(kind.namespaced ? { namespace: 'default' } : {}),
    ...(object['metadata'] as JsonObject | undefined),
  },
});
const infoOf = ({ group, kind, namespaced = false }: Kind): never => ({ group, kind, namespaced }) as never;
const settled = (kind: Kind, object: JsonObject): JsonObject => applyDefaults(kind, whole(kind, object));

/** In a dotted key, `|` stands for a dot of a name. */
export function created(kind: Kind, sound: JsonObject, rows: readonly Row[]): void {
  for (const [bend, ...said] of [[{}] as Row, ...rows]) {
    const errors = validate(infoOf(kind), settled(kind, bent(sound, bend)));
    assert.deepEqual(errors.map(textOfError), said, JSON.stringify(bend));
  }
}
/** `subresource`: '' is the object itself. */
export function updated(kind: Kind, sound: JsonObject, rows: readonly Row[], subresource = ''): void {
  const old = settled(kind, sound);
  for (const [bend, ...said] of [[{}] as Row, ...rows]) {
    const errors = validate(infoOf(kind), settled(kind, bent(sound, bend)), old, subresource);
    assert.deepEqual(errors.map(textOfError), said, JSON.stringify(bend));
  }
}
