import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Result } from '../../fault.ts';
import { logContract, recoverLog } from '../../log/contract.ts';
import { eventually } from '../eventually.ts';
import { type NatsServer, startNatsCluster, startNatsServer } from '../nats-server.ts';
import { JetStreamLog } from './log.ts';

const dir = mkdtempSync(join(tmpdir(), 'orrery-jetstream-'));
const single = await startNatsServer({ storeDir: join(dir, 'single') });
const missing = single === undefined ? { skip: 'nats-server is not installed' } : {};
let logs = 0;
const named = (server: NatsServer, replicas = 1, timeoutMs = 5_000) => {
  const name = `LOG_${++logs}`;
  return () => new JetStreamLog({ url: server.url, name, subject: `log.${name}`, replicas, timeoutMs });
};
const under = (open: () => JetStreamLog) => {
  const opened: JetStreamLog[] = [];
  return {
    open: () => {
      const log = open();
      opened.push(log);
      return log;
    },
    until: eventually,
    close: async () => {
      await Promise.all(opened.map((log) => new Promise<void>((done) => log.close(done))));
    },
  };
};
const append = (log: JetStreamLog, texts: readonly string[], last: number): Promise<Result<number>> =>
  new Promise((done) =>
    log.append(
      texts.map((text) => Buffer.from(text)),
      last,
      done,
    ),
  );
const snapshot = (log: JetStreamLog, text: string, upTo: number): Promise<Result<number>> =>
  new Promise((done) => log.snapshot(Buffer.from(text), upTo, done));
/** Reads along; what it is told is in `told`. */
function follow(log: JetStreamLog): { readonly told: string[]; readonly result: Promise<Result<number>> } {
  const told: string[] = [];
  const result = new Promise<Result<number>>((done) =>
    log.recover({
      snapshot: (state, upTo) => told.push(`state ${upTo} ${Buffer.from(state)}`),
      record: (sequence, bytes) => told.push(`${sequence} ${Buffer.from(bytes).subarray(0, 20)}`),
      done,
    }),
  );
  return { told, result };
}

after(async () => {
  await single?.stop();
  rmSync(dir, { recursive: true, force: true });
});

if (single !== undefined) logContract('JetStream log', async () => under(named(single)));

describe('JetStream log: one server', missing, () => {
  const open: JetStreamLog[] = [];
  const make = (maker: () => JetStreamLog): JetStreamLog => {
    const log = maker();
    open.push(log);
    return log;
  };
  after(() => Promise.all(open.map((log) => new Promise<void>((done) => log.close(done)))));

  test('JetStream log: a reader: is told what another writer appends, not what it wrote itself', async () => {
    const maker = named(single!);
    const [a, b] = [make(maker), make(maker)];
    const [fromA, fromB] = [follow(a), follow(b)];
    assert.deepEqual(
      [await fromA.result, await fromB.result],
      [
        { ok: true, value: 0 },
        { ok: true, value: 0 },
      ],
    );
    assert.deepEqual(await append(a, ['one', 'two'], 0), { ok: true, value: 2 });
    await eventually('b has both', () => fromB.told.length === 2);
    assert.deepEqual(await append(b, ['three'], 2), { ok: true, value: 3 });
    await eventually('a has it', () => fromA.told.length === 1);
    assert.deepEqual([fromA.told, fromB.told], [['3 three'], ['1 one', '2 two']]);
    assert.deepEqual(await append(a, ['four'], 3), { ok: true, value: 4 });
  });

  test('JetStream log: a writer that was deposed: Conflict, nothing is written, it hears what was', async () => {
    const maker = named(single!);
    const [old, next] = [make(maker), make(maker)];
    const [fromOld, fromNext] = [follow(old), follow(next)];
    await Promise.all([fromOld.result, fromNext.result]);
    assert.equal((await append(old, ['a'], 0)).ok, true);
    await eventually('the next one follows', () => fromNext.told.length === 1);
    // Both believe that the log ends at 1; they write at once.
    const [first, second] = await Promise.all([append(next, ['mine'], 1), append(old, ['late'], 1)]);
    const [won, lost] = first.ok ? [first, second] : [second, first];
    assert.deepEqual(won, { ok: true, value: 2 });
    assert.equal(!lost.ok && lost.fault.reason, 'Conflict');
    const [loser, heard] = first.ok ? [old, fromOld] : [next, fromNext];
    await eventually('the loser hears of it', () => heard.told.length === (first.ok ? 1 : 2));
    assert.deepEqual(await append(loser, ['again'], 2), { ok: true, value: 3 });
    const { records } = await recoverLog({ open: maker, until: eventually, close: async () => {} }, make(maker));
    assert.deepEqual(
      records.map(([, text]) => text),
      ['a', first.ok ? 'mine' : 'late', 'again'],
    );
  });

  test('JetStream log: an empty log and two first writers: one of them', async () => {
    const maker = named(single!);
    const writers = [make(maker), make(maker), make(maker)];
    await Promise.all(writers.map((writer) => follow(writer).result));
    const answers = await Promise.all(writers.map((writer, i) => append(writer, [`${i}`], 0)));
    assert.equal(answers.filter((answer) => answer.ok).length, 1);
    const { records } = await recoverLog({ open: maker, until: eventually, close: async () => {} }, make(maker));
    assert.equal(records.length, 1);
  });

  test('JetStream log: a group larger than a message: whole for every reader', async () => {
    const maker = named(single!);
    const [a, b] = [make(maker), make(maker)];
    const [fromA, fromB] = [follow(a), follow(b)];
    await Promise.all([fromA.result, fromB.result]);
    const large = 'x'.repeat(2_500_000);
    assert.deepEqual(await append(a, ['small', large, 'after'], 0), { ok: true, value: 3 });
    await eventually('b has all', () => fromB.told.length === 3);
    const { records } = await recoverLog({ open: maker, until: eventually, close: async () => {} }, make(maker));
    assert.deepEqual(
      records.map(([sequence, text]) => [sequence, text.length]),
      [
        [1, 5],
        [2, 2_500_000],
        [3, 5],
      ],
    );
  });

  test('JetStream log: a reader that was away while records became a snapshot: starts over from it', async () => {
    const maker = named(single!);
    const writer = make(maker);
    await follow(writer).result;
    for (let i = 0; i < 20; i++) await append(writer, [`${i}`], i);
    assert.deepEqual(await snapshot(writer, 'twenty', 20), { ok: true, value: 20 });
    assert.deepEqual(await snapshot(writer, 'twenty again', 20), { ok: true, value: 20 });
    await append(writer, ['after'], 20);
    const late = make(maker);
    const { told, result } = follow(late);
    assert.deepEqual(await result, { ok: true, value: 21 });
    assert.deepEqual(told, ['state 20 twenty again', '21 after']);
  });

  test('JetStream log: no such server: said in a sentence', async () => {
    const log = new JetStreamLog({ url: 'nats://127.0.0.1:9', name: 'X', subject: 'x' });
    const result = await follow(log).result;
    assert.match(result.ok ? '' : result.fault.message, /JetStream cannot be read: CONNECTION_REFUSED/);
  });
  test('JetStream log: a server without JetStream, and one without the replicas: what to do', async () => {
    const plain = (await startNatsServer())!;
    try {
      const none = await follow(make(named(plain, 1, 200))).result;
      assert.match(none.ok ? '' : none.fault.message, /JetStream is not enabled on the server: start it with -js/);
      const alone = await follow(make(named(single!, 3))).result;
      assert.match(alone.ok ? '' : alone.fault.message, /is not part of a cluster, so a stream has one replica/);
    } finally {
      await plain.stop();
    }
  });
});

