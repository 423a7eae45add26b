//! What the API's validation says of an object, as the Status that refuses it.
import { invalid } from '../../api/status.ts';
import type { KubeObject, Status } from '../../api/types/meta.ts';
import { validate } from '../../api/validation.ts';
import type { Call } from './engine.ts';

export function validateCreate({ info }: Call, object: KubeObject): Status | undefined {
  const errors = validate(info, object);
  return errors.length === 0 ? undefined : invalid(info, object.metadata.name, errors);
}
export function validateUpdate({ info, request }: Call, object: KubeObject, old: KubeObject): Status | undefined {
  const errors = validate(info, object, old, request.subresource);
  return errors.length === 0 ? undefined : invalid(info, object.metadata.name, errors);
}
/** Told once each, however often it is tried. */
export function warn({ warnings }: Call, said: readonly string[]): void {
  for (const one of said) if (!warnings.includes(one)) warnings.push(one);
}
