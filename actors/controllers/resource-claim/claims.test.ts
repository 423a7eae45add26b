import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS, PODS, type Resource } from '../../api/resource.ts';
import { findResource } from '../../api/resources.ts';
import type { ResourceClaim } from '../../api/types/devices.ts';
import { Story } from '../manager/cluster.fixture.ts'; // tidy: a fixture of tests
import { resourceClaimController } from './index.ts';
import { FINALIZER, planClaim } from './logic.ts';

const GROUP = 'resource.k8s.io';
const CLAIMS = findResource(GROUP, 'v1', 'resourceclaims') as Resource as Resource<ResourceClaim>;
const TEMPLATES = findResource(GROUP, 'v1', 'resourceclaimtemplates') as Resource;
const devices = { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu.example.com' } }] };

test('resource claims: plan: freed when nobody uses it, unheld when nothing is allocated, deleted with its pod', () => {
  const allocation = { devices: { results: [] } };
  const user = { resource: 'pods', name: 'p', uid: 'u' };
  const claim = (status: object, metadata: object = {}): ResourceClaim =>
    ({ metadata: { name: 'c', finalizers: [FINALIZER], ...metadata }, spec: {}, status }) as unknown as ResourceClaim;
  const there = (_: string, uid: string): boolean => uid === 'u';
  const used = claim({ allocation, reservedFor: [user] });
  assert.deepEqual(planClaim(used, there, false), { what: 'nothing' });
  const two = claim({ allocation, reservedFor: [user, { ...user, uid: 'gone' }] });
  const kept = planClaim(two, there, false);
  assert.deepEqual(kept.what === 'release' && kept.claim.status?.reservedFor, [user]);
  const freed = planClaim(used, () => false, false);
  assert.deepEqual(freed.what === 'release' && freed.claim.status, {});
  assert.deepEqual(planClaim(claim({}), there, false), { what: 'nothing' }, 'of a scheduler that is about to allocate');
  const unheld = planClaim(claim({}, { deletionTimestamp: 'now' }), there, false);
  assert.deepEqual(unheld.what === 'release' && unheld.claim.metadata.finalizers, []);
  assert.deepEqual(planClaim(claim({}, { finalizers: [] }), there, true), { what: 'delete' });
  assert.deepEqual(
    planClaim(claim({ allocation }), there, false),
    { what: 'nothing' },
    'of somebody who reserves later',
  );
});
test('resource claims: a pod with a template: its claim is made and told; the pod done: freed and deleted', () => {
  const story = new Story();
  story.manager('m', [resourceClaimController]);
  const spec = {
    restartPolicy: 'Never',
    containers: [{ name: 'c', image: 'i', resources: { claims: [{ name: 'gpu' }] } }],
    resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'one-gpu' }],
  };
  story.create(PODS, 'default', 'p', { spec });
  const events = story.seen(EVENTS);
  story.until('no template, and it says so', () =>
    events.list().some(({ reason }) => reason === 'FailedResourceClaimCreation'),
  );
  story.create(TEMPLATES, 'default', 'one-gpu', { spec: { metadata: { labels: { a: 'b' } }, spec: { devices } } });
  const pods = story.seen(PODS);
  const claims = story.seen(CLAIMS);
  const named = (): string => pods.get('default/p')?.status.resourceClaimStatuses?.[0]?.resourceClaimName ?? '';
  story.until('told', () => claims.get(`default/${named()}`) !== undefined);
  const claim = claims.get(`default/${named()}`)!;
  assert.match(claim.metadata.name, /^p-gpu-/);
  assert.deepEqual(claim.metadata.labels, { a: 'b' });
  const { uid } = pods.get('default/p')!.metadata;
  const status = {
    allocation: { devices: { results: [{ request: 'gpu', driver: 'd.example.com', pool: 'n', device: 'gpu-0' }] } },
    reservedFor: [{ resource: 'pods', name: 'p', uid }],
  };
  story.do(
    'allocated',
    story.client.patch(CLAIMS, 'default', named(), { status }, { type: 'merge', subresource: 'status' }),
  );
  const ended = { status: { phase: 'Succeeded' } };
  story.do('ended', story.client.patch(PODS, 'default', 'p', ended, { type: 'merge', subresource: 'status' }));
  story.until('gone', () => claims.size === 0);
});
