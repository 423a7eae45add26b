//! Namespaces, their finalizers, the phase that they are in.
import { invalid } from '../field-error.ts';
import { get, type Json, type JsonObject, listOf, textOf } from '../json.ts';
import { qualifiedName } from '../names.ts';
import type { Errors } from './check.ts';
import { legacyFinalizer } from './metadata.ts';

export function namespace(errors: Errors, object: JsonObject, old?: JsonObject, subresource = ''): void {
  if (old !== undefined && subresource !== 'finalize') return;
  listOf(get(object, 'spec', 'finalizers')).forEach((item, i) => {
    // Kubernetes says which one only of an update.
    finalizer(errors, old === undefined ? 'spec.finalizers' : `spec.finalizers[${i}]`, item);
  });
}
function finalizer(errors: Errors, at: string, item: Json): void {
  for (const message of qualifiedName(textOf(item))) errors.push(invalid(at, item, message));
  legacyFinalizer(errors, at, item);
}
/** Terminating is what is being deleted, and nothing else. */
export function namespaceStatus(errors: Errors, object: JsonObject): void {
  const phase = textOf(get(object, 'status', 'phase'));
  const going = get(object, 'metadata', 'deletionTimestamp') !== undefined;
  const [only, empty] = going ? ['Terminating', 'not empty'] : ['Active', 'empty'];
  if (phase !== only)
    errors.push(invalid('status.Phase', phase, `may only be '${only}' if \`deletionTimestamp\` is ${empty}`));
}
