//! Defaults of apps, batch and autoscaling (pkg/apis/{apps,batch,autoscaling}/*/defaults.go).
import { get, isObject, type JsonObject, listOf } from '../json.ts';
import { at, each, fill, isBlank, labelsOf, within } from './fill.ts';
import { podTemplate, templateLabels } from './pod.ts';
import { claim } from './volume.ts';

const REVISIONS = 10;
const template = (spec: JsonObject): JsonObject => at(spec, 'template', podTemplate);
const inSpec = (object: JsonObject, change: (spec: JsonObject) => JsonObject): JsonObject =>
  within(object, 'spec', (spec) => template(change(spec)));

export const deployment = (object: JsonObject): JsonObject =>
  inSpec(object, (spec) =>
    within(
      fill(spec, { replicas: 1, revisionHistoryLimit: REVISIONS, progressDeadlineSeconds: 600 }),
      'strategy',
      (strategy) => rolling(strategy, { maxUnavailable: '25%', maxSurge: '25%' }),
    ),
  );
function rolling(strategy: JsonObject, update: JsonObject): JsonObject {
  const typed = fill(strategy, { type: 'RollingUpdate' });
  if (typed['type'] !== 'RollingUpdate') return typed;
  return within(typed, 'rollingUpdate', (given) => fill(given, update));
}
export const replicaSet = (object: JsonObject): JsonObject => inSpec(object, (spec) => fill(spec, { replicas: 1 }));
export function replicationController(object: JsonObject): JsonObject {
  const labels = templateLabels(object);
  const filled = inSpec(object, (spec) => {
    const counted = fill(spec, { replicas: 1 });
    return labels !== undefined && isBlank(spec['selector']) ? { ...counted, selector: labels } : counted;
  });
  return withLabels(filled, labels);
}
function withLabels(object: JsonObject, labels: JsonObject | undefined): JsonObject {
  if (labels === undefined || Object.keys(labelsOf(object)).length > 0) return object;
  return within(object, 'metadata', (metadata) => ({ ...metadata, labels }));
}
export const statefulSet = (object: JsonObject): JsonObject =>
  inSpec(object, (spec) => {
    let filled = fill(spec, {
      podManagementPolicy: 'OrderedReady',
      replicas: 1,
      revisionHistoryLimit: REVISIONS,
    });
    filled = within(filled, 'updateStrategy', (strategy) => rolling(strategy, { partition: 0 }));
    filled = within(filled, 'persistentVolumeClaimRetentionPolicy', (policy) =>
      fill(policy, { whenDeleted: 'Retain', whenScaled: 'Retain' }),
    );
    return each(filled, 'volumeClaimTemplates', (item) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      ...claim(item),
    }));
  });
export const daemonSet = (object: JsonObject): JsonObject =>
  inSpec(object, (spec) =>
    within(fill(spec, { revisionHistoryLimit: REVISIONS }), 'updateStrategy', (strategy) =>
      rolling(strategy, { maxSurge: 0, maxUnavailable: 1 }),
    ),
  );

export function job(object: JsonObject): JsonObject {
  const filled = inSpec(object, (spec) => {
    const alone = spec['completions'] === undefined && spec['parallelism'] === undefined;
    return fill(
      at(spec, 'podFailurePolicy', (policy) =>
        each(policy, 'rules', (rule) =>
          each(rule, 'onPodConditions', (item) =>
            item['status'] === '' ? { ...item, status: 'True' } : fill(item, { status: 'True' }),
          ),
        ),
      ),
      {
        completions: alone ? 1 : undefined,
        parallelism: 1,
        backoffLimit: spec['backoffLimitPerIndex'] === undefined ? 6 : 2147483647,
        completionMode: 'NonIndexed',
        suspend: false,
        manualSelector: false,
        podReplacementPolicy: spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
      },
    );
  });
  return withLabels(filled, templateLabels(filled));
}
export const cronJob = (object: JsonObject): JsonObject =>
  within(object, 'spec', (spec) =>
    at(
      fill(spec, {
        concurrencyPolicy: 'Allow',
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
      }),
      'jobTemplate',
      (item) => at(item, 'spec', template),
    ),
  );

/** v2: eighty percent of the requested CPU when nothing is said. v1 says it in one field. */
export const autoscaler = (object: JsonObject): JsonObject =>
  within(object, 'spec', (spec) => {
    if (object['apiVersion'] === 'autoscaling/v1') return fill(spec, { minReplicas: 1 });
    const cpu = {
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
    };
    const metrics = listOf(spec['metrics']).length === 0 ? [cpu] : undefined;
    const filled = fill(metrics === undefined ? spec : { ...spec, metrics }, { minReplicas: 1 });
    return at(filled, 'behavior', (behavior) => {
      const up = within(behavior, 'scaleUp', (rules) => ({
        ...fill(rules, {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Max',
          policies: [
            { type: 'Pods', value: 4, periodSeconds: 15 },
            { type: 'Percent', value: 100, periodSeconds: 15 },
          ],
        }),
      }));
      return within(up, 'scaleDown', (rules) =>
        fill(rules, { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] }),
      );
    });
  });

export const podTemplateObject = (object: JsonObject): JsonObject => at(object, 'template', podTemplate);
export const hasTemplate = (object: unknown): boolean => isObject(get(object, 'spec', 'template'));
