//! Defaults as kube-apiserver publishes them in v3: the zeros that Go writes, and what a type itself declares
//! (`+default`). What its defaulting functions fill in is told nowhere.
import type { Json, JsonObject } from '../json.ts';
import type { FieldType } from '../schema.ts';

const CORE = 'io.k8s.api.core.v1.';
const RBD = { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' };
const SCALE_IO = { storageMode: 'ThinProvisioned', fsType: 'xfs' };
const ISCSI = { iscsiInterface: 'default' };
const NAMED = { name: '' };
const DECLARED: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  [`${CORE}ContainerPort`]: { protocol: 'TCP' },
  [`${CORE}ServicePort`]: { protocol: 'TCP' },
  [`${CORE}GRPCAction`]: { service: '' },
  [`${CORE}AzureDiskVolumeSource`]: { cachingMode: 'ReadWrite', fsType: 'ext4', readOnly: false, kind: 'Shared' },
  [`${CORE}ISCSIVolumeSource`]: ISCSI,
  [`${CORE}ISCSIPersistentVolumeSource`]: ISCSI,
  [`${CORE}RBDVolumeSource`]: RBD,
  [`${CORE}RBDPersistentVolumeSource`]: RBD,
  [`${CORE}ScaleIOVolumeSource`]: SCALE_IO,
  [`${CORE}ScaleIOPersistentVolumeSource`]: SCALE_IO,
  // LocalObjectReference, and what it is embedded in.
  [`${CORE}LocalObjectReference`]: NAMED,
  [`${CORE}ConfigMapEnvSource`]: NAMED,
  [`${CORE}ConfigMapKeySelector`]: NAMED,
  [`${CORE}ConfigMapProjection`]: NAMED,
  [`${CORE}ConfigMapVolumeSource`]: NAMED,
  [`${CORE}SecretEnvSource`]: NAMED,
  [`${CORE}SecretKeySelector`]: NAMED,
  [`${CORE}SecretProjection`]: NAMED,
  ...Object.fromEntries(
    ['v1', 'v1beta1', 'v1beta2', 'v1alpha3'].map((version) => [
      `io.k8s.api.resource.${version}.DeviceToleration`,
      { operator: 'Equal' },
    ]),
  ),
};

/** `{ default }`, or nothing. */
export function defaultOf(definition: string, field: string, type: FieldType): JsonObject {
  const declared = DECLARED[definition]?.[field];
  if (declared !== undefined) return { default: declared };
  return type.zero === 'filled' ? zero(type) : {};
}
/** Of the items of a list or a map: none of them is a pointer. */
export const itemDefaultOf = (type: FieldType): JsonObject => zero(type);
function zero({ type, ref }: FieldType): JsonObject {
  switch (type) {
    case 'string':
      return { default: '' };
    case 'boolean':
      return { default: false };
    case 'int32':
    case 'int64':
    case 'double':
      return { default: 0 };
    case 'object':
      return ref === undefined ? {} : { default: {} };
    default:
      return {};
  }
}
