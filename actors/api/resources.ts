//! Every resource of Kubernetes 1.36, found by name or by kind.
import { ACCESS } from './resources/access.ts';
import { CORE } from './resources/core.ts';
import type { ResourceInfo } from './resources/declare.ts';
import { DEVICES } from './resources/devices.ts';
import { EXTENSION } from './resources/extension.ts';
import { MACHINERY } from './resources/machinery.ts';
import { NETWORK } from './resources/network.ts';
import { STORAGE } from './resources/storage.ts';
import { WORKLOADS } from './resources/workloads.ts';

export type { ResourceInfo, SubresourceInfo } from './resources/declare.ts';

export const RESOURCES: readonly ResourceInfo[] = [
  ...CORE,
  ...ACCESS,
  ...DEVICES,
  ...EXTENSION,
  ...MACHINERY,
  ...NETWORK,
  ...STORAGE,
  ...WORKLOADS,
];
/** What a server has on unless told otherwise: no alpha, no beta. */
export const ENABLED: readonly ResourceInfo[] = RESOURCES.filter((info) => info.enabled);

const byName: ReadonlyMap<string, ResourceInfo> = new Map(
  RESOURCES.map((info) => [`${info.group}/${info.version}/${info.resource}`, info]),
);
const byKind: ReadonlyMap<string, ResourceInfo> = new Map(
  RESOURCES.map((info) => [`${info.group === '' ? '' : `${info.group}/`}${info.version}/${info.kind}`, info]),
);

export const findResource = (group: string, version: string, plural: string): ResourceInfo | undefined =>
  byName.get(`${group}/${version}/${plural}`);
export const findKind = (apiVersion: string, kind: string): ResourceInfo | undefined =>
  byKind.get(`${apiVersion}/${kind}`);
export const hasSubresource = (info: ResourceInfo, name: string): boolean =>
  info.subresources.some((sub) => sub.name === name);
/** `deployments.apps`, `pods`: how messages name a resource (schema.GroupResource.String). */
export const groupResource = (info: { readonly group: string; readonly resource: string }): string =>
  info.group === '' ? info.resource : `${info.resource}.${info.group}`;
export const groupKind = (info: { readonly group: string; readonly kind: string }): string =>
  info.group === '' ? info.kind : `${info.kind}.${info.group}`;
export const apiVersion = (info: { readonly group: string; readonly version: string }): string =>
  info.group === '' ? info.version : `${info.group}/${info.version}`;

export { convert } from './convert.ts';
