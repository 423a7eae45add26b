//! What etcd's API says beside answers and events: streams, their ends and limits. Where a real etcd is there, the same
//! is asked of it, so that the expectations are its own.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ClientDuplexStream, status } from '@grpc/grpc-js';
import { STREAM_WATCHES_MAX } from '../../actors/etcd/edge/api/watch.ts';
import { EtcdClient, type Fields } from './client.ts';
import { type OwnEtcd, startOwnEtcd } from './own-etcd.ts';
import { type RealEtcd, startRealEtcd, withoutEtcd } from './real-etcd.ts';

let own: OwnEtcd;
let real: RealEtcd | undefined;
const clients = new Map<string, EtcdClient>();
before(async () => {
  own = await startOwnEtcd();
  clients.set('orrery', new EtcdClient(own.address));
  if (withoutEtcd()) return;
  real = await startRealEtcd();
  clients.set('etcd', new EtcdClient(real.address));
});
after(async () => {
  for (const client of clients.values()) client.close();
  await own.stop();
  await real?.stop();
});

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const put = async (client: EtcdClient, key: string, value: string | Buffer = ''): Promise<number> => {
  const done = await client.call('KV', 'Put', { key: bytes(key), value: Buffer.from(value) });
  assert.ok(done.ok, JSON.stringify(done));
  return Number(done.reply['header'].revision);
};

/** A stream as what came on it so far, and how it ended. */
class Heard {
  readonly messages: Fields[] = [];
  readonly stream: ClientDuplexStream<Fields, Fields>;
  ended: { readonly code: number; readonly details: string } | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(stream: ClientDuplexStream<Fields, Fields>) {
    this.stream = stream;
    stream.on('data', (message: Fields) => {
      this.messages.push(message);
      this.#wake();
    });
    stream.on('error', () => {});
    stream.on('status', ({ code, details }) => {
      this.ended = { code, details };
      this.#wake();
    });
  }
  #wake(): void {
    for (const check of [...this.#waiting]) check();
  }
  until<T>(look: () => T | undefined | false): Promise<T> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = look();
        if (found === undefined || found === false) return;
        this.#waiting.delete(check);
        resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }
  next(at: number): Promise<Fields> {
    return this.until(() => this.messages[at]);
  }
  close(): void {
    this.stream.cancel();
  }
}
const watching = (client: EtcdClient): Heard => new Heard(client.stream('Watch', 'Watch'));
const pick = ({ watch_id, created, canceled, compact_revision, cancel_reason, fragment, events }: Fields) => ({
  id: Number(watch_id),
  created,
  canceled,
  compacted: Number(compact_revision),
  reason: cancel_reason,
  fragment,
  events: events.map((event: Fields) => `${event['type']} ${event['kv'].key} ${event['prev_kv']?.value ?? '-'}`),
});
const quiet = { created: false, canceled: false, compacted: 0, reason: '', fragment: false, events: [] };

function both(title: string, tell: (client: EtcdClient) => Promise<void>): void {
  test(title, async (t) => {
    for (const [name, client] of clients) await t.test(`${title} (${name})`, () => tell(client));
  });
}

both(
  'api: several watches on one stream: ids given and chosen, one ended, a second of the same id refused',
  async (client) => {
    const heard = watching(client);
    const create = (more: Fields): boolean => heard.stream.write({ create_request: { key: bytes('many/a'), ...more } });
    create({});
    create({ watch_id: 7 });
    create({ watch_id: 7 });
    create({ key: bytes('many/b') });
    create({ key: bytes('z'), range_end: bytes('a') });
    await heard.next(4);
    assert.deepEqual(heard.messages.map(pick), [
      { ...quiet, id: 0, created: true },
      { ...quiet, id: 7, created: true },
      {
        ...quiet,
        id: -1,
        created: true,
        canceled: true,
        reason: 'mvcc: duplicate watch ID provided on the WatchStream',
      },
      { ...quiet, id: 1, created: true },
      { ...quiet, id: -1, created: true, canceled: true, reason: 'mvcc: watcher range is empty' },
    ]);
    heard.stream.write({ cancel_request: { watch_id: 99 } });
    heard.stream.write({ cancel_request: { watch_id: 0 } });
    assert.deepEqual(pick(await heard.next(5)), { ...quiet, id: 0, canceled: true });
    await put(client, 'many/a');
    await put(client, 'many/b');
    await heard.next(7);
    assert.deepEqual(heard.messages.slice(6).map(pick), [
      { ...quiet, id: 7, events: ['Put many/a -'] },
      { ...quiet, id: 1, events: ['Put many/b -'] },
    ]);
    heard.close();
  },
);

