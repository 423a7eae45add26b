import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../api/types/pod.ts';
import { type NodeRoom, refusal } from './admission.ts';
import { nodeConditions, planFor, retryMs } from './logic.ts';

const pod = (spec: object): Pod => ({ spec: { containers: [], ...spec } }) as unknown as Pod;
const wants = (cpu: string, memory = '0') => ({ resources: { requests: { cpu, memory } } });
const room: NodeRoom = { name: 'n', labels: { zone: 'a', size: '5' }, cpuMilli: 1_000, memoryBytes: 1_024, pods: 3 };

test('planFor: what is wanted against what runs', () => {
  const table = [
    [undefined, undefined, 'nothing'],
    ['a', undefined, 'start'],
    ['a', 'a', 'update'],
    ['b', 'a', 'end'],
    [undefined, 'a', 'end'],
  ] as const;
  for (const [wanted, running, want] of table) assert.equal(planFor(wanted, running), want);
});
test('retryMs: doubles from 100 ms to 7 s', () => {
  assert.deepEqual([0, 1, 2, 3, 20].map(retryMs), [100, 100, 200, 400, 7_000]);
});
test('refusal: in kubelet’s words, or none', () => {
  const affinity = (operator: string, ...values: string[]) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'size', operator, values }] }],
        },
      },
    },
  });
  const port = { containers: [{ ports: [{ containerPort: 1, hostPort: 80, protocol: 'TCP' }] }] };
  const table = [
    [{ containers: [wants('600m')] }, [{ containers: [wants('400m')] }], undefined],
    [{ containers: [wants('601m')] }, [{ containers: [wants('400m')] }], 'OutOfcpu'],
    [{ containers: [wants('0', '2Ki')] }, [], 'OutOfmemory'],
    [{}, [{}, {}, {}], 'OutOfpods'],
    [{ nodeSelector: { zone: 'b' } }, [], 'NodeAffinity'],
    [{ nodeSelector: { zone: 'a' } }, [], undefined],
    [affinity('Gt', '4'), [], undefined],
    [affinity('In', '4'), [], 'NodeAffinity'],
    [port, [port], 'NodePorts'],
    [port, [], undefined],
  ] as const;
  for (const [wanted, others, want] of table)
    assert.equal(refusal(pod(wanted), others.map(pod), room)?.reason, want, JSON.stringify(wanted));
});
test('nodeConditions: transition times move with the status only', () => {
  const first = nodeConditions([], undefined, 0);
  const later = nodeConditions(first, undefined, 60_000);
  const down = nodeConditions(later, 'no answer', 120_000);
  const times = [first, later, down].map((list) => list.at(-1)!.lastTransitionTime);
  assert.deepEqual(times, ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z', '1970-01-01T00:02:00Z']);
  assert.equal(down.at(-1)!.reason, 'KubeletNotReady');
});
