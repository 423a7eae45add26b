import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node } from '../../api/types/cluster.ts';
import type { Pod } from '../../api/types/pod.ts';
import { reasonToGo, surplus } from './logic.ts';

const pod = (name: string, over: { node?: string; deleting?: boolean; at?: string; reason?: string } = {}): Pod =>
  ({
    metadata: {
      name,
      namespace: 'default',
      creationTimestamp: over.at ?? '2026-01-01T00:00:00Z',
      ...(over.deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: over.node === undefined ? {} : { nodeName: over.node },
    status: { phase: 'Failed', reason: over.reason },
  }) as unknown as Pod;
const node = (ready: string, taint?: string): Node =>
  ({
    spec: { taints: taint === undefined ? [] : [{ key: taint, effect: 'NoExecute' }] },
    status: { conditions: [{ type: 'Ready', status: ready }] },
  }) as unknown as Node;
const OUT = 'node.kubernetes.io/out-of-service';

test('pod gc: surplus: evicted first, then the oldest; nothing up to the threshold', () => {
  const pods = [
    pod('new', { at: '2026-01-03T00:00:00Z' }),
    pod('old'),
    pod('evicted', { at: '2026-01-04T00:00:00Z', reason: 'Evicted' }),
  ];
  assert.deepEqual(surplus(pods, 3), []);
  assert.deepEqual(
    surplus(pods, 1).map(({ metadata }) => metadata.name),
    ['evicted', 'old'],
  );
});
test('pod gc: reason to go: table', () => {
  const table = [
    [pod('a'), undefined, false, undefined],
    [pod('a', { deleting: true }), undefined, false, 'unscheduled'],
    [pod('a', { node: 'n' }), undefined, true, 'orphaned'],
    [pod('a', { node: 'n' }), undefined, false, undefined],
    [pod('a', { node: 'n', deleting: true }), node('Unknown', OUT), false, 'out-of-service'],
    [pod('a', { node: 'n', deleting: true }), node('True', OUT), false, undefined],
    [pod('a', { node: 'n', deleting: true }), node('Unknown'), false, undefined],
    [pod('a', { node: 'n' }), node('Unknown', OUT), false, undefined],
  ] as const;
  for (const [one, at, gone, expected] of table) assert.equal(reasonToGo(one, at, gone), expected);
});