both(
  'api: a watch from an older revision, filtered, with what was before; below a compaction it is canceled',
  async (client) => {
    const first = await put(client, 'old/a', '1');
    await put(client, 'old/a', '2');
    await client.call('KV', 'DeleteRange', { key: bytes('old/a') });
    const last = await put(client, 'old/b', '3');
    const all = { key: bytes('old/'), range_end: bytes('old0'), start_revision: first, prev_kv: true };
    const heard = watching(client);
    heard.stream.write({ create_request: { ...all } });
    assert.deepEqual(pick(await heard.next(1)).events, ['Put old/a -', 'Put old/a 1', 'Delete old/a 2', 'Put old/b -']);
    assert.equal(Number(heard.messages[1]!['header'].revision), last);
    heard.stream.write({ create_request: { ...all, filters: ['Noput'] } });
    assert.deepEqual(pick(await heard.next(3)).events, ['Delete old/a 2']);
    await client.call('KV', 'Compact', { revision: last });
    heard.stream.write({ create_request: { ...all } });
    await heard.next(5);
    const [created, canceled] = heard.messages.slice(4).map(pick);
    assert.deepEqual(created, { ...quiet, id: 2, created: true });
    // Newer versions of etcd than 3.4 say why as well.
    assert.deepEqual({ ...canceled, reason: '' }, { ...quiet, id: 2, canceled: true, compacted: last });
    heard.close();
  },
);

both('api: a client asks for progress: told for the stream, at the newest revision', async (client) => {
  const heard = watching(client);
  heard.stream.write({ create_request: { key: bytes('progress') } });
  heard.stream.write({ create_request: { key: bytes('progress'), watch_id: 5 } });
  await heard.next(1);
  const revision = await put(client, 'unwatched');
  heard.stream.write({ progress_request: {} });
  const told = await heard.next(2);
  assert.deepEqual(pick(told), { ...quiet, id: -1 });
  assert.equal(Number(told['header'].revision), revision);
  heard.close();
});

both('api: events of one revision above 2 MiB: in fragments for who takes them', async (client) => {
  const value = Buffer.alloc(700_000, 'x');
  for (const name of ['a', 'b', 'c', 'd']) await put(client, `large/${name}`, value);
  const from = await put(client, 'large/e', 'small');
  const done = await client.call('KV', 'DeleteRange', { key: bytes('large/'), range_end: bytes('large0') });
  assert.ok(done.ok);
  const heard = watching(client);
  const asked = { key: bytes('large/'), range_end: bytes('large0'), start_revision: from + 1, prev_kv: true };
  heard.stream.write({ create_request: { ...asked, fragment: true } });
  await heard.until(() => heard.messages.length > 2 && heard.messages.at(-1)!['fragment'] === false);
  const pieces = heard.messages.slice(1).map(pick);
  assert.ok(pieces.length > 1);
  assert.deepEqual(
    pieces.map(({ fragment }) => fragment),
    pieces.map((_, i) => i < pieces.length - 1),
  );
  assert.deepEqual(
    pieces.flatMap(({ events }) => events.map((event: string) => event.slice(0, 14))),
    ['a', 'b', 'c', 'd', 'e'].map((name) => `Delete large/${name}`),
  );
  heard.close();
});

both('api: keep-alives: answered in order; of a lease that is not there no time is left', async (client) => {
  const granted = await client.call('Lease', 'LeaseGrant', { TTL: 300 });
  assert.ok(granted.ok);
  const id = granted.reply['ID'];
  const heard = new Heard(client.stream('Lease', 'LeaseKeepAlive'));
  for (const one of [id, '12345', id]) heard.stream.write({ ID: one });
  await heard.next(2);
  assert.deepEqual(
    heard.messages.map(({ ID, TTL }) => [ID, TTL]),
    [
      [id, '300'],
      ['12345', '0'],
      [id, '300'],
    ],
  );
  heard.stream.end();
  await heard.until(() => heard.ended);
  assert.equal(heard.ended!.code, status.OK);
});

