import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toleratesTaint } from '../../api/toleration.ts';
import type { Taint } from '../../api/types/cluster.ts';
import type { Pod, Toleration } from '../../api/types/pod.ts';
import { plan, staysMs } from './logic.ts';

const unreachable: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' };
const gpu: Taint = { key: 'gpu', value: 'a100', effect: 'NoExecute' };
const pod = (...tolerations: Toleration[]): Pod =>
  ({
    metadata: { name: 'p', namespace: 'default', creationTimestamp: '1970-01-01T00:00:00Z' },
    spec: { tolerations },
    status: {},
  }) as unknown as Pod;

test('taint eviction: tolerates: table', () => {
  const table: readonly (readonly [Toleration, boolean])[] = [
    [{ operator: 'Exists' }, true],
    [{ key: 'gpu', operator: 'Exists' }, true],
    [{ key: 'gpu', value: 'a100' }, true],
    [{ key: 'gpu', value: 'h100' }, false],
    [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }, false],
    [{ key: 'cpu', operator: 'Exists' }, false],
    [{ value: 'a100' }, false],
  ];
  for (const [toleration, expected] of table)
    assert.equal(toleratesTaint(toleration, gpu), expected, JSON.stringify(toleration));
  const level: Taint = { key: 'level', value: '3', effect: 'NoExecute' };
  assert.equal(toleratesTaint({ key: 'level', operator: 'Gt', value: '2' }, level), true);
  assert.equal(toleratesTaint({ key: 'level', operator: 'Lt', value: '2' }, level), false);
});
test('taint eviction: stays: not tolerated 0, without seconds for ever, several the least', () => {
  const all: Toleration = { key: 'gpu', operator: 'Exists' };
  assert.equal(staysMs(pod(), [gpu]), 0);
  assert.equal(staysMs(pod(all), [gpu, unreachable]), 0);
  assert.equal(staysMs(pod(all), [gpu]), undefined);
  assert.equal(
    staysMs(pod({ ...all, tolerationSeconds: 300 }, { operator: 'Exists', tolerationSeconds: 20 }), [gpu]),
    20_000,
  );
  assert.equal(staysMs(pod({ ...all, tolerationSeconds: -1 }), [gpu]), 0);
});
test('taint eviction: plan: waits from when the taint was added, remembers, evicts, forgets', () => {
  const five = pod({ operator: 'Exists', tolerationSeconds: 300 });
  const added = { ...unreachable, timeAdded: '1970-01-01T00:01:40Z' };
  assert.deepEqual(plan(five, [added], undefined, 150_000), { do: 'wait', since: 100_000, afterMs: 250_000 });
  assert.deepEqual(plan(five, [unreachable], 100_000, 150_000), { do: 'wait', since: 100_000, afterMs: 250_000 });
  assert.deepEqual(plan(five, [unreachable], undefined, 150_000), { do: 'wait', since: 150_000, afterMs: 300_000 });
  assert.deepEqual(plan(five, [added], undefined, 400_000), { do: 'evict' });
  assert.deepEqual(plan(five, [], 100_000, 400_000), { do: 'forget' });
  assert.deepEqual(plan(pod(), [gpu], undefined, 0), { do: 'evict' });
  assert.deepEqual(plan(undefined, [gpu], undefined, 0), { do: 'forget' });
});
