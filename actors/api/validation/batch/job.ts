//! Jobs (pkg/apis/batch/validation, pkg/registry/batch/job).
import { invalid, required } from '../../field-error.ts';
import {
  get,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  numberOf,
  objectOf,
  semanticEqual,
  textOf,
} from '../../json.ts';
import { dns1123Label } from '../../names.ts';
import { type Errors, IMMUTABLE, immutable, labelSelector, selects, specOf } from '../check.ts';
import { isNull } from '../service/fields.ts';
import { isIndexed, jobSpec } from './job-spec.ts';

export function job(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  if (old === undefined) generated(errors, object);
  jobSpec(errors, 'spec', spec);
  const selector = spec['selector'];
  if (isObject(selector)) labelSelector(errors, 'spec.selector', selector);
  else errors.push(required('spec.selector'));
  const labels = get(spec, 'template', 'metadata', 'labels');
  if (selects(selector, labels) === false)
    errors.push(
      invalid('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`'),
    );
  if (old === undefined) hostnames(errors, object);
  else changed(errors, spec, specOf(old), objectOf(old['status']));
}
/** Unless the user keeps the selector, it is the Job's own, and so are labels of its pods. */
function generated(errors: Errors, object: JsonObject): void {
  const spec = specOf(object);
  const selector = spec['selector'];
  if (spec['manualSelector'] === true || !isObject(selector)) return;
  const { uid, name } = objectOf(object['metadata']);
  if (textOf(uid) === '') errors.push(required('metadata.uid'));
  const wanted: Record<string, string> = {
    'controller-uid': textOf(uid),
    'job-name': textOf(name),
    'batch.kubernetes.io/controller-uid': textOf(uid),
    'batch.kubernetes.io/job-name': textOf(name),
  };
  const labels = objectOf(get(spec, 'template', 'metadata', 'labels'));
  for (const [key, value] of Object.entries(wanted)) {
    const at = `spec.template.metadata.labels[${key}]`;
    if (labels[key] === undefined) errors.push(required(at, `must be '${value}'`));
    else if (labels[key] !== value) errors.push(invalid(at, labels, `must be '${value}'`));
  }
  if (selects(selector, wanted) === false)
    errors.push(invalid('spec.selector', selector, '`selector` not auto-generated'));
}
/** Pods of an Indexed Job are hosts called by their index. */
function hostnames(errors: Errors, object: JsonObject): void {
  const spec = specOf(object);
  const completions = numberOf(spec['completions']);
  if (!isIndexed(spec) || completions <= 0) return;
  const own = textOf(get(object, 'metadata', 'name'));
  const last = `${own}-${completions - 1}`;
  if (dns1123Label(last).length > 0)
    errors.push(invalid('metadata.name', own, `will not able to create pod with invalid DNS label: ${last}`));
}

function changed(errors: Errors, spec: JsonObject, before: JsonObject, status: JsonObject): void {
  completions(errors, spec, before);
  const kept = (field: string): void => void immutable(errors, `spec.${field}`, spec[field] ?? null, before[field]);
  kept('selector');
  const template = objectOf(spec['template']);
  if (!semanticEqual(template, allowed(template, objectOf(before['template']), before, status)))
    errors.push(invalid('spec.template', template, IMMUTABLE));
  for (const field of ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'])
    kept(field);
}
/** Of an Indexed Job they may grow and shrink with what runs at once. */
function completions(errors: Errors, spec: JsonObject, before: JsonObject): void {
  const value = spec['completions'];
  if (!isIndexed(spec)) return void immutable(errors, 'spec.completions', value ?? null, before['completions']);
  if (isNull(value) || value === before['completions'] || value === spec['parallelism']) return;
  errors.push(invalid('spec.completions', value, 'can only be modified in tandem with spec.parallelism'));
}
const MOVABLE = ['nodeSelector', 'tolerations', 'schedulingGates'] as const;
/**
 * The old template, with what may be changed taken from the new: where the pods of a suspended Job run and what they
 * ask for, once none of them is left.
 */
function allowed(template: JsonObject, old: JsonObject, before: JsonObject, status: JsonObject): JsonObject {
  if (before['suspend'] !== true || numberOf(status['active']) > 0) return old;
  const [spec, oldSpec] = [objectOf(template['spec']), objectOf(old['spec'])];
  const metadata: JsonObject = { ...objectOf(old['metadata']) };
  for (const key of ['labels', 'annotations']) take(metadata, key, objectOf(template['metadata'])[key]);
  const result: JsonObject = { ...oldSpec };
  for (const key of MOVABLE) take(result, key, spec[key]);
  take(result, 'affinity', affinity(spec['affinity'], oldSpec['affinity']));
  for (const list of ['containers', 'initContainers']) {
    const own = listOf(spec[list]);
    if (!Array.isArray(oldSpec[list])) continue;
    result[list] = oldSpec[list].map((container, i) => {
      if (!isObject(container)) return container;
      const copy = { ...container };
      take(copy, 'resources', get(own[i], 'resources'));
      return copy;
    });
  }
  return { ...old, metadata, spec: result };
}
function take(into: JsonObject, key: string, value: Json | undefined): void {
  if (value === undefined) delete into[key];
  else into[key] = value;
}
/** Only what it says of nodes may change. */
function affinity(now: Json | undefined, old: Json | undefined): Json | undefined {
  const { nodeAffinity: _, ...rest } = objectOf(old);
  const nodes = objectOf(now)['nodeAffinity'];
  if (!isObject(now)) return Object.keys(rest).length === 0 ? undefined : rest;
  return { ...rest, ...(nodes === undefined ? {} : { nodeAffinity: nodes }) };
}
