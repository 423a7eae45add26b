import type { Task } from '../../../runtime/task.ts';
import type { Resource } from '../../api/resource.ts';
import { findResource } from '../../api/resources.ts';
import { timestamp } from '../../api/time.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { type Controller, type ControllerIo, type Outcome, watchOf } from '../../client/protocol.ts';
import { FINALIZER, plan, type Todo } from './logic.ts';

const CIDRS: Resource = findResource('networking.k8s.io', 'v1', 'servicecidrs')!;
const ADDRESSES: Resource = findResource('networking.k8s.io', 'v1', 'ipaddresses')!;
/** There are few, and each may be what another waits for: all are looked at together. */
const ALL = 'all';

export const serviceCidrController: Controller = {
  name: 'service-cidr-controller',
  watches: [
    watchOf({ resource: CIDRS, keys: () => [ALL] }),
    // An address more may hold one again, an address less may let one go.
    watchOf({ resource: ADDRESSES, keys: ({ type }) => (type === 'modified' ? [] : [ALL]) }),
  ],
  *reconcile(_, io) {
    const cidrs = io.cache(CIDRS).list();
    const going = cidrs.some(({ metadata }) => metadata.deletionTimestamp !== undefined);
    const addresses = going ? io.cache(ADDRESSES).list() : [];
    let again: number | undefined;
    for (const cidr of cidrs) {
      const todo = plan(cidr, cidrs, addresses, io.clock.now());
      if (todo.what === 'wait') again = Math.min(again ?? todo.afterMs, todo.afterMs);
      const fault = yield* performed(io, cidr, todo);
      if (fault !== undefined) return fault;
    }
    return again === undefined ? undefined : { afterMs: again };
  },
};

function* performed(
  io: ControllerIo,
  { metadata, status }: KubeObject & { status?: object },
  todo: Todo,
): Task<Outcome> {
  const { name, uid, resourceVersion, finalizers = [] } = metadata;
  const same = { uid, resourceVersion };
  const patch = (body: object, subresource = '') =>
    io.client.patch(CIDRS, '', name, body, { type: 'merge', ...(subresource === '' ? {} : { subresource }) });
  switch (todo.what) {
    case 'nothing':
    case 'wait':
      return undefined;
    case 'hold':
      return left(yield* patch({ metadata: { ...same, finalizers: [...finalizers, FINALIZER] } }));
    case 'release':
      return left(yield* patch({ metadata: { ...same, finalizers: finalizers.filter((one) => one !== FINALIZER) } }));
    case 'say': {
      const others = ((status as { conditions?: { type: string }[] })?.conditions ?? []).filter(
        ({ type }) => type !== 'Ready',
      );
      const condition = { type: 'Ready', ...todo.condition, lastTransitionTime: timestamp(io.clock.now()) };
      return left(yield* patch({ metadata: same, status: { conditions: [...others, condition] } }, 'status'));
    }
  }
}
type Done =
  | { readonly ok: true }
  | { readonly ok: false; readonly fault: Exclude<Outcome, undefined | { afterMs: number }> };
/** Gone, or changed meanwhile: it is looked at again. */
const left = (done: Done): Outcome =>
  done.ok || ['NotFound', 'Conflict'].includes(done.fault.reason) ? undefined : done.fault;
