//! Volumes as what an engine mounts: folders of the node, scratch folders, or files with their bytes.
import { fail, ok, type Result } from '../../runtime/fault.ts';
import type { Container, Pod, Volume } from '../api/types/pod.ts';
import type { Mount } from '../engine/protocol.ts';
import { fieldOf, type Place, resourceOf, type Sources } from './env.ts';

export type Files = Readonly<Record<string, Uint8Array>>;
export type Mounted =
  | { readonly kind: 'files'; readonly files: Files }
  | { readonly kind: 'host'; readonly path: string }
  | { readonly kind: 'scratch' };

interface KeyToPath {
  readonly key: string;
  readonly path: string;
}
interface Named {
  readonly name?: string;
  readonly secretName?: string;
  readonly optional?: boolean;
  readonly items?: readonly KeyToPath[];
}
interface DownwardItem {
  readonly path: string;
  readonly fieldRef?: { readonly fieldPath: string };
  readonly resourceFieldRef?: { readonly containerName?: string; readonly resource: string; readonly divisor?: string };
}
/** One source of a projected volume; the same shapes as volumes of that kind. */
export interface Projection {
  readonly configMap?: Named;
  readonly secret?: Named;
  readonly downwardAPI?: { readonly items?: readonly DownwardItem[] };
  readonly serviceAccountToken?: {
    readonly path: string;
    readonly expirationSeconds?: number;
    readonly audience?: string;
  };
}
type AnyVolume = Volume & { readonly downwardAPI?: { readonly items?: readonly DownwardItem[] } };

/** What must be read before the pod can start. */
export interface Wanted {
  readonly configMaps: Set<string>;
  readonly secrets: Set<string>;
  readonly tokens: readonly NonNullable<Projection['serviceAccountToken']>[];
}
export function wantedBy(pod: Pod): Wanted {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  const tokens: NonNullable<Projection['serviceAccountToken']>[] = [];
  for (const volume of pod.spec.volumes ?? [])
    for (const { configMap, secret, serviceAccountToken } of projectionsOf(volume)) {
      if (configMap?.name !== undefined) configMaps.add(configMap.name);
      const name = secret?.secretName ?? secret?.name;
      if (name !== undefined) secrets.add(name);
      if (serviceAccountToken !== undefined) tokens.push(serviceAccountToken);
    }
  return { configMaps, secrets, tokens };
}
export function wantedByContainer(container: Container): Omit<Wanted, 'tokens'> {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef !== undefined) configMaps.add(configMapRef.name);
    if (secretRef !== undefined) secrets.add(secretRef.name);
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.configMapKeyRef !== undefined) configMaps.add(valueFrom.configMapKeyRef.name);
    if (valueFrom?.secretKeyRef !== undefined) secrets.add(valueFrom.secretKeyRef.name);
  }
  return { configMaps, secrets };
}
function projectionsOf(volume: AnyVolume): readonly Projection[] {
  if (volume.projected !== undefined) return (volume.projected.sources ?? []) as readonly Projection[];
  const { configMap, secret, downwardAPI } = volume;
  if (configMap !== undefined) return [{ configMap }];
  if (secret !== undefined) return [{ secret }];
  return downwardAPI === undefined ? [] : [{ downwardAPI }];
}

