//! Jobs, cron jobs, budgets and autoscalers (pkg/apis/{batch,policy,autoscaling}/validation).
import { invalid, notSupported, required } from '../field-error.ts';
import { get, isObject, type JsonObject, listOf, objectOf, semanticEqual, textOf } from '../json.ts';
import { matches, selectorOf } from '../selector.ts';
import type { LabelSelector } from '../types/meta.ts';
import { amount, atMostAll } from './apps/amount.ts';
import { type Errors, immutable, labelSelector, nonNegative, oneOf, positive, present, specOf } from './check.ts';
import { cronProblem } from './cron.ts';
import { podTemplate } from './pod.ts';

export function job(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  jobSpec(errors, 'spec', spec);
  const selector = spec['selector'];
  if (!isObject(selector)) errors.push(required('spec.selector'));
  else {
    labelSelector(errors, 'spec.selector', selector);
    const labels = objectOf(get(spec, 'template', 'metadata', 'labels'));
    if (!matches(selectorOf(selector as unknown as LabelSelector), labels as Record<string, string>)) {
      errors.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
    }
  }
  if (old === undefined) return;
  const before = specOf(old);
  if (spec['completionMode'] !== 'Indexed')
    immutable(errors, 'spec.completions', spec['completions'], before['completions']);
  immutable(errors, 'spec.selector', spec['selector'], before['selector']);
  // A suspended job that has not begun may be moved: labels and scheduling of its template (JobMutableNodeScheduling).
  const movable = before['suspend'] === true && get(old, 'status', 'startTime') === undefined;
  const fixed = (from: JsonObject): JsonObject => {
    const template = objectOf(from['template']);
    if (!movable) return template;
    const {
      nodeSelector: _1,
      affinity: _2,
      tolerations: _3,
      schedulingGates: _4,
      ...rest
    } = objectOf(template['spec']);
    return { spec: rest };
  };
  if (!semanticEqual(fixed(spec), fixed(before))) immutable(errors, 'spec.template', spec['template'], null);
  for (const field of ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy']) {
    immutable(errors, `spec.${field}`, spec[field], before[field]);
  }
}
function jobSpec(errors: Errors, at: string, spec: JsonObject): void {
  for (const field of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
  ]) {
    nonNegative(errors, `${at}.${field}`, spec[field]);
  }
  const mode = spec['completionMode'];
  if (mode !== undefined) {
    if (mode !== 'NonIndexed' && mode !== 'Indexed') {
      errors.push(notSupported(`${at}.completionMode`, mode, ['Indexed', 'NonIndexed']));
    }
    if (mode === 'Indexed' && spec['completions'] === undefined) {
      errors.push(required(`${at}.completions`, 'when completion mode is Indexed'));
    }
  }
  if (isObject(spec['template'])) podTemplate(errors, `${at}.template`, spec['template']);
  else errors.push(required(`${at}.template.spec.containers`));
  const policy = textOf(get(spec, 'template', 'spec', 'restartPolicy'));
  if (policy === '' || policy === 'Always') {
    errors.push(required(`${at}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'));
  } else if (policy !== 'Never' && policy !== 'OnFailure') {
    errors.push(notSupported(`${at}.template.spec.restartPolicy`, policy, ['Never', 'OnFailure']));
  }
  if (isObject(spec['podFailurePolicy']) && policy !== 'Never') {
    errors.push(
      invalid(
        `${at}.template.spec.restartPolicy`,
        policy,
        'only "Never" is supported when podFailurePolicy is specified',
      ),
    );
  }
}

export function cronJob(errors: Errors, object: JsonObject): void {
  const spec = specOf(object);
  const name = textOf(get(object, 'metadata', 'name'));
  // The controller appends eleven characters to make a Job's name of at most 63.
  if (name.length > 52) errors.push(invalid('metadata.name', name, 'must be no more than 52 characters'));
  const schedule = textOf(spec['schedule']);
  if (schedule === '') errors.push(required('spec.schedule'));
  else {
    const problem = cronProblem(schedule);
    if (problem !== undefined) errors.push(invalid('spec.schedule', schedule, problem));
    if (schedule.includes('TZ')) {
      errors.push(
        invalid('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'),
      );
    }
  }
  const zone = spec['timeZone'];
  if (zone === '') errors.push(invalid('spec.timeZone', zone, 'timeZone must be nil or non-empty string'));
  nonNegative(errors, 'spec.startingDeadlineSeconds', spec['startingDeadlineSeconds']);
  oneOf(errors, 'spec.concurrencyPolicy', spec['concurrencyPolicy'], ['Allow', 'Forbid', 'Replace']);
  nonNegative(errors, 'spec.successfulJobsHistoryLimit', spec['successfulJobsHistoryLimit']);
  nonNegative(errors, 'spec.failedJobsHistoryLimit', spec['failedJobsHistoryLimit']);
  const template = objectOf(get(spec, 'jobTemplate', 'spec'));
  jobSpec(errors, 'spec.jobTemplate.spec', template);
  if (template['manualSelector'] === true) {
    errors.push(notSupported('spec.jobTemplate.spec.manualSelector', true, ['nil', 'false']));
  }
}

export function disruptionBudget(errors: Errors, object: JsonObject): void {
  const spec = specOf(object);
  if (spec['minAvailable'] !== undefined && spec['maxUnavailable'] !== undefined) {
    errors.push(invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const field of ['minAvailable', 'maxUnavailable']) {
    amount(errors, `spec.${field}`, spec[field]);
    atMostAll(errors, `spec.${field}`, spec[field]);
  }
  labelSelector(errors, 'spec.selector', spec['selector']);
  oneOf(
    errors,
    'spec.unhealthyPodEvictionPolicy',
    spec['unhealthyPodEvictionPolicy'],
    ['AlwaysAllow', 'IfHealthyBudget'],
    true,
  );
}

export function autoscaler(errors: Errors, object: JsonObject): void {
  const spec = specOf(object);
  const target = objectOf(spec['scaleTargetRef']);
  present(errors, 'spec.scaleTargetRef.kind', target['kind']);
  present(errors, 'spec.scaleTargetRef.name', target['name']);
  const min = spec['minReplicas'];
  const max = spec['maxReplicas'];
  if (typeof min === 'number' && min < 1)
    errors.push(invalid('spec.minReplicas', min, 'must be greater than or equal to 1'));
  if (max === undefined) errors.push(invalid('spec.maxReplicas', 0, 'must be greater than 0'));
  else positive(errors, 'spec.maxReplicas', max);
  if (typeof min === 'number' && typeof max === 'number' && max < min && max > 0) {
    errors.push(invalid('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'));
  }
  listOf(spec['metrics']).forEach((metric, i) => {
    const type = textOf(get(metric, 'type'));
    const types = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
    if (type === '') errors.push(required(`spec.metrics[${i}].type`, 'must specify a metric source type'));
    else if (!types.includes(type)) errors.push(notSupported(`spec.metrics[${i}].type`, type, types));
  });
}
