//! What the etcd actor (address `etcd`) is asked and what it publishes. Values are opaque bytes.
import { type Address, address } from '../../runtime/address.ts';
import type { Fault } from '../../runtime/fault.ts';

export const ETCD: Address = address('etcd');

/** As etcd's own limits: a request's keys and values together, operations of a txn. */
export const REQUEST_BYTES_MAX = 1.5 * 1024 * 1024;
export const TXN_OPERATIONS_MAX = 128;
/** A quiet stream says so after these. */
export const PROGRESS_MS: readonly number[] = [1_000, 10_000];

/** The end of the range of all keys that begin with `prefix`; END_OF_KEYS for ''. */
export function prefixEnd(prefix: string): string {
  if (prefix === '') return END_OF_KEYS;
  const last = prefix.length - 1;
  return prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1);
}
/** As a range's `end`: no end. */
export const END_OF_KEYS = '\0';

/** One key as stored. Revisions are etcd v3's: one counter for the store, raised by each writing txn. */
export interface KeyValue {
  readonly key: string;
  readonly value: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
}
/** `target` of the key now, compared with `value`; a key that is not there has mod, create and version 0. */
export interface Compare {
  readonly key: string;
  readonly target: 'mod' | 'create' | 'version';
  readonly op: '=' | '!=' | '<' | '>';
  readonly value: number;
}
/**
 * `subjects`: where the change is published once it is durable; each is a stream with a `prevRevision` of its own.
 * The first names the object (`watch(...)` of runtime/address.ts), others whom it concerns (`node(...)`).
 * A put that moves an object out of a stream (another node) names the old stream in `leaves`: it gets a delete there.
 */
export type Operation =
  | {
      readonly op: 'put';
      readonly key: string;
      readonly value: Uint8Array;
      readonly subjects: readonly Stream[];
      readonly leaves?: readonly Stream[];
    }
  | { readonly op: 'delete'; readonly key: string; readonly value?: Uint8Array; readonly subjects: readonly Stream[] }
  | { readonly op: 'range'; readonly key: string };
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

/** Requests. A repeated `id` (a retry after a time-out) gets the first answer again and changes nothing. */
export type EtcdRequest =
  | {
      readonly type: 'etcd.txn';
      readonly id: string;
      readonly compare: readonly Compare[];
      readonly then: readonly Operation[];
      readonly else: readonly Operation[];
    }
  | {
      readonly type: 'etcd.range';
      readonly key: string;
      /** Exclusive end; a prefix is `[prefix, prefixEnd(prefix))`. Absent: the one key. */
      readonly end?: string;
      readonly limit?: number;
      /** At an older revision: `Expired` once compacted. */
      readonly revision?: number;
      /** Stop after so many bytes of values (at least one key is returned). */
      readonly maxBytes?: number;
      readonly countOnly?: boolean;
    }
  /** The store's revision now, and of one stream when named: what a consistent read waits for. */
  | { readonly type: 'etcd.revision'; readonly stream?: string }
  | { readonly type: 'etcd.compact'; readonly revision: number };

export type EtcdReply =
  /** `results`, one an executed operation. put: the key as stored; delete: as it was; range: as it is. */
  | {
      readonly type: 'etcd.txned';
      readonly revision: number;
      readonly succeeded: boolean;
      readonly results: readonly (KeyValue | null)[];
    }
  | {
      readonly type: 'etcd.ranged';
      readonly revision: number;
      readonly kvs: readonly KeyValue[];
      readonly more: boolean;
      readonly count: number;
    }
  | { readonly type: 'etcd.revised'; readonly revision: number; readonly streamRevision: number }
  | { readonly type: 'etcd.compacted'; readonly revision: number }
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
