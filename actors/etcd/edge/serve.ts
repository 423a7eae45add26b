//! etcd's own API on a port, for etcdctl and whoever else speaks it.
import { randomBytes } from 'node:crypto';
import { realClock } from '../../../runtime/real/clock.ts';
import type { EtcdServer } from '../server.ts';
import { Gateway } from './api/gateway.ts';
import { accepting } from './api/services.ts';
import { Code, Failed } from './api/status.ts';
import { snapshotFile } from './backup/state.ts';
import { GrpcServer } from './http2/server.ts';
import { etcdPki, keepPki, usageOf } from './pki.ts';

export interface EtcdEdgeOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Where certificates are kept, `<data-dir>/pki/etcd`. Absent: plain text, on the loopback only. */
  readonly pkiDir?: string;
  /** By which name or address others reach this machine. Default: the loopback's. */
  readonly host?: string;
  readonly server: () => EtcdServer | undefined;
}
export interface EtcdEdge {
  readonly url: string;
  /** What to type before etcdctl. */
  readonly usage: string;
  /** Once the store answers: nobody gets in before. `waiting` is called when that takes longer. */
  open(waiting: () => void): Promise<void>;
  /** Ends every stream, then every connection. */
  close(): Promise<void>;
}
/** While a member has no leader to ask. */
const RETRY_MS = 200;

/** Listens, for the port must be known before the member starts. Rejects with what the system says. */
export function listenEtcd({ port, pkiDir, host = '127.0.0.1', server }: EtcdEdgeOptions): Promise<EtcdEdge> {
  // A member remembers answers by the ids of their requests, longer than this process may live.
  const gateway = new Gateway(server, `${randomBytes(6).toString('base64url')}:`);
  const tls = pkiDir === undefined ? {} : { tls: { requestCert: true, rejectUnauthorized: true } };
  const grpc = new GrpcServer({ ...tls, accept: accepting(gateway, snapshotFile) });
  let closed = false;
  const open = async (waiting: () => void): Promise<void> => {
    if (pkiDir === undefined) return;
    const pki = await patiently(
      () => etcdPki(gateway, realClock.now()),
      waiting,
      () => closed,
    );
    if (pki === undefined) return;
    keepPki(pkiDir, pki);
    grpc.secure({ ...pki.server, ca: pki.ca, minVersion: 'TLSv1.2' });
  };
  return new Promise((resolve, reject) =>
    grpc.listen(port, pkiDir === undefined ? '127.0.0.1' : undefined, (bound) => {
      if (bound instanceof Error) return reject(bound);
      const url = `${pkiDir === undefined ? 'http' : 'https'}://${host}:${bound}`;
      resolve({
        url,
        usage: usageOf(url, pkiDir),
        open,
        close: () => {
          closed = true;
          gateway.close();
          return new Promise((done) => grpc.close(done));
        },
      });
    }),
  );
}

async function patiently<T>(work: () => Promise<T>, waiting: () => void, over: () => boolean): Promise<T | undefined> {
  for (let said = false; !over(); said = true) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Failed && error.code === Code.unavailable)) throw error;
      if (!said) waiting();
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
  return undefined;
}
