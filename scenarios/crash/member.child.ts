//! A process that is an etcd and nothing else, for rounds that kill it: a file log in a directory, a broker for a bus.
//! With a name it is one of several members, whose log is a stream of the broker.
import { startEtcd } from '../../actors/etcd/index.ts';
import { Host } from '../../runtime/host.ts';
import { FileLog } from '../../runtime/log/file.ts';
import type { Log } from '../../runtime/ports.ts';
import { RealDisk } from '../../runtime/real/disk.ts';
import { JetStreamLog } from '../../runtime/real/jetstream/log.ts';
import { lockDirectory } from '../../runtime/real/lock.ts';
import { connectBus } from '../../runtime/real/nats-bus.ts';
import { realPorts } from '../../runtime/real/ports.ts';
import type { WatchAsked } from '../check/watch-record.ts';
import { relay } from './relay.ts';

const [, , cluster = '', url = '', dir = '', watches = '[]', name] = process.argv;
const parent = process.ppid;
// Its parent kills it; if nobody is left to do that, it goes by itself.
setInterval(() => process.ppid !== parent && process.exit(1), 1_000).unref();
const bus = await connectBus(url);
const host = new Host(name ?? 'etcd', cluster, realPorts({ bus, level: 'error' }));
host.onEnded((_, ended) => {
  console.error(ended);
  process.exit(1);
});
const member = name === undefined ? {} : { member: { name, leaseMs: 1_000 } };
// Small, so that kills fall on new segments and snapshots too.
const log = name === undefined ? file() : stream();
const { server } = startEtcd(host, { log, snapshotRecords: 500, snapshotBytes: 1, ...member });
relay(server, JSON.parse(watches) as WatchAsked[], (line) => process.stdout.write(line));

function file(): Log {
  const lock = lockDirectory(dir);
  if (!lock.ok) throw new Error(lock.fault.message);
  return new FileLog({ disk: new RealDisk(dir), dir: 'etcd', segmentBytes: 100_000 });
}
function stream(): Log {
  return new JetStreamLog({ url, name: cluster.toUpperCase(), subject: `log.${cluster}`, timeoutMs: 3_000 });
}
