//! What every method stands on: the member that answers now, its headers, ids of requests, and who must be told when
//! there is no leader.
import type { EtcdReply, EtcdRequest } from '../../protocol.ts';
import type { EtcdHead, EtcdServer } from '../../server.ts';
import type { Call } from '../http2/call.ts';
import { HeaderMessage } from '../wire/services.ts';
import { Failed, failedBy, NO_LEADER, STOPPED } from './status.ts';

interface Replies {
  readonly 'etcd.txn': 'etcd.txned';
  readonly 'etcd.range': 'etcd.ranged';
  readonly 'etcd.compact': 'etcd.compacted';
  readonly 'etcd.lease.grant': 'etcd.lease.granted';
  readonly 'etcd.lease.revoke': 'etcd.lease.revoked';
  readonly 'etcd.lease.keepAlive': 'etcd.lease.keptAlive';
  readonly 'etcd.lease.timeToLive': 'etcd.lease.timed';
  readonly 'etcd.lease.list': 'etcd.lease.listed';
  readonly 'etcd.revision': 'etcd.revised';
  readonly 'etcd.status': 'etcd.statused';
  readonly 'etcd.hash': 'etcd.hashed';
  readonly 'etcd.members': 'etcd.membered';
  readonly 'etcd.defragment': 'etcd.defragmented';
  readonly 'etcd.alarm': 'etcd.alarmed';
  readonly 'etcd.member.remove': 'etcd.membered';
  readonly 'etcd.transferLeader': 'etcd.leaderTransferred';
}
export type ReplyTo<R extends EtcdRequest> = Extract<EtcdReply, { readonly type: Replies[R['type']] }>;

/** How often it is looked whether a leader is there, while anybody asked to be told. */
const LEADER_CHECK_MS = 500;

export class Gateway {
  readonly #prefix: string;
  #count = 0;
  #server: EtcdServer | undefined;
  #header: { readonly revision: number; readonly of: string; readonly bytes: Uint8Array } | undefined;
  readonly #wary = new Map<Call, () => void>();
  #timer: NodeJS.Timeout | undefined;

  /** `prefix`: of request ids, nobody else's. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }
  /** The member that answers from now on: it is started anew after it died. */
  use(server: EtcdServer): void {
    this.#server = server;
  }
  get server(): EtcdServer {
    if (this.#server === undefined) throw STOPPED;
    return this.#server;
  }
  nextId(): string {
    return `${this.#prefix}${(this.#count++).toString(36)}`;
  }

  /** A ResponseHeader of this member. */
  header(revision: number): Uint8Array {
    const { clusterId, memberId, term }: EtcdHead = this.server.head();
    const of = `${clusterId} ${memberId} ${term}`;
    if (this.#header?.revision !== revision || this.#header.of !== of)
      this.#header = { revision, of, bytes: HeaderMessage.encode({ clusterId, memberId, revision, term }) };
    return this.#header.bytes;
  }

  /** `done` hears of success only: a fault ends the call. */
  ask<R extends EtcdRequest>(call: Call, request: R, done: (reply: ReplyTo<R>) => void): void {
    this.server.request(request, (reply) => {
      if (reply.type === 'fault') end(call, failedBy(reply.fault));
      else done(reply as ReplyTo<R>);
    });
  }
  asked<R extends EtcdRequest>(request: R): Promise<ReplyTo<R>> {
    return new Promise((resolve, reject) =>
      this.server.request(request, (reply) => {
        if (reply.type === 'fault') reject(failedBy(reply.fault));
        else resolve(reply as ReplyTo<R>);
      }),
    );
  }

  /** Throws when the caller insists on a leader (rpctypes' MetadataRequireLeaderKey) and none is known. */
  check(call: Call): void {
    if (insists(call) && this.server.head().leader === undefined) throw NO_LEADER;
  }
  /** `lost` is called once the leader is gone, if the caller insists on one. */
  watchLeader(call: Call, lost: () => void): void {
    if (!insists(call)) return;
    this.#wary.set(call, lost);
    this.#timer ??= setInterval(() => {
      if (this.#server?.head().leader !== undefined) return;
      for (const tell of [...this.#wary.values()]) tell();
    }, LEADER_CHECK_MS);
  }
  forget(call: Call): void {
    if (!this.#wary.delete(call) || this.#wary.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
const insists = (call: Call): boolean => call.metadata('hasleader') === 'true';

export function end(call: Call, error: unknown): void {
  if (!(error instanceof Failed)) throw error;
  call.end(error.code, error.message);
}
