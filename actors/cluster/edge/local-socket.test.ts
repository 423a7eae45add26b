import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fail } from '../../../runtime/fault.ts';
import { Host } from '../../../runtime/host.ts';
import type { Stop } from '../../../runtime/ports.ts';
import { eventually } from '../../../runtime/real/eventually.ts';
import { realPorts } from '../../../runtime/real/ports.ts';
import type { StateOf } from '../../etcd/edge/backup/state-service.ts';
import { serveLocally } from './local-socket.ts';
import { socketPath } from './socket-path.ts';
import { type StateHead, stateWord } from './state-word.ts';

const dir = mkdtempSync(join(tmpdir(), 'orrery-socket-'));
const store = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => i));
let etcd: StateOf | undefined;
const answering: StateOf = {
  request: (_, done) => done({ type: 'etcd.revised', revision: 9, streamRevision: 0 }),
  state: () => ({ revision: 9, bytes: store }),
};
let stop: Stop;
before(() => {
  const host = new Host('main', 'test', realPorts({ level: 'silent' }));
  stop = serveLocally(host, dir, { state: stateWord(() => etcd) });
});
after(() => {
  stop();
  rmSync(dir, { recursive: true, force: true });
});

const asked = (text: string): Socket => {
  const socket = createConnection(socketPath(dir));
  socket.on('error', () => undefined);
  socket.write(text);
  return socket;
};
const STATE = `${JSON.stringify({ ask: 'state' })}\n`;
const all = (socket: Socket): Promise<Buffer> =>
  new Promise((done) => {
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.on('close', () => done(Buffer.concat(parts)));
  });
const headOf = (answer: Buffer): StateHead => JSON.parse(answer.toString('utf8', 0, answer.indexOf('\n')));

test('local socket: no JSON, no object, no known word, a line without end: closed without an answer', async () => {
  etcd = answering;
  for (const text of ['GET / HTTP/1.1\r\n\r\n', '"state"\n', 'null\n', '{"ask":"secrets"}\n', 'x'.repeat(100_000)])
    assert.equal((await all(asked(text))).length, 0, text.slice(0, 20));
});

test('local socket: the state: a head, then all of it', async () => {
  etcd = answering;
  const answer = await all(asked(STATE));
  assert.deepEqual(headOf(answer), { revision: 9, size: store.length });
  assert.ok(answer.subarray(answer.indexOf('\n') + 1).equals(store));
});

test('local socket: etcd is away, or cannot: says so', async () => {
  etcd = undefined;
  assert.deepEqual(headOf(await all(asked(STATE))), { refused: 'it is being started: try again' });
  etcd = { ...answering, request: (_, done) => done({ type: 'fault', fault: fail('Timeout', 'no leader').fault }) };
  assert.deepEqual(headOf(await all(asked(STATE))), { refused: 'no leader' });
  etcd = {
    ...answering,
    state: () => {
      throw new Error('too large');
    },
  };
  assert.deepEqual(headOf(await all(asked(STATE))), { refused: 'too large' });
});

test('local socket: two that read nothing hold two copies, a third is refused until one leaves', async () => {
  etcd = answering;
  const idle = [asked(STATE), asked(STATE)];
  await Promise.all(idle.map((socket) => new Promise((done) => socket.once('readable', () => done(undefined)))));
  assert.deepEqual(headOf(await all(asked(STATE))), { refused: '2 backups are being read: try again' });
  idle[0]!.destroy();
  let next = headOf(await all(asked(STATE)));
  for (let tries = 0; 'refused' in next && tries < 1_000; tries++) next = headOf(await all(asked(STATE)));
  assert.deepEqual(next, { revision: 9, size: store.length });
  idle[1]!.destroy();
});

test('local socket: stopped: nobody listens, no file is left', async () => {
  const host = new Host('other', 'test', realPorts({ level: 'silent' }));
  const other = join(dir, 'other');
  mkdirSync(other);
  const end = serveLocally(host, other, {});
  await eventually('it listens', () => existsSync(socketPath(other)));
  end();
  await eventually('the file is gone', () => !existsSync(socketPath(other)));
});
