//! What an election's machine hears and wants.

/** One attempt to take or keep the Lease. */
export type ElectionEvent =
  | { readonly type: 'attempt.won' }
  /** Somebody else holds it. */
  | { readonly type: 'attempt.refused'; readonly holder: string }
  /** Not known who holds it: no answer, or somebody wrote at the same moment. */
  | { readonly type: 'attempt.failed' }
  /** Not renewed for too long: another may take it any moment now. */
  | { readonly type: 'deadline.passed' }
  | { readonly type: 'lease.released' }
  | { readonly type: 'election.stop' };
export type ElectionEffect =
  | { readonly type: 'attempt.start' }
  | { readonly type: 'attempt.abandon' }
  | { readonly type: 'leadership.won' }
  | { readonly type: 'leadership.lost' }
  | { readonly type: 'lease.release' };

export interface ElectionTimes {
  /** Others wait so long after the last renewal that they saw. */
  readonly leaseMs: number;
  /** The leader gives up when it could not renew for so long: less than `leaseMs`. */
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}
/** Kubernetes' defaults. */
export const ELECTION_TIMES: ElectionTimes = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };
