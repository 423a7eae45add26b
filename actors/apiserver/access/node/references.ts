//! What a pod or a volume names: what its node has to read (pkg/api/v1/pod VisitPodSecretNames and its like).
import { get, type Json, type JsonObject, listOf, objectOf, textOf } from '../../../api/json.ts';

const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'];
const lists = (pod: unknown, ...names: readonly string[]): readonly Json[] =>
  names.flatMap((name) => listOf(get(pod, 'spec', name)));
const projected = (pod: unknown): readonly Json[] =>
  lists(pod, 'volumes').flatMap((volume) => listOf(get(volume, 'projected', 'sources')));
const named = (values: readonly (Json | undefined)[]): ReadonlySet<string> =>
  new Set(values.map(textOf).filter((name) => name !== ''));
/** Volumes that keep their secret under `secretRef`. */
const SECRET_REF = ['cephfs', 'cinder', 'flexVolume', 'rbd', 'scaleIO', 'iscsi', 'storageos'];

export function secretsOf(pod: unknown): ReadonlySet<string> {
  const ofVolume = (volume: Json): (Json | undefined)[] => [
    get(volume, 'azureFile', 'secretName'),
    get(volume, 'secret', 'secretName'),
    get(volume, 'csi', 'nodePublishSecretRef', 'name'),
    ...SECRET_REF.map((type) => get(volume, type, 'secretRef', 'name')),
  ];
  return named([
    ...lists(pod, 'imagePullSecrets').map((ref) => get(ref, 'name')),
    ...lists(pod, ...CONTAINERS).flatMap((container) => environment(container, 'secretKeyRef', 'secretRef')),
    ...lists(pod, 'volumes').flatMap(ofVolume),
    ...projected(pod).map((source) => get(source, 'secret', 'name')),
  ]);
}
export const configMapsOf = (pod: unknown): ReadonlySet<string> =>
  named([
    ...lists(pod, ...CONTAINERS).flatMap((container) => environment(container, 'configMapKeyRef', 'configMapRef')),
    ...lists(pod, 'volumes').map((volume) => get(volume, 'configMap', 'name')),
    ...projected(pod).map((source) => get(source, 'configMap', 'name')),
  ]);
const environment = (container: Json, key: string, whole: string): (Json | undefined)[] => [
  ...listOf(get(container, 'env')).map((one) => get(one, 'valueFrom', key, 'name')),
  ...listOf(get(container, 'envFrom')).map((one) => get(one, whole, 'name')),
];
/** A volume of the pod's own is a claim that is called after both. */
export const claimsOf = (pod: unknown): ReadonlySet<string> =>
  named(
    lists(pod, 'volumes').map((volume) =>
      objectOf(volume)['ephemeral']
        ? `${textOf(get(pod, 'metadata', 'name'))}-${textOf(get(volume, 'name'))}`
        : get(volume, 'persistentVolumeClaim', 'claimName'),
    ),
  );
export const resourceClaimsOf = (pod: unknown): ReadonlySet<string> =>
  named([
    ...lists(pod, 'resourceClaims').map((claim) => get(claim, 'resourceClaimName')),
    ...listOf(get(pod, 'status', 'resourceClaimStatuses')).map((claim) => get(claim, 'resourceClaimName')),
    get(pod, 'status', 'extendedResourceClaimStatus', 'resourceClaimName'),
  ]);
export const namesTrustBundle = (pod: unknown): boolean =>
  projected(pod).some((source) => objectOf(source)['clusterTrustBundle'] !== undefined);

/** `namespace/name` of those of a PersistentVolume's secrets that a kubelet reads. */
export function volumeSecretsOf(volume: unknown): ReadonlySet<string> {
  const spec = objectOf(get(volume, 'spec'));
  const home = textOf(get(spec, 'claimRef', 'namespace'));
  const csi = ['nodePublishSecretRef', 'nodeStageSecretRef', 'nodeExpandSecretRef'];
  const refs: (Json | undefined)[] = [
    ...SECRET_REF.map((type) => get(spec, type, 'secretRef')),
    ...csi.map((name) => get(spec, 'csi', name)),
  ];
  const azure: JsonObject = objectOf(spec['azureFile']);
  const all = [
    [azure['secretNamespace'], azure['secretName']],
    ...refs.map((ref) => [get(ref, 'namespace'), get(ref, 'name')]),
  ];
  return new Set(
    all.filter(([, name]) => textOf(name) !== '').map(([space, name]) => `${textOf(space) || home}/${textOf(name)}`),
  );
}
