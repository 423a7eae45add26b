import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMap, Rig } from './rig.ts';

/** Shorter than etcd itself keeps history. */
const INTERVAL_MS = 60_000;
const pages = (rig: Rig, more: string | undefined = undefined) =>
  rig.ask('list', 'configmaps', { options: { limit: 1, ...(more === undefined ? {} : { continue: more }) } });

test('compaction: an interval after it was recorded: a revision is gone, and a list goes on at the newest', () => {
  const rig = new Rig({ servers: 2, spec: { compactionMs: INTERVAL_MS } });
  for (const name of ['a', 'b', 'c']) rig.ok('create', 'configmaps', { body: configMap(name) });
  rig.world.advance(INTERVAL_MS / 2);
  const first = pages(rig);
  rig.ok('create', 'configmaps', { body: configMap('d') });
  // The round that records, and the one that cuts there.
  rig.world.advance(INTERVAL_MS / 2);
  assert.equal(pages(rig, first.continue).type, 'api.list', 'one interval is kept');
  rig.world.advance(2 * INTERVAL_MS);
  const { fault } = pages(rig, first.continue);
  assert.deepEqual([fault.detail.code, fault.detail.reason], [410, 'Expired']);
  const rest = pages(rig, fault.detail.metadata.continue);
  assert.equal(rest.type, 'api.list');
  assert.equal(rest.items[0].metadata.name, 'b');
});
