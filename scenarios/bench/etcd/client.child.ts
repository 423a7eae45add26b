//! A process that drives a store by etcd's own API.
import { method } from '../../etcd/protos.ts';
import { drive } from './drive.ts';
import { type Answer, type Fanout, type Job, KEYS, VALUE_BYTES, work } from './jobs.ts';
import { Wire } from './wire.ts';

const [PUT, RANGE, TXN, WATCH] = [
  method('KV', 'Put'),
  method('KV', 'Range'),
  method('KV', 'Txn'),
  method('Watch', 'Watch'),
] as const;
const value = Buffer.alloc(VALUE_BYTES, 'v');
const key = (index: number): Buffer => Buffer.from(`bench/${String(index).padStart(8, '0')}`);
const bytes = (request: object, of: typeof PUT): Uint8Array => of.requestSerialize(request);
const FILL_TXN = 100;
const FILL_IN_FLIGHT = 8;
/** Watchers share streams, as those of etcd's own benchmark do. */
const WATCH_STREAMS = 10;

const connections = new Map<string, Wire[]>();
async function wires(address: string, count: number): Promise<Wire[]> {
  const open = connections.get(address) ?? [];
  connections.set(address, open);
  while (open.length < count) open.push(await Wire.connect(address, () => connections.delete(address)));
  return open.slice(0, count);
}

work(async (job): Promise<Answer> => {
  if (job.kind === 'fsync') throw new Error('this process has no disk');
  if (job.kind === 'watch') return watch(job);
  if (job.kind === 'first') return first(job.address);
  const address = job.address!;
  if (job.kind === 'fill') {
    const [wire] = await wires(address, 1);
    const txns = Math.ceil(job.count / FILL_TXN);
    return driveCount(txns, FILL_IN_FLIGHT, (index, done) => {
      const puts = Array.from({ length: FILL_TXN }, (_, i) => ({
        request_put: { key: key(job.first + index * FILL_TXN + i), value },
      }));
      wire!.unary(TXN.path, bytes({ success: puts }, TXN), expect(TXN.path, done));
    });
  }
  const open = await wires(address, job.connections ?? 1);
  const path = { put: PUT, range: RANGE, txn: TXN }[job.kind].path;
  const request = requests[job.kind];
  return drive(
    (index, done) => open[index % open.length]!.unary(path, request(index), expect(path, done)),
    job.inFlight,
    job.ms,
  );
});

const requests = {
  put: (index: number) => bytes({ key: key(index % KEYS), value }, PUT),
  range: () => bytes({ key: key(0), range_end: key(1_000) }, RANGE),
  txn: (index: number) => {
    const name = key(index % KEYS);
    return bytes(
      {
        compare: [{ key: name, target: 'Version', result: 'Greater', version: -1 }],
        success: [{ request_put: { key: name, value } }, { request_range: { key: name } }],
      },
      TXN,
    );
  },
} as const;

const expect =
  (path: string, done: () => void) =>
  (reply: Uint8Array | undefined): void => {
    if (reply === undefined) throw new Error(`${path} was refused`);
    done();
  };

function driveCount(count: number, inFlight: number, ask: (index: number, done: () => void) => void): Promise<Answer> {
  const began = performance.now();
  return new Promise((resolve) => {
    let asked = 0;
    let answered = 0;
    const next = (): void => {
      if (asked < count)
        ask(asked++, () => {
          answered++;
          if (answered < count) return next();
          const ms = performance.now() - began;
          resolve({ count, ms, rate: (count * 1_000) / ms, medianMs: 0, p99Ms: 0, cpu: 0 });
        });
    };
    for (let i = 0; i < inFlight; i++) next();
  });
}

/** Connections to a server that died are of no use any more. */
async function first(address: string): Promise<Answer> {
  const began = performance.now();
  connections.delete(address);
  for (;;) {
    const answered = await new Promise<boolean>((resolve) => {
      Wire.connect(address, () => resolve(false)).then(
        (wire) => wire.unary(RANGE.path, bytes({ key: key(0) }, RANGE), (reply) => resolve(reply !== undefined)),
        () => resolve(false),
      );
    });
    const ms = performance.now() - began;
    if (answered) return { count: 1, ms, rate: 1_000 / ms, medianMs: ms, p99Ms: ms, cpu: 0 };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Each put waits until every watcher had the one before. */
async function watch({ watchers, puts, address }: Extract<Job, { kind: 'watch' }>): Promise<Fanout> {
  const wire = await Wire.connect(address!);
  const writer = await Wire.connect(address!);
  let created = 0;
  let events = 0;
  let wake: () => void = () => {};
  const until = (done: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      wake = () => {
        if (done()) resolve();
      };
      wake();
    });
  const create = bytes(
    { create_request: { key: Buffer.from('bench/'), range_end: Buffer.from('bench0') } },
    WATCH as typeof PUT,
  );
  for (let i = 0; i < WATCH_STREAMS; i++) {
    const send = wire.stream(
      WATCH.path,
      (message) => {
        const { created: isCreated, events: count } = readWatchResponse(message);
        if (isCreated) created++;
        events += count;
        wake();
      },
      () => {
        throw new Error('the watch ended');
      },
    );
    for (let j = i; j < watchers; j += WATCH_STREAMS) send(create);
  }
  await until(() => created === watchers);
  const times: number[] = [];
  const began = performance.now();
  for (let put = 1; put <= puts; put++) {
    const started = performance.now();
    writer.unary(
      PUT.path,
      requests.put(put),
      expect(PUT.path, () => {}),
    );
    await until(() => events === put * watchers);
    times.push(performance.now() - started);
  }
  const ms = performance.now() - began;
  wire.close();
  writer.close();
  times.sort((a, b) => a - b);
  return { events, rate: (events * 1_000) / ms, allMs: times[times.length >> 1]! };
}

/** `created` is field 3 and `events` field 11 of WatchResponse: enough to count, where reading all would cost most. */
function readWatchResponse(message: Uint8Array): { created: boolean; events: number } {
  let at = 0;
  let created = false;
  let events = 0;
  const varint = (): number => {
    let result = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++]!;
      result += (byte & 0x7f) * scale;
      if (byte < 0x80) return result;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const field = varint();
    if (tag === 11 * 8 + 2) events++;
    if (tag === 3 * 8) created = field === 1;
    if (tag % 8 === 2) at += field;
  }
  return { created, events };
}
