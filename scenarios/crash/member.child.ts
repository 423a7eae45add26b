//! A process that is an etcd and nothing else, for rounds that kill it: a file log in a directory, a broker for a bus.
import { startEtcd } from '../../actors/etcd/index.ts';
import { Host } from '../../runtime/host.ts';
import { FileLog } from '../../runtime/log/file.ts';
import { RealDisk } from '../../runtime/real/disk.ts';
import { lockDirectory } from '../../runtime/real/lock.ts';
import { connectBus } from '../../runtime/real/nats-bus.ts';
import { realPorts } from '../../runtime/real/ports.ts';

const [, , cluster = '', url = '', dir = ''] = process.argv;
const parent = process.ppid;
// Its parent kills it; if nobody is left to do that, it goes by itself.
setInterval(() => process.ppid !== parent && process.exit(1), 1_000).unref();
const lock = lockDirectory(dir);
if (!lock.ok) throw new Error(lock.fault.message);
const bus = await connectBus(url);
const host = new Host('etcd', cluster, realPorts({ bus, level: 'error' }));
// Small, so that kills fall on new segments and snapshots too.
const log = new FileLog({ disk: new RealDisk(dir), dir: 'etcd', segmentBytes: 100_000 });
host.onEnded((_, ended) => {
  console.error(ended);
  process.exit(1);
});
startEtcd(host, { log, snapshotRecords: 500, snapshotBytes: 1 });
process.stdout.write('started\n');
