//! Our API server with its etcd, and nothing that acts on what is stored.

import { serve } from '../../actors/apiserver/edge/serve.ts';
import { startEtcd } from '../../actors/etcd/index.ts';
import { Host } from '../../runtime/host.ts';
import { MemoryLog } from '../../runtime/log/memory.ts';
import { realPorts } from '../../runtime/real/ports.ts';
import type { Credentials } from '../e2e/https.ts';
import { byCertificate, type Server } from './server.ts';

export interface OwnServer extends Server {
  readonly credentials: Credentials;
}
export async function ownServer(): Promise<OwnServer> {
  const host = new Host('recorded', 'recorded', realPorts({ level: 'silent' }));
  startEtcd(host, { log: new MemoryLog() });
  let ready = (): void => undefined;
  const isReady = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const { https, pki, start } = await serve(host, { port: 0, address: '127.0.0.1', onReady: () => ready() });
  start();
  await isReady;
  const { cert, key } = pki.admin;
  const credentials = {
    server: new URL(`https://127.0.0.1:${https.port}`),
    ca: Buffer.from(pki.ca),
    cert: Buffer.from(cert),
    key: Buffer.from(key),
  };
  const server = byCertificate(credentials);
  return {
    credentials,
    ask: server.ask,
    close: () => {
      server.close();
      void https.close();
      host.kill();
    },
  };
}
