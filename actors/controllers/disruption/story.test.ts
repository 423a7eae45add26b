import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS, POD_DISRUPTION_BUDGETS, PODS } from '../../api/resource.ts';
import { findResource } from '../../api/resources.ts';
import type { Pod } from '../../api/types/pod.ts';
import { Story } from '../manager/cluster.fixture.ts'; // tidy: a fixture of tests
import { replicasetController } from '../replicaset/index.ts'; // tidy: a fixture of tests
import { disruptionController } from './index.ts';

const template = {
  metadata: { labels: { app: 'x' } },
  spec: { containers: [{ name: 'c', image: 'i' }] },
};
const selector = { matchLabels: { app: 'x' } };

test('disruption: a set of four under 50%: two may go, one after the other, then nobody until others are ready', () => {
  const story = new Story();
  story.manager('m', [disruptionController, replicasetController]);
  story.create(findResource('apps', 'v1', 'replicasets')!, 'default', 'x', {
    spec: { replicas: 4, selector, template },
  });
  story.create(POD_DISRUPTION_BUDGETS, 'default', 'b', { spec: { minAvailable: '50%', selector } });
  const pods = story.seen(PODS);
  const budgets = story.seen(POD_DISRUPTION_BUDGETS);
  const allowed = (): number | undefined => budgets.get('default/b')?.status.disruptionsAllowed;
  const ready = (pod: Pod): unknown =>
    story.do(
      'ready',
      story.client.patch(
        PODS,
        'default',
        pod.metadata.name,
        { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
        { type: 'merge', subresource: 'status' },
      ),
    );
  story.until('four pods', () => pods.size === 4);
  pods.list().forEach(ready);
  story.until('two may go', () => allowed() === 2);
  const evict = (pod: Pod) =>
    story.try(
      'evict',
      story.client.createSub(PODS, 'default', pod.metadata.name, 'eviction', { metadata: { name: pod.metadata.name } }),
    );
  const [a, b, c] = pods.list() as [Pod, Pod, Pod];
  assert.deepEqual([evict(a).ok, evict(b).ok, evict(c).ok], [true, true, false]);
  story.until('counted', () => budgets.get('default/b')?.status.currentHealthy === 2 && pods.size === 4);
  assert.equal(allowed(), 0);
  pods.list().forEach(ready);
  story.until('their successors are ready', () => allowed() === 2);
});
test('disruption: pods of nobody under a share: the budget allows none, and an Event says why', () => {
  const story = new Story();
  story.manager('m', [disruptionController]);
  story.create(POD_DISRUPTION_BUDGETS, 'default', 'b', { spec: { maxUnavailable: 1, selector } });
  const events = story.seen(EVENTS);
  const about = (reason: string) => events.list().find((event) => event.reason === reason);
  story.until('nobody is there', () => about('NoPods') !== undefined);
  const { metadata, spec } = template;
  story.create(PODS, 'default', 'alone', { metadata, spec });
  story.until('nobody owns it', () => about('UnmanagedPods') !== undefined);
  assert.equal(story.seen(POD_DISRUPTION_BUDGETS).get('default/b')?.status.disruptionsAllowed, 0);
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'u', controller: true };
  story.create(PODS, 'default', 'owned', { metadata: { ...metadata, ownerReferences: [owner] }, spec });
  story.until('its owner is not there', () => about('CalculateExpectedPodCountFailed') !== undefined);
  const { conditions } = story.seen(POD_DISRUPTION_BUDGETS).get('default/b')!.status;
  assert.equal(conditions?.[0]?.reason, 'SyncFailed');
  assert.equal(conditions?.[0]?.message, 'found no controllers for pod "owned"');
});