/** Tokens by their path. */
export function volumeOf(
  volume: AnyVolume,
  place: Place,
  sources: Sources,
  tokens: ReadonlyMap<string, string>,
): Result<Mounted> {
  if (volume.hostPath !== undefined) return ok({ kind: 'host', path: volume.hostPath.path });
  if (volume.emptyDir !== undefined) return ok({ kind: 'scratch' });
  const projections = projectionsOf(volume);
  if (projections.length === 0 && volume.projected === undefined)
    return fail(
      'Invalid',
      `MountVolume.SetUp failed for volume "${volume.name}" : this kind of volume is not supported`,
    );
  const files: Record<string, Uint8Array> = {};
  for (const projection of projections) {
    const made = projected(projection, place, sources, tokens);
    if (!made.ok)
      return fail(made.fault.reason, `MountVolume.SetUp failed for volume "${volume.name}" : ${made.fault.message}`);
    Object.assign(files, made.value);
  }
  return ok({ kind: 'files', files });
}
function projected(
  projection: Projection,
  place: Place,
  sources: Sources,
  tokens: ReadonlyMap<string, string>,
): Result<Files> {
  const { configMap, secret, downwardAPI, serviceAccountToken } = projection;
  if (serviceAccountToken !== undefined)
    return ok({ [serviceAccountToken.path]: encode(tokens.get(serviceAccountToken.path) ?? '') });
  if (downwardAPI !== undefined) return downward(downwardAPI.items ?? [], place);
  if (configMap !== undefined) {
    const found = sources.configMaps.get(configMap.name ?? '');
    if (found === undefined)
      return configMap.optional ? ok({}) : fail('NotFound', `configmap "${configMap.name}" not found`);
    const data = { ...mapValues(found.data, encode), ...mapValues(found.binaryData, decode) };
    return picked(data, configMap, `configmap references non-existent config key`);
  }
  const name = secret?.secretName ?? secret?.name ?? '';
  const found = sources.secrets.get(name);
  if (found === undefined) return secret?.optional ? ok({}) : fail('NotFound', `secret "${name}" not found`);
  return picked(mapValues(found.data, decode), secret ?? {}, `references non-existent secret key`);
}
function picked(data: Files, { items, optional }: Named, missing: string): Result<Files> {
  if (items === undefined || items.length === 0) return ok(data);
  const files: Record<string, Uint8Array> = {};
  for (const { key, path } of items) {
    const bytes = data[key];
    if (bytes !== undefined) files[path] = bytes;
    else if (optional !== true) return fail('NotFound', `${missing}: ${key}`);
  }
  return ok(files);
}
function downward(items: readonly DownwardItem[], place: Place): Result<Files> {
  const files: Record<string, Uint8Array> = {};
  for (const { path, fieldRef, resourceFieldRef } of items) {
    if (resourceFieldRef !== undefined) {
      const of = place.pod.spec.containers.find(({ name }) => name === resourceFieldRef.containerName);
      if (of === undefined) return fail('Invalid', `container ${resourceFieldRef.containerName} not found`);
      files[path] = encode(resourceOf(of, resourceFieldRef.resource, resourceFieldRef.divisor, place.capacity));
      continue;
    }
    const value = fieldOf(fieldRef?.fieldPath ?? '', place);
    if (value === undefined) return fail('Invalid', `unsupported fieldPath: ${fieldRef?.fieldPath}`);
    files[path] = encode(value);
  }
  return ok(files);
}

interface AnyMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly subPath?: string;
}
export function mountsOf(container: Container, volumes: ReadonlyMap<string, Mounted>): Result<readonly Mount[]> {
  const mounts: Mount[] = [];
  for (const { name, mountPath, readOnly = false, subPath } of (container.volumeMounts ?? []) as readonly AnyMount[]) {
    const volume = volumes.get(name);
    if (volume === undefined) return fail('Invalid', `volume "${name}" is not mounted`);
    if (volume.kind === 'files') mounts.push({ mountPath, readOnly: true, files: within(volume.files, subPath) });
    else if (volume.kind === 'scratch')
      mounts.push({ mountPath, readOnly, scratch: subPath ? `${name}/${subPath}` : name });
    else mounts.push({ mountPath, readOnly, hostPath: subPath ? `${volume.path}/${subPath}` : volume.path });
  }
  return ok(mounts);
}
/** `''`: the mount is that file itself. */
function within(files: Files, subPath: string | undefined): Files {
  if (subPath === undefined || subPath === '') return files;
  const one = files[subPath];
  if (one !== undefined) return { '': one };
  const folder = `${subPath}/`;
  return Object.fromEntries(
    Object.entries(files)
      .filter(([path]) => path.startsWith(folder))
      .map(([path, bytes]) => [path.slice(folder.length), bytes]),
  );
}
const encoder = new TextEncoder();
const encode = (text: string): Uint8Array => encoder.encode(text);
const decode = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
const mapValues = (map: Readonly<Record<string, string>> = {}, of: (text: string) => Uint8Array): Files =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, of(value)]));
