//! Deployments and their like (pkg/apis/apps/validation, and ReplicationController of pkg/apis/core/validation).
import { forbidden, invalid, notSupported, required } from '../field-error.ts';
import { isPercent } from '../intstr.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, semanticEqual, textOf } from '../json.ts';
import { matches, selectorOf } from '../selector.ts';
import type { LabelSelector } from '../types/meta.ts';
import { type Errors, emptySelector, immutable, labelSelector, nonNegative, oneOf, specOf } from './check.ts';
import { podTemplate } from './pod.ts';
import { claimSpec } from './volume.ts';

function selecting(errors: Errors, spec: JsonObject, what: string): void {
  const selector = spec['selector'];
  if (!isObject(selector)) errors.push(required('spec.selector'));
  else {
    labelSelector(errors, 'spec.selector', selector);
    if (emptySelector(selector))
      errors.push(invalid('spec.selector', selector, `empty selector is invalid for ${what}`));
  }
  const labels = objectOf(get(spec, 'template', 'metadata', 'labels'));
  if (
    isObject(selector) &&
    !emptySelector(selector) &&
    !matches(selectorOf(selector as unknown as LabelSelector), labels as Record<string, string>)
  ) {
    errors.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  }
}
function template(errors: Errors, spec: JsonObject, policies: readonly string[] = ['Always']): void {
  if (!isObject(spec['template'])) {
    errors.push(required('spec.template'));
    return;
  }
  podTemplate(errors, 'spec.template', spec['template']);
  const policy = get(spec, 'template', 'spec', 'restartPolicy');
  if (typeof policy === 'string' && ['Always', 'OnFailure', 'Never'].includes(policy) && !policies.includes(policy)) {
    errors.push(notSupported('spec.template.spec.restartPolicy', policy, policies));
  }
  if (policies.length === 1 && get(spec, 'template', 'spec', 'activeDeadlineSeconds') !== undefined) {
    errors.push(
      forbidden('spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds in ReplicaSet is not Supported'),
    );
  }
}
/** A count or a percentage of at most 100; returns whether it is zero. */
function intOrPercent(errors: Errors, path: string, value: Json | undefined, max100: boolean): boolean {
  if (typeof value === 'string') {
    if (!isPercent(value)) {
      errors.push(
        invalid(
          path,
          value,
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
        ),
      );
    } else if (max100 && Number(value.slice(0, -1)) > 100) {
      errors.push(invalid(path, value, 'must not be greater than 100%'));
    }
    return Number.parseInt(value, 10) === 0;
  }
  nonNegative(errors, path, value);
  return value === 0 || value === undefined;
}

