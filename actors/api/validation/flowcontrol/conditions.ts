//! Conditions of flow control: one of a type.
import { duplicate, required } from '../../field-error.ts';
import { get, type JsonObject, listOf, textOf } from '../../json.ts';
import type { Errors } from '../check.ts';

export function conditions(errors: Errors, object: JsonObject): void {
  const types = new Set<string>();
  listOf(get(object, 'status', 'conditions')).forEach((condition, i) => {
    const at = `status.conditions[${i}].type`;
    const type = textOf(get(condition, 'type'));
    if (types.has(type)) errors.push(duplicate(at, type));
    types.add(type);
    if (type === '') errors.push(required(at, 'must not be empty'));
  });
}
