//! How a resource is declared in one line.
import type { Custom } from '../custom/compile.ts';
import type { Resource } from '../resource.ts';

export interface SubresourceInfo {
  readonly name: string;
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly verbs: readonly string[];
}
export interface ResourceInfo extends Resource {
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly SubresourceInfo[];
  /** Where its objects are kept: versions (and, for events, groups) of one resource share it. */
  readonly storage: { readonly group: string; readonly version: string; readonly resource: string };
  /** False: answered, never kept (reviews, bindings, componentstatuses). */
  readonly stored: boolean;
  /** The version clients should use when its group has several. */
  readonly preferred: boolean;
  /** Real servers leave alpha and beta versions off unless `--runtime-config` turns them on. */
  readonly enabled: boolean;
  /** Declared by a CustomResourceDefinition. */
  readonly custom?: Custom;
}

export const ALL_VERBS: readonly string[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];
export const NO_COLLECTION: readonly string[] = ALL_VERBS.filter((verb) => verb !== 'deletecollection');
const OBJECT_VERBS: readonly string[] = ['get', 'patch', 'update'];

interface Options {
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** `status`, `scale`, or `name [group/version/]Kind verb,verb`. */
  readonly subresources?: readonly string[];
}
interface Declaration extends Options {
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
}
export const namespaced = (resource: string, kind: string, options: Options = {}): Declaration => ({
  ...options,
  resource,
  kind,
  namespaced: true,
});
export const cluster = (resource: string, kind: string, options: Options = {}): Declaration => ({
  ...options,
  resource,
  kind,
  namespaced: false,
});

export const group = (name: string, version: string, declarations: readonly Declaration[]): ResourceInfo[] =>
  declarations.map((declared) => {
    const verbs = declared.verbs ?? ALL_VERBS;
    return {
      group: name,
      version,
      resource: declared.resource,
      kind: declared.kind,
      namespaced: declared.namespaced,
      singular: declared.kind.toLowerCase(),
      shortNames: declared.shortNames ?? [],
      categories: declared.categories ?? [],
      verbs,
      subresources: (declared.subresources ?? []).map((text) => subresource(text, name, version, declared.kind)),
      storage: storageOf(name, version, declared.resource),
      stored: verbs.includes('update'),
      preferred: version === preferredVersion(name),
      enabled: !/alpha|beta/.test(version),
    };
  });

function subresource(text: string, group: string, version: string, kind: string): SubresourceInfo {
  if (text === 'status') return { name: text, kind, group, version, verbs: OBJECT_VERBS };
  if (text === 'scale') return { name: text, kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: OBJECT_VERBS };
  const [name = '', what = '', verbs = ''] = text.split(' ');
  const parts = what.split('/');
  return {
    name,
    kind: parts.at(-1) ?? '',
    group: parts.length === 3 ? (parts[0] ?? '') : group,
    version: parts.length === 3 ? (parts[1] ?? '') : version,
    verbs: verbs.split(','),
  };
}

/** Where several versions exist. Events are one store under two groups (kube-apiserver storage_factory.go). */
const PREFERRED: Readonly<Record<string, string>> = {
  autoscaling: 'v2',
  'coordination.k8s.io': 'v1',
  'internal.apiserver.k8s.io': 'v1alpha1',
  'storagemigration.k8s.io': 'v1beta1',
};
const preferredVersion = (group: string): string => PREFERRED[group] ?? 'v1';
const ONLY_ELSEWHERE: Readonly<Record<string, string>> = {
  leasecandidates: 'v1beta1',
  clustertrustbundles: 'v1beta1',
  podcertificaterequests: 'v1beta1',
  devicetaintrules: 'v1beta2',
  resourcepoolstatusrequests: 'v1alpha3',
  podgroups: 'v1alpha2',
  workloads: 'v1alpha2',
};
function storageOf(group: string, _version: string, resource: string): ResourceInfo['storage'] {
  if (resource === 'events') return { group: '', version: 'v1', resource };
  return { group, version: ONLY_ELSEWHERE[resource] ?? preferredVersion(group), resource };
}