test('api: a client that does not read: it is told no more until it does, and misses nothing', async () => {
  let handed = 0;
  const etcd = await startOwnEtcd((server) => ({
    request: (request, done) => server.request(request, done),
    watch: (request, sink) =>
      server.watch(request, {
        events: (revision, events) => {
          handed += events.length;
          return sink.events(revision, events);
        },
        progress: (revision) => sink.progress(revision),
        canceled: (compacted, reason) => sink.canceled(compacted, reason),
      }),
    head: () => server.head(),
    state: () => server.state(),
  }));
  const client = new EtcdClient(etcd.address);
  const heard = watching(client);
  heard.stream.write({ create_request: { key: bytes('slow') } });
  await heard.next(0);
  heard.stream.pause();
  for (let i = 0; i < 300; i++) await put(client, 'slow', Buffer.alloc(200_000, 's'));
  // What the windows and buffers on the way take is a few megabytes of the 60.
  assert.ok(handed > 0 && handed < 100, `${handed} events were handed over`);
  heard.stream.resume();
  await heard.until(() => handed === 300 && heard.messages.at(-1)!['events'].at(-1)?.kv.version === '300');
  const seen = heard.messages.slice(1).flatMap(({ events }) => events.map((one: Fields) => Number(one['kv'].version)));
  assert.deepEqual(
    seen,
    Array.from({ length: 300 }, (_, i) => i + 1),
  );
  heard.close();
  client.close();
  await etcd.stop();
});

test('api: more watches than a stream may have: the next is refused, the others stay', async () => {
  const client = clients.get('orrery')!;
  const heard = watching(client);
  for (let i = 0; i <= STREAM_WATCHES_MAX; i++) heard.stream.write({ create_request: { key: bytes('crowd') } });
  const refused = await heard.next(STREAM_WATCHES_MAX);
  assert.deepEqual(pick(refused), {
    ...quiet,
    id: -1,
    created: true,
    canceled: true,
    reason: 'etcdserver: too many requests',
  });
  await put(client, 'crowd');
  await heard.next(STREAM_WATCHES_MAX * 2);
  const told = new Set(heard.messages.slice(STREAM_WATCHES_MAX + 1).map((one) => pick(one).id));
  assert.equal(told.size, STREAM_WATCHES_MAX);
  heard.close();
});

test('api: the member dies and is started again: streams end, the next call is answered', async () => {
  const etcd = await startOwnEtcd();
  const client = new EtcdClient(etcd.address);
  await put(client, 'kept', 'yes');
  const heard = watching(client);
  heard.stream.write({ create_request: { key: bytes('kept') } });
  await heard.next(0);
  etcd.restart();
  const { code, details } = await heard.until(() => heard.ended);
  assert.deepEqual([code, details], [status.UNAVAILABLE, 'etcdserver: server stopped']);
  const found = await client.call('KV', 'Range', { key: bytes('kept') });
  assert.equal(found.ok && String(found.reply['kvs'][0].value), 'yes');
  client.close();
  await etcd.stop();
});

test('api: who insists on a leader, when there is none: refused; on a stream: ended', async () => {
  let leader: string | undefined = 'own-etcd';
  const etcd = await startOwnEtcd((server) => ({
    request: (request, done) => server.request(request, done),
    watch: (request, sink) => server.watch(request, sink),
    head: () => ({ ...server.head(), leader }),
    state: () => server.state(),
  }));
  const insisting = new EtcdClient(etcd.address, { hasleader: 'true' });
  const patient = new EtcdClient(etcd.address);
  const heard = watching(insisting);
  heard.stream.write({ create_request: { key: bytes('a') } });
  await heard.next(0);
  leader = undefined;
  const { code, details } = await heard.until(() => heard.ended);
  assert.deepEqual([code, details], [status.UNAVAILABLE, 'etcdserver: no leader']);
  const refused = await insisting.call('KV', 'Range', { key: bytes('a') });
  assert.deepEqual(refused, { ok: false, code: status.UNAVAILABLE, message: 'etcdserver: no leader' });
  assert.ok((await patient.call('KV', 'Range', { key: bytes('a'), serializable: true })).ok);
  insisting.close();
  patient.close();
  await etcd.stop();
});
