//! What a CronJob's controller decides, as data.
import type { CronJobStatus, Job, JobReference } from '../../api/types/batch.ts';
import type { Draft } from '../../api/types/meta.ts';

export interface Told {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}
export interface Plan {
  /** With what has ended or vanished taken out; what starts comes in when it has been made. */
  readonly status: CronJobStatus;
  readonly told: readonly Told[];
  readonly start: Start | undefined;
  /** Old Jobs beyond the limits of history. */
  readonly forget: readonly Job[];
  readonly afterMs: number | undefined;
}
export interface Start {
  readonly job: Draft<Job>;
  /** What must be gone first. */
  readonly replaces: readonly JobReference[];
  readonly scheduledAt: number;
  /** When to look again once it is made. */
  readonly afterMs: number | undefined;
}
