import type { Log } from '../../runtime/ports.ts';
import type { SubjectsOf } from './publications.ts';
import type { RetentionLimits } from './retention.ts';
import type { StoreLimits } from './store.ts';

export interface EtcdOptions extends Partial<EtcdLimits> {
  readonly log: Log;
  /** One of several on a log that all of them write. Absent: the only one, which leads as soon as it has read. */
  readonly member?: {
    /** Its own among the members, the same after a restart. */
    readonly name: string;
    /** How long a leader answers reads alone after its last record, and what followers' patience is measured in. */
    readonly leaseMs?: number;
    /** `log`: every linearizable read is confirmed by an append, whatever the clocks do. Default: by the lease. */
    readonly readIndex?: 'lease' | 'log';
  };
  /** Where it serves etcd's own API. */
  readonly clientUrls?: readonly string[];
  /** Where a write is published whose writer did not say (etcdctl's). */
  readonly subjectsOf?: SubjectsOf;
}
export interface EtcdLimits extends StoreLimits, RetentionLimits {
  readonly waitingMax: number;
  readonly waitingBytesMax: number;
  /** Of all versions kept: beyond it writes are refused, and an alarm says so until it is disarmed. */
  readonly storeBytesMax: number;
}
export const LIMITS: EtcdLimits = {
  historyMs: 300_000,
  historyRevisions: 10_000,
  compactionMs: 30_000,
  // As etcd: its --snapshot-count.
  snapshotRecords: 100_000,
  snapshotBytes: 64 * 1024 * 1024,
  waitingMax: 10_000,
  waitingBytesMax: 256 * 1024 * 1024,
  storeBytesMax: 8 * 1024 ** 3,
  answers: 10_000,
  answersBytes: 32 * 1024 * 1024,
  answersMs: 60_000,
  streams: 100_000,
};

/** What a member is told of itself. */
export interface MemberOptions {
  readonly name: string;
  /** Nobody else can write its log. */
  readonly exclusive: boolean;
  readonly leaseMs: number;
  readonly readIndex: 'lease' | 'log';
  readonly clientUrls: readonly string[];
}
export const LEASE_MS = 2_000;
export const memberOptions = ({ member, clientUrls = [] }: EtcdOptions): MemberOptions => ({
  name: member?.name ?? 'etcd',
  exclusive: member === undefined,
  leaseMs: member?.leaseMs ?? LEASE_MS,
  readIndex: member?.readIndex ?? 'lease',
  clientUrls,
});
