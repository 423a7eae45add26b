//! One informer: subscribes before it lists, and lists again whenever it has missed something.
import { address, inbox, node, watchAll } from '../../../runtime/address.ts';
import { fail, type Result, unreachable } from '../../../runtime/fault.ts';
import type { ActorHandle, Host, Self } from '../../../runtime/host.ts';
import type { Stop } from '../../../runtime/ports.ts';
import { ask } from '../../../runtime/task.ts';
import type { Resource } from '../../api/resource.ts';
import { groupResource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { nodeStream, resourceStream, type User } from '../../apiserver/protocol.ts';
import { type Change, ETCD, type EtcdReply, type EtcdRequest } from '../../etcd/protocol.ts';
import type { ObjectStore } from '../cache.ts';
import { createClient, type Listed } from '../client.ts';
import { Feed } from './feed.ts';
import { backoffMs, checkMs } from './logic.ts';
import { informerMachine } from './machine.ts';
import type { InformerEvent } from './protocol.ts';

const CHECK_TIMEOUT_MS = 5_000;

export interface Scope {
  readonly resource: Resource;
  readonly namespace?: string;
  readonly node?: string;
}
/** `pods`, `deployments.apps`, `pods@node-1`, `leases.coordination.k8s.io:kube-node-lease`. */
export const scopeName = (scope: Scope): string =>
  groupResource(scope.resource) +
  (scope.node === undefined ? '' : `@${scope.node}`) +
  (scope.namespace === undefined ? '' : `:${scope.namespace}`);

export function startInformer(host: Host, scope: Scope, store: ObjectStore, user: User): ActorHandle<InformerEvent> {
  const { cluster } = host;
  const { resource } = scope;
  const at = address('informer', host.id, scopeName(scope));
  const draw = host.ports.random.fork(`informer/${host.id}/${scopeName(scope)}`);
  const [subject, stream] =
    scope.node === undefined
      ? [watchAll(cluster, resource.group, resource.resource), resourceStream(resource.group, resource.resource)]
      : [node(cluster, scope.node, resource.resource), nodeStream(scope.node, resource.resource)];
  const feed = new Feed(store, stream, scope.namespace);
  const client = createClient(cluster, user, { id: `informer:${host.id}`, random: draw, clock: host.ports.clock });
  const options = scope.node === undefined ? {} : { fieldSelector: `spec.nodeName=${scope.node}` };
  const howFar: EtcdRequest = { type: 'etcd.revision', stream };
  let listing: Stop = () => {};
  let offStatus: Stop = () => {};

  return host.start({
    address: at,
    machine: informerMachine.provide({
      delays: { backoff: (x) => backoffMs(x.context.failures, draw.float()), check: () => checkMs(draw.float()) },
    }),
    input: undefined,
    onStart: (self) => {
      self.subscribe(subject, ({ message }) => (feed.receive(message as Change) ? undefined : { type: 'stream.gap' }));
      offStatus = host.ports.bus.onStatus((status) => {
        if (status === 'connected') self.send({ type: 'bus.connected' });
      });
    },
    onStop: () => offStatus(),
    perform: (effect, self) => {
      switch (effect.type) {
        case 'list.start':
          listing();
          feed.listing();
          listing = self.run(client.pages(resource, scope.namespace ?? '', options), (result) => listed(result, self));
          return;
        case 'stream.check':
          self.run(ask<EtcdReply>(inbox(cluster, ETCD), howFar, CHECK_TIMEOUT_MS), (result) =>
            result.ok && result.value.type === 'etcd.revised' && !feed.caughtUp(result.value.streamRevision)
              ? { type: 'stream.gap' }
              : undefined,
          );
          return;
        default:
          return unreachable(effect);
      }
    },
  });

  function listed(result: Result<Listed<KubeObject>>, self: Self<InformerEvent>): InformerEvent {
    if (!result.ok) {
      self.logger.warn({ fault: result.fault.reason, message: result.fault.message }, 'list failed');
      return { type: 'list.failed', fault: result.fault };
    }
    if (Number.isNaN(result.value.revision))
      return { type: 'list.failed', fault: fail('InternalError', 'a list without resourceVersion').fault };
    return feed.listed(result.value) ? { type: 'list.succeeded' } : { type: 'list.behind' };
  }
}
