import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { type Any, configMap } from '../rig.ts';
import { acceptedOf } from './media.ts';
import { accept, jsonOf, lines, MAPS, Web } from './web.ts';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const PART = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
const PARTS = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

test('accept: what clients send: the first that can be served, by q and by how much it says', () => {
  const table: [string | undefined, string | undefined][] = [
    [undefined, 'json itself'],
    ['*/*', 'json itself'],
    ['application/vnd.kubernetes.protobuf,application/json', 'protobuf itself'],
    ['application/vnd.kubernetes.protobuf', 'protobuf itself'],
    ['application/cbor', undefined],
    ['application/json;q=0.1,application/yaml', 'yaml itself'],
    ['application/vnd.kubernetes.protobuf;stream=watch', 'protobuf itself'],
    ['*/*,application/yaml', 'yaml itself'],
    ['application/json;as=Table;v=v2;g=meta.k8s.io', undefined],
    ['application/json;as=Table', undefined],
    ['application/json;g=meta.k8s.io', undefined],
    [`${TABLE},application/json`, 'json table'],
    [`application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,${TABLE}`, 'json table'],
    ['application/yaml;as=Table;v=v1beta1;g=meta.k8s.io', 'yaml table'],
    [PARTS, 'json partial'],
    ['application/json;stream=watch', 'json itself'],
    ['application/json;stream=other', undefined],
    ['application/json;sv=v7,application/yaml', 'yaml itself'],
  ];
  for (const [header, wanted] of table) {
    const found = acceptedOf(header);
    assert.equal(found === undefined ? undefined : `${found.format} ${found.as}`, wanted, header);
  }
  assert.equal(acceptedOf(TABLE, 'untabled'), undefined);
  assert.equal(acceptedOf(TABLE, 'discovery'), undefined);
  // A custom resource has no form in protobuf but for its metadata.
  const protobuf = 'application/vnd.kubernetes.protobuf';
  assert.equal(acceptedOf(`${protobuf},application/json`, 'custom')?.format, 'json');
  assert.equal(acceptedOf(PART.replace('application/json', protobuf), 'custom')?.format, 'protobuf');
});

test('look: what cannot be turned into what is asked for: 406 and 400 in Kubernetes’ words', () => {
  const web = new Web();
  web.http('POST', MAPS, { json: configMap('a') });
  const table: [string, string, string, number, RegExp][] = [
    ['GET', MAPS, PART, 406, /^you requested PartialObjectMetadata, but the requested object is a list/],
    [
      'GET',
      `${MAPS}/a`,
      PARTS,
      406,
      /^you requested PartialObjectMetadataList, but the requested object is not a list/,
    ],
    [
      'GET',
      `${MAPS}?includeObject=Some`,
      TABLE,
      400,
      /^Unable to convert to Table as requested: includeObject: Invalid/,
    ],
    [
      'GET',
      `${MAPS}?watch=1`,
      'application/yaml',
      406,
      /^only the following media types are accepted: .*stream=watch$/,
    ],
    ['POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', TABLE, 406, /^only the following media types/],
  ];
  const review = { spec: { nonResourceAttributes: { path: '/', verb: 'get' } } };
  for (const [method, url, header, code, words] of table) {
    const json = method === 'POST' ? { json: review } : {};
    const got = web.http(method, url, { ...accept(header), ...json });
    assert.equal(got.code, code, `${url}: ${got.text}`);
    assert.match(parse(got.text).message, words);
  }
});

test('look: tables and parts: rows hold what includeObject says, in the version that was asked for', () => {
  const web = new Web();
  web.http('POST', MAPS, { json: configMap('a', { k: 'v' }) });
  const rows = (url: string, header = TABLE): Any => jsonOf(web.http('GET', url, accept(header)));
  assert.equal(rows(MAPS).rows[0].object.kind, 'PartialObjectMetadata');
  assert.equal(rows(`${MAPS}?includeObject=None`).rows[0].object, undefined);
  assert.equal(rows(`${MAPS}?includeObject=Object`).rows[0].object.data.k, 'v');
  const old = rows(`${MAPS}?limit=1`, TABLE.replace('v=v1', 'v=v1beta1'));
  assert.deepEqual([old.apiVersion, old.rows[0].object.apiVersion], ['meta.k8s.io/v1beta1', 'meta.k8s.io/v1beta1']);
  web.http('POST', MAPS, { json: configMap('b') });
  const { metadata } = rows(`${MAPS}?limit=1`);
  assert.deepEqual([metadata.remainingItemCount, typeof metadata.continue], [1, 'string']);
  assert.equal(rows(`${MAPS}/a`, PART).kind, 'PartialObjectMetadata');
});

test('look: a watch of tables: columns with the first event only, the state ends with a bookmark', () => {
  const web = new Web();
  web.http('POST', MAPS, { json: configMap('a') });
  web.http('POST', MAPS, { json: configMap('b') });
  const initial = 'allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
  const names = 'fieldSelector=metadata.namespace%3Ddefault';
  const tables = web.begin('GET', `${MAPS}?watch=1&${initial}&${names}`, accept(TABLE));
  const parts = web.begin('GET', `${MAPS}?watch=1&${initial}`, accept(PART));
  web.world.advance(10);
  const events = lines(tables);
  assert.deepEqual(
    events.map(({ type, object }) => [type, object.kind, object.columnDefinitions?.length > 0, object.rows.length]),
    [
      ['ADDED', 'Table', true, 1],
      ['ADDED', 'Table', false, 1],
      ['BOOKMARK', 'Table', false, 1],
    ],
  );
  assert.equal(events[2].object.rows[0].object.metadata.annotations['k8s.io/initial-events-end'], 'true');
  assert.deepEqual(
    lines(parts).map(({ type, object }) => [type, object.kind]),
    [
      ['ADDED', 'PartialObjectMetadata'],
      ['ADDED', 'PartialObjectMetadata'],
      ['BOOKMARK', 'PartialObjectMetadata'],
    ],
  );
  assert.equal(tables.headers['content-type'], 'application/json');
});

test('look: watches: what is asked for together, a state that is not wanted, one object by its path', () => {
  const web = new Web();
  web.http('POST', MAPS, { json: configMap('a') });
  const refused = (query: string): string => jsonOf(web.http('GET', `${MAPS}?watch=1&${query}`)).message;
  assert.match(refused('sendInitialEvents=true'), /requires setting resourceVersionMatch to NotOlderThan$/);
  assert.match(
    refused('resourceVersionMatch=NotOlderThan'),
    /forbidden for watch unless sendInitialEvents is provided$/,
  );
  assert.match(refused('resourceVersion=x'), /^invalid resource version/);
  const none = web.begin('GET', `${MAPS}?watch&sendInitialEvents=false&resourceVersionMatch=NotOlderThan`);
  web.world.advance(10);
  web.http('POST', MAPS, { json: configMap('b') });
  const one = web.begin('GET', '/api/v1/watch/namespaces/default/configmaps/b');
  web.world.advance(10);
  assert.deepEqual(
    [lines(none), lines(one)].map((events) => events.map(({ object }) => object.metadata.name)),
    [['b'], ['b']],
  );
  // `watch` of an object by its own path is a get, as in kube-apiserver.
  assert.equal(jsonOf(web.http('GET', `${MAPS}/a?watch=true`)).metadata.name, 'a');
});
