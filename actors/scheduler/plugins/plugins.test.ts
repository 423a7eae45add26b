import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestsOf } from '../../api/pod-requests.ts';
import type { Pod } from '../../api/types/pod.ts';
import { container, node, ownedBy, pod } from '../fixtures.ts';
import { enoughNodes } from '../framework/run.ts';
import { Rig } from '../rig.ts';

const table = (...nodes: ReturnType<typeof node>[]): Rig => new Rig().node(...nodes);
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
    const why = table(on).why(wanted);
    assert.equal(why, reason === undefined ? 'it fits' : `0/1 nodes are available: 1 ${reason}.`, name);
  }
});
test('scheduler: host ports: a port is free on another address only', () => {
  const listening = (name: string, hostPort: number, hostIP?: string) =>
    pod(name, {
      containers: [
        container({}, { ports: [{ containerPort: 80, hostPort, protocol: 'TCP', ...(hostIP ? { hostIP } : {}) }] }),
      ],
    });
  const nodes = table(node('n'));
  nodes.place(listening('a', 8080, '10.0.0.1'), 'n');
  const fits = (one: ReturnType<typeof listening>) => nodes.why(one) === 'it fits';
  assert.equal(fits(listening('b', 8080)), false);
  assert.equal(fits(listening('b', 8080, '10.0.0.1')), false);
  assert.equal(fits(listening('b', 8080, '10.0.0.2')), true);
  assert.equal(fits(listening('b', 8081)), true);
  nodes.gone({ ...listening('a', 8080), spec: { ...listening('a', 8080).spec, nodeName: 'n' } });
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
  nodes.place(pod('big', { containers: [container({ cpu: '15' })] }), 'd');
  assert.equal(
    nodes.answer(pod('p', { containers: [container({ cpu: '8' })] })),
    '0/4 nodes are available: 2 Insufficient cpu, 2 node(s) had untolerated taint(s). no new claims to deallocate, ' +
      'preemption: 0/4 nodes are available: 1 No preemption victims found for incoming pod, 3 Preemption is not helpful for scheduling.',
  );
  assert.equal(table().answer(pod('p')), 'no nodes available to schedule pods');
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
  assert.equal(table(node('a'), node('b'), node('c')).answer(named), 'b');
  const full = table(node('a'), node('b', { spec: { unschedulable: true } }));
  assert.match(
    full.answer(named),
    /1 node\(s\) didn't satisfy plugin\(s\) \[NodeAffinity\], 1 node\(s\) were unschedulable\./,
  );
});
test('scheduler: spread: replicas of one owner go to different nodes', () => {
  const nodes = table(node('a'), node('b'), node('c'));
  for (let i = 0; i < 6; i++) {
    const replica = pod(`web-${i}`, {}, ownedBy('rs'));
    nodes.place(replica, nodes.answer(replica));
  }
  assert.deepEqual(
    nodes.cluster.table.nodes.map((info) => info.pods.size),
    [2, 2, 2],
  );
});
test('scheduler: spread: zones count as well as nodes', () => {
  const zone = (name: string) => ({ labels: { 'topology.kubernetes.io/zone': name } });
  const nodes = table(node('a', zone('x')), node('b', zone('x')), node('c', zone('y')));
  nodes.place(pod('web-0', {}, ownedBy('rs')), 'a');
  assert.equal(nodes.answer(pod('web-1', {}, ownedBy('rs'))), 'c');
});
test('scheduler: scores: the freer node, the preferred node, the untainted node', () => {
  const busy = table(node('a'), node('b'));
  busy.place(pod('x', { containers: [container({ cpu: '2', memory: '4Gi' })] }), 'a');
  assert.equal(busy.answer(pod('p')), 'b');
  const preferring = pod('p', {
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 10, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
        ],
      },
    },
  });
  assert.equal(table(node('a'), node('b', { labels: { disk: 'ssd' } })).answer(preferring), 'b');
  const soft = node('a', { spec: { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] } });
  assert.equal(table(soft, node('b')).answer(pod('p')), 'b');
});
test("scheduler: scores: Kubernetes' own numbers", () => {
  const nodes = table(node('a'));
  const asking = pod('p', { containers: [container({ cpu: '1', memory: '4Gi' })] });
  // least allocated (75 + 50) / 2 = 62, balanced 1 - |0.25 - 0.5| / 2 = 87, no soft taint 3 * 100
  assert.deepEqual(nodes.scores(asking), { a: 62 + 87 + 300 });
});
test('scheduler: ties: drawn, and the same for the same seed', () => {
  const draw = (seed: number) => {
    const rig = new Rig({ seed }).node(...Array.from({ length: 10 }, (_, i) => node(`n${i}`)));
    return Array.from({ length: 20 }, (_, i) => rig.answer(pod(`p${i}`)));
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
