import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types/storage.ts';
import {
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  PROVISIONED_BY,
  SELECTED_NODE,
} from '../../client/storage/annotations.ts';
import { bestMatch } from '../../client/storage/match.ts';
import { boundClaim, boundVolume } from './bind.ts';
import { planClaim } from './claim.ts';
import { planReclaim, planVolume, unbound } from './volume.ts';

const claim = (spec: object = {}, annotations: object = {}): PersistentVolumeClaim =>
  ({
    metadata: { name: 'c', namespace: 'ns', uid: 'claim-uid', annotations },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '5Gi' } },
      storageClassName: '',
      ...spec,
    },
    status: { phase: 'Pending' },
  }) as unknown as PersistentVolumeClaim;
const volume = (name: string, size: string, spec: object = {}, more: object = {}): PersistentVolume =>
  ({
    metadata: { name, ...more },
    spec: {
      capacity: { storage: size },
      accessModes: ['ReadWriteOnce', 'ReadOnlyMany'],
      persistentVolumeReclaimPolicy: 'Retain',
      ...spec,
    },
    status: { phase: 'Available' },
  }) as unknown as PersistentVolume;
const ref = (uid?: string, name = 'c') => ({
  claimRef: { namespace: 'ns', name, ...(uid === undefined ? {} : { uid }) },
});
const around = (volumes: readonly PersistentVolume[] = [], classes: readonly object[] = [], waitingPod?: string) => ({
  volume: (name: string) => volumes.find(({ metadata }) => metadata.name === name),
  volumes: () => volumes,
  storageClass: (name: string) =>
    (classes as StorageClass[]).find(({ metadata }) => metadata.name === name) as StorageClass | undefined,
  waitingPod,
});
const slow = { metadata: { name: 'slow' }, provisioner: 'x.io/disk', volumeBindingMode: 'WaitForFirstConsumer' };
const fast = { metadata: { name: 'fast' }, provisioner: 'x.io/disk', volumeBindingMode: 'Immediate' };

