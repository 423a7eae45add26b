//! One definition of the schema in OpenAPI's words; v2 and v3 differ in how they refer and in a few primitives.
import type { Json, JsonObject } from '../json.ts';
import { type Definition, type Descriptions, type FieldType, META, type Schema } from '../schema.ts';
import { defaultOf, itemDefaultOf } from './default.ts';

export type Dialect = 'v2' | 'v3';
const PREFIX: Readonly<Record<Dialect, string>> = { v2: '#/definitions/', v3: '#/components/schemas/' };

export const TIME = `${META}.Time`;
export const MICRO_TIME = `${META}.MicroTime`;
export const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
export const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
export const PATCH = `${META}.Patch`;
const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';

/** Types with a JSON form of their own: Go marshals them by hand. */
export function primitive(name: string, dialect: Dialect, description: string): JsonObject | undefined {
  const words: JsonObject = description === '' ? {} : { description };
  switch (name) {
    case TIME:
    case MICRO_TIME:
      return { ...words, type: 'string', format: 'date-time' };
    case QUANTITY:
      return dialect === 'v2'
        ? { ...words, type: 'string' }
        : { ...words, oneOf: [{ type: 'string' }, { type: 'number' }] };
    case INT_OR_STRING:
      return dialect === 'v2'
        ? { ...words, type: 'string', format: 'int-or-string' }
        : { ...words, format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
    case PATCH:
    case `${META}.FieldsV1`:
    case 'io.k8s.apimachinery.pkg.runtime.RawExtension':
    case `${EXTENSIONS}.CustomResourceSubresourceStatus`:
    case 'io.k8s.api.apiserverinternal.v1alpha1.StorageVersionSpec':
    case 'io.k8s.api.scheduling.v1alpha2.BasicSchedulingPolicy':
      return { ...words, type: 'object' };
    default:
      return ANY_JSON.has(name) ? words : undefined;
  }
}

const ANY_JSON: ReadonlySet<string> = new Set(
  ['', 'SchemaPropsOrArray', 'SchemaPropsOrBool', 'SchemaPropsOrStringArray'].map(
    (rest) => `${EXTENSIONS}.JSON${rest}`,
  ),
);

export function definitionSchema(
  schema: Schema,
  descriptions: Descriptions,
  kinds: ReadonlyMap<string, Json[]>,
  name: string,
  dialect: Dialect,
): JsonObject {
  const words = descriptions[name] ?? {};
  const special = primitive(name, dialect, words[''] ?? '');
  if (special !== undefined) return special;
  const definition = schema.definitions[name] as Definition;
  const properties: JsonObject = {};
  for (const [field, type] of Object.entries(definition.fields)) {
    // The library documents no field that holds a documented type: the type's own words stand in.
    const description = words[field] ?? descriptions[(type.items ?? type).ref ?? '']?.[''];
    properties[field] = shape(type, dialect, {
      ...(description === undefined ? {} : { description }),
      ...(dialect === 'v2' ? {} : defaultOf(name, field, type)),
      ...marks(type),
    });
  }
  const gvk = kinds.get(name);
  return {
    ...(words[''] === undefined ? {} : { description: words[''] }),
    type: 'object',
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(definition.required === undefined ? {} : { required: [...definition.required] }),
    ...(definition.mapType === undefined ? {} : { 'x-kubernetes-map-type': definition.mapType }),
    ...(gvk === undefined ? {} : { 'x-kubernetes-group-version-kind': gvk }),
    ...unionOf(name),
  };
}
/** Of whose fields one is set: the discriminator, and the fields (`+union` of the Go types). */
const UNIONS: Readonly<Record<string, readonly [discriminator: string, ...fields: string[]]>> = {
  'io.k8s.api.core.v1.AppArmorProfile': ['type', 'localhostProfile'],
  'io.k8s.api.core.v1.PodSchedulingGroup': ['', 'podGroupName'],
  'io.k8s.api.core.v1.SeccompProfile': ['type', 'localhostProfile'],
  'io.k8s.api.flowcontrol.v1.LimitResponse': ['type', 'queuing'],
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec': ['type', 'exempt', 'limited'],
  'io.k8s.api.flowcontrol.v1.Subject': ['kind', 'group', 'serviceAccount', 'user'],
  'io.k8s.api.scheduling.v1alpha2.PodGroupSchedulingPolicy': ['', 'basic', 'gang'],
  'io.k8s.api.scheduling.v1alpha2.PodGroupTemplateReference': ['', 'workload'],
};
function unionOf(name: string): JsonObject {
  const union = UNIONS[name];
  if (union === undefined) return {};
  const [discriminator, ...fields] = union;
  const words = Object.fromEntries(fields.map((field) => [field, field.charAt(0).toUpperCase() + field.slice(1)]));
  return {
    'x-kubernetes-unions': [{ ...(discriminator === '' ? {} : { discriminator }), 'fields-to-discriminateBy': words }],
  };
}

export const reference = (name: string, dialect: Dialect): JsonObject => ({ $ref: `${PREFIX[dialect]}${name}` });
/** In v3 a reference beside other words stands in `allOf`. */
const referring = (name: string, dialect: Dialect, words: JsonObject): JsonObject =>
  dialect === 'v2' || Object.keys(words).length === 0
    ? { ...words, ...reference(name, dialect) }
    : { allOf: [reference(name, dialect)], ...words };

/** `words`: what stands beside the type. */
function shape(type: FieldType, dialect: Dialect, words: JsonObject): JsonObject {
  const item = (): JsonObject => {
    const items = type.items ?? { type: 'any' };
    return shape(items, dialect, dialect === 'v2' ? {} : itemDefaultOf(items));
  };
  switch (type.type) {
    case 'string':
    case 'boolean':
      return { ...words, type: type.type };
    case 'int32':
    case 'int64':
      return { ...words, type: 'integer', format: type.type };
    case 'double':
      return { ...words, type: 'number', format: 'double' };
    case 'bytes':
      return { ...words, type: 'string', format: 'byte' };
    case 'list':
      return { ...words, type: 'array', items: item() };
    case 'map':
      return { ...words, type: 'object', additionalProperties: item() };
    default: {
      const name = nameOf(type);
      return name === undefined ? { ...words, type: 'object' } : referring(name, dialect, words);
    }
  }
}
function nameOf(type: FieldType): string | undefined {
  switch (type.type) {
    case 'time':
      return TIME;
    case 'microTime':
      return MICRO_TIME;
    case 'quantity':
      return QUANTITY;
    case 'intOrString':
      return INT_OR_STRING;
    default:
      return type.ref;
  }
}
function marks(type: FieldType): JsonObject {
  return {
    ...(type.listType === undefined ? {} : { 'x-kubernetes-list-type': type.listType }),
    ...(type.mapKeys === undefined ? {} : { 'x-kubernetes-list-map-keys': [...type.mapKeys] }),
    ...(type.mapType === undefined ? {} : { 'x-kubernetes-map-type': type.mapType }),
    ...(type.mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': type.mergeKey }),
    ...(type.patchStrategy === undefined ? {} : { 'x-kubernetes-patch-strategy': type.patchStrategy }),
  };
}

/** Names a definition refers to, itself included. */
export function reachable(schema: Schema, roots: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const open = [...roots];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    for (const type of Object.values(schema.definitions[name]?.fields ?? {})) {
      for (let at: FieldType | undefined = type; at !== undefined; at = at.items) {
        const next = nameOf(at);
        if (next !== undefined) open.push(next);
      }
    }
  }
  return found;
}
/** Which group, version and kind each definition is, lists included. Every group has DeleteOptions and WatchEvent. */
export function kindsOf(schema: Schema): Map<string, Json[]> {
  const kinds = new Map<string, Json[]>();
  const versions = new Set<string>(ELSEWHERE);
  for (const [key, name] of Object.entries(schema.kinds)) {
    const [kind = '', version = '', group = ''] = key.split('/').reverse();
    versions.add(`${group}/${version}`);
    if (!EVERYWHERE.includes(kind)) kinds.set(name, [...(kinds.get(name) ?? []), { group, version, kind }]);
  }
  for (const kind of EVERYWHERE) {
    kinds.set(
      `${META}.${kind}`,
      [...versions].sort().map((text) => {
        const [group = '', version = ''] = text.split('/');
        return { group, version, kind };
      }),
    );
  }
  return kinds;
}
/** Versions that are known to Kubernetes and served no more, or never were. */
const ELSEWHERE: readonly string[] = `admission.k8s.io/v1 admission.k8s.io/v1beta1 apiextensions.k8s.io/v1beta1
  apiregistration.k8s.io/v1beta1 apps/v1beta1 apps/v1beta2 authentication.k8s.io/v1alpha1 authentication.k8s.io/v1beta1
  authorization.k8s.io/v1beta1 batch/v1beta1 discovery.k8s.io/v1beta1 events.k8s.io/v1beta1 extensions/v1beta1
  flowcontrol.apiserver.k8s.io/v1beta1 flowcontrol.apiserver.k8s.io/v1beta2 flowcontrol.apiserver.k8s.io/v1beta3
  imagepolicy.k8s.io/v1alpha1 node.k8s.io/v1alpha1 node.k8s.io/v1beta1 policy/v1beta1
  rbac.authorization.k8s.io/v1alpha1 rbac.authorization.k8s.io/v1beta1 scheduling.k8s.io/v1beta1
  storage.k8s.io/v1alpha1`.split(/\s+/);
const EVERYWHERE = ['DeleteOptions', 'WatchEvent'];
