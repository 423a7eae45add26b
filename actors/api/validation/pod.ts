//! Pods and templates of pods (pkg/apis/core/validation).
import { forbidden } from '../field-error.ts';
import { get, isObject, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { type Errors, labels, specOf } from './check.ts';
import { imageOfPod } from './container/containers.ts';
import { annotations } from './metadata.ts';
import {
  type Annotations,
  annotationsOf,
  podAnnotations,
  podAnnotationsUpdate,
  profilesMatch,
} from './pod/annotations.ts';
import { podResize } from './pod/resize.ts';
import { podSpec } from './pod/spec.ts';
import { podStatus as status } from './pod/status.ts';
import { ephemeralUpdate, podUpdate } from './pod/update.ts';

export function pod(errors: Errors, object: JsonObject, old?: JsonObject, subresource = ''): void {
  const spec = specOf(object);
  whole(errors, object, old);
  if (old === undefined) {
    if (listOf(spec['ephemeralContainers']).length > 0)
      errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
    if (textOf(spec['nodeName']) !== '' && listOf(spec['schedulingGates']).length > 0)
      errors.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
    profilesMatch(errors, 'spec', annotationsOf(object), spec);
    return;
  }
  if (subresource === 'resize') return podResize(errors, object, old);
  podAnnotationsUpdate(errors, annotationsOf(object), spec, annotationsOf(old));
  if (subresource === 'ephemeralcontainers') ephemeralUpdate(errors, object, old);
  else podUpdate(errors, spec, specOf(old));
}
/** validatePodMetadataAndSpec */
function whole(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  const before = old && annotationsOf(old);
  podAnnotations(errors, 'metadata.annotations', annotationsOf(object), spec, before);
  podSpec(errors, 'spec', spec, { metadata: objectOf(object['metadata']), old: old && specOf(old) });
  if (textOf(spec['serviceAccountName']) === '') withoutTokens(errors, spec);
  for (const list of ['containers', 'initContainers'])
    listOf(spec[list]).forEach((container, i) => {
      imageOfPod(errors, `spec.${list}[${i}]`, objectOf(container));
    });
}
function withoutTokens(errors: Errors, spec: JsonObject): void {
  listOf(spec['volumes']).forEach((volume, i) => {
    listOf(get(volume, 'projected', 'sources')).forEach((source, j) => {
      if (!isObject(get(source, 'serviceAccountToken'))) return;
      const at = `spec.volumes[${i}].projected.sources[${j}].serviceAccountToken`;
      errors.push(forbidden(at, 'must not be specified when serviceAccountName is not set'));
    });
  });
}
export function podStatus(errors: Errors, object: JsonObject, old: JsonObject): void {
  podAnnotationsUpdate(errors, annotationsOf(object), specOf(object), annotationsOf(old));
  status(errors, object, old);
}

/** ValidatePodTemplateSpec. `old`: the template that is updated. */
export function podTemplate(errors: Errors, path: string, template: JsonObject, old?: JsonObject): void {
  const spec = objectOf(template['spec']);
  const given = annotationsOf(template);
  const before: Annotations | undefined = old && annotationsOf(old);
  labels(errors, `${path}.labels`, get(template, 'metadata', 'labels'));
  annotations(errors, `${path}.annotations`, given);
  podAnnotations(errors, `${path}.annotations`, given, spec, before);
  podSpec(errors, `${path}.spec`, spec, { old: old && objectOf(old['spec']) });
  profilesMatch(errors, `${path}.spec`, given, spec);
  if (listOf(spec['ephemeralContainers']).length > 0)
    errors.push(forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'));
}
export const podTemplateObject = (errors: Errors, object: JsonObject, old?: JsonObject): void =>
  podTemplate(errors, 'template', objectOf(object['template']), old && objectOf(old['template']));
