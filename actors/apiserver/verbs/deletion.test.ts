import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/types/meta.ts';
import type { ApiOptions } from '../protocol.ts';
import { deletionOf } from './deletion.ts';

const NOW = 1_767_225_600_000;
const POD = { group: '', kind: 'Pod' };
const running = (metadata: object = {}, more: object = {}): KubeObject =>
  ({
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name: 'p', ...metadata },
    spec: { nodeName: 'n', terminationGracePeriodSeconds: 30 },
    status: { phase: 'Running' },
    ...more,
  }) as unknown as KubeObject;

test('deletion: a pod: what it becomes', () => {
  const going = { deletionTimestamp: '2026-01-01T00:00:20Z', deletionGracePeriodSeconds: 30 };
  const table: [string, KubeObject, ApiOptions, string, number?][] = [
    ['running', running(), {}, 'put', 30],
    ['running, grace given', running(), { gracePeriodSeconds: 5 }, 'put', 5],
    ['running, at once', running(), { gracePeriodSeconds: 0 }, 'remove', 0],
    ['no node', running({}, { spec: {} }), {}, 'remove', 0],
    ['ended', running({}, { status: { phase: 'Succeeded' } }), {}, 'remove', 0],
    ['going already', running(going), {}, 'keep'],
    ['going, longer', running(going), { gracePeriodSeconds: 60 }, 'keep'],
    ['going, shorter', running(going), { gracePeriodSeconds: 10 }, 'put', 10],
    ['going, the kubelet is done', running(going), { gracePeriodSeconds: 0 }, 'remove', 0],
    ['held, the kubelet is done', running({ ...going, finalizers: ['a/b'] }), { gracePeriodSeconds: 0 }, 'put', 0],
  ];
  for (const [what, pod, options, decided, seconds] of table) {
    const deletion = deletionOf(POD, pod, options, NOW);
    assert.equal(deletion.what, decided, what);
    if (deletion.what !== 'keep') assert.equal(deletion.object.metadata.deletionGracePeriodSeconds, seconds, what);
  }
});

test('deletion: propagation: a finalizer for the garbage collector', () => {
  const map = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'm' } } as unknown as KubeObject;
  const info = { group: '', kind: 'ConfigMap' };
  const finalizers = (options: ApiOptions): readonly string[] | undefined => {
    const deletion = deletionOf(info, map, options, NOW);
    return deletion.what === 'put' ? deletion.object.metadata.finalizers : undefined;
  };
  assert.deepEqual(finalizers({ propagationPolicy: 'Foreground' }), ['foregroundDeletion']);
  assert.deepEqual(finalizers({ propagationPolicy: 'Orphan' }), ['orphan']);
  assert.equal(finalizers({ propagationPolicy: 'Background' }), undefined);
});
