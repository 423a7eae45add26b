//! Fields of features that are off in 1.36: kube-apiserver drops them where the stored object does not have them
//! (DropDisabledPodFields, DropDisabledTemplateFields, DropDisabledFields of claims and volumes).
import { get, isObject, type JsonObject, objectOf, textOf } from '../json.ts';
import { eachOf, mapContainers, replaced, without } from './change.ts';

/** Where a kind has a pod's spec. */
const POD_SPEC: Readonly<Record<string, readonly string[]>> = {
  '/Pod': ['spec'],
  '/PodTemplate': ['template', 'spec'],
  '/ReplicationController': ['spec', 'template', 'spec'],
  'apps/DaemonSet': ['spec', 'template', 'spec'],
  'apps/Deployment': ['spec', 'template', 'spec'],
  'apps/ReplicaSet': ['spec', 'template', 'spec'],
  'apps/StatefulSet': ['spec', 'template', 'spec'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  'batch/Job': ['spec', 'template', 'spec'],
};

export function dropDisabled(kind: string, object: JsonObject): JsonObject {
  const path = POD_SPEC[kind];
  if (path !== undefined) return inside(object, path, podSpec);
  if (kind === '/PersistentVolumeClaim') return inside(object, ['spec'], claimSpec);
  return object;
}
function inside(object: JsonObject, path: readonly string[], change: (value: JsonObject) => JsonObject): JsonObject {
  const [first, ...rest] = path;
  if (first === undefined) return change(object);
  return replaced(object, first, (value) => (isObject(value) ? inside(value, rest, change) : value));
}

/** ContainerStopSignals, GenericWorkload, ClusterTrustBundleProjection, PodCertificateRequest. */
function podSpec(spec: JsonObject): JsonObject {
  const plain = mapContainers(without(spec, 'schedulingGroup'), (container) =>
    replaced(container, 'lifecycle', (lifecycle) =>
      isObject(lifecycle) ? without(lifecycle, 'stopSignal') : lifecycle,
    ),
  );
  return replaced(plain, 'volumes', (volumes) => eachOf(volumes, volume));
}
const volume = (one: JsonObject): JsonObject => inside(one, ['projected'], projected);
const projected = (projection: JsonObject): JsonObject =>
  replaced(projection, 'sources', (sources) =>
    eachOf(sources, (source) => without(without(source, 'clusterTrustBundle'), 'podCertificate')),
  );

/** CrossNamespaceVolumeDataSource; and `dataSource` may be of two kinds only. */
function claimSpec(given: JsonObject): JsonObject {
  const across = textOf(get(given, 'dataSourceRef', 'namespace')) !== '';
  const spec = across ? without(given, 'dataSourceRef') : given;
  return isKnownSource(spec['dataSource']) ? spec : without(spec, 'dataSource');
}
function isKnownSource(source: unknown): boolean {
  const group = textOf(get(source, 'apiGroup'));
  const kind = textOf(get(source, 'kind'));
  if (kind === 'PersistentVolumeClaim') return group === '';
  return kind === 'VolumeSnapshot' && group === 'snapshot.storage.k8s.io';
}

/** Either field of a claim's source fills the other (NormalizeDataSources). */
export function bothSources(claim: JsonObject): JsonObject {
  return replaced(claim, 'spec', (value) => {
    const spec = objectOf(value);
    const source = spec['dataSource'];
    const ref = spec['dataSourceRef'];
    if (isObject(source) && ref === undefined) return { ...spec, dataSourceRef: source };
    if (isObject(ref) && source === undefined && textOf(ref['namespace']) === '')
      return { ...spec, dataSource: without(ref, 'namespace') };
    return value;
  });
}
