//! Our etcd alone, in this process, with its gRPC API on a free port of the loopback, in plain text.
import { listenEtcd } from '../../actors/etcd/edge/serve.ts';
import { type EtcdActor, startEtcd } from '../../actors/etcd/index.ts';
import type { EtcdServer } from '../../actors/etcd/server.ts';
import { Host } from '../../runtime/host.ts';
import { logMemory, MemoryLog } from '../../runtime/log/memory.ts';
import { realPorts } from '../../runtime/real/ports.ts';

export interface OwnEtcd {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** The actor dies and another one reads its log, on the same port. */
  restart(): void;
  stop(): Promise<void>;
}

/** `as`: what the API sees in place of the member. */
export async function startOwnEtcd(as: (server: EtcdServer) => EtcdServer = (server) => server): Promise<OwnEtcd> {
  const memory = logMemory();
  let host: Host;
  let actor: EtcdActor;
  const start = (): void => {
    host = new Host('own-etcd', 'own-etcd', realPorts({ level: 'silent' }));
    actor = startEtcd(host, { log: new MemoryLog(memory) });
  };
  start();
  const edge = await listenEtcd({ port: 0, server: () => as(actor.server) });
  return {
    address: new URL(edge.url).host,
    restart: () => {
      host.kill();
      start();
    },
    stop: async () => {
      await edge.close();
      host.kill();
    },
  };
}
