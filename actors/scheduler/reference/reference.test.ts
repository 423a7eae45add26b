//! The scheduler, which keeps everything and asks as little as it can, against the reference, which keeps nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Node } from '../../api/types/cluster.ts';
import type { Pod } from '../../api/types/pod.ts';
import { Rig } from '../rig.ts';
import { aNode, aPod, NAMESPACES } from './arbitrary.ts';
import { fitting, type Scene, totals } from './reference.ts';

const NODES = 6;
const WAITING = 6;
type Step =
  | { readonly do: 'place'; readonly pod: number; readonly node: number }
  | { readonly do: 'remove'; readonly pod: number }
  | { readonly do: 'change'; readonly node: number; readonly to: Node }
  | { readonly do: 'ask'; readonly pod: number };
const index = (below: number) => fc.nat({ max: below - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('place' as const), pod: index(12), node: index(NODES) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), pod: index(12) }) },
  {
    weight: 1,
    arbitrary: index(NODES).chain((node) => aNode(node).map((to) => ({ do: 'change' as const, node, to }))),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), pod: index(WAITING) }) },
);
const many = <T>(count: number, one: (i: number) => fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.tuple(...Array.from({ length: count }, (_, i) => one(i))) as unknown as fc.Arbitrary<T[]>;

test('scheduler: any cluster, any pods, whatever happened: the nodes and the scores of the reference', () => {
  const scenes = fc.record({
    nodes: many(NODES, aNode),
    pods: many(12, (i) => aPod(`p${i}`)),
    waiting: many(WAITING, (i) => aPod(`w${i}`)),
    steps: fc.array(step, { minLength: 5, maxLength: 40 }),
  });
  fc.assert(
    fc.property(scenes, ({ nodes, pods, waiting, steps }) => {
      const rig = new Rig();
      for (const [name, labels] of Object.entries(NAMESPACES)) rig.cluster.table.setNamespace(name, labels);
      rig.node(...nodes);
      const placed = new Map<string, Pod>();
      const now = [...nodes];
      for (const what of steps) {
        if (what.do === 'change') {
          now[what.node] = what.to;
          rig.node(what.to);
        } else if (what.do === 'place') {
          const pod = pods[what.pod]!;
          if (placed.has(pod.metadata.name)) continue;
          const bound = { ...pod, spec: { ...pod.spec, nodeName: `n${what.node}` } };
          placed.set(pod.metadata.name, bound);
          rig.pod(bound);
        } else if (what.do === 'remove') {
          const bound = placed.get(`p${what.pod}`);
          if (bound === undefined) continue;
          placed.delete(bound.metadata.name);
          rig.gone(bound);
        } else compare(rig, { nodes: now, pods: [...placed.values()], namespaces: NAMESPACES }, waiting[what.pod]!);
      }
    }),
    { numRuns: 500 },
  );
});

function compare(rig: Rig, scene: Scene, pod: Pod): void {
  const nodes = fitting(scene, pod);
  const wanted = totals(scene, pod, nodes);
  const got = rig.scores(pod);
  assert.deepEqual(
    Object.fromEntries(Object.entries(got).sort()),
    Object.fromEntries(nodes.map((node, i) => [node.metadata.name, wanted[i]!] as const).sort()),
  );
}
