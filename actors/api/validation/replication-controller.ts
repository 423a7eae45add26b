//! ReplicationControllers (pkg/apis/core/validation).
import { forbidden, invalid, notSupported, required } from '../field-error.ts';
import { get, isObject, type JsonObject, objectOf } from '../json.ts';
import { type Errors, nonNegative, present, specOf } from './check.ts';
import { podTemplate } from './pod.ts';

export function replicationController(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  nonNegative(errors, 'spec.minReadySeconds', spec['minReadySeconds']);
  const selector = objectOf(spec['selector']);
  if (Object.keys(selector).length === 0) errors.push(required('spec.selector'));
  if (present(errors, 'spec.replicas', spec['replicas'])) nonNegative(errors, 'spec.replicas', spec['replicas']);
  const template = spec['template'];
  if (!isObject(template)) {
    errors.push(required('spec.template'));
    return;
  }
  const labels = get(template, 'metadata', 'labels');
  if (Object.entries(selector).some(([key, value]) => objectOf(labels)[key] !== value)) {
    const detail = '`selector` does not match template `labels`';
    errors.push(invalid('spec.template.metadata.labels', labels ?? null, detail));
  }
  const before = old && specOf(old)['template'];
  podTemplate(errors, 'spec.template', template, isObject(before) ? before : undefined);
  const policy = get(template, 'spec', 'restartPolicy') ?? '';
  if (policy !== 'Always') errors.push(notSupported('spec.template.spec.restartPolicy', policy, ['Always']));
  if (get(template, 'spec', 'activeDeadlineSeconds') !== undefined) {
    const detail = 'activeDeadlineSeconds in ReplicationController is not Supported';
    errors.push(forbidden('spec.template.spec.activeDeadlineSeconds', detail));
  }
}
