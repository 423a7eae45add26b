//! Defaults of volumes, claims and volumes' providers (pkg/apis/core/v1, pkg/apis/storage/v1 defaults.go).
import { parseImage } from '../image-reference.ts';
import { type JsonObject, textOf } from '../json.ts';
import { resources, rounded } from './amounts.ts';
import { at, each, fill, within } from './fill.ts';

/** 0644 */
const MODE = 420;
const TOKEN_SECONDS = 3600;

/** A volume without a source is an empty directory. */
export function volume(item: JsonObject): JsonObject {
  let filled = Object.keys(item).some((key) => key !== 'name') ? item : { ...item, emptyDir: {} };
  for (const source of ['secret', 'configMap']) filled = at(filled, source, mode);
  filled = at(filled, 'downwardAPI', (source) => each(mode(source), 'items', downward));
  filled = at(filled, 'projected', (projected) => each(mode(projected), 'sources', projection));
  filled = at(filled, 'image', (source) => fill(source, { pullPolicy: pullPolicy(textOf(source['reference'])) }));
  filled = remote(filled);
  return at(filled, 'ephemeral', (source) =>
    at(source, 'volumeClaimTemplate', (template) => at(template, 'spec', claimSpec)),
  );
}
/** Sources that volumes of pods and volumes of the cluster both have. */
function remote(holder: JsonObject): JsonObject {
  let filled = at(holder, 'hostPath', (source) => fill(source, { type: '' }));
  filled = at(filled, 'iscsi', (source) => fill(source, { iscsiInterface: 'default' }));
  filled = at(filled, 'rbd', (source) => fill(source, { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }));
  filled = at(filled, 'azureDisk', (source) =>
    fill(source, { cachingMode: 'ReadWrite', fsType: 'ext4', readOnly: false, kind: 'Shared' }),
  );
  return at(filled, 'scaleIO', (source) => fill(source, { storageMode: 'ThinProvisioned', fsType: 'xfs' }));
}
/** `latest`, said or meant, is pulled each time; a digest, and what is no image, is not. */
export const pullPolicy = (image: string): 'Always' | 'IfNotPresent' =>
  parseImage(image)?.tag === 'latest' ? 'Always' : 'IfNotPresent';
const mode = (source: JsonObject): JsonObject => fill(source, { defaultMode: MODE });
const downward = (item: JsonObject): JsonObject => {
  const field = at(item, 'fieldRef', (ref) => fill(ref, { apiVersion: 'v1' }));
  return at(field, 'resourceFieldRef', (ref) => fill(ref, { divisor: '0' }));
};
const projection = (source: JsonObject): JsonObject => {
  const token = at(source, 'serviceAccountToken', (ref) => fill(ref, { expirationSeconds: TOKEN_SECONDS }));
  return at(token, 'downwardAPI', (api) => each(api, 'items', downward));
};
const claimSpec = (spec: JsonObject): JsonObject => resources(fill(spec, { volumeMode: 'Filesystem' }));

export const claim = (object: JsonObject): JsonObject =>
  within(at(object, 'spec', claimSpec), 'status', (status) =>
    rounded(fill(status, { phase: 'Pending' }), 'capacity', 'allocatedResources'),
  );
export const persistentVolume = (object: JsonObject): JsonObject =>
  within(
    at(object, 'spec', (spec) =>
      rounded(remote(fill(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' })), 'capacity'),
    ),
    'status',
    (status) => fill(status, { phase: 'Pending' }),
  );
export const storageClass = (object: JsonObject): JsonObject =>
  fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
export const csiDriver = (object: JsonObject): JsonObject =>
  at(object, 'spec', (spec) =>
    fill(spec, {
      attachRequired: true,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      podInfoOnMount: false,
      requiresRepublish: false,
      seLinuxMount: false,
      storageCapacity: false,
      volumeLifecycleModes: ['Persistent'],
    }),
  );
