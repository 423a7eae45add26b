//! The inner truth of what is published: references lead somewhere, resources have their paths, objects their types.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from '../../../api/decode.ts';
import { loadDescriptions, loadSchema } from '../../../api/edge/load.ts';
import { get, type JsonObject, objectOf, textOf } from '../../../api/json.ts';
import { openApiV2 } from '../../../api/openapi/v2.ts';
import { documentPaths, openApiV3 } from '../../../api/openapi/v3.ts';
import { apiVersion, ENABLED } from '../../../api/resources.ts';
import { definitionOfResource } from '../../../api/schema.ts';
import { Rig } from '../../rig.ts';

const schema = loadSchema();
const v2 = openApiV2(schema, loadDescriptions(), ENABLED, 'v1.36.0');
const v3 = documentPaths(ENABLED).map(
  (path) => [path, openApiV3(schema, loadDescriptions(), ENABLED, path, 'v1.36.0') as JsonObject] as const,
);
const dangling = (document: JsonObject, prefix: string, definitions: JsonObject): string[] =>
  [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)]
    .map(([, to = '']) => to)
    .filter((to) => !to.startsWith(prefix) || definitions[to.slice(prefix.length)] === undefined);

test('openapi: every reference: resolves, in the one document and in each of the many', () => {
  assert.deepEqual(dangling(v2, '#/definitions/', objectOf(v2['definitions'])), []);
  for (const [path, document] of v3)
    assert.deepEqual(
      dangling(document, '#/components/schemas/', objectOf(get(document, 'components', 'schemas'))),
      [],
      path,
    );
});

test('openapi: every resource: has a path for each of its verbs, and an id that no other has', () => {
  const METHODS: Readonly<Record<string, readonly [method: string, item: boolean]>> = {
    create: ['post', false],
    list: ['get', false],
    deletecollection: ['delete', false],
    get: ['get', true],
    update: ['put', true],
    patch: ['patch', true],
    delete: ['delete', true],
  };
  const paths = objectOf(v2['paths']);
  for (const info of ENABLED) {
    const root = info.group === '' ? '/api/v1' : `/apis/${apiVersion(info)}`;
    const at = `${root}${info.namespaced ? '/namespaces/{namespace}' : ''}/${info.resource}`;
    for (const verb of info.verbs) {
      const [method, item] = METHODS[verb] ?? [];
      if (method !== undefined) assert.ok(get(paths, item ? `${at}/{name}` : at, method), `${verb} ${at}`);
    }
    for (const { name } of info.subresources) assert.ok(paths[`${at}/{name}/${name}`], `${at} ${name}`);
  }
  const ids = Object.values(paths).flatMap((item) =>
    Object.values(objectOf(item)).map((operation) => textOf(objectOf(operation)['operationId'])),
  );
  const said = ids.filter((id) => id !== '');
  assert.ok(said.length > 600);
  assert.equal(new Set(said).size, said.length);
});

test('openapi: every object that a fresh server has: is of its published type, field by field', () => {
  const rig = new Rig();
  let seen = 0;
  for (const info of ENABLED) {
    if (!info.stored || !info.verbs.includes('list')) continue;
    const { group, version, resource } = info;
    const { items } = rig.ok('list', resource, { group, version, namespace: '' });
    for (const object of items) {
      const { errors, unknown } = decode(schema, definitionOfResource(schema, info) ?? '', object);
      assert.deepEqual([errors, unknown], [[], []], `${resource} ${object.metadata.name}`);
      seen++;
    }
  }
  assert.ok(seen > 10, `only ${seen} objects`);
});
