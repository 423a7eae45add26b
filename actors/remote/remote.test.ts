import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok, type Result } from '../../runtime/fault.ts';
import { World } from '../../runtime/sim/world.ts';
import { CONFIGMAPS } from '../api/resource.ts';
import { informers } from '../client/informer/set.ts';
import { startRemote } from './index.ts';
import type { RemoteApi, RemoteReply, WatchLine } from './protocol.ts';

/** A server that keeps ConfigMaps and tells of them; `forgets`: what happened before is not told any more. */
class Table implements RemoteApi {
  readonly #world: World;
  readonly objects = new Map<string, number>();
  readonly #watches = new Set<{ heard: (line: WatchLine) => void; ended: (result: Result<void>) => void }>();
  readonly asked: string[] = [];
  revision = 10;
  oldest = 0;
  constructor(world: World) {
    this.#world = world;
  }
  #object(name: string, revision: number) {
    return {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name, namespace: 'default', resourceVersion: `${revision}` },
    };
  }
  put(name: string): void {
    this.objects.set(name, ++this.revision);
    for (const { heard } of this.#watches) heard({ type: 'MODIFIED', object: this.#object(name, this.revision) });
  }
  drop(): void {
    for (const { ended } of [...this.#watches]) ended(ok(undefined));
    this.#watches.clear();
  }
  call({ path }: { path: string }, _: number, done: (result: Result<RemoteReply>) => void) {
    this.asked.push(path);
    const items = [...this.objects].map(([name, revision]) => this.#object(name, revision));
    const body = { kind: 'ConfigMapList', metadata: { resourceVersion: `${this.revision}` }, items };
    const timer = this.#world.clock.setTimeout(() => done(ok({ code: 200, body })), 5);
    return () => this.#world.clock.clearTimeout(timer);
  }
  watch({ path }: { path: string }, heard: (line: WatchLine) => void, ended: (result: Result<void>) => void) {
    this.asked.push(path);
    const from = Number(/resourceVersion=(\d+)/.exec(path)![1]);
    const one = { heard, ended };
    const timer = this.#world.clock.setTimeout(() => {
      if (from < this.oldest) return heard({ type: 'ERROR', object: { kind: 'Status', code: 410 } });
      this.#watches.add(one);
      for (const [name, revision] of this.objects)
        if (revision > from) heard({ type: 'MODIFIED', object: this.#object(name, revision) });
    }, 5);
    return () => {
      this.#watches.delete(one);
      this.#world.clock.clearTimeout(timer);
    };
  }
}

test('remote: an informer on a server over HTTP: lists once, follows, survives a watch that ends and one too old', () => {
  const world = new World({ seed: 1 });
  const host = world.host('h');
  const table = new Table(world);
  table.put('a');
  startRemote(host, table);
  const cache = informers(host).get({ resource: CONFIGMAPS });
  const names = (): string =>
    cache
      .list()
      .map(({ metadata }) => metadata.name)
      .sort()
      .join();
  world.until('listed', () => names() === 'a');
  world.until('watched', () => table.asked.some((path) => path.includes('watch=1')));
  table.put('b');
  world.until('follows', () => names() === 'a,b');
  table.drop();
  table.put('c');
  world.until('what came between two watches is told by the second', () => names() === 'a,b,c');
  assert.equal(table.asked.filter((path) => path.includes('limit=500')).length, 1, 'one list was enough');
  table.drop();
  table.put('d');
  table.oldest = table.revision;
  table.objects.delete('a');
  world.until('what is too old is listed again', () => names() === 'b,c,d', 60_000);
});
