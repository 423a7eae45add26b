//! /openapi/v3: an index, and one document a group's version.
import type { Json, JsonObject } from '../json.ts';
import type { ResourceInfo } from '../resources.ts';
import { type Descriptions, packageOf, type Schema } from '../schema.ts';
import { definitionSchema, kindsOf, PATCH, reachable, reference } from './definition.ts';
import { type Operation, rootOf } from './operation/base.ts';
import { fixedOperations, versionOperation } from './operation/discovery.ts';
import { operationsOf } from './operation.ts';
import { parameterV3 } from './parameter.ts';
import { type Custom, patchMedia, producedBy, WORDS } from './v2.ts';

/** Where documents are: `apis/apps/v1`, `apis/apps`, `version`. */
export const documentPaths = (resources: readonly ResourceInfo[]): readonly string[] =>
  [
    ...new Set([
      ...resources.map((info) => rootOf(info.group, info.version).slice(1)),
      ...fixedOperations(resources).keys(),
    ]),
  ].sort();

/** /openapi/v3. The hash tells a client that it may keep a document for ever. */
export function openApiV3Index(resources: readonly ResourceInfo[], hashOf: (path: string) => string): JsonObject {
  const paths: JsonObject = {};
  for (const path of documentPaths(resources))
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(path)}` };
  return { paths };
}

/** The document of `apis/apps/v1`; undefined when there is nothing. */
export function openApiV3(
  schema: Schema,
  descriptions: Descriptions,
  resources: readonly ResourceInfo[],
  path: string,
  serverVersion: string,
  custom: Custom = () => ({}),
): JsonObject | undefined {
  const own = resources.filter((info) => rootOf(info.group, info.version) === `/${path}`);
  const fixed = fixedOperations(resources).get(path);
  if (own.length === 0 && fixed === undefined) return undefined;
  const [first] = own;
  const operations = [
    ...(fixed === undefined ? [] : [fixed]),
    ...(first === undefined ? [] : [versionOperation(first.group, first.version)]),
    ...own.flatMap(operationsOf),
  ];
  const wanted = operations.flatMap(({ body, answer }) => [body, answer]);
  const home = first === undefined || first.custom ? undefined : `${packageOf(first.group, first.version)}.`;
  const customs: JsonObject = Object.assign({}, ...own.filter((info) => info.custom).map((info) => custom(info, 'v3')));
  const names = reachable(schema, [
    ...wanted.filter((name): name is string => name !== undefined && name in schema.definitions),
    ...Object.keys(schema.definitions).filter((name) => home !== undefined && name.startsWith(home)),
    ...referredIn(customs).filter((name) => name in schema.definitions),
    ...(wanted.includes(PATCH) ? [PATCH] : []),
  ]);
  const schemas: JsonObject = {};
  const kinds = kindsOf(schema);
  for (const name of [...names].sort()) schemas[name] = definitionSchema(schema, descriptions, kinds, name, 'v3');
  Object.assign(schemas, customs);
  const paths: JsonObject = {};
  for (const operation of operations) {
    paths[operation.path] ??= operation.common.length === 0 ? {} : { parameters: operation.common.map(parameterV3) };
    const item = paths[operation.path] as JsonObject;
    item[operation.method] = described(operation, (name) => name in schemas);
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: serverVersion },
    paths,
    components: {
      schemas,
      securitySchemes: {
        BearerToken: {
          type: 'apiKey',
          description: 'Bearer Token authentication',
          name: 'authorization',
          in: 'header',
        },
      },
    },
  };
}
/** Custom kinds refer to ObjectMeta and the like. */
const referredIn = (schemas: JsonObject): readonly string[] =>
  [...JSON.stringify(schemas).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name);

function described(operation: Operation, known: (name: string) => boolean): JsonObject {
  const content = (name: string | undefined, media: readonly string[]): JsonObject => {
    const schema: Json = name !== undefined && known(name) ? reference(name, 'v3') : { type: 'string' };
    return Object.fromEntries(media.map((type) => [type, { schema }]));
  };
  const responses: JsonObject = {};
  for (const code of operation.codes)
    responses[String(code)] = {
      description: WORDS[code] ?? '',
      content: content(operation.answer, producedBy(operation)),
    };
  return {
    tags: [operation.tag],
    description: operation.description,
    operationId: operation.id,
    parameters: operation.query.map(parameterV3),
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            content: content(operation.body, operation.method === 'patch' ? patchMedia(operation) : ['*/*']),
            ...(operation.method === 'delete' ? {} : { required: true }),
          },
        }),
    responses: { ...responses, '401': { description: 'Unauthorized' } },
    ...(operation.action === undefined ? {} : { 'x-kubernetes-action': operation.action }),
    ...(operation.kind === undefined ? {} : { 'x-kubernetes-group-version-kind': { ...operation.kind } }),
  };
}
