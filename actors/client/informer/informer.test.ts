import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialTransition, transition } from 'xstate';
import { api, progressSubject, watch } from '../../../runtime/address.ts';
import { fail } from '../../../runtime/fault.ts';
import type { Message } from '../../../runtime/ports.ts';
import { World } from '../../../runtime/sim/world.ts';
import { CONFIGMAPS, keyOf } from '../../api/resource.ts';
import type { ConfigMap } from '../../api/types/cluster.ts';
import { type ApiReply, type ApiRequest, encodeValue, resourceStream, storageKey } from '../../apiserver/protocol.ts';
import type { Change } from '../../etcd/protocol.ts';
import { createClient } from '../client.ts';
import { backoffMs, follows } from './logic.ts';
import { informerMachine } from './machine.ts';
import { informers } from './set.ts';

/** Lists and deletes config maps, publishes their changes; may lose messages and refuse lists. */
class FakeApi {
  readonly world = new World({ seed: 1 });
  readonly objects = new Map<string, ConfigMap>();
  revision = 10;
  last = 10;
  lists = 0;
  refuse = 0;
  pageSize = 2;
  /** Revision that lists claim to be of; the newest when undefined. */
  stale: { readonly revision: number; readonly items: readonly ConfigMap[] } | undefined;
  constructor() {
    this.world.bus.subscribe(api('sim', 'list'), (delivery) => {
      this.lists++;
      delivery.reply?.(this.list(delivery.message as ApiRequest) as Message);
    });
  }
  list({ options }: ApiRequest): ApiReply {
    if (this.refuse > 0) {
      this.refuse--;
      return { type: 'fault', ...fail('InternalError', 'not now') };
    }
    const { revision, items } = this.stale ?? { revision: this.revision, items: [...this.objects.values()] };
    const from = Number(options.continue ?? 0);
    const next = from + this.pageSize;
    return {
      type: 'api.list',
      items: items.slice(from, next),
      resourceVersion: String(revision),
      ...(next < items.length ? { continue: String(next) } : {}),
    };
  }
  put(name: string, value: string, lose = false): ConfigMap {
    const key = `default/${name}`;
    const resourceVersion = String(++this.revision);
    const object: ConfigMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default', uid: `u-${name}`, resourceVersion, creationTimestamp: '' },
      data: { value },
    };
    this.objects.set(key, object);
    this.publish(name, lose, (common) => ({
      type: 'change.put',
      ...common,
      createRevision: 1,
      value: encodeValue(object),
    }));
    return object;
  }
  remove(name: string, lose = false): void {
    this.revision++;
    this.objects.delete(`default/${name}`);
    this.publish(name, lose, (common) => ({ type: 'change.delete', ...common }));
  }
  progress(): void {
    const subject = progressSubject(watch('sim', '', 'configmaps', 'default', 'x'));
    this.world.bus.publish(subject, {
      type: 'change.progress',
      stream: resourceStream('', 'configmaps'),
      revision: this.last,
    } as Change as Message);
  }
  publish(
    name: string,
    lose: boolean,
    change: (common: { stream: string; key: string; revision: number; prevRevision: number }) => Change,
  ): void {
    const common = {
      stream: resourceStream('', 'configmaps'),
      key: storageKey('', 'configmaps', 'default', name),
      revision: this.revision,
      prevRevision: this.last,
    };
    this.last = this.revision;
    if (!lose) this.world.bus.publish(watch('sim', '', 'configmaps', 'default', name), change(common) as Message);
  }
  /** Opens a cache and writes down what it tells. */
  open() {
    const told: string[] = [];
    const cache = informers(this.world.host('h')).get(
      { resource: CONFIGMAPS, indexes: { value: (map) => [map.data?.['value'] ?? ''] } },
      {
        changed: ({ type, object }) => told.push(`${type} ${keyOf(object)}=${object.data?.['value']}`),
        synced: () => told.push('synced'),
      },
    );
    return { cache, told };
  }
}
const names = (objects: readonly ConfigMap[]): string => objects.map((map) => map.metadata.name).join();

