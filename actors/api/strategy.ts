//! What of an object a client may set, by verb and subresource: the PrepareForCreate and PrepareForUpdate of
//! Kubernetes' registry strategies. Metadata that the server makes (uid, creationTimestamp) is made before this.
import { applyDefaults } from './defaults.ts';
import { asJson, get, isObject, type Json, type JsonObject, objectOf, semanticEqual, textOf } from './json.ts';
import type { ResourceInfo } from './resources.ts';
import { bothSources, dropDisabled } from './strategy/disabled.ts';
import { newPod, podStatusKept, resized } from './strategy/pod.ts';

export { scaleOf, withScale } from './scale.ts';

type Kind = Pick<ResourceInfo, 'group' | 'kind' | 'subresources' | 'custom'>;
const named = (info: Kind): string => `${info.group}/${info.kind}`;
const hasStatus = (info: Kind): boolean => info.subresources.some((sub) => sub.name === 'status');

/** Kinds whose `metadata.generation` counts changes of what is asked for. Custom resources do too. */
const COUNTED: ReadonlySet<string> = new Set([
  '/Pod',
  '/PodTemplate',
  '/ReplicationController',
  'admissionregistration.k8s.io/MutatingAdmissionPolicy',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'batch/CronJob',
  'batch/Job',
  'discovery.k8s.io/EndpointSlice',
  'flowcontrol.apiserver.k8s.io/FlowSchema',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
  'networking.k8s.io/Ingress',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/NetworkPolicy',
  'policy/PodDisruptionBudget',
  'resource.k8s.io/DeviceClass',
  'resource.k8s.io/DeviceTaintRule',
  'resource.k8s.io/ResourceSlice',
  'scheduling.k8s.io/PriorityClass',
]);
/** Counts changes too, but not from the start (registry/storage/csidriver strategy). */
const COUNTED_LATER: ReadonlySet<string> = new Set(['storage.k8s.io/CSIDriver']);
/** Has a generation, of which no change makes another (registry/scheduling/priorityclass strategy). */
const COUNTED_ONCE: ReadonlySet<string> = new Set(['scheduling.k8s.io/PriorityClass']);
/** The status of a new object, as Go prints it: counts that are not `omitempty` are there from the start. */
const FIRST_STATUS: Readonly<Record<string, JsonObject>> = {
  '/Namespace': { phase: 'Active' },
  '/PersistentVolume': { phase: 'Pending' },
  '/PersistentVolumeClaim': { phase: 'Pending' },
  '/ReplicationController': { replicas: 0 },
  '/Service': { loadBalancer: {} },
  'apps/DaemonSet': { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
  'apps/ReplicaSet': { replicas: 0 },
  'apps/StatefulSet': { availableReplicas: 0, replicas: 0 },
  'autoscaling/HorizontalPodAutoscaler': { currentMetrics: null, desiredReplicas: 0 },
  'networking.k8s.io/Ingress': { loadBalancer: {} },
  'policy/PodDisruptionBudget': { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
  'storage.k8s.io/VolumeAttachment': { attached: false },
};
/** Registered by their kubelet with a status at once (registry/core/node strategy). */
const KEEPS_STATUS: ReadonlySet<string> = new Set(['/Node']);
const DEFINITION = 'apiextensions.k8s.io/CustomResourceDefinition';
/** Every version in which objects may have been stored. */
function storedVersions(definition: JsonObject): Json[] {
  const stored = get(definition, 'status', 'storedVersions');
  const before = Array.isArray(stored) ? stored : [];
  const versions = get(definition, 'spec', 'versions');
  const current = (Array.isArray(versions) ? versions : []).find((one) => get(one, 'storage') === true);
  const name = textOf(get(current, 'name'));
  return name === '' || before.includes(name) ? before : [...before, name];
}
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** `metadata.uid` must be set already: a Job's labels carry it. */
export function prepareForCreate<T extends object>(info: Kind, object: T): T {
  const name = named(info);
  const {
    deletionTimestamp: _1,
    deletionGracePeriodSeconds: _2,
    selfLink: _3,
    generation: _4,
    ...metadata
  } = objectOf(asJson(object)['metadata']);
  let result: JsonObject = { ...asJson(object), metadata };
  if (COUNTED.has(name) || isCustom(info)) metadata['generation'] = 1;
  if (hasStatus(info) && !KEEPS_STATUS.has(name)) {
    result = { ...result, status: FIRST_STATUS[name] ?? {} };
    if (isCustom(info)) delete result['status'];
  }
  result = dropDisabled(name, result);
  switch (name) {
    case '/Pod':
      return newPod(result) as T;
    case '/PersistentVolumeClaim':
      return bothSources(result) as T;
    case '/PersistentVolume':
      return {
        ...result,
        status: { phase: 'Pending', lastPhaseTransitionTime: metadata['creationTimestamp'] ?? null },
      } as T;
    case '/Namespace':
      return namespaceFinalizer(result) as T;
    case 'batch/Job':
      return jobSelector(result) as T;
    case DEFINITION:
      return {
        ...result,
        status: {
          conditions: [],
          acceptedNames: { plural: '', kind: '' },
          storedVersions: storedVersions({ spec: result['spec'] ?? {} }),
        },
      } as T;
    case 'apps/DaemonSet': {
      metadata['annotations'] = { ...objectOf(metadata['annotations']), [TEMPLATE_GENERATION]: '1' };
      return result as T;
    }
    default:
      return result as T;
  }
}
const isCustom = (info: Kind): boolean => info.custom !== undefined;

function namespaceFinalizer(object: JsonObject): JsonObject {
  const spec = objectOf(object['spec']);
  const finalizers = Array.isArray(spec['finalizers']) ? spec['finalizers'] : [];
  if (finalizers.includes('kubernetes')) return object;
  return { ...object, spec: { ...spec, finalizers: [...finalizers, 'kubernetes'] } };
}
/** registry/batch/job strategy generateSelector: unless the user keeps the selector, it is the Job's own uid. */
function jobSelector(object: JsonObject): JsonObject {
  const uid = textOf(get(object, 'metadata', 'uid'));
  const name = textOf(get(object, 'metadata', 'name'));
  const spec = objectOf(object['spec']);
  if (uid === '' || spec['manualSelector'] === true) return object;
  const template = objectOf(spec['template']);
  const metadata = objectOf(template['metadata']);
  const labels = {
    ...objectOf(metadata['labels']),
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  const selector = objectOf(spec['selector']);
  return applyDefaults(
    { group: 'batch', kind: 'Job' },
    {
      ...object,
      spec: {
        ...spec,
        selector: {
          ...selector,
          matchLabels: { ...objectOf(selector['matchLabels']), 'batch.kubernetes.io/controller-uid': uid },
        },
        template: { ...template, metadata: { ...metadata, labels } },
      },
    },
  );
}

export function prepareForUpdate<T extends object>(info: Kind, object: T, old: T, subresource = ''): T {
  const before = asJson(old);
  const metadata = keptMetadata(objectOf(asJson(object)['metadata']), objectOf(before['metadata']));
  const given: JsonObject = { ...asJson(object), metadata };
  const name = named(info);
  switch (subresource) {
    case '':
      return counted(info, main(info, given, before), before) as T;
    case 'status':
      return onlyStatus(name, info, given, before) as T;
    case 'approval':
      return onlyConditions(onlyStatus(name, info, given, before), before) as T;
    case 'finalize':
      return withOld(before, { metadata, spec: given['spec'] }) as T;
    case 'ephemeralcontainers':
      return counted(
        info,
        withOld(before, {
          metadata: before['metadata'],
          spec: { ...objectOf(before['spec']), ephemeralContainers: get(given, 'spec', 'ephemeralContainers') ?? [] },
        }),
        before,
      ) as T;
    case 'resize':
      return counted(
        info,
        withOld(before, { metadata: before['metadata'], spec: resized(given, before) }),
        before,
      ) as T;
    default:
      return counted(info, given, before) as T;
  }
}
const withOld = (old: JsonObject, changes: { [key: string]: Json | undefined }): JsonObject => {
  const result = { ...old };
  for (const [key, value] of Object.entries(changes)) if (value !== undefined) result[key] = value;
  return result;
};

/** What no update changes (rest.BeforeUpdate, ValidateObjectMetaAccessorUpdate). */
function keptMetadata(given: JsonObject, old: JsonObject): JsonObject {
  const result: JsonObject = { ...given };
  delete result['selfLink'];
  for (const key of ['creationTimestamp', 'generation', 'deletionTimestamp', 'deletionGracePeriodSeconds']) {
    if (old[key] === undefined) delete result[key];
    else result[key] = old[key] as Json;
  }
  if (textOf(given['uid']) === '' && old['uid'] !== undefined) result['uid'] = old['uid'];
  if (given['name'] === undefined && old['name'] !== undefined) result['name'] = old['name'];
  if (given['namespace'] === undefined && old['namespace'] !== undefined) result['namespace'] = old['namespace'];
  return result;
}
const FIXED: ReadonlySet<string> = new Set(['/Namespace', 'certificates.k8s.io/CertificateSigningRequest']);
function main(info: Kind, given: JsonObject, old: JsonObject): JsonObject {
  const name = named(info);
  const result = dropDisabled(name, { ...given });
  if (hasStatus(info)) {
    if (old['status'] === undefined) delete result['status'];
    else result['status'] = old['status'];
  }
  // A namespace's finalizers are taken away by `finalize` only; of a signing request no update changes what is asked.
  if (FIXED.has(name) && old['spec'] !== undefined) result['spec'] = old['spec'];
  if (name === 'apps/DaemonSet') return templateGeneration(result, old);
  if (name === DEFINITION)
    return { ...result, status: { ...objectOf(result['status']), storedVersions: storedVersions(result) } };
  return result;
}
function templateGeneration(given: JsonObject, old: JsonObject): JsonObject {
  const number = Number(textOf(get(old, 'metadata', 'annotations', TEMPLATE_GENERATION)) || '1');
  const changed = !semanticEqual(get(given, 'spec', 'template'), get(old, 'spec', 'template'));
  const metadata = objectOf(given['metadata']);
  const annotations = {
    ...objectOf(metadata['annotations']),
    [TEMPLATE_GENERATION]: String(changed ? number + 1 : number),
  };
  return { ...given, metadata: { ...metadata, annotations } };
}
/** Of which an update of the status takes no metadata (metav1.ResetObjectMetaForStatus). */
const OLD_METADATA: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  DEFINITION,
  'apiregistration.k8s.io/APIService',
  'certificates.k8s.io/PodCertificateRequest',
  'flowcontrol.apiserver.k8s.io/FlowSchema',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
  'resource.k8s.io/ResourceClaim',
  'storage.k8s.io/VolumeAttachment',
  'storagemigration.k8s.io/StorageVersionMigration',
]);
function onlyStatus(name: string, info: Kind, given: JsonObject, old: JsonObject): JsonObject {
  const metadata = objectOf(given['metadata']);
  const kept = objectOf(old['metadata']);
  const result: JsonObject = { ...old };
  if (given['status'] === undefined) delete result['status'];
  else result['status'] = given['status'];
  if (isCustom(info)) {
    const { resourceVersion } = metadata;
    return { ...result, metadata: { ...kept, ...(resourceVersion === undefined ? {} : { resourceVersion }) } };
  }
  const own: JsonObject = { ...metadata };
  const keep = (key: string): void => {
    if (kept[key] === undefined) delete own[key];
    else own[key] = kept[key] as Json;
  };
  if (OLD_METADATA.has(name)) for (const key of ['labels', 'annotations', 'finalizers', 'ownerReferences']) keep(key);
  if (name === 'apps/Deployment') keep('labels');
  if (name === '/Pod') keep('ownerReferences');
  if (name === '/Pod' && isObject(given['status'])) result['status'] = podStatusKept(given['status'], old);
  return { ...result, metadata: own };
}
/** Who approves decides, and says no more. */
function onlyConditions(given: JsonObject, old: JsonObject): JsonObject {
  const { conditions: _, ...rest } = objectOf(old['status']);
  const conditions = get(given, 'status', 'conditions');
  return { ...given, status: conditions === undefined ? rest : { ...rest, conditions } };
}
const COUNTED_METADATA: Readonly<Record<string, 'annotations' | 'labels'>> = {
  'apps/Deployment': 'annotations',
  'discovery.k8s.io/EndpointSlice': 'labels',
};
const NOT_ASKED: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status']);
/** What is asked for changed: one more generation. */
function counted(info: Kind, object: JsonObject, old: JsonObject): JsonObject {
  const name = named(info);
  if (!COUNTED.has(name) && !COUNTED_LATER.has(name) && !isCustom(info)) return object;
  if (COUNTED_ONCE.has(name)) return object;
  const metadata = objectOf(object['metadata']);
  const generation = get(old, 'metadata', 'generation');
  const before = typeof generation === 'number' ? generation : 0;
  // Of a Deployment also annotations count: its controller copies them (registry/apps/deployment strategy); so do an
  // EndpointSlice's labels (registry/discovery/endpointslice strategy).
  const own = COUNTED_METADATA[name];
  const annotated = own !== undefined && !semanticEqual(metadata[own], get(old, 'metadata', own));
  const next = annotated || differs(object, old) ? before + 1 : before;
  if (next === 0 || metadata['generation'] === next) return object;
  return { ...object, metadata: { ...metadata, generation: next } };
}
function differs(a: JsonObject, b: JsonObject): boolean {
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (!NOT_ASKED.has(key) && !semanticEqual(a[key], b[key])) return true;
  }
  return false;
}
