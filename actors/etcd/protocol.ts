//! What the etcd actor (address `etcd`) is asked and what it publishes. Values are opaque bytes; so are keys, as binary
//! strings: one character (0 to 255) a byte, so that any key of etcd's works and the order of strings is that of bytes.
import { type Address, address } from '../../runtime/address.ts';
import type { Fault } from '../../runtime/fault.ts';

/** Whoever leads. */
export const ETCD: Address = address('etcd');
/** One of several members, leading or not. */
export const memberAddress = (name: string): Address => address('etcd', '', name);

/** As etcd's own limits: a request's keys and values together, operations of a txn, seconds of a lease (leaseutil). */
export const REQUEST_BYTES_MAX = 1.5 * 1024 * 1024;
export const TXN_OPERATIONS_MAX = 128;
export const LEASE_TTL_MAX = 9_000_000_000;
/** A quiet stream says so after these. */
export const PROGRESS_MS: readonly number[] = [1_000, 10_000];

/** The end of the range of all keys that begin with `prefix`; END_OF_KEYS when nothing comes after them. */
export function prefixEnd(prefix: string): string {
  for (let last = prefix.length - 1; last >= 0; last--) {
    const byte = prefix.charCodeAt(last);
    if (byte < 0xff) return prefix.slice(0, last) + String.fromCharCode(byte + 1);
  }
  return END_OF_KEYS;
}
/** As a range's `end`: no end. */
export const END_OF_KEYS = '\0';

/**
 * One key as stored. Revisions are etcd v3's: one counter for the store, raised by each writing txn.
 * `lease`: an int64 in decimal; absent: none.
 */
export interface KeyValue {
  readonly key: string;
  readonly value: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly lease?: string;
}
/**
 * `target` of the key now, compared with `value`: bytes for a value, an id for a lease ('0': none), else a number.
 * A key that is not there has mod, create, version and lease 0, and every compare of its value is false. With an `end`
 * it holds when every key of the range satisfies it; a range of no keys is compared as one key that is not there.
 */
export interface Compare {
  readonly key: string;
  readonly end?: string;
  readonly target: 'mod' | 'create' | 'version' | 'value' | 'lease';
  readonly op: '=' | '!=' | '<' | '>';
  readonly value: number | Uint8Array | string;
}
export type SortOrder = 'ascend' | 'descend';
export type SortTarget = 'key' | 'version' | 'create' | 'mod' | 'value';
/** `[key, end)`: absent, the one key; END_OF_KEYS, all from `key` on. A prefix is `[prefix, prefixEnd(prefix))`. */
export interface RangeOp {
  readonly op: 'range';
  readonly key: string;
  readonly end?: string;
  /** 0 and absent: no limit. `count` in the reply is of all keys that are there, whatever the limit. */
  readonly limit?: number;
  /** At an older revision: `Expired` once compacted. 0 and absent: now. */
  readonly revision?: number;
  readonly sortOrder?: SortOrder;
  /** Absent: by key. */
  readonly sortTarget?: SortTarget;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
  /** Keys with other revisions are left out of `kvs`, not of `count`. 0 and absent: no bound. */
  readonly minMod?: number;
  readonly maxMod?: number;
  readonly minCreate?: number;
  readonly maxCreate?: number;
  /** Stop after so many bytes of values (at least one key is returned). Not etcd's: a page that fits a message. */
  readonly maxBytes?: number;
}
/**
 * `subjects`: where the change is published once it is durable; each is a stream with a `prevRevision` of its own.
 * The first names the object (`watch(...)` of runtime/address.ts), others whom it concerns (`node(...)`). Absent: the
 * writer does not know, and etcd asks the function that it was given for such writes.
 * A put that moves an object out of a stream (another node) names the old stream in `leaves`: it gets a delete there.
 */
