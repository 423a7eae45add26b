//! Definitions of kinds of one's own.
import type { JsonObject } from '../../../actors/api/json.ts';

const names: JsonObject = { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' };
const simple: JsonObject = {
  name: 'v1',
  served: true,
  storage: true,
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: { spec: { type: 'object', properties: { a: { type: 'integer' } } } },
    },
  },
};
const spec: JsonObject = {
  type: 'object',
  description: 'what is wanted',
  required: ['size'],
  properties: {
    size: { type: 'integer', format: 'int32', minimum: 1, maximum: 10, default: 1 },
    color: { type: 'string', enum: ['red', 'green'], nullable: true },
    name: { type: 'string', minLength: 1, maxLength: 20, pattern: '^[a-z]+$' },
    port: { 'x-kubernetes-int-or-string': true },
    ratio: { type: 'number', exclusiveMinimum: true, minimum: 0, multipleOf: 0.5 },
    tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set', maxItems: 5 },
    parts: {
      type: 'array',
      maxItems: 10,
      items: {
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'string', maxLength: 10 }, weight: { type: 'integer' } },
      },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['id'],
    },
    labels: { type: 'object', additionalProperties: { type: 'string' }, 'x-kubernetes-map-type': 'atomic' },
    anything: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    nested: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
  },
  'x-kubernetes-validations': [
    { rule: 'self.size < 10', message: 'too big', reason: 'FieldValueInvalid', fieldPath: '.size' },
    { rule: 'self.size >= oldSelf.size', messageExpression: '"not smaller than " + string(oldSelf.size)' },
  ],
};
const status: JsonObject = {
  type: 'object',
  properties: { replicas: { type: 'integer' }, selector: { type: 'string' } },
};
const rich: JsonObject = {
  ...simple,
  name: 'v2',
  schema: { openAPIV3Schema: { type: 'object', properties: { spec, status } } },
  subresources: {
    status: {},
    scale: {
      specReplicasPath: '.spec.size',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    },
  },
  additionalPrinterColumns: [
    { name: 'Size', type: 'integer', format: 'int32', description: 'how big', priority: 1, jsonPath: '.spec.size' },
  ],
  selectableFields: [{ jsonPath: '.spec.color' }],
};
const named: JsonObject = { ...names, plural: 'bodies', singular: 'body', kind: 'Body', listKind: 'BodyList' };

export const DEFINITIONS: Readonly<Record<string, readonly JsonObject[]>> = {
  'apiextensions.k8s.io/v1/CustomResourceDefinition': [
    {
      metadata: { name: 'things.example.com' },
      spec: { group: 'example.com', scope: 'Namespaced', names, versions: [simple] },
    },
    {
      metadata: { name: 'bodies.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Cluster',
        names: { ...named, shortNames: ['bo'], categories: ['all'] },
        versions: [rich, { ...simple, storage: false, deprecated: true, deprecationWarning: 'use v2' }],
        conversion: { strategy: 'None' },
      },
    },
  ],
};
