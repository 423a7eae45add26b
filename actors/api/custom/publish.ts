//! Custom resources in OpenAPI: their schema, and what the server adds to it (apiextensions-apiserver
//! pkg/controller/openapi/builder).
import { isObject, type Json, type JsonObject, objectOf } from '../json.ts';
import { definitionName } from '../openapi/operation/base.ts';
import type { ResourceInfo } from '../resources.ts';
import { META } from '../schema.ts';

const STANDARD =
  'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources';
const KIND =
  'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds';

/** The definitions of a kind and of its list. */
export function published(info: ResourceInfo, dialect: 'v2' | 'v3'): JsonObject {
  const { custom } = info;
  if (custom === undefined) return {};
  const name = definitionName(info);
  const refer = (to: string): JsonObject => ({
    $ref: `${dialect === 'v2' ? '#/definitions/' : '#/components/schemas/'}${to}`,
  });
  const meta = (type: string, description: string): JsonObject =>
    dialect === 'v2'
      ? { description, ...refer(`${META}.${type}`) }
      : { description, allOf: [refer(`${META}.${type}`)] };
  const kinds = {
    apiVersion: { type: 'string', description: STANDARD },
    kind: { type: 'string', description: KIND },
  };
  const gvk = (kind: string): Json => [{ group: info.group, version: info.version, kind }];
  // kubectl is not to refuse what the server lets through: such a schema says nothing (builder.go).
  const open = custom.schema['x-kubernetes-preserve-unknown-fields'] === true;
  const told = open && dialect === 'v2' ? {} : dialect === 'v2' ? forV2(custom.schema) : custom.schema;
  return {
    [name]: {
      ...objectOf(told),
      ...(open && dialect === 'v2' ? described(custom.schema) : {}),
      type: 'object',
      ...(open && dialect === 'v2'
        ? {}
        : {
            properties: {
              ...objectOf(objectOf(told)['properties']),
              ...kinds,
              metadata: meta(
                'ObjectMeta',
                "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
              ),
            },
          }),
      'x-kubernetes-group-version-kind': gvk(info.kind),
    },
    [`${name}List`]: {
      description: `${info.kind}List is a list of ${info.kind}`,
      type: 'object',
      required: ['items'],
      properties: {
        ...kinds,
        items: {
          description: `List of ${info.resource}. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md`,
          type: 'array',
          items: refer(name),
        },
        metadata: meta(
          'ListMeta',
          'Standard list metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds',
        ),
      },
      'x-kubernetes-group-version-kind': gvk(custom.listKind),
    },
  };
}
const described = ({ description }: JsonObject): JsonObject => (description === undefined ? {} : { description });

/** What OpenAPI v2 has no words for, or kubectl would misread, is left out (builder.ToStructuralOpenAPIV2). */
const ONLY_V3: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'not', 'nullable', 'default']);
function forV2(schema: JsonObject): JsonObject {
  const result: JsonObject = {};
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || schema['nullable'] === true;
  for (const [key, value] of Object.entries(schema)) {
    if (ONLY_V3.has(key)) continue;
    // Whatever is let through has no type, or clients would refuse it.
    if (
      open &&
      (key === 'type' ||
        key === 'properties' ||
        key === 'items' ||
        key === 'additionalProperties' ||
        key === 'required')
    )
      continue;
    if (key === 'type' && schema['x-kubernetes-int-or-string'] === true) continue;
    if (key === 'properties')
      result[key] = Object.fromEntries(
        Object.entries(objectOf(value)).map(([name, inner]) => [name, forV2(objectOf(inner))]),
      );
    else if ((key === 'items' || key === 'additionalProperties') && isObject(value)) result[key] = forV2(value);
    else if (key === 'x-kubernetes-validations' || key === 'x-kubernetes-embedded-resource') result[key] = value;
    else result[key] = value;
  }
  return result;
}
