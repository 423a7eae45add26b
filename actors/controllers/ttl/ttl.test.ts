import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NODES } from '../../api/resource.ts';
import { Story } from '../manager/cluster.fixture.ts'; // tidy: a fixture of tests
import { stepOf, TTL, ttlController } from './index.ts';

test('ttl: steps: by the number of nodes, with some room on the way back', () => {
  const table: [number, number, number][] = [
    [100, 0, 0],
    [101, 0, 1],
    [95, 1, 1],
    [89, 1, 0],
    [5_000, 0, 4],
    [1_800, 4, 4],
    [1_799, 4, 3],
  ];
  for (const [nodes, before, step] of table) assert.equal(stepOf(nodes, before), step, `${nodes} from ${before}`);
});
test('ttl: a hundred nodes and one more: all are told', () => {
  const story = new Story();
  story.manager('m', [ttlController()]);
  const nodes = story.seen(NODES);
  const told = (seconds: string): number =>
    nodes.list().filter(({ metadata }) => metadata.annotations?.[TTL] === seconds).length;
  for (let i = 0; i < 100; i++) story.create(NODES, '', `n-${i}`);
  story.until('none may keep anything', () => told('0') === 100);
  story.create(NODES, '', 'one-more');
  story.until('all may for a while', () => told('15') === 101);
});