export function deployment(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  nonNegative(errors, 'spec.replicas', spec['replicas']);
  selecting(errors, spec, 'deployment');
  template(errors, spec);
  const strategy = objectOf(spec['strategy']);
  const rolling = strategy['rollingUpdate'];
  if (strategy['type'] === 'Recreate') {
    if (isObject(rolling)) {
      errors.push(forbidden('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'"));
    }
  } else if (strategy['type'] !== 'RollingUpdate') {
    errors.push(notSupported('spec.strategy', strategy, ['Recreate', 'RollingUpdate']));
  } else if (isObject(rolling)) {
    const at = 'spec.strategy.rollingUpdate';
    const none = intOrPercent(errors, `${at}.maxUnavailable`, rolling['maxUnavailable'], true);
    const noSurge = intOrPercent(errors, `${at}.maxSurge`, rolling['maxSurge'], false);
    if (none && noSurge) {
      errors.push(invalid(`${at}.maxUnavailable`, rolling['maxUnavailable'], 'may not be 0 when `maxSurge` is 0'));
    }
  }
  nonNegative(errors, 'spec.minReadySeconds', spec['minReadySeconds']);
  nonNegative(errors, 'spec.revisionHistoryLimit', spec['revisionHistoryLimit']);
  const deadline = spec['progressDeadlineSeconds'];
  nonNegative(errors, 'spec.progressDeadlineSeconds', deadline);
  if (typeof deadline === 'number' && deadline <= Number(spec['minReadySeconds'] ?? 0)) {
    errors.push(invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  }
  if (old !== undefined) immutable(errors, 'spec.selector', spec['selector'], specOf(old)['selector']);
}

export function replicaSet(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  nonNegative(errors, 'spec.replicas', spec['replicas']);
  nonNegative(errors, 'spec.minReadySeconds', spec['minReadySeconds']);
  selecting(errors, spec, 'deployment');
  template(errors, spec);
  if (old !== undefined) immutable(errors, 'spec.selector', spec['selector'], specOf(old)['selector']);
}

export function replicationController(errors: Errors, object: JsonObject): void {
  const spec = specOf(object);
  nonNegative(errors, 'spec.minReadySeconds', spec['minReadySeconds']);
  const selector = objectOf(spec['selector']);
  if (Object.keys(selector).length === 0) errors.push(required('spec.selector'));
  nonNegative(errors, 'spec.replicas', spec['replicas']);
  const labels = objectOf(get(spec, 'template', 'metadata', 'labels'));
  if (Object.entries(selector).some(([key, value]) => labels[key] !== value)) {
    errors.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  }
  template(errors, spec);
}

export function statefulSet(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  oneOf(errors, 'spec.podManagementPolicy', spec['podManagementPolicy'], ['OrderedReady', 'Parallel']);
  const strategy = objectOf(spec['updateStrategy']);
  switch (strategy['type']) {
    case undefined:
    case '':
      errors.push(required('spec.updateStrategy'));
      break;
    case 'OnDelete':
      if (isObject(strategy['rollingUpdate'])) {
        errors.push(
          invalid(
            'spec.updateStrategy.rollingUpdate',
            strategy['rollingUpdate'],
            "only allowed for updateStrategy 'RollingUpdate'",
          ),
        );
      }
      break;
    case 'RollingUpdate':
      nonNegative(errors, 'spec.updateStrategy.rollingUpdate.partition', get(strategy, 'rollingUpdate', 'partition'));
      break;
    default:
      errors.push(invalid('spec.updateStrategy', strategy, "must be 'RollingUpdate' or 'OnDelete'"));
  }
  for (const when of ['whenDeleted', 'whenScaled']) {
    const at = `spec.persistentVolumeClaimRetentionPolicy.${when}`;
    oneOf(errors, at, get(spec, 'persistentVolumeClaimRetentionPolicy', when), ['Delete', 'Retain'], true);
  }
  nonNegative(errors, 'spec.replicas', spec['replicas']);
  nonNegative(errors, 'spec.minReadySeconds', spec['minReadySeconds']);
  nonNegative(errors, 'spec.ordinals.start', get(spec, 'ordinals', 'start'));
  selecting(errors, spec, 'statefulset');
  template(errors, spec);
  listOf(spec['volumeClaimTemplates']).forEach((item, i) => {
    if (old === undefined) claimSpec(errors, `spec.volumeClaimTemplates[${i}].spec`, objectOf(get(item, 'spec')));
  });
  if (old === undefined) return;
  const may = [
    'replicas',
    'ordinals',
    'template',
    'updateStrategy',
    'revisionHistoryLimit',
    'persistentVolumeClaimRetentionPolicy',
    'minReadySeconds',
  ];
  const rest = (from: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(from).filter(([key]) => !may.includes(key)));
  if (!semanticEqual(rest(spec), rest(specOf(old)))) {
    errors.push(
      forbidden(
        'spec',
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
      ),
    );
  }
}

export function daemonSet(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  selecting(errors, spec, 'daemonset');
  template(errors, spec);
  nonNegative(errors, 'spec.minReadySeconds', spec['minReadySeconds']);
  const strategy = objectOf(spec['updateStrategy']);
  if (strategy['type'] === 'RollingUpdate') {
    const at = 'spec.updateStrategy.rollingUpdate';
    const rolling = strategy['rollingUpdate'];
    if (!isObject(rolling)) errors.push(required(at));
    else {
      const none = intOrPercent(errors, `${at}.maxUnavailable`, rolling['maxUnavailable'], true);
      const noSurge = intOrPercent(errors, `${at}.maxSurge`, rolling['maxSurge'], true);
      if (none && noSurge) {
        errors.push(required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
      } else if (!none && !noSurge) {
        errors.push(invalid(`${at}.maxSurge`, rolling['maxSurge'], 'may not be set when maxUnavailable is non-zero'));
      }
    }
  } else if (strategy['type'] !== 'OnDelete') {
    errors.push(notSupported('spec.updateStrategy.type', textOf(strategy['type']), ['OnDelete', 'RollingUpdate']));
  }
  nonNegative(errors, 'spec.revisionHistoryLimit', spec['revisionHistoryLimit']);
  if (old !== undefined) immutable(errors, 'spec.selector', spec['selector'], specOf(old)['selector']);
}
export function controllerRevision(errors: Errors, object: JsonObject, old?: JsonObject): void {
  nonNegative(errors, 'revision', object['revision']);
  if (old !== undefined) immutable(errors, 'data', object['data'], old['data']);
}
export { intOrPercent, template };
