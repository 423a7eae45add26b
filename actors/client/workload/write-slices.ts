//! Performs a plan of slices; both controllers of EndpointSlices do.
import { type Fault, fail, type Result } from '../../../runtime/fault.ts';
import { all, type Task } from '../../../runtime/task.ts';
import { ENDPOINT_SLICES } from '../../api/resource.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { ControllerIo } from '../protocol.ts';
import { namespaceTerminating } from './namespace-terminating.ts';
import type { Plan } from './slices.ts';

/** A fault is told as an Event `about` whom they are made for, which messages call `what`. */
export function* writeSlices(
  io: ControllerIo,
  { create, update, remove }: Plan,
  about: KubeObject | undefined,
  what: string,
  namespace: string,
): Task<Fault | undefined> {
  const { client } = io;
  const results = yield* all<Result<unknown>>([
    ...create.map((slice) => client.create(ENDPOINT_SLICES, namespace, slice)),
    ...update.map((slice) => client.update(ENDPOINT_SLICES, slice)),
    ...remove.map(({ metadata: { name, uid } }) =>
      client.delete(ENDPOINT_SLICES, namespace, name, { preconditions: { uid } }),
    ),
  ]);
  for (const result of results) {
    if (result.ok || result.fault.reason === 'NotFound' || namespaceTerminating(result.fault)) continue;
    const message = `Error updating ${what}: ${result.fault.message}`;
    if (about !== undefined) io.events.event(about, 'Warning', 'FailedToUpdateEndpointSlices', message);
    return fail(result.fault.reason, message).fault;
  }
  return undefined;
}
