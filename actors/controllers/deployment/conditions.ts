//! The conditions of a Deployment, in Kubernetes' words.
import { timestamp } from '../../api/time.ts';
import type { Condition } from '../../api/types/meta.ts';
import { findCondition } from '../../client/conditions.ts';

export type Conditions = readonly Condition[];
export const PROGRESSING = 'Progressing';
export const AVAILABLE = 'Available';
export const REPLICA_FAILURE = 'ReplicaFailure';
export const TIMED_OUT = 'ProgressDeadlineExceeded';
export const COMPLETE = 'NewReplicaSetAvailable';
export const PAUSED = 'DeploymentPaused';

type Word = Pick<Condition, 'type' | 'status'> & { readonly reason: string; readonly message: string };

/** The same status and reason again change nothing; the same status keeps its time of transition. */
export function withCondition(conditions: Conditions, word: Word, now: number): Conditions {
  const known = findCondition(conditions, word.type);
  if (known?.status === word.status && known.reason === word.reason) return conditions;
  return renewed(conditions, word, now);
}
/** As `withCondition`, and the same again raises the time of its last update. */
export function renewed(conditions: Conditions, word: Word, now: number): Conditions {
  const known = findCondition(conditions, word.type);
  const at = timestamp(now);
  const since = known?.status === word.status ? (known.lastTransitionTime ?? at) : at;
  return [...without(conditions, word.type), { ...word, lastUpdateTime: at, lastTransitionTime: since }];
}
export const without = (conditions: Conditions, type: string): Conditions =>
  conditions.filter((condition) => condition.type !== type);

export const availability = (enough: boolean): Word =>
  enough
    ? {
        type: AVAILABLE,
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: AVAILABLE,
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
const progressing = (status: Condition['status'], reason: string, message: string): Word => ({
  type: PROGRESSING,
  status,
  reason,
  message,
});
export const created = (set: string): Word =>
  progressing('True', 'NewReplicaSetCreated', `Created new replica set "${set}"`);
export const found = (set: string): Word => progressing('True', 'FoundNewReplicaSet', `Found new replica set "${set}"`);
export const failedCreate = (set: string, why: string): Word =>
  progressing('False', 'FailedCreate', `Failed to create new replica set "${set}": ${why}`);
export const paused = progressing('Unknown', PAUSED, 'Deployment is paused');
export const resumed = progressing('Unknown', 'DeploymentResumed', 'Deployment is resumed');
/** `what`: `ReplicaSet "web-abc"`, or `Deployment "web"` before there is one. */
export const complete = (what: string): Word => progressing('True', COMPLETE, `${what} has successfully progressed.`);
export const updated = (what: string): Word => progressing('True', 'ReplicaSetUpdated', `${what} is progressing.`);
export const timedOut = (what: string): Word => progressing('False', TIMED_OUT, `${what} has timed out progressing.`);