export interface PutOp {
  readonly op: 'put';
  readonly key: string;
  readonly value: Uint8Array;
  readonly lease?: string;
  readonly prevKv?: boolean;
  /** The value stays as it is (`value` is empty then); an error when there is no such key. */
  readonly ignoreValue?: boolean;
  readonly ignoreLease?: boolean;
  readonly subjects?: readonly Stream[];
  readonly leaves?: readonly Stream[];
}
/** `value`: what receivers of its subjects are shown as the last state. */
export interface DeleteOp {
  readonly op: 'delete';
  readonly key: string;
  readonly end?: string;
  readonly prevKv?: boolean;
  readonly value?: Uint8Array;
  readonly subjects?: readonly Stream[];
}
export interface TxnOp {
  readonly op: 'txn';
  readonly compare: readonly Compare[];
  readonly then: readonly Operation[];
  readonly else: readonly Operation[];
}
export type Operation = RangeOp | PutOp | DeleteOp | TxnOp;

/** `kvs` of a range, `prevKv` and `prevKvs` (when asked for) carry values; nothing else does. */
export type OpResult =
  | { readonly op: 'range'; readonly kvs: readonly KeyValue[]; readonly more: boolean; readonly count: number }
  | {
      readonly op: 'put';
      readonly modRevision: number;
      readonly version: number;
      readonly createRevision: number;
      readonly prevKv?: KeyValue;
    }
  | { readonly op: 'delete'; readonly deleted: number; readonly prevKvs: readonly KeyValue[] }
  | { readonly op: 'txn'; readonly succeeded: boolean; readonly results: readonly OpResult[] };

/**
 * `stream` numbers the changes (for `watch` subjects: group and resource); `subject` is where to publish.
 * `change.progress` of a stream goes to `progressSubject(subject)` of runtime/address.ts: for a `watch` subject the one
 * without namespace and name (`k.<cluster>.watch.<group>.<resource>._._`, which a subscription to `watchAll(cluster,
 * group, resource)` receives), for any other (`node(...)`) the subject itself. It has no `key`: look at `type` first.
 */
export interface Stream {
  readonly stream: string;
  readonly subject: string;
}

export type Alarm = 'nospace' | 'corrupt';
/**
 * Requests. A repeated `id` (a retry after a time-out) gets the first answer again and changes nothing.
 * Names of members are those of their addresses, `etcd/<name>`; their ids are u64 in decimal, lease ids int64.
 */
export type EtcdRequest =
  /** Every write: a put is a txn of one operation. */
  | {
      readonly type: 'etcd.txn';
      readonly id: string;
      readonly compare: readonly Compare[];
      readonly then: readonly Operation[];
      readonly else: readonly Operation[];
    }
  /** `serializable`: from the member that is asked, which may be behind. */
  | ({ readonly type: 'etcd.range'; readonly serializable?: boolean } & Omit<RangeOp, 'op'>)
  | { readonly type: 'etcd.compact'; readonly revision: number; readonly physical?: boolean }
  /** `ttl` in seconds. Without `lease` (or '0') etcd chooses the id. */
  | { readonly type: 'etcd.lease.grant'; readonly id: string; readonly ttl: number; readonly lease?: string }
  | { readonly type: 'etcd.lease.revoke'; readonly id: string; readonly lease: string }
  | { readonly type: 'etcd.lease.keepAlive'; readonly lease: string }
  | { readonly type: 'etcd.lease.timeToLive'; readonly lease: string; readonly keys?: boolean }
  | { readonly type: 'etcd.lease.list' }
  /** The store's revision now, and of one stream when named: what a consistent read waits for. */
  | { readonly type: 'etcd.revision'; readonly stream?: string }
  | { readonly type: 'etcd.status' }
  /** Of revisions and values up to `revision` (absent or 0: now): equal on every member that compacted as far. */
  | { readonly type: 'etcd.hash'; readonly revision?: number }
  | { readonly type: 'etcd.members' }
  | { readonly type: 'etcd.defragment' }
  | {
      readonly type: 'etcd.alarm';
      readonly action: 'get' | 'activate' | 'deactivate';
      readonly alarm?: Alarm;
      /** Id of a member; absent or '0': all. */
      readonly member?: string;
    }
  | { readonly type: 'etcd.member.remove'; readonly name: string }
  | { readonly type: 'etcd.transferLeader'; readonly to: string };

