//! Tells kubelets by an annotation of their node how long they may keep what they have read: longer in larger clusters
//! (pkg/controller/ttl).
import { NODES } from '../../api/resource.ts';
import { type Controller, watchOf } from '../../client/protocol.ts';

export const TTL = 'node.alpha.kubernetes.io/ttl';
/** Sizes overlap, so that one node more or less changes nothing twice. */
const STEPS = [
  { least: 0, most: 100, seconds: 0 },
  { least: 90, most: 500, seconds: 15 },
  { least: 450, most: 1_000, seconds: 30 },
  { least: 900, most: 2_000, seconds: 60 },
  { least: 1_800, most: Number.POSITIVE_INFINITY, seconds: 300 },
] as const;

/** The step for so many nodes, from the one before. */
export function stepOf(nodes: number, before: number): number {
  let step = before;
  while (nodes > STEPS[step]!.most) step++;
  while (nodes < STEPS[step]!.least) step--;
  return step;
}

export function ttlController(): Controller {
  let step = 0;
  const ALL = '*';
  return {
    name: 'ttl-controller',
    start: () => {
      step = 0;
    },
    watches: [
      watchOf({
        resource: NODES,
        keys: ({ type, object }) => [
          ...(type === 'modified' ? [] : [ALL]),
          ...(type === 'deleted' ? [] : [object.metadata.name]),
        ],
      }),
    ],
    *reconcile(key, io) {
      const nodes = io.cache(NODES);
      const now = stepOf(nodes.size, step);
      if (now !== step) {
        step = now;
        for (const { metadata } of nodes.list()) io.enqueue(metadata.name);
      }
      const node = key === ALL ? undefined : nodes.get(key);
      const seconds = String(STEPS[step]!.seconds);
      if (node === undefined || node.metadata.annotations?.[TTL] === seconds) return undefined;
      const { uid } = node.metadata;
      const done = yield* io.client.patch(NODES, '', key, { metadata: { uid, annotations: { [TTL]: seconds } } });
      return done.ok || ['NotFound', 'Conflict'].includes(done.fault.reason) ? undefined : done.fault;
    },
  };
}