describe('JetStream log: the server is killed', missing, () => {
  test('JetStream log: kill -9 and restart of the server: all acknowledged is there, readers go on', async () => {
    const server = (await startNatsServer({ storeDir: join(dir, 'killed') }))!;
    const maker = named(server, 1, 1_500);
    const [writer, reader] = [maker(), maker()];
    try {
      await follow(writer).result;
      const followed = follow(reader);
      await followed.result;
      for (let i = 0; i < 50; i++) assert.equal((await append(writer, [`${i}`], i)).ok, true);
      await server.kill();
      const lost = await append(writer, ['unknown'], 50);
      assert.equal(!lost.ok && lost.fault.reason, 'Timeout');
      const refused = await append(writer, ['refused'], 51);
      assert.equal(!refused.ok && refused.fault.reason, 'Timeout');
      await server.restart();
      const again = follow(writer);
      const end = await again.result;
      assert.ok(end.ok && end.value >= 50, JSON.stringify(end));
      assert.equal(again.told[49], '50 49');
      assert.deepEqual(await append(writer, ['on'], end.value), { ok: true, value: end.value + 1 });
      await eventually('the reader goes on', () => followed.told.at(-1) === `${end.value + 1} on`);
    } finally {
      await Promise.all([writer, reader].map((log) => new Promise<void>((done) => log.close(done))));
      await server.stop();
    }
  });
});

describe('JetStream log: three servers', missing, () => {
  let servers: readonly NatsServer[] = [];
  before(async () => {
    servers = (await startNatsCluster(3, join(dir, 'three')))!;
  });
  after(() => Promise.all(servers.map((server) => server.stop())));

  test('JetStream log: three replicas: a server killed under a writer loses nothing', async () => {
    const name = 'LOG_R3';
    const url = servers.map((server) => server.url).join(',');
    const maker = () => new JetStreamLog({ url, name, subject: `log.${name}`, replicas: 3, timeoutMs: 3_000 });
    let writer = maker();
    const reader = maker();
    try {
      assert.deepEqual(await follow(writer).result, { ok: true, value: 0 });
      const followed = follow(reader);
      await followed.result;
      const acknowledged: string[] = [];
      let last = 0;
      for (let i = 0; i < 90; i++) {
        if (i === 30) await servers[0]!.kill();
        if (i === 60) await servers[0]!.restart();
        for (let tries = 0; acknowledged.at(-1) !== `${i}`; tries++) {
          assert.ok(tries < 10, `${i} is written in the end`);
          const answer = await append(writer, [`${i}`], last);
          if (answer.ok) {
            acknowledged.push(`${i}`);
            last = answer.value;
            continue;
          }
          await new Promise<void>((done) => writer.close(done));
          writer = maker();
          const end = await follow(writer).result;
          assert.ok(end.ok, JSON.stringify(end));
          last = end.value;
        }
      }
      await eventually('the reader has the last', () => followed.told.at(-1)?.startsWith(`${last} `) === true);
      const texts = new Set(followed.told.map((line) => line.split(' ')[1]!));
      assert.deepEqual(
        acknowledged.filter((text) => !texts.has(text)),
        [],
      );
      assert.deepEqual(
        followed.told.map((line) => Number(line.split(' ')[0])),
        Array.from({ length: last }, (_, i) => i + 1),
      );
    } finally {
      await Promise.all([writer, reader].map((log) => new Promise<void>((done) => log.close(done))));
    }
  });
});
