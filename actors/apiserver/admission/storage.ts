//! DefaultStorageClass, PersistentVolumeClaimResize, StorageObjectInUseProtection.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { get, type JsonObject, listOf, objectOf, textOf } from '../../api/json.ts';
import { compare } from '../../api/quantity.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { isOf } from './attributes.ts';
import { theDefault } from './default-class.ts';
import { lookup, stored } from './lookup.ts';
import { done, forbid, type Plugin } from './plugin.ts';

const STORAGE_CLASSES = stored('storage.k8s.io', 'v1', 'storageclasses');
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const IS_DEFAULT = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
] as const;

export const defaultStorageClass: Plugin = {
  name: 'DefaultStorageClass',
  handles: (a) =>
    a.operation === 'CREATE' &&
    isOf(a, '', 'persistentvolumeclaims') &&
    get(a.object, 'spec', 'storageClassName') === undefined &&
    get(a.object, 'metadata', 'annotations', CLASS_ANNOTATION) === undefined,
  *mutate(engine, a): Task<Result<JsonObject | undefined>> {
    const found = yield* theDefault(engine, STORAGE_CLASSES, IS_DEFAULT, a.call.deadline);
    if (!found.ok || found.value === undefined) return found.ok ? ok(undefined) : found;
    const claim = objectOf(a.object);
    return ok({ ...claim, spec: { ...objectOf(claim['spec']), storageClassName: found.value } });
  },
};

export const persistentVolumeClaimResize: Plugin = {
  name: 'PersistentVolumeClaimResize',
  handles: (a) => a.operation === 'UPDATE' && isOf(a, '', 'persistentvolumeclaims'),
  *validate(engine, a): Task<Result<void>> {
    const size = (claim: unknown): unknown => get(claim, 'spec', 'resources', 'requests', 'storage');
    if (compare(size(a.object), size(a.old)) <= 0) return ok(undefined);
    if (get(a.old, 'status', 'phase') !== 'Bound')
      return forbid(a, 'Only bound persistent volume claims can be expanded');
    const name =
      textOf(get(a.object, 'metadata', 'annotations', CLASS_ANNOTATION)) ||
      textOf(get(a.object, 'spec', 'storageClassName'));
    const found = yield* lookup<KubeObject>(engine, STORAGE_CLASSES, '', name, a.call.deadline);
    if (!found.ok) return found;
    if (name !== '' && get(found.value, 'allowVolumeExpansion') === true) return ok(undefined);
    return forbid(
      a,
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  },
};

const PROTECTION: Readonly<Record<string, string>> = {
  '/persistentvolumes': 'kubernetes.io/pv-protection',
  '/persistentvolumeclaims': 'kubernetes.io/pvc-protection',
  'storage.k8s.io/volumeattributesclasses': 'kubernetes.io/vac-protection',
};
export const storageObjectInUseProtection: Plugin = {
  name: 'StorageObjectInUseProtection',
  handles: ({ operation, call: { info, request } }) =>
    operation === 'CREATE' && request.subresource === '' && PROTECTION[`${info.group}/${info.resource}`] !== undefined,
  mutate: (_, { call: { info }, object }) => {
    const finalizer = PROTECTION[`${info.group}/${info.resource}`]!;
    const metadata = objectOf(object?.['metadata']);
    const finalizers = listOf(metadata['finalizers']);
    return finalizers.includes(finalizer)
      ? done(undefined)
      : done({ ...object, metadata: { ...metadata, finalizers: [...finalizers, finalizer] } });
  },
};