test('volumes: best match: the smallest that satisfies; one that was meant for it before all', () => {
  const all = [
    volume('big', '100Gi'),
    volume('small', '1Gi'),
    volume('fits-b', '10Gi'),
    volume('fits-a', '10Gi'),
    volume('taken', '6Gi', ref('other', 'd')),
    volume('block', '6Gi', { volumeMode: 'Block' }),
    volume('classy', '6Gi', { storageClassName: 'fast' }),
    volume('once', '6Gi', { accessModes: ['ReadWriteMany'] }),
    volume('going', '6Gi', {}, { deletionTimestamp: 'now' }),
  ];
  assert.equal(bestMatch(all, claim(), false)?.metadata.name, 'fits-a');
  assert.equal(bestMatch(all, claim(), true), undefined, 'the scheduler chooses');
  assert.equal(bestMatch([...all, volume('meant', '50Gi', ref())], claim(), true)?.metadata.name, 'meant');
  assert.equal(bestMatch(all, claim({ selector: { matchLabels: { a: 'b' } } }), false), undefined);
  const labelled = volume('l', '7Gi', {}, { labels: { a: 'b' } });
  assert.equal(bestMatch([...all, labelled], claim({ selector: { matchLabels: { a: 'b' } } }), false), labelled);
});
test('volumes: a claim: what is next, and in which words: table', () => {
  const done = { [BIND_COMPLETED]: 'yes' };
  const table: [PersistentVolumeClaim, ReturnType<typeof around>, string, RegExp?][] = [
    [claim(), around(), 'pending', /no persistent volumes available for this claim and no storage class is set/],
    [claim(), around([volume('v', '9Gi')]), 'bind'],
    [claim({ storageClassName: 'none' }), around(), 'pending', /storageclass\.storage\.k8s\.io "none" not found/],
    [claim({ storageClassName: 'fast' }), around([], [fast]), 'provision', /by the external provisioner 'x\.io\/disk'/],
    [claim({ storageClassName: 'slow' }), around([], [slow]), 'pending', /waiting for first consumer to be created/],
    [claim({ storageClassName: 'slow' }), around([], [slow], 'p'), 'pending', /waiting for pod p to be scheduled/],
    [claim({ storageClassName: 'slow' }, { [SELECTED_NODE]: 'n' }), around([], [slow]), 'provision', /x\.io/],
    [claim({ volumeName: 'v' }), around(), 'pending'],
    [claim({ volumeName: 'v' }), around([volume('v', '9Gi')]), 'bind'],
    [
      claim({ volumeName: 'v' }),
      around([volume('v', '1Gi')]),
      'pending',
      /requested volume "v": requested PV is too small/,
    ],
    [
      claim({ volumeName: 'v' }),
      around([volume('v', '9Gi', ref('x', 'd'))]),
      'pending',
      /"v" already bound to a different/,
    ],
    [claim({ volumeName: 'v' }, done), around([volume('v', '9Gi', ref('claim-uid'))]), 'bind'],
    [claim({ volumeName: 'v' }, done), around(), 'lost', /has lost its PersistentVolume/],
    [claim({}, done), around(), 'lost', /has lost reference to PersistentVolume/],
    [claim({ volumeName: 'v' }, done), around([volume('v', '9Gi', ref('x', 'd'))]), 'lost', /Two claims are bound/],
  ];
  for (const [given, there, what, words] of table) {
    const todo = planClaim(given, there);
    assert.equal(todo.what, what, JSON.stringify(given.spec));
    const message = 'said' in todo ? (todo.said?.message ?? '') : '';
    if (words === undefined) assert.equal(message, '');
    else assert.match(message, words);
    if (todo.what !== 'bind') continue;
    // Bound once, both say so, and there is nothing left to write.
    const [kept, named] = [boundVolume(todo.volume, given), boundClaim(given, todo.volume)];
    assert.equal(boundVolume(kept, named), kept);
    assert.equal(boundClaim(named, kept), named);
    assert.deepEqual(planClaim(named, around([kept])), { what: 'bind', volume: kept });
    assert.deepEqual(planVolume(kept, named), { what: 'phase', phase: 'Bound' });
  }
});
test('volumes: a volume: what is next: table', () => {
  const mine = { [BOUND_BY_CONTROLLER]: 'yes' };
  const made = { annotations: { ...mine, [PROVISIONED_BY]: 'x.io/disk' } };
  const other = claim({ volumeName: 'w' });
  const table: [PersistentVolume, PersistentVolumeClaim | undefined, object][] = [
    [volume('v', '9Gi'), undefined, { what: 'phase', phase: 'Available' }],
    [volume('v', '9Gi', ref()), claim(), { what: 'phase', phase: 'Available' }],
    [volume('v', '9Gi', ref('claim-uid')), claim({ volumeName: 'v' }), { what: 'phase', phase: 'Bound' }],
    [volume('v', '9Gi', ref('claim-uid')), undefined, { what: 'reclaim' }],
    [volume('v', '9Gi', ref('before')), claim({ volumeName: 'v' }), { what: 'reclaim' }],
    [volume('v', '9Gi', ref('claim-uid')), claim(), { what: 'wake' }],
    [volume('v', '9Gi', ref('claim-uid'), { annotations: mine }), other, { what: 'unbind' }],
    [
      volume('v', '9Gi', { ...ref('claim-uid'), persistentVolumeReclaimPolicy: 'Delete' }, made),
      other,
      { what: 'reclaim' },
    ],
  ];
  for (const [given, of, todo] of table) assert.deepEqual(planVolume(given, of), todo);
  assert.equal(unbound(volume('v', '9Gi', ref('u'), { annotations: mine })).spec.claimRef, undefined);
  assert.deepEqual(unbound(volume('v', '9Gi', ref('u'))).spec.claimRef, ref().claimRef);
});
test('volumes: reclaimed: kept, left to who made it, or failed', () => {
  const of = (persistentVolumeReclaimPolicy: string, provisioned: boolean): string =>
    planReclaim(volume('v', '1Gi', { persistentVolumeReclaimPolicy }), provisioned).what;
  assert.deepEqual(
    [of('Retain', false), of('Delete', true), of('Delete', false), of('Recycle', false)],
    ['leave', 'leave', 'fail', 'fail'],
  );
});
