//! What every verb works with, what it is asked and what it answers.
import type { Result } from '../../../runtime/fault.ts';
import type { Clock, Random } from '../../../runtime/ports.ts';
import type { ResourceInfo } from '../../api/resources.ts';
import type { Schema } from '../../api/schema.ts';
import { faultOf, internalError } from '../../api/status.ts';
import type { KubeObject, Status } from '../../api/types/meta.ts';
import type { Quotas } from '../admission/quota/quotas.ts';
import type { Caches } from '../cache/caches.ts';
import type { Entry } from '../cache/entry.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Measures } from '../measures.ts';
import type { ApiRequest } from '../protocol.ts';
import type { ServiceNetwork } from '../service/network.ts';
import type { Signer } from '../signer.ts';
import type { Store } from '../storage/store.ts';
import type { Snapshots } from './pages.ts';

export interface Engine {
  readonly cluster: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly schema: Schema;
  readonly store: Store;
  readonly caches: Caches;
  /** What is served. */
  readonly catalog: Catalog;
  readonly snapshots: Snapshots;
  readonly services: ServiceNetwork;
  readonly signer: Signer;
  readonly quotas: Quotas;
  readonly measures: Measures;
}
/** One request on its way. */
export interface Call {
  readonly request: ApiRequest;
  readonly info: ResourceInfo;
  readonly deadline: number;
  /** Of the body's text: fields that JSON.parse has swallowed. */
  readonly duplicates?: readonly string[];
  /** The client's User-Agent: names the manager of fields where the request does not. Absent over the bus. */
  readonly agent?: string;
  /** Become Warning headers. */
  readonly warnings: string[];
  /** For the audit log: what plugins, policies and webhooks have noted. Absent: nobody reads it. */
  readonly annotations?: Map<string, string>;
}
export type Answer =
  /** `entry`: the object as stored, when it is just that. */
  | { readonly type: 'object'; readonly code: number; readonly object: KubeObject; readonly entry?: Entry }
  | {
      readonly type: 'list';
      readonly items: readonly Entry[];
      readonly revision: number;
      readonly continue?: string;
      readonly remaining?: number;
    }
  | { readonly type: 'status'; readonly status: Status };

export const refuse = (status: Status): Extract<Result<never>, { ok: false }> => ({
  ok: false,
  fault: faultOf(status),
});
/** A Result that failed, whatever it would have held. */
export type Refused = Extract<Result<never>, { ok: false }>;
/** Another client of etcd has written under the API's keys what the API would not have. */
export const spoiled = (key: string): Refused =>
  refuse(internalError(`what etcd has at ${key} is no object of the API: remove it (etcdctl del ${key})`));