test('informer: a list of several pages: synced, with all objects, indexed', () => {
  const fake = new FakeApi();
  for (const name of ['a', 'b', 'c', 'd', 'e']) fake.put(name, name < 'c' ? 'one' : 'two');
  const { cache, told } = fake.open();
  assert.equal(cache.synced, false);
  fake.world.advance(100);
  assert.equal(cache.synced, true);
  assert.equal(cache.size, 5);
  assert.equal(names(cache.by('value', 'two')), 'c,d,e');
  assert.equal(cache.list('other').length, 0);
  assert.equal(told.at(-1), 'synced');
});
test('informer: changes: follow, and the index with them', () => {
  const fake = new FakeApi();
  fake.put('a', '1');
  const { cache, told } = fake.open();
  fake.world.advance(100);
  fake.put('a', '2');
  fake.put('b', '1');
  fake.remove('a');
  fake.world.advance(100);
  assert.deepEqual(told, [
    'added default/a=1',
    'synced',
    'modified default/a=2',
    'added default/b=1',
    'deleted default/a=2',
  ]);
  assert.equal(names(cache.by('value', '1')), 'b');
  assert.equal(fake.lists, 1);
});
test('informer: changes while the list is under way: kept and applied after it', () => {
  const fake = new FakeApi();
  const old = fake.put('a', 'old');
  fake.stale = { revision: fake.revision, items: [old] };
  const { cache } = fake.open();
  fake.put('a', 'new');
  fake.put('b', 'new');
  fake.world.advance(50);
  assert.equal(names(cache.by('value', 'new')), 'a,b');
});
test('informer: a lost change: seen at the next one, listed again', () => {
  const fake = new FakeApi();
  const { cache } = fake.open();
  fake.world.advance(100);
  fake.put('a', '1', true);
  fake.put('b', '1');
  fake.world.advance(1_000);
  assert.equal(names(cache.list()), 'a,b');
  assert.equal(fake.lists, 2);
});
test('informer: the last change lost: progress shows it', () => {
  const fake = new FakeApi();
  fake.put('a', '1');
  const { cache } = fake.open();
  fake.world.advance(100);
  fake.remove('a', true);
  fake.progress();
  fake.world.advance(100);
  assert.equal(cache.size, 0);
  fake.progress();
  fake.world.advance(100);
  assert.equal(fake.lists, 2, 'progress that is known asks for nothing');
});
test('informer: a list older than the gap: listed again until it is not', () => {
  const fake = new FakeApi();
  const { cache } = fake.open();
  fake.world.advance(100);
  fake.stale = { revision: fake.revision, items: [] };
  fake.put('a', '1', true);
  fake.put('b', '1');
  fake.world.advance(1_000);
  assert.ok(fake.lists > 2 && fake.lists < 9, `${fake.lists} lists`);
  fake.stale = undefined;
  fake.world.advance(2_000);
  assert.equal(names(cache.list()), 'a,b');
});
test('informer: lists that fail: again, more and more slowly', () => {
  const fake = new FakeApi();
  fake.refuse = 6;
  const { cache } = fake.open();
  fake.world.advance(500);
  assert.ok(fake.lists < 5, `${fake.lists} lists in half a second`);
  fake.world.until('synced', () => cache.synced, 30_000);
});
test('informer: two users of a host: one informer, gone with the last; a late one hears what is there', () => {
  const fake = new FakeApi();
  fake.put('a', '1');
  const first = fake.open();
  fake.world.advance(100);
  const second = fake.open();
  assert.deepEqual(second.told, ['added default/a=1', 'synced']);
  const host = fake.world.host('h');
  const running = (): number => host.actors().filter(({ address }) => address.component === 'informer').length;
  assert.equal(running(), 1);
  first.cache.release();
  fake.put('b', '1');
  fake.world.advance(100);
  assert.equal(first.told.length, 2);
  assert.equal(second.told.length, 3);
  second.cache.release();
  assert.equal(running(), 0);
});
test('informer: a listener that throws: the informer starts again, and the cache is whole', () => {
  const fake = new FakeApi();
  let thrown = false;
  const cache = informers(fake.world.host('h')).get(
    { resource: CONFIGMAPS },
    {
      changed: () => {
        if (!thrown) {
          thrown = true;
          throw new Error('listener');
        }
      },
    },
  );
  fake.world.advance(100);
  fake.put('a', '1');
  fake.world.advance(100);
  fake.put('b', '1');
  fake.world.advance(3_000);
  assert.equal(names(cache.list()), 'a,b');
});
test('informer: own write: in the cache at once, its change is old news, an older list does not undo it', () => {
  const fake = new FakeApi();
  fake.put('a', '1');
  const { cache, told } = fake.open();
  fake.world.advance(100);
  const set = informers(fake.world.host('h'));
  const written = fake.put('a', '2');
  set.stored(CONFIGMAPS, written);
  assert.equal(cache.get('default/a')?.data?.['value'], '2');
  set.removed(CONFIGMAPS, 'default', 'a', 'u-a');
  assert.equal(cache.size, 0);
  fake.world.advance(100);
  assert.equal(cache.size, 0, 'the change of before the delete is ignored');
  assert.equal(told.length, 4);
});
test('informer: own write whose answer comes after its deletion: does not come back', () => {
  const fake = new FakeApi();
  const { cache } = fake.open();
  fake.world.advance(100);
  const written = fake.put('a', '1');
  fake.remove('a');
  fake.world.advance(100);
  informers(fake.world.host('h')).stored(CONFIGMAPS, written);
  assert.equal(cache.size, 0);
});
test('client: nobody listens: tried again, then a fault with its Status', () => {
  const world = new World({ seed: 2 });
  const client = createClient('sim', { name: 'u', groups: [] }, { id: 't', random: world.random, clock: world.clock });
  const results: unknown[] = [];
  const ids = new Set<string>();
  world.bus.subscribe(api('sim', 'get'), ({ message }) => ids.add((message as ApiRequest).id));
  // biome-ignore lint/suspicious/noExplicitAny: a task's steps
  const steps = client.get(CONFIGMAPS, 'default', 'a') as Generator<any, any, any>;
  let step = steps.next();
  while (!step.done) {
    if (step.value.want === 'reply') ids.add(step.value.message.id);
    step = steps.next(step.value.want === 'reply' ? fail('Unavailable', 'nobody') : undefined);
  }
  results.push(step.value.fault.reason, step.value.fault.detail.code, ids.size);
  assert.deepEqual(results, ['Unavailable', 503, 1]);
});

