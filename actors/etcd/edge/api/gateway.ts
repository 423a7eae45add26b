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

/** How often it is looked for a leader, while anybody asked to be told of its loss; so many misses are one. */
const LEADER_CHECK_MS = 500;
/** As etcd, which waits for three election time-outs (api/v3rpc/interceptor.go): one leader may follow another. */
const LEADER_MISSES_MAX = 6;

export class Gateway {
  readonly #prefix: string;
  readonly #current: () => EtcdServer | undefined;
  #count = 0;
  /** The last one: many answers have the same. */
  #header: { member: string; term: number; identity: Uint8Array; revision: number; bytes: Uint8Array } | undefined;
  readonly #long = new Map<Call, { readonly insists: boolean; readonly end: (why: Failed) => void }>();
  #timer: NodeJS.Timeout | undefined;
  #misses = 0;

  /**
   * `current`: the member that answers now; it is another one after a restart. `prefix`: of request ids, nobody else's.
   */
  constructor(current: () => EtcdServer | undefined, prefix: string) {
    this.#current = current;
    this.#prefix = prefix;
  }
  get server(): EtcdServer {
    const server = this.#current();
    if (server === undefined) throw STOPPED;
    return server;
  }
  nextId(): string {
    return `${this.#prefix}${(this.#count++).toString(36)}`;
  }

  /** A ResponseHeader of this member. */
  header(revision: number): Uint8Array {
    const { clusterId, memberId, term }: EtcdHead = this.server.head();
    const known = this.#header;
    if (known?.member !== memberId || known.term !== term) {
      const identity = HeaderMessage.encode({ clusterId, memberId, term });
      this.#header = { member: memberId, term, identity, revision: -1, bytes: identity };
    }
    const header = this.#header!;
    if (header.revision !== revision) {
      header.revision = revision;
      header.bytes = Buffer.concat([header.identity, HeaderMessage.encode({ revision })]);
    }
    return header.bytes;
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
  /** A call that lasts: `end` is called when the server closes, or the leader is lost and the caller insists on one. */
  enter(call: Call, end: (why: Failed) => void): void {
    this.#long.set(call, { insists: insists(call), end });
    if (!insists(call)) return;
    this.#timer ??= setInterval(() => {
      this.#misses = this.#current()?.head().leader === undefined ? this.#misses + 1 : 0;
      if (this.#misses < LEADER_MISSES_MAX) return;
      for (const one of [...this.#long.values()]) if (one.insists) one.end(NO_LEADER);
    }, LEADER_CHECK_MS).unref();
  }
  leave(call: Call): void {
    this.#long.delete(call);
    if (this.#long.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#misses = 0;
  }
  close(): void {
    for (const { end } of [...this.#long.values()]) end(STOPPED);
  }
}
const insists = (call: Call): boolean => call.metadata('hasleader') === 'true';

export function end(call: Call, error: unknown): void {
  if (!(error instanceof Failed)) throw error;
  call.end(error.code, error.message);
}
