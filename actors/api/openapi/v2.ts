//! /openapi/v2: one Swagger document of everything served.
import type { JsonObject } from '../json.ts';
import type { ResourceInfo } from '../resources.ts';
import { apiVersion } from '../resources.ts';
import type { Descriptions, Schema } from '../schema.ts';
import { definitionSchema, kindsOf, PATCH, reachable, reference } from './definition.ts';
import type { Operation } from './operation/base.ts';
import { fixedOperations, versionOperation } from './operation/discovery.ts';
import { operationsOf } from './operation.ts';
import { parameterV2 } from './parameter.ts';

export const MEDIA: readonly string[] = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
export const STREAMS: readonly string[] = [
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
];
const PATCH_MEDIA: readonly string[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];
export const patchMedia = ({ custom }: Operation): readonly string[] =>
  custom ? PATCH_MEDIA.filter((type) => !type.includes('strategic')) : PATCH_MEDIA;
/** Definitions of a kind that is not built in, its list included, by their names (`definitionName`). */
export type Custom = (info: ResourceInfo, dialect: 'v2' | 'v3') => JsonObject;

export function openApiV2(
  schema: Schema,
  descriptions: Descriptions,
  resources: readonly ResourceInfo[],
  version: string,
  custom: Custom = () => ({}),
): JsonObject {
  const kinds = kindsOf(schema);
  const operations = [
    ...fixedOperations(resources).values(),
    ...new Map(
      resources.map(({ group, version }) => [apiVersion({ group, version }), versionOperation(group, version)]),
    ).values(),
    ...resources.flatMap(operationsOf),
  ];
  const definitions: JsonObject = {};
  const wanted = operations.flatMap(({ body, answer }) => [body, answer]);
  const names = reachable(
    schema,
    wanted.filter((name): name is string => name !== undefined && (name === PATCH || name in schema.definitions)),
  );
  for (const name of [...names].sort()) definitions[name] = definitionSchema(schema, descriptions, kinds, name, 'v2');
  for (const info of resources) if (info.custom) Object.assign(definitions, custom(info, 'v2'));
  const paths: JsonObject = {};
  for (const operation of operations) {
    paths[operation.path] ??= operation.common.length === 0 ? {} : { parameters: operation.common.map(parameterV2) };
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
/** Media types of an operation's answer. */
export const producedBy = ({ produces, answer, action }: Operation): readonly string[] => {
  if (produces !== undefined) return produces;
  if (answer === undefined) return ['*/*'];
  return action === 'list' || action === 'watch' || action === 'watchlist' ? [...MEDIA, ...STREAMS] : MEDIA;
};
export const WORDS: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };

function described(operation: Operation, known: (name: string) => boolean): JsonObject {
  const answer: JsonObject =
    operation.answer !== undefined && known(operation.answer)
      ? { schema: reference(operation.answer, 'v2') }
      : { schema: { type: 'string' } };
  const responses: JsonObject = {};
  for (const code of operation.codes) responses[String(code)] = { description: WORDS[code] ?? '', ...answer };
  return {
    description: operation.description,
    consumes: operation.method === 'patch' && operation.body !== undefined ? [...patchMedia(operation)] : ['*/*'],
    produces: [...producedBy(operation)],
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
      ...operation.query.map(parameterV2),
    ],
    responses: { ...responses, '401': { description: 'Unauthorized' } },
    ...(operation.action === undefined ? {} : { 'x-kubernetes-action': operation.action }),
    ...(operation.kind === undefined ? {} : { 'x-kubernetes-group-version-kind': { ...operation.kind } }),
  };
}
