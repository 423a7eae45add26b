//! The selector of a workload, and the template whose labels it must match.
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { get, isObject, type Json, type JsonObject, objectOf } from '../../json.ts';
import { type Errors, emptySelector, labelSelector, selects } from '../check.ts';
import { podTemplate } from '../pod.ts';

/** Checks `spec.selector`; whether a selector can be made of it (metav1.LabelSelectorAsSelector). */
export function selector(errors: Errors, given: Json | undefined, what: string, optional = false): boolean {
  if (!isObject(given)) {
    if (!optional) errors.push(required('spec.selector'));
    return true;
  }
  const before = errors.length;
  labelSelector(errors, 'spec.selector', given);
  const parses = errors.length === before;
  if (emptySelector(given) && !optional) {
    errors.push(invalid('spec.selector', given, `empty selector is invalid for ${what}`));
  }
  return parses;
}
/** An empty selector is told of elsewhere; an absent one matches nothing. */
export function matching(errors: Errors, at: string, spec: JsonObject, emptyToo = false): void {
  const given = spec['selector'];
  if (isObject(given) && emptySelector(given) && !emptyToo) return;
  const labels = get(spec, 'template', 'metadata', 'labels');
  if (selects(given, labels) === false) {
    errors.push(
      invalid(`${at}.template.metadata.labels`, labels ?? null, '`selector` does not match template `labels`'),
    );
  }
}
/** Pods that a controller keeps running: no other restart policy than Always, and no deadline. */
export function lasting(errors: Errors, spec: JsonObject, what: string): void {
  const policy = get(spec, 'template', 'spec', 'restartPolicy') ?? '';
  if (policy !== 'Always') errors.push(notSupported('spec.template.spec.restartPolicy', policy, ['Always']));
  if (get(spec, 'template', 'spec', 'activeDeadlineSeconds') !== undefined) {
    const detail = `activeDeadlineSeconds in ${what} is not Supported`;
    errors.push(forbidden('spec.template.spec.activeDeadlineSeconds', detail));
  }
}
/** ValidatePodTemplateSpecForReplicaSet, of Deployments also. A template that is missing is an empty one. */
export function replicated(errors: Errors, spec: JsonObject): void {
  if (!selector(errors, spec['selector'], 'deployment')) {
    errors.push(invalid('spec.selector', spec['selector'], 'invalid label selector'));
    return;
  }
  matching(errors, 'spec', spec);
  podTemplate(errors, 'spec.template', objectOf(spec['template']));
  lasting(errors, spec, 'ReplicaSet');
}
