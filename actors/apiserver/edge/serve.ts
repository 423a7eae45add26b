//! An API server as a person or another program reaches it: keys, HTTPS and the actor, put together.
import { networkInterfaces } from 'node:os';
import type { ActorHandle, Host } from '../../../runtime/host.ts';
import { loadSchema } from '../../api/edge/load.ts';
import type { Auditing } from '../audit/record.ts';
import type { Credentials } from '../http/access.ts';
import { type Api, type ApiserverSpec, startApiserver } from '../index.ts';
import type { ApiserverEvent } from '../machine.ts';
import { type Https, startHttps } from './https.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { HttpsOutside } from './outside.ts';
import { createPki, type Pki } from './pki.ts';

export interface ServeOptions {
  readonly port: number;
  /** Where it listens; default: everywhere. */
  readonly address?: string;
  /** `<data-dir>/pki`. */
  readonly pkiDir?: string;
  readonly kubeconfig?: string;
  readonly name?: string;
  readonly serviceCidr?: string;
  /** As the actor's spec has it. */
  readonly compactionMs?: number;
  readonly auditing?: Auditing;
  readonly credentials?: Credentials;
  readonly onReady?: (api: Api) => void;
}
export interface Served {
  readonly https: Https;
  readonly pki: Pki;
  /** Starts the actor; again after it has died. */
  readonly start: () => ActorHandle<ApiserverEvent>;
}

/** Everything but the actor itself, which its supervisor starts: `served.start()`. Etcd must be on the bus. */
export async function serve(host: Host, options: ServeOptions): Promise<Served> {
  const { serviceCidr } = options;
  const cidr = serviceCidr === undefined ? {} : { serviceCidr };
  const pki = await createPki(host, { ...cidr, ...(options.pkiDir === undefined ? {} : { dir: options.pkiDir }) });
  const at = options.address === undefined ? {} : { address: options.address };
  const outside = new HttpsOutside(pki.proxy);
  const { auditing, credentials } = options;
  const access = { ...(auditing && { auditing }), ...(credentials && { credentials }) };
  const https = await startHttps({ pki, outside, port: options.port, ...at, ...access });
  if (options.kubeconfig !== undefined)
    writeKubeconfig(options.kubeconfig, https.url, pki.ca, pki.admin.cert, pki.admin.key);
  const spec: ApiserverSpec = {
    ...cidr,
    ...(options.compactionMs === undefined ? {} : { compactionMs: options.compactionMs }),
    ...(options.name === undefined ? {} : { name: options.name }),
    schema: loadSchema(),
    signer: pki.signer,
    outside,
    authority: pki.ca,
    endpoint: { ip: endpointIp(options.address), port: https.port },
    onReady: (api) => {
      https.attach(api);
      options.onReady?.(api);
    },
  };
  return { https, pki, start: () => startApiserver(host, spec) };
}

/** An endpoint must not be a loopback address (Kubernetes refuses these), unless this machine has no other. */
function endpointIp(address: string | undefined): string {
  if (address !== undefined && address !== '0.0.0.0' && !address.includes(':')) return address;
  const all = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
