//! Who may speak to etcd: an authority of its own, so that no certificate of the cluster's API opens it. Kept in the
//! store, where every member finds the same one.
import { createPrivateKey } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type KeyPair, makeCertificate, namesHere } from '../../../runtime/real/certificate.ts';
import type { KeyValue, OpResult } from '../protocol.ts';
import type { Gateway } from './api/gateway.ts';

const KEY = '/orrery/pki/etcd';
const AUTHORITY = { commonName: 'orrery-etcd-ca' };

/** PEM. */
export interface EtcdPki {
  readonly ca: string;
  readonly server: KeyPair;
  readonly client: KeyPair;
}
interface Authority {
  readonly cert: string;
  readonly key: string;
}

/** Makes the authority if nobody has. Rejects when the store does not answer. */
export async function etcdPki(gateway: Gateway, nowMs: number): Promise<EtcdPki> {
  const authority = await sharedAuthority(gateway, nowMs);
  const issuer = { identity: AUTHORITY, privateKey: createPrivateKey(authority.key) };
  const subject = { commonName: 'etcd' };
  const server = makeCertificate({ subject, issuer, usage: 'server', names: namesHere(), nowMs });
  const client = makeCertificate({ subject: { commonName: 'etcd-client' }, issuer, usage: 'client', nowMs });
  return { ca: authority.cert, server, client };
}

/** The first that is written is everybody's. */
async function sharedAuthority(gateway: Gateway, nowMs: number): Promise<Authority> {
  const { kvs } = await gateway.asked({ type: 'etcd.range', key: KEY });
  if (kvs[0] !== undefined) return read(kvs[0]);
  const made: Authority = makeCertificate({ subject: AUTHORITY, nowMs });
  const { succeeded, results } = await gateway.asked({
    type: 'etcd.txn',
    id: gateway.nextId(),
    compare: [{ key: KEY, target: 'create', op: '=', value: 0 }],
    // biome-ignore lint/suspicious/noThenProperty: etcd's word
    then: [{ op: 'put', key: KEY, value: new TextEncoder().encode(JSON.stringify(made)), subjects: [] }],
    else: [{ op: 'range', key: KEY }],
  });
  return succeeded ? made : read((results[0] as Extract<OpResult, { op: 'range' }>).kvs[0]!);
}
const read = ({ value }: KeyValue): Authority => JSON.parse(new TextDecoder().decode(value)) as Authority;

/** For people: what etcdctl is started with. */
export function keepPki(dir: string, { ca, server, client }: EtcdPki): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const files: Readonly<Record<string, string>> = {
    'ca.crt': ca,
    'server.crt': server.cert,
    'server.key': server.key,
    'client.crt': client.cert,
    'client.key': client.key,
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(dir, name), text, { mode: 0o600 });
    chmodSync(join(dir, name), 0o600); // also of a file that was there
  }
}
export const usageOf = (url: string, dir: string | undefined): string =>
  [
    'export ETCDCTL_API=3',
    `ETCDCTL_ENDPOINTS=${url}`,
    ...(dir === undefined
      ? []
      : [
          `ETCDCTL_CACERT=${join(dir, 'ca.crt')}`,
          `ETCDCTL_CERT=${join(dir, 'client.crt')}`,
          `ETCDCTL_KEY=${join(dir, 'client.key')}`,
        ]),
  ].join(' ');
