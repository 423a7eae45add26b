import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { startEtcd } from '../../actors/etcd/index.ts';
import type { EtcdRequest } from '../../actors/etcd/protocol.ts';
import { Host } from '../../runtime/host.ts';
import { MemoryLog } from '../../runtime/log/memory.ts';
import { eventually } from '../../runtime/real/eventually.ts';
import { realPorts } from '../../runtime/real/ports.ts';
import { Changes } from '../check/changes.ts';
import { checkWatches } from '../check/watch-properties.ts';
import { hear, relay } from './relay.ts';
import { Watched } from './watch-recorder.ts';

test('watches relayed by lines: whole ones are heard; a dropped, a repeated and a torn line are found out', async () => {
  const host = new Host('h', 'relay', realPorts({ level: 'silent' }));
  const { server } = startEtcd(host, { log: new MemoryLog() });
  const lines: string[] = [];
  const stop = relay(server, [{ key: 'k', end: 'l', prevKv: true, startRevision: 2 }], (line) => lines.push(line));
  for (let i = 0; i < 5; i++) {
    const put = { op: 'put', key: 'k', value: Buffer.from(`${i}`) } as const;
    // biome-ignore lint/suspicious/noThenProperty: etcd's word
    server.request({ type: 'etcd.txn', id: `${i}`, compare: [], then: [put], else: [] } as EtcdRequest, () => {});
  }
  const puts = (): string[] => lines.filter((line) => line.includes('"events"'));
  await eventually('all are told', () => puts().length === 5);
  stop();
  host.kill();
  const changes = new Changes(
    Array.from({ length: 5 }, (_, i) => ({
      revision: i + 2,
      key: 'k',
      seen: { value: `${i}`, modRevision: i + 2, createRevision: 2, version: i + 1 },
    })),
  );
  const flow = async (text: string): Promise<string | undefined> => {
    const watched = new Watched('w', { key: 'k', end: 'l', prevKv: true }, 1);
    const stdout = new PassThrough();
    hear(stdout, [watched.begin().tell]);
    stdout.end(text);
    await once(stdout, 'end');
    return checkWatches(watched.records(6), changes);
  };
  const said = puts();
  assert.equal(await flow(said.join('')), undefined);
  assert.match((await flow([...said.slice(0, 2), ...said.slice(3)].join('')))!, /k at 4/);
  assert.match((await flow([...said.slice(0, 3), said[2], ...said.slice(3)].join('')))!, /came twice/);
  assert.match((await flow(said.join('').slice(0, -5)))!, /k at 6/);
});
