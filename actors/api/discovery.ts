//! What an API server says it serves: versions, groups and resources, as lists and as one aggregated document.
import { createHash } from 'node:crypto';
import { apiVersion, type ResourceInfo } from './resources.ts';

/** /api */
export const apiVersions = (serverAddress: string): object => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
});

/** The order of groups decides which one a short name means (control plane's APIService priorities). */
const GROUP_ORDER = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'resource.k8s.io',
];
const rank = (group: string): number => {
  const at = GROUP_ORDER.indexOf(group);
  return at < 0 ? GROUP_ORDER.length : at;
};
/** v2 before v1 before v1beta1 before v1alpha1 (apimachinery version.CompareKubeAwareVersionStrings). */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [weigh(a), weigh(b)];
  for (let i = 0; i < 3; i++) if (left[i] !== right[i]) return (right[i] as number) - (left[i] as number);
  return a < b ? -1 : a > b ? 1 : 0;
}
function weigh(version: string): readonly number[] {
  const [, major, stage, minor] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  if (major === undefined) return [-1, 0, 0];
  return [stage === undefined ? 2 : stage === 'beta' ? 1 : 0, Number(major), Number(minor ?? 0)];
}

/** Groups in order, each with its versions, the preferred first. */
function grouped(resources: readonly ResourceInfo[]): Map<string, Map<string, ResourceInfo[]>> {
  const groups = new Map<string, Map<string, ResourceInfo[]>>();
  const sorted = [...resources].sort(
    (a, b) =>
      rank(a.group) - rank(b.group) ||
      (a.group < b.group ? -1 : a.group > b.group ? 1 : 0) ||
      compareVersions(a.version, b.version),
  );
  for (const info of sorted) {
    const versions = groups.get(info.group) ?? new Map<string, ResourceInfo[]>();
    groups.set(info.group, versions);
    versions.set(info.version, [...(versions.get(info.version) ?? []), info]);
  }
  return groups;
}
function groupOf(name: string, versions: Iterable<string>): object {
  const all = [...versions].map((version) => ({ groupVersion: apiVersion({ group: name, version }), version }));
  return { name, versions: all, preferredVersion: all[0] };
}
/** /apis */
export const apiGroupList = (resources: readonly ResourceInfo[]): object => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: [...grouped(resources)]
    .filter(([group]) => group !== '')
    .map(([group, versions]) => groupOf(group, versions.keys())),
});
/** /apis/apps */
export function apiGroup(resources: readonly ResourceInfo[], group: string): object | undefined {
  const versions = grouped(resources).get(group);
  return versions === undefined
    ? undefined
    : { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group, versions.keys()) };
}

/** /api/v1, /apis/apps/v1 */
export function apiResourceList(
  resources: readonly ResourceInfo[],
  group: string,
  version: string,
): object | undefined {
  const own = resources.filter((info) => info.group === group && info.version === version);
  if (own.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersion({ group, version }),
    resources: own.flatMap((info) => [
      {
        name: info.resource,
        singularName: info.singular,
        namespaced: info.namespaced,
        kind: info.kind,
        verbs: info.verbs,
        ...(info.shortNames.length === 0 ? {} : { shortNames: info.shortNames }),
        ...(info.categories.length === 0 ? {} : { categories: info.categories }),
        ...(info.stored ? { storageVersionHash: storageVersionHash(info) } : {}),
      },
      ...info.subresources.map((sub) => ({
        name: `${info.resource}/${sub.name}`,
        singularName: '',
        namespaced: info.namespaced,
        ...(sub.group === group && sub.version === version ? {} : { group: sub.group, version: sub.version }),
        kind: sub.kind,
        verbs: sub.verbs,
      })),
    ]),
  };
}

/** Of the kind as it is stored: when it changes, so has the storage (apiserver discovery.StorageVersionHash). */
function storageVersionHash({ kind, storage: { group, version } }: ResourceInfo): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64');
}

/** /api (`core`) or /apis asked for as `apidiscovery.k8s.io/v2`: everything in one answer. */
export const aggregatedDiscovery = (
  resources: readonly ResourceInfo[],
  which: 'core' | 'groups',
  version: 'v2' | 'v2beta1' = 'v2',
): object => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: `apidiscovery.k8s.io/${version}`,
  metadata: {},
  items: [...grouped(resources)]
    .filter(([group]) => (group === '') === (which === 'core'))
    .map(([group, versions]) => ({
      metadata: group === '' ? {} : { name: group },
      versions: [...versions].map(([name, own]) => ({
        version: name,
        resources: own.map(aggregated),
        freshness: 'Current',
      })),
    })),
});
const aggregated = (info: ResourceInfo): object => ({
  resource: info.resource,
  responseKind: { group: info.group, version: info.version, kind: info.kind },
  scope: info.namespaced ? 'Namespaced' : 'Cluster',
  singularResource: info.singular,
  verbs: info.verbs,
  ...(info.shortNames.length === 0 ? {} : { shortNames: info.shortNames }),
  ...(info.categories.length === 0 ? {} : { categories: info.categories }),
  ...(info.subresources.length === 0
    ? {}
    : {
        subresources: info.subresources.map((sub) => ({
          subresource: sub.name,
          responseKind: { group: sub.group, version: sub.version, kind: sub.kind },
          verbs: sub.verbs,
        })),
      }),
});