export interface Member {
  readonly id: string;
  readonly name: string;
  /** Where it serves etcd's own API; empty: nowhere. */
  readonly clientUrls: readonly string[];
  readonly leader: boolean;
}
/** `revision` is the store's, as answered. */
export type EtcdReply =
  /** `results`, one an executed operation. */
  | {
      readonly type: 'etcd.txned';
      readonly revision: number;
      readonly succeeded: boolean;
      readonly results: readonly OpResult[];
      /** The id had been answered before: another sender of it may have asked for something else. */
      readonly repeated?: true;
    }
  | ({ readonly type: 'etcd.ranged'; readonly revision: number } & Omit<Extract<OpResult, { op: 'range' }>, 'op'>)
  | { readonly type: 'etcd.compacted'; readonly revision: number }
  | {
      readonly type: 'etcd.lease.granted';
      readonly revision: number;
      readonly lease: string;
      /** Seconds; may be longer than asked for. */
      readonly ttl: number;
    }
  | { readonly type: 'etcd.lease.revoked'; readonly revision: number }
  /** To the leader itself, about what is left of leases. */
  | { readonly type: 'etcd.lease.checkpointed'; readonly revision: number }
  /** `ttl` 0: there is no such lease (any more). */
  | { readonly type: 'etcd.lease.keptAlive'; readonly revision: number; readonly lease: string; readonly ttl: number }
  /** `ttl`: seconds left, -1 when there is no such lease. */
  | {
      readonly type: 'etcd.lease.timed';
      readonly revision: number;
      readonly lease: string;
      readonly ttl: number;
      readonly grantedTtl: number;
      readonly keys: readonly string[];
    }
  | { readonly type: 'etcd.lease.listed'; readonly revision: number; readonly leases: readonly string[] }
  | { readonly type: 'etcd.revised'; readonly revision: number; readonly streamRevision: number }
  | {
      readonly type: 'etcd.statused';
      readonly revision: number;
      readonly member: string;
      /** Id of the leader; '0': none is known. */
      readonly leader: string;
      readonly term: number;
      /** Records of the log: the last one, and the last one in this store. */
      readonly logIndex: number;
      readonly appliedIndex: number;
      /** Bytes of all versions kept, and of those that are there now. */
      readonly storeBytes: number;
      readonly usedBytes: number;
      readonly errors: readonly string[];
    }
  | {
      readonly type: 'etcd.hashed';
      readonly revision: number;
      readonly hash: number;
      readonly compactRevision: number;
    }
  /** Also the answer to `etcd.member.remove`: who is left. */
  | { readonly type: 'etcd.membered'; readonly revision: number; readonly members: readonly Member[] }
  | { readonly type: 'etcd.defragmented'; readonly revision: number }
  | {
      readonly type: 'etcd.alarmed';
      readonly revision: number;
      readonly alarms: readonly { readonly member: string; readonly alarm: Alarm }[];
    }
  | { readonly type: 'etcd.leaderTransferred'; readonly revision: number }
  | { readonly type: 'fault'; readonly fault: Fault };

/**
 * Published on a change's subjects, in revision order a stream.
 * A receiver whose last revision of the stream is not `prevRevision` has missed something and lists again.
 * `prevRevision` 0: the publisher does not know (it has just started): list again unless the revision is known.
 */
export type Change =
  | {
      readonly type: 'change.put';
      readonly stream: string;
      readonly key: string;
      readonly revision: number;
      readonly prevRevision: number;
      readonly createRevision: number;
      readonly value: Uint8Array;
      readonly prevValue?: Uint8Array;
      readonly prevModRevision?: number;
    }
  | {
      readonly type: 'change.delete';
      readonly stream: string;
      readonly key: string;
      readonly revision: number;
      readonly prevRevision: number;
      readonly value?: Uint8Array;
      readonly prevValue?: Uint8Array;
      readonly prevModRevision?: number;
    }
  /**
   * The stream has been quiet since `revision`: shows a lost last change. Sent 1 s and 10 s after the last change, and
   * for every stream after a restart of etcd.
   */
  | { readonly type: 'change.progress'; readonly stream: string; readonly revision: number };
