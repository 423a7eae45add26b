//! What one operation is, and how operations, tags and definitions are named.
import type { ResourceInfo } from '../../resources.ts';
import { packageOf } from '../../schema.ts';
import { NAMESPACE, type Parameter } from '../parameter.ts';

export interface Operation {
  readonly path: string;
  readonly method: 'get' | 'put' | 'post' | 'delete' | 'patch' | 'head' | 'options';
  readonly id: string;
  readonly tag: string;
  readonly description: string;
  /** Absent: of no resource. */
  readonly action?: string;
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
  readonly query: readonly Parameter[];
  /** Of the path, shared by its operations. */
  readonly common: readonly Parameter[];
  /** Definition of the body; undefined: none. */
  readonly body?: string;
  /** Definition of the answer; undefined: text. */
  readonly answer?: string;
  readonly codes: readonly number[];
  /** Of a custom resource: no merge keys are known, so no strategic merge patches. */
  readonly custom?: boolean;
  /** Media types of the answer where they are not those of every object. */
  readonly produces?: readonly string[];
}

export const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
/** `rbac.authorization.k8s.io` is `RbacAuthorization`, `example.com` is `ExampleCom`. */
export const groupWord = (group: string): string =>
  group === ''
    ? 'Core'
    : group
        .replace(/\.k8s\.io$/, '')
        .split(/[^A-Za-z0-9]/)
        .map(capital)
        .join('');
export const tagOf = (group: string, version: string): string =>
  `${groupWord(group).replace(/^./, (first) => first.toLowerCase())}${version === '' ? '' : `_${version}`}`;
export const rootOf = (group: string, version: string): string =>
  group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
/** The published name of a resource's kind: of a custom one, its group's words backwards. */
export const definitionName = (info: Pick<ResourceInfo, 'group' | 'version' | 'kind' | 'custom'>): string =>
  info.custom
    ? [...info.group.split('.').reverse(), info.version, info.kind].join('.')
    : `${packageOf(info.group, info.version)}.${info.kind}`;

/** What the operations of one resource share. */
export interface Base {
  readonly info: ResourceInfo;
  /** `/api/v1` */
  readonly root: string;
  /** Of the resource in the path of its scope. */
  readonly collection: string;
  readonly scope: readonly Parameter[];
  /** `CoreV1` */
  readonly word: string;
  /** `NamespacedPod` */
  readonly scoped: string;
  readonly here: Pick<Operation, 'tag' | 'kind' | 'custom'>;
}
export function baseOf(info: ResourceInfo): Base {
  const root = rootOf(info.group, info.version);
  return {
    info,
    root,
    collection: info.namespaced ? `${root}/namespaces/{namespace}/${info.resource}` : `${root}/${info.resource}`,
    scope: info.namespaced ? [NAMESPACE] : [],
    word: `${groupWord(info.group)}${capital(info.version)}`,
    scoped: `${info.namespaced ? 'Namespaced' : ''}${info.kind}`,
    here: {
      tag: tagOf(info.group, info.version),
      kind: { group: info.group, version: info.version, kind: info.kind },
      ...(info.custom === undefined ? {} : { custom: true }),
    },
  };
}
