import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Storage, usedBetween } from './logic.ts';
import { readScrape } from './scrape.ts';

const point = (atMs: number, cpuSeconds: number, startMs = 1_000) => ({ atMs, cpuSeconds, memoryBytes: 7, startMs });

test('usedBetween: two looks at one life: the rate between them; else what can be said', () => {
  const table = [
    ['two looks', point(100_000, 1), point(115_000, 4), { cpuNanos: 200_000_000, windowMs: 15_000 }],
    ['one look, old', undefined, point(100_000, 1), undefined],
    ['one look, just started', undefined, point(100_000, 6, 88_000), { cpuNanos: 500_000_000, windowMs: 12_000 }],
    ['one look, too young', undefined, point(100_000, 6, 95_000), undefined],
    ['started again since', point(100_000, 50), point(115_000, 1, 112_000), undefined],
    ['the same look', point(100_000, 1), point(100_000, 1), undefined],
  ] as const;
  for (const [what, before, now, want] of table) {
    const used = usedBetween(before, now);
    assert.deepEqual(used, want && { atMs: now.atMs, memoryBytes: 7, ...want }, what);
  }
});
test('storage: a pod of which one container is not known: not known', () => {
  const storage = new Storage();
  const scrape = (atMs: number, containers: readonly (readonly [string, number])[]) => ({
    node: { ...point(atMs, atMs / 1_000), startMs: 0 },
    pods: new Map([['default/web', new Map(containers.map(([name, start]) => [name, point(atMs, 2, start)]))]]),
  });
  storage.add('n', scrape(50_000, [['main', 1_000]]));
  assert.equal(storage.pod('default/web'), undefined);
  storage.add('n', scrape(65_000, [['main', 1_000]]));
  assert.deepEqual(
    storage.pod('default/web')?.containers.map(({ name }) => name),
    ['main'],
  );
  assert.equal(storage.node('n')?.cpuNanos, 1_000_000_000);
  storage.add(
    'n',
    scrape(80_000, [
      ['main', 1_000],
      ['side', 79_000],
    ]),
  );
  assert.equal(storage.pod('default/web'), undefined);
  storage.keep(new Set());
  assert.equal(storage.node('n'), undefined);
});
test('readScrape: lines of a kubelet: points; nothing of the node, half a container: left out', () => {
  const text = `# TYPE node_cpu_usage_seconds_total counter
node_cpu_usage_seconds_total 12.5 1700000000123
node_memory_working_set_bytes 1024 1700000000123
container_cpu_usage_seconds_total{container="a",namespace="n",pod="p"} 1e-2 1700000000100
container_memory_working_set_bytes{container="a",namespace="n",pod="p"} 5 1700000000100
container_start_time_seconds{container="a",namespace="n",pod="p"} 1699999999.5 1700000000100
container_cpu_usage_seconds_total{container="half",namespace="n",pod="p"} 1 1700000000100
resource_scrape_error 0
`;
  const scrape = readScrape(text)!;
  assert.deepEqual(scrape.node, { atMs: 1_700_000_000_123, cpuSeconds: 12.5, memoryBytes: 1_024, startMs: 0 });
  assert.deepEqual(
    [...scrape.pods.get('n/p')!],
    [['a', { atMs: 1_700_000_000_100, cpuSeconds: 0.01, memoryBytes: 5, startMs: 1_699_999_999_500 }]],
  );
  assert.equal(readScrape('resource_scrape_error 0\n'), undefined);
});