const put = (revision: number, prevRevision: number): Change => ({
  type: 'change.put',
  stream: 's',
  key: 'k',
  revision,
  prevRevision,
  createRevision: 1,
  value: new Uint8Array(),
});
test('informer: follows: table', () => {
  assert.equal(follows(10, put(10, 9)), 'old');
  assert.equal(follows(10, put(15, 8)), 'next');
  assert.equal(follows(10, put(15, 12)), 'gap');
  assert.equal(follows(10, put(15, 0)), 'gap');
  assert.equal(follows(10, { type: 'change.progress', stream: 's', revision: 10 }), 'old');
  assert.equal(follows(10, { type: 'change.progress', stream: 's', revision: 11 }), 'gap');
});
test('informer: back-off: doubles from 100 ms to 10 s, half of it drawn', () => {
  assert.equal(backoffMs(1, 1), 100);
  assert.equal(backoffMs(1, 0), 50);
  assert.equal(backoffMs(20, 1), 10_000);
});
test('informer machine: the bus is back while listing: lists anew', () => {
  const [listing] = initialTransition(informerMachine);
  assert.equal(listing.value, 'listing');
  const [relisting, actions] = transition(informerMachine, listing, { type: 'bus.connected' });
  assert.equal(relisting.value, 'relisting');
  assert.ok((actions as readonly { type: string }[]).some((action) => action.type === 'xstate.emit'));
  const [state] = transition(informerMachine, relisting, { type: 'list.behind' });
  assert.equal(state.value, 'waiting');
  assert.equal(state.context.failures, 1);
});
