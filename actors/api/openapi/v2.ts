//! /openapi/v2: one Swagger document of everything served.
import type { JsonObject } from '../json.ts';
import type { ResourceInfo } from '../resources.ts';
import type { Descriptions, Schema } from '../schema.ts';
import { definitionSchema, kindsOf, PATCH, reachable, reference } from './definition.ts';
import { type Operation, operationsOf, type Parameter } from './operation.ts';

const MEDIA = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
export const PATCH_MEDIA: readonly string[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

export function openApiV2(
  schema: Schema,
  descriptions: Descriptions,
  resources: readonly ResourceInfo[],
  version: string,
): JsonObject {
  const kinds = kindsOf(schema);
  const operations = resources.flatMap(operationsOf);
  const definitions: JsonObject = {};
  const names = reachable(schema, [...Object.keys(schema.definitions), PATCH]);
  for (const name of [...names].sort()) definitions[name] = definitionSchema(schema, descriptions, kinds, name, 'v2');
  const paths: JsonObject = {};
  for (const operation of operations) {
    paths[operation.path] ??= { parameters: operation.common.map(parameter) };
    const path = paths[operation.path] as JsonObject;
    path[operation.method] = described(operation, (name) => name in definitions);
  }
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version },
    paths,
    definitions,
    securityDefinitions: {
      BearerToken: {
        description: 'Bearer Token authentication',
        type: 'apiKey',
        name: 'authorization',
        in: 'header',
      },
    },
    security: [{ BearerToken: [] }],
  };
}
const parameter = ({ name, in: place, type, description }: Parameter): JsonObject => ({
  uniqueItems: true,
  type,
  description,
  name,
  in: place,
  ...(place === 'path' ? { required: true } : {}),
});
function described(operation: Operation, known: (name: string) => boolean): JsonObject {
  const answer: JsonObject =
    operation.answer !== undefined && known(operation.answer)
      ? { schema: reference(operation.answer, 'v2') }
      : { schema: { type: 'string' } };
  const responses: JsonObject = {};
  for (const code of operation.codes) {
    responses[String(code)] = { description: code === 200 ? 'OK' : code === 201 ? 'Created' : 'Accepted', ...answer };
  }
  return {
    description: operation.description,
    consumes: operation.method === 'patch' ? [...PATCH_MEDIA] : ['*/*'],
    produces: operation.answer === undefined ? ['*/*'] : [...MEDIA, ...(operation.action === 'list' ? STREAMS : [])],
    schemes: ['https'],
    tags: [operation.tag],
    operationId: operation.id,
    parameters: [
      ...(operation.body === undefined || !known(operation.body)
        ? []
        : [
            {
              name: 'body',
              in: 'body',
              ...(operation.method === 'delete' ? {} : { required: true }),
              schema: reference(operation.body, 'v2'),
            },
          ]),
      ...operation.query.map(parameter),
    ],
    responses: { ...responses, '401': { description: 'Unauthorized' } },
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': { ...operation.kind },
  };
}
export const STREAMS = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
