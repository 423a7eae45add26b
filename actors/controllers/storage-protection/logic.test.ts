import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PODS } from '../../api/resource.ts';
import { findResource } from '../../api/resources.ts';
import type { Pod } from '../../api/types/pod.ts';
import { Story } from '../manager/cluster.fixture.ts';
import { attributesClassProtection, claimProtection, volumeProtection } from './index.ts';
import { claimsOf } from './logic.ts';

test('storage protection: claims of a pod: by name and its own, once it has a node', () => {
  const volumes = [
    { name: 'a', persistentVolumeClaim: { claimName: 'c' } },
    { name: 'b', ephemeral: {} },
    { name: 'e', emptyDir: {} },
  ];
  const pod = (spec: object): Pod => ({ metadata: { namespace: 'n', name: 'p' }, spec }) as unknown as Pod;
  assert.deepEqual(claimsOf(pod({ nodeName: 'x', volumes })), ['n/c', 'n/p-b']);
  assert.deepEqual(claimsOf(pod({ volumes })), []);
});

test('storage protection: a claim in use that is deleted: stays until its pod is gone', () => {
  const story = new Story();
  story.manager('m', [claimProtection, volumeProtection, attributesClassProtection]);
  const claims = findResource('', 'v1', 'persistentvolumeclaims')!;
  const seen = story.seen(claims);
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  story.create(claims, 'default', 'used', { spec });
  story.create(claims, 'default', 'free', { spec });
  const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'used' } }];
  story.create(PODS, 'default', 'p', { spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }], volumes } });
  for (const name of ['used', 'free']) story.do('delete', story.client.delete(claims, 'default', name));
  story.world.until('the free one is gone', () => seen.get('default/free') === undefined, 60_000);
  story.world.advance(5_000);
  assert.ok(seen.get('default/used')?.metadata.deletionTimestamp);
  story.do('delete', story.client.delete(PODS, 'default', 'p', { gracePeriodSeconds: 0 }));
  story.world.until('the used one is gone', () => seen.get('default/used') === undefined, 60_000);
});
