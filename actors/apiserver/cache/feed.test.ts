import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../../../runtime/fault.ts';
import { SimClock } from '../../../runtime/sim/clock.ts';
import type { Change } from '../../etcd/protocol.ts';
import type { Store } from '../storage/store.ts';
import { Feed } from './feed.ts';

test('feed: the last change and what tells of its loss are lost: who waits for it makes it list again', () => {
  const clock = new SimClock();
  let revision = 5;
  let lists = 0;
  const store = { range: () => ({ revision }) } as unknown as Store;
  let heard: (change: Change) => void = () => {};
  const feed = new Feed(
    { group: '', version: 'v1', resource: 'configmaps' },
    {
      cluster: 'c',
      store,
      now: () => clock.now(),
      after: (ms, run) => {
        const timer = clock.setTimeout(run, ms);
        return () => clock.clearTimeout(timer);
      },
      run: (_, done) => {
        lists++;
        const at = revision;
        clock.setTimeout(() => done(ok({ kvs: [], revision: at }) as never), 1);
        return () => {};
      },
      subscribe: (_, handler) => {
        heard = handler;
        return () => {};
      },
      warn: () => {},
    },
  );
  feed.start();
  clock.advance(10);
  assert.deepEqual([lists, feed.fresh], [1, true]);
  heard({ type: 'change.progress', stream: 'core/configmaps', revision: 5 });
  revision = 9; // somebody wrote, and every message about it was lost
  const answers: boolean[] = [];
  feed.when(9, 30_000, (result) => answers.push(result.ok));
  clock.advance(5_000);
  assert.deepEqual([lists, answers], [2, [true]]);
  clock.advance(100_000);
  assert.equal(lists, 2, 'nobody waits: it leaves etcd alone');
});
