//! How a Job stands, as its conditions say.
import type { Job, JobCondition } from '../../api/types/batch.ts';

const ENDS = ['Complete', 'Failed'];
/** The condition with which it ended; undefined while it goes on. */
export const endOfJob = ({ status }: Job): JobCondition | undefined =>
  status?.conditions?.find(({ type, status }) => ENDS.includes(type) && status === 'True');
