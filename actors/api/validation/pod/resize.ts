//! What a resize may change of a pod: CPU and memory of its containers and of itself (ValidatePodResize).
import { forbidden, invalid } from '../../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, semanticEqual, textOf } from '../../json.ts';
import { qosClass } from '../../qos.ts';
import type { Errors } from '../check.ts';
import { MIRROR } from './annotations.ts';

const LISTS = ['requests', 'limits'] as const;
const CONTAINERS = ['initContainers', 'containers'] as const;
const SIZES = ['cpu', 'memory'];

export function podResize(errors: Errors, object: JsonObject, old: JsonObject): void {
  const only = (detail: string): void => void errors.splice(0, errors.length, forbidden('', detail));
  if (get(old, 'metadata', 'annotations', MIRROR) !== undefined) return only('static pods cannot be resized');
  if (get(old, 'spec', 'os', 'name') === 'windows') return only('windows pods cannot be resized');
  const [spec, before] = [objectOf(object['spec']), objectOf(old['spec'])];
  const quality = textOf(get(old, 'status', 'qosClass')) || qosClass(old);
  if (quality !== qosClass(object)) {
    const shown = textOf(get(object, 'status', 'qosClass'));
    errors.push(invalid('spec', shown, 'Pod QOS Class may not change as a result of resizing'));
  }
  if (!resizable(old)) errors.push(forbidden('spec', 'Pod running on node without support for resize'));
  const rest: JsonObject = { ...spec };
  if (hasSizes(spec) || hasSizes(before)) whole(errors, rest, before);
  if (listOf(get(old, 'status', 'nodeAllocatableResourceClaimStatuses')).length > 0)
    errors.push(forbidden('spec', 'pods with node allocatable resource claims cannot be resized'));
  if (!sameContainers(errors, spec, before)) return;
  for (const list of CONTAINERS)
    listOf(before[list]).forEach((container, i) => {
      const at = `spec.${list}[${i}].resources`;
      removed(errors, at, get(spec, list, i, 'resources'), get(container, 'resources'), 'resource');
    });
  for (const list of ['containers', 'initContainers'] as const)
    if (rest[list] !== undefined)
      rest[list] = listOf(spec[list]).map((container, i) => resized(errors, list, i, objectOf(container), before));
  if (errors.length === 0 && !semanticEqual(rest, before))
    errors.push(forbidden('spec', 'only cpu and memory resources are mutable'));
}
/** A container that runs tells what it has where its node can change it. */
function resizable(pod: JsonObject): boolean {
  const running = listOf(get(pod, 'status', 'containerStatuses')).find((one) => isObject(get(one, 'state', 'running')));
  return running === undefined || isObject(get(running, 'resources'));
}
const hasSizes = (spec: JsonObject): boolean =>
  LISTS.some((list) => Object.keys(objectOf(get(spec, 'resources', list))).length > 0);

function removed(errors: Errors, at: string, now: Json | undefined, before: Json | undefined, what: string): void {
  for (const list of LISTS) {
    const [next, kept] = [objectOf(get(now, list)), objectOf(get(before, list))];
    if (Object.keys(kept).some((name) => next[name] === undefined))
      errors.push(forbidden(`${at}.${list}`, `${what} ${list} cannot be removed`));
  }
}
/** Of the pod as a whole; `rest` gets the old sizes. */
function whole(errors: Errors, rest: JsonObject, before: JsonObject): void {
  const at = 'spec.resources';
  if (isObject(before['resources']) && !isObject(rest['resources']))
    return void errors.push(forbidden(at, 'pod-level resources cannot be removed'));
  removed(errors, at, rest['resources'], before['resources'], 'pod-level resource');
  const resources = withSizes(rest['resources'], before['resources']);
  if (!semanticEqual(resources, before['resources']))
    errors.push(forbidden('spec', 'only cpu and memory resources are mutable at pod-level'));
  if (semanticEqual(resources, {}) && before['resources'] === undefined) delete rest['resources'];
  else rest['resources'] = resources;
}
/** The new resources with the old sizes. */
function withSizes(now: Json | undefined, before: Json | undefined): JsonObject {
  const result: JsonObject = { ...objectOf(now) };
  for (const list of LISTS) {
    const amounts: JsonObject = { ...objectOf(get(now, list)) };
    for (const name of SIZES) {
      const kept = get(before, list, name);
      if (kept === undefined) delete amounts[name];
      else amounts[name] = kept;
    }
    result[list] = amounts;
  }
  return result;
}
function sameContainers(errors: Errors, spec: JsonObject, before: JsonObject): boolean {
  const found = errors.length;
  for (const list of ['containers', 'initContainers']) {
    const [now, old] = [listOf(spec[list]), listOf(before[list])];
    if (now.length !== old.length)
      errors.push(forbidden(`spec.${list}`, `${list} may not be added or removed on resize`));
    else
      old.forEach((container, i) => {
        if (get(now[i], 'name') !== get(container, 'name'))
          errors.push(forbidden(`spec.${list}[${i}].name`, `${list} may not be renamed or reordered on resize`));
      });
  }
  return errors.length === found;
}
/** The container as it was asked for, with the old sizes and no claims. */
function resized(
  errors: Errors,
  list: 'containers' | 'initContainers',
  i: number,
  container: JsonObject,
  before: JsonObject,
): JsonObject {
  const old = get(before, list, i);
  const { limits, requests } = withSizes(container['resources'], get(old, 'resources'));
  const rest = { ...container, resources: { limits: limits!, requests: requests! } };
  const same = semanticEqual(rest, old);
  if (list === 'containers') {
    if (!same) errors.push(forbidden('spec', 'only cpu and memory resources are mutable'));
    return rest;
  }
  const at = `spec.initContainers[${i}]`;
  if (!same) errors.push(forbidden(at, 'only cpu and memory resources for init or sidecar containers are mutable'));
  if (container['restartPolicy'] === 'Always' || semanticEqual(container, old)) return rest;
  const detail = 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized';
  for (const policy of listOf(container['resizePolicy']))
    if (get(policy, 'restartPolicy') === 'RestartContainer') errors.push(forbidden(at, detail));
  return rest;
}
