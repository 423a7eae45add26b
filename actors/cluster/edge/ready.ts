import type { Host } from '../../../runtime/host.ts';
import { NODES } from '../../api/resource.ts';
import type { Node } from '../../api/types/cluster.ts';
import { informers } from '../../client/informer/set.ts';

const isReady = (node: Node): boolean =>
  node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

/** Resolves when each of these nodes is Ready, as the API says, by this process's own report. */
export function nodesReady(host: Host, names: readonly string[]): Promise<void> {
  if (names.length === 0) return Promise.resolve();
  const since = host.ports.clock.now();
  const waiting = new Set(names);
  return new Promise((done) => {
    const cache = informers(host).get<Node>(
      { resource: NODES },
      {
        changed: (change) => {
          if (change.type === 'deleted' || !isReady(change.object) || !isFresh(change.object, since)) return;
          waiting.delete(change.object.metadata.name);
          if (waiting.size > 0) return;
          host.ports.clock.setTimeout(() => cache.release(), 0);
          done();
        },
      },
    );
  });
}

/** What was Ready before this process started says nothing. Times in objects are whole seconds. */
const isFresh = (node: Node, since: number): boolean =>
  node.status.conditions?.some(
    ({ type, lastHeartbeatTime }) => type === 'Ready' && Date.parse(lastHeartbeatTime ?? '') >= since - 1_000,
  ) ?? false;
