//! The status of workloads: counts that are none below zero, and fit each other (pkg/apis/{apps,core}/validation).
import { invalid } from '../../field-error.ts';
import { type JsonObject, objectOf } from '../../json.ts';
import { type Errors, nonNegative } from '../check.ts';

type Check = (errors: Errors, object: JsonObject, old: JsonObject) => void;
const statusOf = (object: JsonObject): JsonObject => objectOf(object['status']);
const count = (status: JsonObject, field: string): number => Number(status[field] ?? 0);

function counts(errors: Errors, status: JsonObject, fields: readonly string[]): void {
  for (const field of fields) nonNegative(errors, `status.${field}`, status[field]);
}
function within(errors: Errors, status: JsonObject, fields: readonly string[], ready: string): void {
  const above = (field: string, limit: string, word: string): void => {
    const value = count(status, field);
    if (value > count(status, limit)) errors.push(invalid(`status.${field}`, value, `cannot be greater than ${word}`));
  };
  for (const field of fields) above(field, 'replicas', 'status.replicas');
  above('availableReplicas', 'readyReplicas', ready);
}
function collisions(errors: Errors, object: JsonObject, old: JsonObject): void {
  const value = count(statusOf(object), 'collisionCount');
  if (statusOf(old)['collisionCount'] !== undefined && value < count(statusOf(old), 'collisionCount')) {
    errors.push(invalid('status.collisionCount', value, 'cannot be decremented'));
  }
}

/** Of ReplicaSets and ReplicationControllers. */
export const replicas: Check = (errors, object) => {
  const status = statusOf(object);
  counts(errors, status, [
    'replicas',
    'fullyLabeledReplicas',
    'readyReplicas',
    'availableReplicas',
    'observedGeneration',
    'terminatingReplicas',
  ]);
  within(errors, status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'], 'readyReplicas');
};
export const deployment: Check = (errors, object, old) => {
  const status = statusOf(object);
  counts(errors, status, [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
    'terminatingReplicas',
    'collisionCount',
  ]);
  within(errors, status, ['updatedReplicas', 'readyReplicas', 'availableReplicas'], 'readyReplicas');
  collisions(errors, object, old);
};
export const statefulSet: Check = (errors, object, old) => {
  const status = statusOf(object);
  counts(errors, status, [
    'replicas',
    'readyReplicas',
    'currentReplicas',
    'updatedReplicas',
    'availableReplicas',
    'observedGeneration',
    'collisionCount',
  ]);
  const fields = ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'];
  within(errors, status, fields, 'status.readyReplicas');
  collisions(errors, object, old);
};
export const daemonSet: Check = (errors, object, old) => {
  counts(errors, statusOf(object), [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
    'collisionCount',
  ]);
  collisions(errors, object, old);
};
