//! /openapi/v3: an index, and one document a group's version.
import type { Json, JsonObject } from '../json.ts';
import type { ResourceInfo } from '../resources.ts';
import { type Descriptions, META, packageOf, type Schema } from '../schema.ts';
import { definitionSchema, kindsOf, PATCH, reachable, reference } from './definition.ts';
import { type Operation, operationsOf, type Parameter, rootOf } from './operation.ts';
import { PATCH_MEDIA, STREAMS } from './v2.ts';

const MEDIA = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** /openapi/v3. The hash tells a client that it may keep a document for ever: it changes when what is served does. */
export function openApiV3Index(resources: readonly ResourceInfo[], version: string): JsonObject {
  const paths: JsonObject = {};
  const roots = new Map<string, ResourceInfo[]>();
  for (const info of resources) {
    const root = rootOf(info.group, info.version).slice(1);
    roots.set(root, [...(roots.get(root) ?? []), info]);
  }
  for (const [root, own] of [...roots].sort()) {
    const text = `${version} ${JSON.stringify(own)}`;
    paths[root] = { serverRelativeURL: `/openapi/v3/${root}?hash=${fingerprint(text)}` };
  }
  return { paths };
}
/** FNV-1a over UTF-16 units, twice with different seeds: a name, not a secret. */
function fingerprint(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x1b873593;
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(i), 0x85ebca6b);
  }
  return ((a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0')).toUpperCase();
}

/** /openapi/v3/apis/apps/v1; undefined when nothing is served there. */
export function openApiV3(
  schema: Schema,
  descriptions: Descriptions,
  resources: readonly ResourceInfo[],
  group: string,
  version: string,
  serverVersion: string,
): JsonObject | undefined {
  const own = resources.filter((info) => info.group === group && info.version === version);
  if (own.length === 0) return undefined;
  const kinds = kindsOf(schema);
  const operations = own.flatMap(operationsOf);
  const wanted = operations.flatMap((operation) => [operation.body, operation.answer]);
  const home = `${packageOf(group, version)}.`;
  const names = reachable(schema, [
    ...wanted.filter((name): name is string => name !== undefined && name in schema.definitions),
    ...Object.keys(schema.definitions).filter((name) => name.startsWith(home)),
    `${META}.APIResourceList`,
    `${META}.WatchEvent`,
    PATCH,
  ]);
  const schemas: JsonObject = {};
  for (const name of [...names].sort()) schemas[name] = definitionSchema(schema, descriptions, kinds, name, 'v3');
  const paths: JsonObject = {};
  for (const operation of operations) {
    paths[operation.path] ??= { parameters: operation.common.map(parameter) };
    const path = paths[operation.path] as JsonObject;
    path[operation.method] = described(operation, (name) => name in schemas);
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
const parameter = ({ name, in: place, type, description }: Parameter): JsonObject => ({
  name,
  in: place,
  description,
  ...(place === 'path' ? { required: true } : {}),
  schema: { type, uniqueItems: true },
});
function described(operation: Operation, known: (name: string) => boolean): JsonObject {
  const content = (name: string | undefined, media: readonly string[]): JsonObject => {
    const schema: Json = name !== undefined && known(name) ? reference(name, 'v3') : { type: 'string' };
    return Object.fromEntries(media.map((type) => [type, { schema }]));
  };
  const media = operation.answer === undefined ? ['*/*'] : [...MEDIA, ...(operation.action === 'list' ? STREAMS : [])];
  const responses: JsonObject = {};
  for (const code of operation.codes) {
    responses[String(code)] = {
      description: code === 200 ? 'OK' : code === 201 ? 'Created' : 'Accepted',
      content: content(operation.answer, media),
    };
  }
  return {
    tags: [operation.tag],
    description: operation.description,
    operationId: operation.id,
    parameters: operation.query.map(parameter),
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            content: content(operation.body, operation.method === 'patch' ? PATCH_MEDIA : ['*/*']),
            ...(operation.method === 'delete' ? {} : { required: true }),
          },
        }),
    responses: { ...responses, '401': { description: 'Unauthorized' } },
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': { ...operation.kind },
  };
}
