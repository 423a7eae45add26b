//! Which published definition each class of the client library is, and what its fields are. The library's class names
//! carry only a version (`V1Deployment`); the group is found by following references from the resources of each group.
import { marks } from '../merge-keys.ts';
import { type Presence, presences } from '../presence.ts';
import type { ResourceInfo } from '../resources.ts';
import { type Definition, type FieldType, META, packageOf } from '../schema.ts';

/** One class as read from its files. */
export interface Model {
  readonly attributes: readonly {
    readonly baseName: string;
    readonly type: string;
    readonly format: string;
    readonly optional: boolean;
    readonly description: string;
  }[];
  readonly description: string;
}
export interface Derived {
  readonly definitions: Record<string, Definition>;
  readonly kinds: Record<string, string>;
  readonly descriptions: Record<string, Record<string, string>>;
}

const META_TYPES = `APIGroup APIGroupList APIResource APIResourceList APIVersions Condition DeleteOptions
  FieldSelectorRequirement GroupResource GroupVersionForDiscovery LabelSelector LabelSelectorRequirement ListMeta
  ManagedFieldsEntry ObjectMeta OwnerReference Preconditions ServerAddressByClientCIDR ShardInfo Status StatusCause
  StatusDetails WatchEvent`.split(/\s+/);
/** Types of core that only other groups refer to. */
const CORE_TYPES = ['TopologySelectorTerm', 'TopologySelectorLabelRequirement'];

export function derive(models: ReadonlyMap<string, Model>, resources: readonly ResourceInfo[]): Derived {
  const names = new Map<string, string>([['VersionInfo', 'io.k8s.apimachinery.pkg.version.Info']]);
  for (const type of META_TYPES) names.set(`V1${type}`, `${META}.${type}`);
  for (const type of CORE_TYPES) names.set(`V1${type}`, `io.k8s.api.core.v1.${type}`);
  const kinds: Record<string, string> = {};
  const visit = (name: string, home: string): void => {
    const model = models.get(name);
    if (model === undefined || names.has(name)) return;
    names.set(name, `${home}.${leafOf(name)}`);
    for (const attribute of model.attributes) for (const word of classesIn(attribute.type)) visit(word, home);
  };
  // Core first: other groups refer to it, it refers to none.
  for (const info of [...resources].sort((a, b) => Number(a.group !== '') - Number(b.group !== ''))) {
    const own = [info.kind, `${info.kind}List`].map((kind) => ({ kind, group: info.group, version: info.version }));
    for (const { kind, group, version } of [...own, ...info.subresources]) {
      const home = packageOf(group, version);
      const name = classOf(models, home, kind);
      if (name === undefined) continue;
      visit(name, home);
      kinds[`${group === '' ? '' : `${group}/`}${version}/${kind}`] = names.get(name) ?? '';
    }
  }
  for (const kind of ['DeleteOptions', 'Status', 'APIGroup', 'APIGroupList', 'APIResourceList', 'APIVersions']) {
    kinds[`v1/${kind}`] = `${META}.${kind}`;
  }
  const merge = marks();
  const present = presences();
  const definitions: Record<string, Definition> = {};
  const descriptions: Record<string, Record<string, string>> = {};
  for (const [name, definition] of [...names].sort((a, b) => (a[1] < b[1] ? -1 : 1))) {
    const model = models.get(name);
    if (model === undefined) continue;
    const short = definition.split('.').slice(-3).join('.');
    const leaf = definition.slice(definition.lastIndexOf('.') + 1);
    const words: Record<string, string> = model.description === '' ? {} : { '': model.description };
    const fields: Record<string, FieldType> = {};
    for (const attribute of model.attributes) {
      const name = attribute.baseName;
      const type = withZero(
        typeOf(attribute.type, attribute.format, `${leaf}.${name}`, names),
        !attribute.optional || name === 'metadata',
        present.get(definition)?.get(name),
      );
      const mark = merge.get(short)?.get(attribute.baseName) ?? {};
      if (type.type === 'list' || type.type === 'bytes')
        fields[attribute.baseName] = { ...type, ...without(mark, 'mapType') };
      else fields[attribute.baseName] = { ...type, ...without(mark, 'listType') };
      if (attribute.description !== '') words[attribute.baseName] = attribute.description;
    }
    const required = model.attributes.filter((attribute) => !attribute.optional).map((attribute) => attribute.baseName);
    definitions[definition] = {
      fields,
      ...(required.length === 0 ? {} : { required }),
      ...(merge.get(short)?.has('.') ? { mapType: 'atomic' } : {}),
    };
    descriptions[definition] = words;
  }
  return { definitions, kinds, descriptions };
}
function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  const { [key]: _, ...rest } = value;
  return rest;
}

const ARE_STRUCTS: ReadonlySet<string> = new Set(['object', 'intOrString', 'time', 'microTime', 'quantity', 'any']);
/** What Go's types rarely do otherwise: what is required is a value, an optional struct is a pointer. */
function withZero(type: FieldType, required: boolean, mark: Presence | undefined): FieldType {
  const struct = ARE_STRUCTS.has(type.type);
  switch (mark ?? (required ? 'always' : struct ? 'pointer' : 'value')) {
    case 'always':
      return { ...type, zero: 'filled' };
    case 'pointer':
      return struct ? type : { ...type, zero: 'kept' };
    case 'value':
      return struct ? { ...type, zero: 'dropped' } : type;
  }
}

