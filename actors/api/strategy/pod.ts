//! What the registry itself writes into pods (registry/core/pod strategy.go): what it says of a new one, the labels its
//! terms are to match, profiles that an annotation names; and what an update of its status does not take away.
import { get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { qosClass } from '../qos.ts';
import { APPARMOR, annotationsOf, appArmorOf } from '../validation/pod/annotations.ts';
import { eachOf, mapContainers, replaced, without } from './change.ts';

/** A pod that is created, as it is stored. */
export function newPod(pod: JsonObject): JsonObject {
  let spec = objectOf(pod['spec']);
  spec = withLabels(spec, objectOf(get(pod, 'metadata', 'labels')));
  spec = withProfiles(spec, annotationsOf(pod));
  const result = spec === pod['spec'] ? pod : { ...pod, spec };
  return { ...result, status: firstStatus(result, spec) };
}
function firstStatus(pod: JsonObject, spec: JsonObject): JsonObject {
  const status: JsonObject = { phase: 'Pending', qosClass: qosClass(pod) };
  if (listOf(spec['schedulingGates']).length === 0) return status;
  const gated = {
    type: 'PodScheduled',
    status: 'False',
    lastProbeTime: null,
    lastTransitionTime: null,
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
  };
  return { ...status, conditions: [gated] };
}

/** `matchLabelKeys` and their like become expressions of the selector, by the labels that the pod has itself. */
function withLabels(spec: JsonObject, labels: JsonObject): JsonObject {
  const merged = (term: JsonObject): JsonObject => {
    if (!isObject(term['labelSelector'])) return term;
    const expressions = [
      ...expressionsOf(term['matchLabelKeys'], 'In', labels),
      ...expressionsOf(term['mismatchLabelKeys'], 'NotIn', labels),
    ];
    if (expressions.length === 0) return term;
    const before = listOf(term['labelSelector']['matchExpressions']);
    return { ...term, labelSelector: { ...term['labelSelector'], matchExpressions: [...before, ...expressions] } };
  };
  let result = replaced(spec, 'topologySpreadConstraints', (list) => eachOf(list, merged));
  result = replaced(result, 'affinity', (affinity) => {
    if (!isObject(affinity)) return affinity;
    const side = (both: Json): Json => {
      if (!isObject(both)) return both;
      const required = replaced(both, 'requiredDuringSchedulingIgnoredDuringExecution', (list) => eachOf(list, merged));
      return replaced(required, 'preferredDuringSchedulingIgnoredDuringExecution', (list) =>
        eachOf(list, (one) => replaced(one, 'podAffinityTerm', (term) => (isObject(term) ? merged(term) : term))),
      );
    };
    return replaced(replaced(affinity, 'podAffinity', side), 'podAntiAffinity', side);
  });
  return result;
}
function expressionsOf(keys: Json | undefined, operator: 'In' | 'NotIn', labels: JsonObject): JsonObject[] {
  return listOf(keys).flatMap((key) => {
    const value = labels[textOf(key)];
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  });
}

/** AppArmor profiles that only an annotation names, as fields (applyAppArmorVersionSkew). */
function withProfiles(spec: JsonObject, annotations: Readonly<Record<string, Json>>): JsonObject {
  if (get(spec, 'os', 'name') === 'windows') return spec;
  const ofPod = get(spec, 'securityContext', 'appArmorProfile');
  return mapContainers(spec, (container) => {
    const context = objectOf(container['securityContext']);
    const said = annotations[APPARMOR + textOf(container['name'])];
    if (context['appArmorProfile'] !== undefined || said === undefined) return container;
    const profile = appArmorOf(textOf(said));
    if (profile === undefined || same(profile, ofPod)) return container;
    return { ...container, securityContext: { ...context, appArmorProfile: profile } };
  });
}
const same = (profile: JsonObject, other: Json | undefined): boolean =>
  get(other, 'type') === profile['type'] && get(other, 'localhostProfile') === profile['localhostProfile'];

/** A pod's status that is written: its class stays, and which generation it is about where the writer does not say. */
export function podStatusKept(given: JsonObject, old: JsonObject): JsonObject {
  const before = objectOf(old['status']);
  const status = { ...given };
  const keep = (key: string): void => {
    if (!status[key] && before[key] !== undefined) status[key] = before[key];
  };
  keep('qosClass');
  keep('observedGeneration');
  // Of gates that are off in 1.36: DRANodeAllocatableResources, ImageVolumeWithDigest.
  delete status['nodeAllocatableResourceClaimStatuses'];
  const conditions = listOf(before['conditions']);
  return ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'].reduce(
    (result, name) => replaced(result, name, (list) => eachOf(list, withoutVolumeStatus)),
    replaced(status, 'conditions', (list) =>
      eachOf(list, (condition) => {
        const known = conditions.find((one) => get(one, 'type') === condition['type']);
        const generation = get(known, 'observedGeneration');
        return condition['observedGeneration'] || !generation
          ? condition
          : { ...condition, observedGeneration: generation };
      }),
    ),
  );
}
const withoutVolumeStatus = (status: JsonObject): JsonObject =>
  replaced(status, 'volumeMounts', (list) => eachOf(list, (mount) => without(mount, 'volumeStatus')));

/** In-place resize: what a pod and its containers ask for. Other containers are left to validation to refuse. */
export function resized(given: JsonObject, old: JsonObject): JsonObject {
  const spec = { ...objectOf(old['spec']) };
  const asked = get(given, 'spec', 'resources');
  if (isObject(asked)) spec['resources'] = asked;
  for (const list of ['containers', 'initContainers']) {
    const before = listOf(spec[list]);
    const after = listOf(get(given, 'spec', list));
    const names = (all: readonly Json[]): string => JSON.stringify(all.map((one) => get(one, 'name') ?? null));
    if (names(before) !== names(after)) {
      if (after.length > 0) spec[list] = [...after];
      else delete spec[list];
      continue;
    }
    if (before.length === 0) continue;
    spec[list] = before.map((container, at) => {
      const wanted = after[at];
      if (!isObject(container) || !isObject(wanted)) return container;
      return {
        ...container,
        ...(wanted['resources'] === undefined ? {} : { resources: wanted['resources'] }),
        ...(wanted['resizePolicy'] === undefined ? {} : { resizePolicy: wanted['resizePolicy'] }),
      };
    });
  }
  return spec;
}
