//! What the etcd of this process stands on: a log of its own in files, or one on the broker that several members share.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { log, token } from '../../../runtime/address.ts';
import { FileLog } from '../../../runtime/log/file.ts';
import type { Log, Logger } from '../../../runtime/ports.ts';
import { RealDisk } from '../../../runtime/real/disk.ts';
import type { EtcdOptions } from '../../etcd/index.ts';
import { isNodeName } from '../logic.ts';
import { type Ground, processName } from './ground.ts';
import { Refusal } from './refusal.ts';

export interface Store {
  /** For people. */
  readonly where: string;
  /** At each start of the actor. */
  open(): Pick<EtcdOptions, 'log' | 'member'>;
}

export async function openStore(ground: Ground): Promise<Store> {
  const { options, dataDir, host } = ground;
  const { etcdLog, etcdReplicas, nats, cluster } = options;
  if (etcdLog === 'file') {
    if (etcdReplicas !== undefined)
      throw new Refusal('--etcd-replicas is about --etcd-log jetstream: give both, or none');
    return {
      where: `${dataDir}/etcd`,
      open: () => ({ log: new FileLog({ disk: new RealDisk(dataDir), dir: 'etcd' }) }),
    };
  }
  if (nats === undefined) throw new Refusal('--etcd-log jetstream keeps the log on a broker: say which with --nats');
  if (existsSync(join(dataDir, 'etcd')))
    throw new Refusal(
      `${dataDir}/etcd holds the log of an etcd by itself, which is not taken along to a broker: give another --data-dir`,
    );
  const name = memberName(ground);
  const open = await jetStreamLogs({ nats, cluster, etcdReplicas, logger: host.ports.logger });
  return { where: `member ${name} on ${nats}`, open: () => ({ log: open(), member: { name } }) };
}

export interface JetStreamPlace {
  readonly nats: string;
  readonly cluster: string;
  readonly etcdReplicas?: 1 | 3 | 5 | undefined;
  readonly logger?: Logger;
}
/** The log that the members of a cluster share, a fresh one at each call. Not loaded before it is asked for. */
export async function jetStreamLogs({ nats, cluster, etcdReplicas, logger }: JetStreamPlace): Promise<() => Log> {
  const { JetStreamLog } = await import('../../../runtime/real/jetstream/log.ts');
  return () =>
    new JetStreamLog({
      url: nats,
      name: `ORRERY_ETCD_${token(cluster).replaceAll('=', '_')}`,
      subject: log(cluster, 'etcd'),
      ...(etcdReplicas === undefined ? {} : { replicas: etcdReplicas }),
      ...(logger === undefined ? {} : { logger }),
    });
}

/** The same as long as the data directory is the same: by another name it would be another member. */
function memberName({ dataDir, options }: Ground): string {
  const file = join(dataDir, 'etcd-member');
  const given = (options as { readonly node?: string }).node;
  if (existsSync(file)) {
    const name = readFileSync(file, 'utf8').trim();
    if (!isNodeName(name)) throw new Refusal(`${file} does not hold the name of a member of etcd`);
    if (given === undefined || given === name) return name;
    throw new Refusal(`this data directory is that of etcd's member ${name}: it cannot be ${given}'s`);
  }
  const name = given ?? processName();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, `${name}\n`);
  renameSync(`${file}.new`, file);
  return name;
}
