import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { requestsOf } from '../api/pod-requests.ts';
import type { Pod } from '../api/types/pod.ts';
import { container, node, ownedBy, pod } from './fixtures.ts';
import { choose, enoughNodes, scores } from './logic.ts';
import { NodeTable } from './node-table.ts';
import { factsOf } from './pod-facts.ts';
import { refusalMessage } from './refusal-message.ts';

const table = (...nodes: ReturnType<typeof node>[]): NodeTable => {
  const made = new NodeTable();
  for (const one of nodes) made.setNode(one);
  return made;
};
const pick = (pod: Pod, nodes: NodeTable) => choose(factsOf(pod), nodes, new SeededRandom(1), 0);
const chosen = (pod: Pod, nodes: NodeTable): string | undefined => {
  const choice = pick(pod, nodes);
  return choice.fits ? choice.node.name : undefined;
};
const refused = (wanted: Pod, nodes: NodeTable): string => {
  const choice = pick(wanted, nodes);
  assert(!choice.fits);
  return refusalMessage(choice.refusals, wanted.spec);
};
const GPU = 'example.com/gpu';

test('scheduler: filters: each refuses in its own words', () => {
  const taint = { key: 'dedicated', value: 'db', effect: 'NoSchedule' } as const;
  const small = node('n', { allocatable: { cpu: '1', memory: '1Gi' } });
  const affine = (operator: 'In' | 'Gt', key: string, values: string[]) =>
    pod('p', {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key, operator, values }] }],
          },
        },
      },
    });
  const cases: [name: string, Pod, ReturnType<typeof node>, reason: string | undefined][] = [
    ['cordoned', pod('p'), node('n', { spec: { unschedulable: true } }), 'node(s) were unschedulable'],
    [
      'cordon tolerated',
      pod('p', { tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }] }),
      node('n', { spec: { unschedulable: true } }),
      undefined,
    ],
    ['taint', pod('p'), node('n', { spec: { taints: [taint] } }), 'node(s) had untolerated taint(s)'],
    [
      'taint by value',
      pod('p', { tolerations: [{ key: 'dedicated', value: 'db' }] }),
      node('n', { spec: { taints: [taint] } }),
      undefined,
    ],
    [
      'taint of other value',
      pod('p', { tolerations: [{ key: 'dedicated', value: 'web' }] }),
      node('n', { spec: { taints: [taint] } }),
      'node(s) had untolerated taint(s)',
    ],
    [
      'tolerates everything',
      pod('p', { tolerations: [{ operator: 'Exists' }] }),
      node('n', { spec: { taints: [taint] } }),
      undefined,
    ],
    ['soft taint', pod('p'), node('n', { spec: { taints: [{ key: 'a', effect: 'PreferNoSchedule' }] } }), undefined],
    [
      'nodeSelector',
      pod('p', { nodeSelector: { disk: 'ssd' } }),
      node('n'),
      "node(s) didn't match Pod's node affinity/selector",
    ],
    [
      'nodeSelector met',
      pod('p', { nodeSelector: { disk: 'ssd' } }),
      node('n', { labels: { disk: 'ssd' } }),
      undefined,
    ],
    [
      'affinity In',
      affine('In', 'disk', ['ssd']),
      node('n', { labels: { disk: 'hdd' } }),
      "node(s) didn't match Pod's node affinity/selector",
    ],
    ['affinity Gt', affine('Gt', 'cores', ['4']), node('n', { labels: { cores: '8' } }), undefined],
    ['cpu', pod('p', { containers: [container({ cpu: '1001m' })] }), small, 'Insufficient cpu'],
    ['cpu just so', pod('p', { containers: [container({ cpu: '1' })] }), small, undefined],
    ['memory', pod('p', { containers: [container({ memory: '2Gi' })] }), small, 'Insufficient memory'],
    ['extended', pod('p', { containers: [container({ [GPU]: '1' })] }), small, `Insufficient ${GPU}`],
    ['no room for pods', pod('p'), node('n', { allocatable: { pods: '0' } }), 'Too many pods'],
    ['init container', pod('p', { initContainers: [container({ cpu: '2' })] }), small, 'Insufficient cpu'],
  ];
  for (const [name, wanted, on, reason] of cases) {
    const choice = pick(wanted, table(on));
    assert.deepEqual(choice.fits ? undefined : [...choice.refusals.reasons.keys()][0], reason, name);
  }
});
test('scheduler: host ports: a port is free on another address only', () => {
  const listening = (name: string, hostPort: number, hostIP?: string) =>
    factsOf(
      pod(name, {
        containers: [
          container({}, { ports: [{ containerPort: 80, hostPort, protocol: 'TCP', ...(hostIP ? { hostIP } : {}) }] }),
        ],
      }),
    );
  const nodes = table(node('n'));
  nodes.place(listening('a', 8080, '10.0.0.1'), 'n');
  const fits = (one: ReturnType<typeof listening>) => choose(one, nodes, new SeededRandom(1), 0).fits;
  assert.equal(fits(listening('b', 8080)), false);
  assert.equal(fits(listening('b', 8080, '10.0.0.1')), false);
  assert.equal(fits(listening('b', 8080, '10.0.0.2')), true);
  assert.equal(fits(listening('b', 8081)), true);
  nodes.remove('default/a');
  assert.equal(fits(listening('b', 8080)), true);
});
test('scheduler: requests: sidecars add up, init containers need their peak, overhead comes on top', () => {
  const { milliCpu, memory, scoredMilliCpu, others } = requestsOf(
    pod('p', {
      initContainers: [
        container({ cpu: '300m' }),
        { ...container({ cpu: '200m' }), restartPolicy: 'Always' },
        container({ cpu: '900m' }),
      ],
      containers: [container({ cpu: '500m', memory: '1Gi' }), container({ [GPU]: '2' })],
      overhead: { cpu: '50m' },
    }).spec,
  );
  assert.deepEqual([milliCpu, memory, scoredMilliCpu, others?.get(GPU)], [900 + 200 + 50, 2 ** 30, 900 + 200 + 50, 2]);
});
test('scheduler: message: counts reasons in order of their words', () => {
  const nodes = table(
    node('a', { spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } }),
    node('b', { spec: { taints: [{ key: 'y', effect: 'NoExecute' }] } }),
    node('c'),
    node('d', { allocatable: { cpu: '16' } }),
  );
  nodes.place(factsOf(pod('big', { containers: [container({ cpu: '15' })] })), 'd');
  assert.equal(
    refused(pod('p', { containers: [container({ cpu: '8' })] }), nodes),
    '0/4 nodes are available: 2 Insufficient cpu, 2 node(s) had untolerated taint(s). no new claims to deallocate, ' +
      'preemption: 0/4 nodes are available: 1 No preemption victims found for incoming pod, 3 Preemption is not helpful for scheduling.',
  );
  assert.equal(refused(pod('p'), table()), 'no nodes available to schedule pods');
});
test('scheduler: nodes named by affinity fields: no other node is asked', () => {
  const named = pod('p', {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] }],
        },
      },
    },
  });
  assert.equal(chosen(named, table(node('a'), node('b'), node('c'))), 'b');
  const full = table(node('a'), node('b', { spec: { unschedulable: true } }));
  assert.match(
    refused(named, full),
    /1 node\(s\) didn't satisfy plugin\(s\) \[NodeAffinity\], 1 node\(s\) were unschedulable\./,
  );
});
test('scheduler: spread: replicas of one owner go to different nodes', () => {
  const nodes = table(node('a'), node('b'), node('c'));
  for (let i = 0; i < 6; i++) {
    const replica = pod(`web-${i}`, {}, ownedBy('rs'));
    nodes.assume(factsOf(replica), chosen(replica, nodes)!);
  }
  assert.deepEqual(
    nodes.nodes.map((info) => info.pods.size),
    [2, 2, 2],
  );
});
test('scheduler: spread: zones count as well as nodes', () => {
  const zone = (name: string) => ({ labels: { 'topology.kubernetes.io/zone': name } });
  const nodes = table(node('a', zone('x')), node('b', zone('x')), node('c', zone('y')));
  nodes.place(factsOf(pod('web-0', {}, ownedBy('rs'))), 'a');
  assert.equal(chosen(pod('web-1', {}, ownedBy('rs')), nodes), 'c');
});
test('scheduler: scores: the freer node, the preferred node, the untainted node', () => {
  const busy = table(node('a'), node('b'));
  busy.place(factsOf(pod('x', { containers: [container({ cpu: '2', memory: '4Gi' })] })), 'a');
  assert.equal(chosen(pod('p'), busy), 'b');
  const preferring = pod('p', {
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 10, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
        ],
      },
    },
  });
  assert.equal(chosen(preferring, table(node('a'), node('b', { labels: { disk: 'ssd' } }))), 'b');
  const soft = node('a', { spec: { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] } });
  assert.equal(chosen(pod('p'), table(soft, node('b'))), 'b');
});
test("scheduler: scores: Kubernetes' own numbers", () => {
  const nodes = table(node('a'));
  const asking = factsOf(pod('p', { containers: [container({ cpu: '1', memory: '4Gi' })] }));
  // least allocated (75 + 50) / 2 = 62, balanced 1 - |0.25 - 0.5| / 2 = 87
  assert.deepEqual(scores(asking, nodes.nodes, nodes), [62 + 87]);
});
test('scheduler: ties: drawn, and the same for the same seed', () => {
  const nodes = table(...Array.from({ length: 10 }, (_, i) => node(`n${i}`)));
  const draw = (seed: number) => {
    const random = new SeededRandom(seed);
    return Array.from({ length: 20 }, (_, i) => {
      const choice = choose(factsOf(pod(`p${i}`)), nodes, random, 0);
      return choice.fits && choice.node.name;
    });
  };
  assert.deepEqual(draw(1), draw(1));
  assert(new Set(draw(1)).size > 3);
});
test('scheduler: sampling: as many nodes as Kubernetes looks for', () => {
  const table = [
    [3, 3],
    [100, 100],
    [101, 100],
    [1_000, 420],
    [5_000, 500],
    [15_000, 750],
  ] as const;
  for (const [nodes, want] of table) assert.equal(enoughNodes(nodes), want, `${nodes} nodes`);
});
