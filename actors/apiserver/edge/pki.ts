//! Who may be believed: one CA and one key for tokens a cluster, kept in etcd so that every API server has the same.
import { createPrivateKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../../../runtime/host.ts';
import { uuid } from '../../../runtime/random.ts';
import {
  type Issuer,
  issueCertificate,
  type KeyPair,
  makeCertificate,
  namesHere,
} from '../../../runtime/real/certificate.ts';
import { runTask } from '../../../runtime/task.ts';
import type { CertificateAuthority } from '../../controllers/certificates/protocol.ts';
import { PROXY_NAME } from '../aggregation/trust.ts';
import { DEFAULT_SERVICE_CIDR, ServiceNetwork } from '../service/network.ts';
import type { Signer } from '../signer.ts';
import { found, Store } from '../storage/store.ts';
import { jwtSigner } from './signer.ts';

const KEY = '/orrery/pki/authority';
const AUTHORITY = { commonName: 'orrery-ca' };
export const ADMIN = { commonName: 'kubernetes-admin', organizations: ['system:masters'] };

/** PEM everywhere. */
export interface Pki {
  readonly ca: string;
  /** Signs what the controllers of certificates let through. */
  readonly authority: CertificateAuthority;
  /** Of this server. */
  readonly server: KeyPair;
  /** For people: O=system:masters. */
  readonly admin: KeyPair;
  /** Of this server when it names users to aggregated API servers. */
  readonly proxy: KeyPair;
  readonly signer: Signer;
}
export interface PkiOptions {
  /** Copies for people go here (0600), e.g. `<data-dir>/pki`. Absent: nowhere. */
  readonly dir?: string;
  /** More DNS names and addresses by which clients reach this server. */
  readonly names?: readonly string[];
  readonly serviceCidr?: string;
  /** How long etcd is waited for. Default 30 s. */
  readonly timeoutMs?: number;
}
interface Authority {
  readonly caCert: string;
  readonly caKey: string;
  readonly tokenKey: string;
}

/** Needs etcd on the host's bus, not an API server. Rejects when etcd does not answer in time. */
export async function createPki(host: Host, options: PkiOptions = {}): Promise<Pki> {
  const authority = await sharedAuthority(host, options.timeoutMs ?? 30_000);
  const nowMs = host.ports.clock.now();
  const issuer: Issuer = { identity: AUTHORITY, privateKey: createPrivateKey(authority.caKey) };
  const server = makeCertificate({
    subject: { commonName: 'kube-apiserver' },
    issuer,
    usage: 'server',
    names: serverNames(options),
    nowMs,
  });
  const admin = makeCertificate({ subject: ADMIN, issuer, usage: 'client', nowMs });
  const proxy = makeCertificate({ subject: { commonName: PROXY_NAME }, issuer, usage: 'client', nowMs });
  if (options.dir !== undefined) keep(options.dir, authority, server, admin);
  return {
    ca: authority.caCert,
    authority: { certificate: authority.caCert, issue: (order) => issueCertificate(issuer, order) },
    server,
    admin,
    proxy,
    signer: jwtSigner(authority.tokenKey),
  };
}

/** The first that is written is everybody's. */
function sharedAuthority(host: Host, timeoutMs: number): Promise<Authority> {
  const { ports, cluster } = host;
  const { bus, clock } = ports;
  const random = ports.random.fork(`pki/${host.id}`);
  const store = new Store(cluster, clock, random);
  const deadline = clock.now() + timeoutMs;
  const id = `pki:${uuid(random)}`;
  const task = (function* () {
    const there = yield* store.get(KEY, deadline);
    if (!there.ok) return there;
    if (there.value !== undefined) return { ok: true as const, value: there.value.value };
    const value = new TextEncoder().encode(JSON.stringify(newAuthority(clock.now())));
    const compare = [{ key: KEY, target: 'create', op: '=', value: 0 }] as const;
    const put = { op: 'put', key: KEY, value, subjects: [] } as const;
    // biome-ignore lint/suspicious/noThenProperty: etcd's word
    const done = yield* store.txn({ id, compare, then: [put], else: [{ op: 'range', key: KEY }] }, deadline);
    if (!done.ok) return done;
    return { ok: true as const, value: found(done.value.results[0])?.value ?? value };
  })();
  return new Promise((resolve, reject) => {
    runTask(
      task,
      { bus, clock },
      (result) => {
        if (result.ok) resolve(JSON.parse(new TextDecoder().decode(result.value)) as Authority);
        else reject(new Error(`etcd does not answer: ${result.fault.message}`));
      },
      reject,
    );
  });
}
function newAuthority(nowMs: number): Authority {
  const { cert, key } = makeCertificate({ subject: AUTHORITY, nowMs });
  const tokens = makeCertificate({ subject: { commonName: 'service-accounts' }, nowMs });
  return { caCert: cert, caKey: key, tokenKey: tokens.key };
}

function serverNames({ names = [], serviceCidr }: PkiOptions): readonly string[] {
  const service = new ServiceNetwork(serviceCidr ?? DEFAULT_SERVICE_CIDR).apiserver;
  const all = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
    ...namesHere(),
    service,
    ...names,
  ];
  return [...new Set(all.filter((name) => /^[\x21-\x7e]+$/.test(name)))];
}

function keep(dir: string, { caCert, caKey, tokenKey }: Authority, server: KeyPair, admin: KeyPair): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const files: Readonly<Record<string, string>> = {
    'ca.crt': caCert,
    'ca.key': caKey,
    'sa.key': tokenKey,
    'apiserver.crt': server.cert,
    'apiserver.key': server.key,
    'admin.crt': admin.cert,
    'admin.key': admin.key,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text, { mode: 0o600 });
}
