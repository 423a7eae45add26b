import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, STORAGE_CLASSES } from '../../api/resource.ts';
import { Story } from '../manager/cluster.fixture.ts'; // tidy: a fixture of tests
import { persistentVolumeBinder } from './index.ts';

const CLAIM = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } };
const VOLUME = { capacity: { storage: '10Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/srv' } };
function begun() {
  const story = new Story();
  story.manager('m', [persistentVolumeBinder]);
  const claims = story.seen(PERSISTENT_VOLUME_CLAIMS);
  const volumes = story.seen(PERSISTENT_VOLUMES);
  return {
    story,
    claim: (name: string) => claims.get(`default/${name}`),
    volume: (name: string) => volumes.get(name),
    phases: (name: string) => `${claims.get(`default/${name}`)?.status.phase} ${volumes.get('v')?.status.phase}`,
    events: story.seen(EVENTS),
  };
}

test('volumes: a claim and a volume: bound to each other; the claim gone: released, and taken by nobody', () => {
  const { story, claim, volume, phases } = begun();
  story.create(PERSISTENT_VOLUMES, '', 'v', { spec: VOLUME });
  story.until('available', () => volume('v')?.status.phase === 'Available');
  story.create(PERSISTENT_VOLUME_CLAIMS, 'default', 'c', { spec: { ...CLAIM, storageClassName: '' } });
  story.until('both bound', () => phases('c') === 'Bound Bound');
  assert.equal(claim('c')?.spec.volumeName, 'v');
  assert.deepEqual(claim('c')?.status.capacity, { storage: '10Gi' });
  assert.equal(volume('v')?.spec.claimRef?.uid, claim('c')?.metadata.uid);
  story.create(PERSISTENT_VOLUME_CLAIMS, 'default', 'late', { spec: { ...CLAIM, storageClassName: '' } });
  story.do('delete', story.client.delete(PERSISTENT_VOLUME_CLAIMS, 'default', 'c'));
  // Its finalizer is the protection controller's to take away, who is not here.
  story.do('free', story.client.patch(PERSISTENT_VOLUME_CLAIMS, 'default', 'c', { metadata: { finalizers: null } }));
  story.until('released', () => volume('v')?.status.phase === 'Released');
  assert.equal(claim('late')?.status.phase, 'Pending');
});
test('volumes: two claims, one volume: one is bound, the other waits and says why', () => {
  const { story, claim, events } = begun();
  const names = ['a', 'b'];
  for (const name of names)
    story.create(PERSISTENT_VOLUME_CLAIMS, 'default', name, { spec: { ...CLAIM, storageClassName: '' } });
  story.create(PERSISTENT_VOLUMES, '', 'v', { spec: VOLUME });
  const bound = (): readonly string[] => names.filter((name) => claim(name)?.status.phase === 'Bound');
  story.until('one has it', () => bound().length === 1);
  const other = names.find((name) => name !== bound()[0]);
  story.until('the other says so', () =>
    events.list().some(({ reason, involvedObject }) => reason === 'FailedBinding' && involvedObject.name === other),
  );
  assert.equal(bound().length, 1);
});
test('volumes: a claim without a class: gets the default when there is one, and waits for who makes volumes', () => {
  const { story, claim, phases } = begun();
  story.create(PERSISTENT_VOLUME_CLAIMS, 'default', 'c', { spec: CLAIM });
  story.create(STORAGE_CLASSES, '', 'standard', {
    metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'x.io/disk',
  });
  story.until(
    'asked for',
    () => claim('c')?.metadata.annotations?.['volume.kubernetes.io/storage-provisioner'] !== undefined,
  );
  assert.equal(claim('c')?.spec.storageClassName, 'standard');
  // The provisioner makes it, for this claim.
  const claimRef = { namespace: 'default', name: 'c', uid: claim('c')!.metadata.uid };
  story.create(PERSISTENT_VOLUMES, '', 'v', { spec: { ...VOLUME, storageClassName: 'standard', claimRef } });
  story.until('both bound', () => phases('c') === 'Bound Bound');
});
test('volumes: a bound volume is deleted: its claim is lost', () => {
  const { story, claim, phases } = begun();
  story.create(PERSISTENT_VOLUMES, '', 'v', { spec: VOLUME });
  story.create(PERSISTENT_VOLUME_CLAIMS, 'default', 'c', { spec: { ...CLAIM, storageClassName: '' } });
  story.until('both bound', () => phases('c') === 'Bound Bound');
  story.do('delete', story.client.delete(PERSISTENT_VOLUMES, '', 'v'));
  story.do('free', story.client.patch(PERSISTENT_VOLUMES, '', 'v', { metadata: { finalizers: null } }));
  story.until('lost', () => claim('c')?.status.phase === 'Lost');
});
