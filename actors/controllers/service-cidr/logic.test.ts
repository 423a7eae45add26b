import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../../api/json.ts';
import type { Resource } from '../../api/resource.ts';
import { SERVICES } from '../../api/resource.ts';
import { findResource } from '../../api/resources.ts';
import { Story } from '../manager/cluster.fixture.ts';
import { serviceCidrController } from './index.ts';

const CIDRS: Resource = findResource('networking.k8s.io', 'v1', 'servicecidrs')!;

test('service cidr: deleted while a Service has an address of it: stays until that is gone, and says so', () => {
  const story = new Story();
  story.manager('m', [serviceCidrController]);
  const seen = story.seen(CIDRS);
  const ready = (name: string) => get(seen.get(name), 'status', 'conditions', 0);
  story.create(CIDRS, '', 'more', { spec: { cidrs: ['10.9.0.0/24'] } });
  story.until('ready', () => get(ready('more'), 'status') === 'True');
  assert.deepEqual(seen.get('more')?.metadata.finalizers, ['networking.k8s.io/service-cidr-finalizer']);
  story.create(SERVICES, 'default', 's', { spec: { clusterIP: '10.9.0.7', ports: [{ port: 80 }] } });
  story.do('delete', story.client.delete(CIDRS, '', 'more'));
  story.until('held', () => get(ready('more'), 'reason') === 'Terminating');
  story.world.advance(30_000);
  assert.ok(seen.get('more'));
  story.do('delete', story.client.delete(SERVICES, 'default', 's'));
  story.until('gone', () => seen.get('more') === undefined);
});

test('service cidr: deleted while another has all of it: goes, once every server knows', () => {
  const story = new Story();
  story.manager('m', [serviceCidrController]);
  const seen = story.seen(CIDRS);
  story.create(CIDRS, '', 'part', { spec: { cidrs: ['10.96.7.0/24'] } });
  story.create(SERVICES, 'default', 's', { spec: { clusterIP: '10.96.7.7', ports: [{ port: 80 }] } });
  story.until('held', () => seen.get('part')?.metadata.finalizers !== undefined);
  story.do('delete', story.client.delete(CIDRS, '', 'part'));
  story.world.advance(5_000);
  assert.ok(seen.get('part'));
  story.until('gone', () => seen.get('part') === undefined, 10_000);
});
