//! Requests and limits of containers that name none.
import { type Json, type JsonObject, listOf, objectOf, textOf } from '../../../api/json.ts';

/** Which were set, for people (limitranger admission.go mergePodResourceRequirements). */
const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Undefined: nothing was missing. */
export function withDefaults(pod: JsonObject, ranges: readonly (readonly JsonObject[])[]): JsonObject | undefined {
  let spec = objectOf(pod['spec']);
  let told = '';
  for (const range of ranges) {
    const own = range.filter(({ type }) => type === 'Container');
    const defaults = {
      limits: Object.assign({}, ...own.map((limit) => objectOf(limit['default']))) as JsonObject,
      requests: Object.assign({}, ...own.map((limit) => objectOf(limit['defaultRequest']))) as JsonObject,
    };
    const set: string[] = [];
    const containers = listOf(spec['containers']).map((one) => filled(objectOf(one), defaults, 'container', set));
    const init = listOf(spec['initContainers']).map((one) => filled(objectOf(one), defaults, 'init container', set));
    if (set.length === 0) continue;
    spec = { ...spec, containers, ...(init.length === 0 ? {} : { initContainers: init }) };
    told = `LimitRanger plugin set: ${set.join('; ')}`;
  }
  if (told === '') return undefined;
  const metadata = objectOf(pod['metadata']);
  const annotations = { ...objectOf(metadata['annotations']), [ANNOTATION]: told };
  return { ...pod, metadata: { ...metadata, annotations }, spec };
}

function filled(
  container: JsonObject,
  defaults: Readonly<Record<'limits' | 'requests', JsonObject>>,
  called: string,
  set: string[],
): JsonObject {
  const resources: JsonObject = { ...objectOf(container['resources']) };
  let changed = false;
  for (const field of ['requests', 'limits'] as const) {
    const given = objectOf(resources[field]);
    const missing = Object.keys(defaults[field])
      .filter((name) => given[name] === undefined)
      .sort();
    if (missing.length === 0) continue;
    changed = true;
    resources[field] = {
      ...given,
      ...Object.fromEntries(missing.map((name) => [name, defaults[field][name] as Json])),
    };
    set.push(`${missing.join(', ')} ${field.slice(0, -1)} for ${called} ${textOf(container['name'])}`);
  }
  return changed ? { ...container, resources } : container;
}
