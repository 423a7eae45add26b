import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../../api/resource.ts';
import { Story } from '../manager/cluster.fixture.ts'; // tidy: a fixture of tests
import { ephemeralVolumeController } from './index.ts';

test('ephemeral volumes: a pod has a claim of its own, made again when it goes; another’s is left alone', () => {
  const story = new Story();
  story.manager('m', [ephemeralVolumeController]);
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const volumes = ['data', 'taken'].map((name) => ({
    name,
    ephemeral: { volumeClaimTemplate: { metadata: { labels: { of: name } }, spec } },
  }));
  const stranger = story.create(PERSISTENT_VOLUME_CLAIMS, 'default', 'p-taken', { spec });
  story.create(PODS, 'default', 'p', { spec: { containers: [{ name: 'c', image: 'i' }], volumes } });
  const claims = story.seen(PERSISTENT_VOLUME_CLAIMS);
  story.until('made', () => claims.get('default/p-data') !== undefined);
  const made = claims.get('default/p-data')!;
  assert.deepEqual(made.metadata.labels, { of: 'data' });
  assert.deepEqual(
    made.metadata.ownerReferences?.map(({ kind, name, controller }) => [kind, name, controller]),
    [['Pod', 'p', true]],
  );
  assert.deepEqual(claims.get('default/p-taken')?.metadata.uid, stranger.metadata.uid);
  assert.equal(claims.get('default/p-taken')?.metadata.ownerReferences, undefined);
  story.do('delete', story.client.delete(PERSISTENT_VOLUME_CLAIMS, 'default', 'p-data'));
  story.do(
    'free',
    story.client.patch(PERSISTENT_VOLUME_CLAIMS, 'default', 'p-data', { metadata: { finalizers: null } }),
  );
  story.until('again', () => ![undefined, made.metadata.uid].includes(claims.get('default/p-data')?.metadata.uid));
});
