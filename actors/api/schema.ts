//! The shape of every API type, as a value. `edge/build.ts` derives it; `edge/load.ts` hands it to pure code.
import { apiVersion } from './resources.ts';

export interface Schema {
  /** By published name: `io.k8s.api.apps.v1.Deployment`. */
  readonly definitions: Readonly<Record<string, Definition>>;
  /** By `apps/v1/Deployment` (core: `v1/Pod`): the definition's name. */
  readonly kinds: Readonly<Record<string, string>>;
}
export interface Definition {
  readonly fields: Readonly<Record<string, FieldType>>;
  readonly required?: readonly string[];
  /** The whole object is one value to server-side apply. */
  readonly mapType?: 'atomic';
}
export interface FieldType {
  readonly type:
    | 'string'
    | 'boolean'
    | 'int32'
    | 'int64'
    | 'double'
    /** base64 */
    | 'bytes'
    | 'time'
    | 'microTime'
    | 'quantity'
    | 'intOrString'
    /** Any JSON; `ref` is the published name of the type. */
    | 'any'
    /** `ref` is its definition. */
    | 'object'
    /** `items` is the type of each member. */
    | 'list'
    | 'map';
  readonly ref?: string;
  readonly items?: FieldType;
  readonly listType?: 'atomic' | 'map' | 'set';
  readonly mapKeys?: readonly string[];
  readonly mapType?: 'atomic' | 'granular';
  /** Strategic merge patch: `merge`, `replace`, `retainKeys`, `merge,retainKeys`. */
  readonly patchStrategy?: string;
  readonly mergeKey?: string;
  /**
   * What becomes of a zero. Absent: `kept` of objects, quantities, times and what may be an int or a string, `dropped`
   * of all else. `filled`: it is there even when nobody gave it.
   */
  readonly zero?: 'kept' | 'filled' | 'dropped';
}
/** By definition: '' is the type's own description, the rest are its fields'. Only OpenAPI needs it. */
export type Descriptions = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The definition of a kind: `definitionOf(schema, 'apps/v1', 'Deployment')`. */
export const definitionOf = (schema: Schema, apiVersion: string, kind: string): string | undefined =>
  schema.kinds[`${apiVersion}/${kind}`];
export const definitionOfResource = (
  schema: Schema,
  info: { readonly group: string; readonly version: string; readonly kind: string },
): string | undefined => schema.kinds[`${apiVersion(info)}/${info.kind}`];

/** The published package of a group's version. */
export function packageOf(group: string, version: string): string {
  const special = PACKAGES[group];
  if (special !== undefined) return `${special}.${version}`;
  return `io.k8s.api.${group.split('.')[0]}.${version}`;
}
const PACKAGES: Readonly<Record<string, string>> = {
  '': 'io.k8s.api.core',
  'apiextensions.k8s.io': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  'apiregistration.k8s.io': 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
  'flowcontrol.apiserver.k8s.io': 'io.k8s.api.flowcontrol',
  'internal.apiserver.k8s.io': 'io.k8s.api.apiserverinternal',
  'rbac.authorization.k8s.io': 'io.k8s.api.rbac',
};
export const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
export const OBJECT_META = `${META}.ObjectMeta`;
