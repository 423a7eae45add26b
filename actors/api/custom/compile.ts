//! A CustomResourceDefinition as resources, one a served version.
import { compileRules, type Rules } from '../cel/rules.ts';
import type { FieldError } from '../field-error.ts';
import { asJson, get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { ALL_VERBS, type ResourceInfo, type SubresourceInfo } from '../resources/declare.ts';
import type { Printer } from '../table/column.ts';
import { checkValue } from './check.ts';
import { printerOfColumns } from './printer.ts';
import { fill, type Pruning, prune } from './structural.ts';

/** Where an object keeps what a Scale tells. */
export interface ScalePaths {
  readonly spec: string;
  readonly status: string;
  readonly selector?: string;
}
export interface Conversion {
  readonly clientConfig: JsonObject;
}
/** One version of a custom resource, at work. */
export interface Custom {
  /** The name of its CustomResourceDefinition. */
  readonly definition: string;
  readonly listKind: string;
  /** openAPIV3Schema; one that lets everything through where there is none. */
  readonly schema: JsonObject;
  readonly printer: Printer;
  /** `spec.color`: fields that selectors may name. */
  readonly selectable: readonly string[];
  readonly scale?: ScalePaths;
  readonly terminating: boolean;
  /** Who turns one version into another. Absent: they differ in their name only. */
  readonly conversion?: Conversion;
  readonly deprecated?: string;
  prune(object: JsonObject, pruning: Pruning): JsonObject;
  fill(object: JsonObject): JsonObject;
  check(object: JsonObject, old: JsonObject | undefined): readonly FieldError[];
  /** What is shown of an entry in this version, as long as somebody keeps the entry. */
  readonly shown: WeakMap<object, object>;
}

const ANYTHING: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const condition = (crd: Json, type: string): boolean =>
  listOf(get(crd, 'status', 'conditions')).some((one) => get(one, 'type') === type && get(one, 'status') === 'True');

/** None as long as its names are not established. */
export function resourcesOf(object: object): readonly ResourceInfo[] {
  const crd = asJson(object);
  if (!condition(crd, 'Established')) return [];
  const spec = objectOf(crd['spec']);
  const names = objectOf(get(crd, 'status', 'acceptedNames'));
  const versions = listOf(spec['versions']).filter(isObject);
  const storage = textOf(versions.find((version) => version['storage'] === true)?.['name']);
  const group = textOf(spec['group']);
  const resource = textOf(names['plural']);
  return versions
    .filter((version) => version['served'] === true)
    .map((version): ResourceInfo => {
      const own = textOf(version['name']);
      const kind = textOf(names['kind']);
      return {
        group,
        version: own,
        resource,
        kind,
        namespaced: spec['scope'] === 'Namespaced',
        singular: textOf(names['singular']),
        shortNames: listOf(names['shortNames']).map(textOf),
        categories: listOf(names['categories']).map(textOf),
        verbs: ALL_VERBS,
        subresources: subresourcesOf(version, kind, group, own),
        storage: { group, version: storage, resource },
        stored: true,
        preferred: false,
        enabled: true,
        custom: customOf(crd, version, names),
      };
    });
}
const OBJECT_VERBS = ['get', 'patch', 'update'];
function subresourcesOf(version: JsonObject, kind: string, group: string, own: string): readonly SubresourceInfo[] {
  const { status, scale } = objectOf(version['subresources']);
  return [
    ...(status === undefined ? [] : [{ name: 'status', kind, group, version: own, verbs: OBJECT_VERBS }]),
    ...(scale === undefined
      ? []
      : [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: OBJECT_VERBS }]),
  ];
}
function customOf(crd: JsonObject, version: JsonObject, names: JsonObject): Custom {
  const given = get(version, 'schema', 'openAPIV3Schema');
  const everything = get(crd, 'spec', 'preserveUnknownFields') === true;
  const schema = isObject(given)
    ? everything
      ? { ...given, 'x-kubernetes-preserve-unknown-fields': true }
      : given
    : ANYTHING;
  const scale = get(version, 'subresources', 'scale');
  const selector = textOf(get(scale, 'labelSelectorPath'));
  // Compiled for the first object that is written.
  let rules: { readonly value: Rules | undefined } | undefined;
  return {
    definition: textOf(get(crd, 'metadata', 'name')),
    listKind: textOf(names['listKind']),
    schema,
    printer: printerOfColumns(listOf(version['additionalPrinterColumns'])),
    selectable: listOf(version['selectableFields']).map((field) => textOf(get(field, 'jsonPath')).replace(/^\./, '')),
    ...(isObject(scale)
      ? {
          scale: {
            spec: textOf(scale['specReplicasPath']),
            status: textOf(scale['statusReplicasPath']),
            ...(selector === '' ? {} : { selector }),
          },
        }
      : {}),
    terminating: condition(crd, 'Terminating'),
    ...(get(crd, 'spec', 'conversion', 'strategy') === 'Webhook'
      ? { conversion: { clientConfig: objectOf(get(crd, 'spec', 'conversion', 'webhook', 'clientConfig')) } }
      : {}),
    ...(version['deprecated'] === true ? { deprecated: warning(crd, version, names) } : {}),
    prune: (object, pruning) => objectOf(prune(object, schema, true, '', pruning)),
    fill: (object) => objectOf(fill(object, schema, true)),
    check: (object, old) => {
      const errors = checkValue(object, schema);
      if (errors.length > 0) return errors;
      rules ??= { value: compileRules(schema) };
      return rules.value?.validate(object, old) ?? [];
    },
    shown: new WeakMap(),
  };
}
const warning = (crd: JsonObject, version: JsonObject, names: JsonObject): string =>
  textOf(version['deprecationWarning']) ||
  `${textOf(get(crd, 'spec', 'group'))}/${textOf(version['name'])} ${textOf(names['kind'])} is deprecated`;
