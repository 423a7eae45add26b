//! A process with a host, the etcd actor, and clients that ask it over the bus of the process. Its log: a file below
//! the folder that is its argument, or a JetStream stream (`url`, `replicas`).
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { startEtcd } from '../../../actors/etcd/index.ts';
import { ETCD, type EtcdReply, type EtcdRequest } from '../../../actors/etcd/protocol.ts';
import { inbox } from '../../../runtime/address.ts';
import { Host } from '../../../runtime/host.ts';
import { FileLog } from '../../../runtime/log/file.ts';
import type { Message } from '../../../runtime/ports.ts';
import { RealDisk } from '../../../runtime/real/disk.ts';
import { JetStreamLog } from '../../../runtime/real/jetstream/log.ts';
import { realPorts } from '../../../runtime/real/ports.ts';
import { drive } from './drive.ts';
import { type Answer, KEYS, VALUE_BYTES, work } from './jobs.ts';

const [, , dir = '', url, replicas = '1'] = process.argv;
const host = new Host('bench', 'bench', realPorts({ level: 'silent' }));
const name = `BENCH_R${replicas}`;
const log =
  url === undefined
    ? new FileLog({ disk: new RealDisk(dir), dir: 'log' })
    : new JetStreamLog({ url, name, subject: `bench.log.${replicas}`, replicas: Number(replicas) });
startEtcd(host, { log });
const to = inbox('bench', ETCD);
const value = Buffer.alloc(VALUE_BYTES, 'v');
const key = (index: number): string => `bench/${String(index).padStart(8, '0')}`;

const ask = (request: EtcdRequest, done: () => void): void => {
  host.ports.bus.request(to, request as Message, 60_000, (result) => {
    if (!result.ok) throw new Error(result.fault.message);
    const reply = result.value as EtcdReply;
    if (reply.type === 'fault') throw new Error(reply.fault.message);
    done();
  });
};
let writes = 0;
const txn = (
  compare: (EtcdRequest & { type: 'etcd.txn' })['compare'],
  then: (EtcdRequest & { type: 'etcd.txn' })['then'],
) => ({ type: 'etcd.txn', id: `bench-${process.pid}-${writes++}`, compare, then, else: [] }) as const;

const requests = {
  put: (index: number): EtcdRequest => txn([], [{ op: 'put', key: key(index % KEYS), value }]),
  range: (): EtcdRequest => ({ type: 'etcd.range', key: key(0), end: key(1_000) }),
  txn: (index: number): EtcdRequest => {
    const name = key(index % KEYS);
    return txn(
      [{ key: name, target: 'version', op: '>', value: -1 }],
      [
        { op: 'put', key: name, value },
        { op: 'range', key: name },
      ],
    );
  },
} as const;

work(async (job): Promise<Answer> => {
  switch (job.kind) {
    case 'put':
    case 'range':
    case 'txn': {
      const request = requests[job.kind];
      return drive((index, done) => ask(request(index), done), job.inFlight, job.ms);
    }
    case 'fsync': {
      const fd = openSync(join(dir, 'bare'), 'a');
      const record = Buffer.alloc(VALUE_BYTES + 64, 'r');
      const measured = await drive(
        (_, done) => {
          writeSync(fd, record);
          fdatasyncSync(fd);
          setImmediate(done); // or the stack fills
        },
        1,
        job.ms,
      );
      closeSync(fd);
      return measured;
    }
    default:
      throw new Error(`not over the bus: ${job.kind}`);
  }
});
