//! A process for kill.test.ts: writes keys into the directory it is given and prints each one once it is acknowledged.
import { inbox } from '../../runtime/address.ts';
import { Host } from '../../runtime/host.ts';
import { FileLog } from '../../runtime/log/file.ts';
import type { Message } from '../../runtime/ports.ts';
import { RealDisk } from '../../runtime/real/disk.ts';
import { lockDirectory } from '../../runtime/real/lock.ts';
import { realPorts } from '../../runtime/real/ports.ts';
import { startEtcd } from './index.ts';
import { ETCD, type EtcdReply, type EtcdRequest } from './protocol.ts';

const [, , dir = '', life = ''] = process.argv;
const lock = lockDirectory(dir);
if (!lock.ok) throw new Error(lock.fault.message);
const host = new Host('etcd', 'c', realPorts());
const log = new FileLog({ disk: new RealDisk(dir), dir: 'etcd', segmentBytes: 20_000 });
startEtcd(host, { log, snapshotRecords: 200, snapshotBytes: 1 });

const ask = (request: EtcdRequest, done: (reply: EtcdReply) => void): void => {
  host.ports.bus.request(inbox('c', ETCD), request as Message, 10_000, (result) => {
    if (!result.ok) throw new Error(result.fault.message);
    done(result.value as EtcdReply);
  });
};
const write = (n: number): void =>
  ask(
    {
      type: 'etcd.txn',
      id: `${life}-${n}`,
      compare: [],
      // biome-ignore lint/suspicious/noThenProperty: etcd's word, and nobody awaits it
      then: [{ op: 'put', key: `/k/${life}/${n}`, value: Buffer.from(`${n}`) }],
      else: [],
    },
    () => {
      process.stdout.write(`ack /k/${life}/${n}\n`);
      write(n + WRITERS);
    },
  );
const WRITERS = 8;

// All keys first: the parent compares them with what it was told in earlier lives.
ask({ type: 'etcd.range', key: '/k/', end: '/k0' }, (reply) => {
  if (reply.type !== 'etcd.ranged') throw new Error(JSON.stringify(reply));
  for (const { key } of reply.kvs) process.stdout.write(`has ${key}\n`);
  process.stdout.write('ready\n');
  for (let writer = 0; writer < WRITERS; writer++) write(writer);
});
