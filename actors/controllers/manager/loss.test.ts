//! A bus that loses changes: every cache is right again soon after.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Host } from '../../../runtime/host.ts';
import type { Bus } from '../../../runtime/ports.ts';
import { integer } from '../../../runtime/random.ts';
import { CONFIGMAPS } from '../../api/resource.ts';
import { informers } from '../../client/informer/set.ts';
import { Story } from './cluster.fixture.ts';

const shown = (objects: readonly { metadata: { name: string; resourceVersion: string } }[]): string[] =>
  objects.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).sort();

test('informer: the last change and all that would show it are lost: seen within five minutes', () => {
  const story = new Story();
  const { bus } = story.world;
  let deaf = false;
  const deafBus: Bus = {
    publish: bus.publish.bind(bus),
    request: bus.request.bind(bus),
    onStatus: bus.onStatus.bind(bus),
    subscribe: (pattern, handler, options) =>
      bus.subscribe(pattern, (delivery) => (deaf ? undefined : handler(delivery)), options),
  };
  const host = new Host('deaf', story.world.cluster, { ...story.world.ports, bus: deafBus });
  const cache = informers(host).get({ resource: CONFIGMAPS });
  story.create(CONFIGMAPS, 'default', 'first');
  story.until('first seen', () => cache.size === 1);
  deaf = true;
  story.create(CONFIGMAPS, 'default', 'second');
  story.world.advance(30_000);
  deaf = false;
  assert.equal(cache.size, 1);
  story.until('second seen', () => cache.size === 2, 300_000);
});

function play(seed: number, loss: number, overtaking: boolean): void {
  const story = new Story(seed, overtaking ? [0.1, 25] : [0.1, 0.1]);
  const { world, client } = story;
  const random = world.random.fork('loss');
  let lossy = false;
  let lost = 0;
  const publish = world.bus.publish.bind(world.bus);
  world.bus.publish = (subject, message, meta) => {
    if (lossy && subject.startsWith('k.sim.watch.') && random.float() < loss) lost++;
    else publish(subject, message, meta);
  };
  const host = world.host('reader');
  const cache = informers(host).get({
    resource: CONFIGMAPS,
    indexes: { color: (map) => [map.data?.['color'] ?? ''] },
  });
  story.until('listed', () => cache.synced);
  lossy = true;
  for (let i = 0; i < 150; i++) {
    const name = `m${integer(random, 12)}`;
    const data = { color: ['red', 'blue'][integer(random, 2)] ?? '' };
    const what = integer(random, 3);
    if (what === 0) story.try('delete', client.delete(CONFIGMAPS, 'default', name));
    else if (what === 1)
      story.try('create', client.create(CONFIGMAPS, 'default', { metadata: { name, namespace: 'default' }, data }));
    else story.try('patch', client.patch(CONFIGMAPS, 'default', name, { data }));
    world.advance(integer(random, 200));
  }
  lossy = false;
  world.advance(30_000);
  const stored = story.do('list', client.list(CONFIGMAPS, 'default'));
  const where = `seed ${seed}, ${lost} changes lost`;
  assert.ok(lost > 0, where);
  assert.deepEqual(shown(cache.list('default')), shown(stored), where);
  for (const color of ['red', 'blue'])
    assert.deepEqual(
      shown(cache.by('color', color)),
      shown(stored.filter(({ data }) => data?.['color'] === color)),
      where,
    );
}
test('informer: a third of all changes is lost: the cache is what is stored', () => {
  for (const seed of [1, 2, 3, 4]) play(seed, 0.33, false);
});
test('informer: changes are lost and overtake each other: the cache is what is stored', () => {
  for (const seed of [5, 6, 7, 8]) play(seed, 0.2, true);
});
