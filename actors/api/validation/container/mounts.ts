//! Where volumes are in a container, as folders and as block devices (ValidateVolumeMounts, ValidateVolumeDevices).
import { forbidden, invalid, notFound, notSupported, required } from '../../field-error.ts';
import { get, isObject, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import { type Errors, isNull } from '../check.ts';
import { relativePath } from '../paths.ts';

/** The sound volumes of a pod by their names. */
export type Volumes = ReadonlyMap<string, JsonObject>;

export function mountsAndDevices(errors: Errors, path: string, container: JsonObject, volumes: Volumes): void {
  const [mounts, devices] = [listOf(container['volumeMounts']), listOf(container['volumeDevices'])].map((list) =>
    list.map(objectOf),
  ) as [JsonObject[], JsonObject[]];
  const mounted = new Map(mounts.map((mount) => [textOf(mount['name']), textOf(mount['mountPath'])]));
  const attached = new Map(devices.map((device) => [textOf(device['name']), textOf(device['devicePath'])]));
  volumeMounts(errors, `${path}.volumeMounts`, mounts, container, volumes, attached);
  volumeDevices(errors, `${path}.volumeDevices`, devices, volumes, mounted);
}
function volumeMounts(
  errors: Errors,
  path: string,
  mounts: readonly JsonObject[],
  container: JsonObject,
  volumes: Volumes,
  attached: ReadonlyMap<string, string>,
): void {
  const paths = new Set<string>();
  mounts.forEach((mount, i) => {
    const at = `${path}[${i}]`;
    const [volume, target] = [textOf(mount['name']), textOf(mount['mountPath'])];
    if (volume === '') errors.push(required(`${at}.name`));
    if (!volumes.has(volume)) errors.push(notFound(`${at}.name`, volume));
    if (target === '') errors.push(required(`${at}.mountPath`));
    if (paths.has(target)) errors.push(invalid(`${at}.mountPath`, target, 'must be unique'));
    paths.add(target);
    if (attached.has(volume)) errors.push(invalid(`${at}.name`, volume, 'must not already exist in volumeDevices'));
    if ([...attached.values()].includes(target))
      errors.push(invalid(`${at}.mountPath`, target, 'must not already exist as a path in volumeDevices'));
    const [sub, expression] = [textOf(mount['subPath']), textOf(mount['subPathExpr'])];
    if (sub !== '') relativePath(errors, `${path}.subPath`, sub);
    if (expression !== '') {
      if (sub !== '')
        errors.push(invalid(`${at}.subPathExpr`, expression, 'subPathExpr and subPath are mutually exclusive'));
      relativePath(errors, `${path}.subPathExpr`, expression);
    }
    propagation(errors, `${path}.mountPropagation`, mount, container);
    recursive(errors, `${path}.recursiveReadOnly`, mount);
  });
}
function propagation(errors: Errors, at: string, mount: JsonObject, container: JsonObject): void {
  const mode = mount['mountPropagation'];
  if (isNull(mode)) return;
  const modes = ['Bidirectional', 'HostToContainer', 'None'];
  if (!modes.includes(textOf(mode))) errors.push(notSupported(at, mode, modes));
  if (mode === 'Bidirectional' && get(container, 'securityContext', 'privileged') !== true)
    errors.push(forbidden(at, 'Bidirectional mount propagation is available only to privileged containers'));
}
function recursive(errors: Errors, at: string, mount: JsonObject): void {
  const mode = mount['recursiveReadOnly'];
  if (isNull(mode) || mode === 'Disabled') return;
  if (mode !== 'Enabled' && mode !== 'IfPossible')
    return void errors.push(notSupported(at, mode, ['Disabled', 'Enabled', 'IfPossible']));
  if (mount['readOnly'] !== true) errors.push(forbidden(at, 'may only be specified when readOnly is true'));
  const propagated = mount['mountPropagation'];
  if (!isNull(propagated) && propagated !== 'None')
    errors.push(forbidden(at, 'may only be specified when mountPropagation is None or not specified'));
}

function volumeDevices(
  errors: Errors,
  path: string,
  devices: readonly JsonObject[],
  volumes: Volumes,
  mounted: ReadonlyMap<string, string>,
): void {
  const names = new Set<string>();
  const paths = new Set<string>();
  devices.forEach((device, i) => {
    const at = `${path}[${i}]`;
    const [volume, target] = [textOf(device['name']), textOf(device['devicePath'])];
    const ofName = (detail: string): void => void errors.push(invalid(`${at}.name`, volume, detail));
    const ofPath = (detail: string): void => void errors.push(invalid(`${at}.devicePath`, target, detail));
    if (volume === '') errors.push(required(`${at}.name`));
    if (names.has(volume)) ofName('must be unique');
    const source = volumes.get(volume);
    if (source === undefined) errors.push(notFound(`${at}.name`, volume));
    else if (!isObject(source['persistentVolumeClaim']) && !isObject(source['ephemeral']))
      ofName('can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode');
    if (target === '') errors.push(required(`${at}.devicePath`));
    if (paths.has(target)) ofPath('must be unique');
    if (target.split('/').includes('..')) ofPath("can not contain backsteps ('..')");
    else paths.add(target);
    if (mounted.has(volume)) ofName('must not already exist in volumeMounts');
    if ([...mounted.values()].includes(target)) ofPath('must not already exist as a path in volumeMounts');
    if (volume !== '') names.add(volume);
  });
}