/** `V1Event` exists in two groups as `CoreV1Event` and `EventsV1Event`; a bare twin left over is an older type. */
function classOf(models: ReadonlyMap<string, Model>, home: string, kind: string): string | undefined {
  const [group = '', version = ''] = home.split('.').slice(-2);
  const bare = `${capital(version)}${kind}`;
  const prefixed = `${capital(group)}${bare}`;
  return models.has(prefixed) ? prefixed : models.has(bare) ? bare : undefined;
}
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const leafOf = (name: string): string => /^(?:[A-Z][a-z]+)??V\d+(?:(?:alpha|beta)\d+)?(.*)$/.exec(name)?.[1] ?? name;
const classesIn = (type: string): readonly string[] => type.match(/[A-Z]\w+/g) ?? [];

function typeOf(text: string, format: string, at: string, names: ReadonlyMap<string, string>): FieldType {
  const array = /^(?:Array|Set)<(.*)>$/.exec(text);
  if (array !== null) return { type: 'list', items: typeOf(array[1] ?? '', format, at, names) };
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(text);
  if (map !== null) return { type: 'map', items: typeOf(map[1] ?? '', format, at, names) };
  if (text === 'string') {
    return QUANTITIES.has(at) ? { type: 'quantity' } : { type: format === 'byte' ? 'bytes' : 'string' };
  }
  if (text === 'boolean') return { type: 'boolean' };
  if (text === 'number') return { type: format === 'int64' || format === 'double' ? format : 'int32' };
  if (format === 'date-time-micro') return { type: 'microTime' };
  if (format === 'date-time') return { type: 'time' };
  if (format === 'int-or-string' || text === 'IntOrString') return { type: 'intOrString' };
  const ref = names.get(text);
  return ref === undefined ? { type: 'any', ...anyRef(at) } : { type: 'object', ref };
}

/** The library calls a Quantity a string; these are the fields that hold one. */
const QUANTITIES: ReadonlySet<string> = new Set(
  `LimitRangeItem: default defaultRequest max maxLimitRequestRatio min
  NodeStatus: allocatable capacity
  VolumeResourceRequirements: limits requests
  PersistentVolumeClaimStatus: allocatedResources capacity
  PersistentVolumeSpec: capacity
  PodSpec: overhead
  ResourceFieldSelector: divisor
  ResourceRequirements: limits requests
  EmptyDirVolumeSource: sizeLimit
  PodStatus: allocatedResources
  ContainerStatus: allocatedResources
  NodeAllocatableResourceClaimStatus: resources
  ResourceQuotaSpec: hard
  ResourceQuotaStatus: hard used
  HPAScalingRules: tolerance
  MetricTarget: averageValue value
  MetricValueStatus: averageValue value
  Overhead: podFixed
  CapacityRequirements: requests
  DeviceRequestAllocationResult: consumedCapacity
  DeviceCapacity: value
  CapacityRequestPolicy: default validValues
  CapacityRequestPolicyRange: max min step
  Counter: value
  NodeAllocatableResourceMapping: allocationMultiplier
  CSIStorageCapacity: capacity maximumVolumeSize`
    .split('\n')
    .flatMap((line) => {
      const [type = '', fields = ''] = line.trim().split(': ');
      return fields.split(' ').map((field) => `${type}.${field}`);
    }),
);
const RAW = 'io.k8s.apimachinery.pkg.runtime.RawExtension';
const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';
/** The published names of what the library calls `any`. */
const ANY: Readonly<Record<string, string>> = {
  'ManagedFieldsEntry.fieldsV1': `${META}.FieldsV1`,
  'WatchEvent.object': RAW,
  'ControllerRevision.data': RAW,
  'OpaqueDeviceConfiguration.parameters': RAW,
  'AllocatedDeviceStatus.data': RAW,
  'JSONSchemaProps.additionalItems': `${EXTENSIONS}.JSONSchemaPropsOrBool`,
  'JSONSchemaProps.additionalProperties': `${EXTENSIONS}.JSONSchemaPropsOrBool`,
  'JSONSchemaProps.default': `${EXTENSIONS}.JSON`,
  'JSONSchemaProps.enum': `${EXTENSIONS}.JSON`,
  'JSONSchemaProps.example': `${EXTENSIONS}.JSON`,
  'JSONSchemaProps.dependencies': `${EXTENSIONS}.JSONSchemaPropsOrStringArray`,
  'JSONSchemaProps.items': `${EXTENSIONS}.JSONSchemaPropsOrArray`,
  'CustomResourceSubresources.status': `${EXTENSIONS}.CustomResourceSubresourceStatus`,
  'StorageVersion.spec': 'io.k8s.api.apiserverinternal.v1alpha1.StorageVersionSpec',
  'PodGroupSchedulingPolicy.basic': 'io.k8s.api.scheduling.v1alpha2.BasicSchedulingPolicy',
};
const anyRef = (at: string): { ref?: string } => (ANY[at] === undefined ? {} : { ref: ANY[at] });
