import type { Host } from '../../../runtime/host.ts';
import { NODES } from '../../api/resource.ts';
import type { Node } from '../../api/types/cluster.ts';
import { informers } from '../../client/informer/set.ts';

const isReady = (node: Node): boolean =>
  node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

/** Resolves once the API answers, with each of these nodes Ready by this process's own report. */
export function apiReady(host: Host, names: readonly string[]): Promise<void> {
  const since = host.ports.clock.now();
  const waiting = new Set(names);
  return new Promise((done) => {
    let synced = false;
    let over = false;
    const look = (): void => {
      if (over || !synced || waiting.size > 0) return;
      over = true;
      host.ports.clock.setTimeout(() => cache.release(), 0);
      done();
    };
    const cache = informers(host).get<Node>(
      { resource: NODES },
      {
        synced: () => {
          synced = true;
          look();
        },
        changed: (change) => {
          if (change.type === 'deleted' || !isReady(change.object) || !isFresh(change.object, since)) return;
          waiting.delete(change.object.metadata.name);
          look();
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
