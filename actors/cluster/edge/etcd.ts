//! etcd's own API beside the actor, when the command line asks for it: nothing of it is loaded otherwise.
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { EtcdEdge } from '../../etcd/edge/serve.ts';
import { etcdOn } from '../../etcd/index.ts';
import type { Ground } from './ground.ts';
import { Refusal } from './refusal.ts';

export async function listening({ host, options, dataDir }: Ground): Promise<EtcdEdge | undefined> {
  const { etcdPort, etcdInsecure } = options;
  if (etcdPort === undefined) {
    if (etcdInsecure) throw new Refusal('--etcd-insecure is about --etcd-port: give both, or none');
    return undefined;
  }
  const { listenEtcd } = await import('../../etcd/edge/serve.ts');
  // Other members, and their clients, may be on other machines.
  const reachable = options.nats === undefined || etcdInsecure ? undefined : addressHere();
  try {
    return await listenEtcd({
      port: etcdPort,
      ...(etcdInsecure ? {} : { pkiDir: join(dataDir, 'pki/etcd') }),
      ...(reachable === undefined ? {} : { host: reachable }),
      server: () => etcdOn(host),
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Refusal(
      code === 'EADDRINUSE'
        ? `port ${etcdPort} is taken by another program: stop it, or use --etcd-port 0 for any free one`
        : `etcd's own API cannot be served: ${message}`,
    );
  }
}
const addressHere = (): string | undefined =>
  Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

/** For the last lines of a start. */
export const etcdctl = ({ etcdctl: usage }: { readonly etcdctl?: string }): string =>
  usage === undefined ? '' : `${usage}\netcdctl get /registry --prefix --keys-only\n\n`;
