import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { loadDescriptions } from '../../api/edge/load.ts';
import { type Any, configMap } from '../rig.ts';
import { Handler } from './handler.ts';
import { decodeProtobuf } from './protobuf/decode.ts';
import { pieces, textOf } from './protobuf/wire.ts';
import { type Answer, accept, bytesOf, jsonOf, lines, MAPS, Web } from './web.ts';

const INITIAL = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan';

test('http: who may ask: certificate, token, nobody', () => {
  const web = new Web();
  const nobody = (url: string, headers: Record<string, string> = {}): Answer => {
    const answer = web.begin('GET', url, { headers, user: undefined as never });
    web.world.until('answered', () => answer.ended);
    return answer;
  };
  assert.equal(nobody('/readyz').text, 'ok');
  assert.equal(JSON.parse(nobody('/version').text).minor, '36');
  assert.deepEqual([nobody(MAPS).code, jsonOf(nobody(MAPS)).reason], [403, 'Forbidden']);
  assert.equal(nobody(MAPS, { authorization: 'Bearer nonsense' }).code, 401);
  const account = '/api/v1/namespaces/default/serviceaccounts/default/token';
  const { token } = jsonOf(web.http('POST', account, { json: {} })).status;
  assert.match(
    nobody(MAPS, { authorization: `Bearer ${token}` }).text,
    /User ."system:serviceaccount:default:default." cannot list/,
  );
});

test('http: an object in every form: JSON, YAML, table, metadata only', () => {
  const web = new Web();
  const yaml = Buffer.from('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y}\ndata: {a: "1"}\n');
  const made = web.http('POST', MAPS, { body: yaml, headers: { 'content-type': 'application/yaml' } });
  assert.deepEqual([made.code, jsonOf(made).data], [201, { a: '1' }]);
  assert.equal(parse(web.http('GET', `${MAPS}/y`, accept('application/yaml')).text).data.a, '1');
  const table = jsonOf(web.http('GET', MAPS, accept('application/json;as=Table;v=v1;g=meta.k8s.io,application/json')));
  assert.deepEqual([table.kind, table.rows[0].cells.slice(0, 2)], ['Table', ['y', 1]]);
  const partial = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
  const metadata = jsonOf(web.http('GET', MAPS, accept(partial)));
  assert.deepEqual([metadata.kind, metadata.items[0].data], ['PartialObjectMetadataList', undefined]);
  const list = jsonOf(web.http('GET', MAPS, accept('application/cbor,application/json')));
  assert.deepEqual([list.kind, list.items.length], ['ConfigMapList', 1]);
  assert.equal(web.http('GET', MAPS, accept('application/cbor')).code, 406);
  assert.match(web.http('GET', `${MAPS}/y?pretty=true`).text, /\n {2}"kind"/);
});

test('http: protobuf: what is asked for, what is not there, what is watched', () => {
  const web = new Web();
  const { schema } = web.api.engine;
  const protobuf = accept('application/vnd.kubernetes.protobuf');
  web.http('POST', MAPS, { json: configMap('a', { k: 'v' }) });
  const one = web.http('GET', `${MAPS}/a`, protobuf);
  assert.equal(one.headers['content-type'], 'application/vnd.kubernetes.protobuf');
  const plain = jsonOf(web.http('GET', `${MAPS}/a`));
  assert.deepEqual(decodeProtobuf(schema, bytesOf(one)), plain);
  const none = web.http('GET', `${MAPS}/b`, protobuf);
  assert.deepEqual([none.code, (decodeProtobuf(schema, bytesOf(none)) as Any).reason], [404, 'NotFound']);
  const watch = web.begin('GET', `${MAPS}?watch=1&timeoutSeconds=100`, protobuf);
  web.world.advance(10);
  assert.equal(watch.headers['content-type'], 'application/vnd.kubernetes.protobuf;stream=watch');
  assert.equal(bytesOf(watch).readUInt32BE(0), bytesOf(watch).length - 4, 'one frame, and no more');
  const [type, told] = [...pieces(bytesOf(watch).subarray(4))];
  assert.equal(textOf(type!.bytes), 'ADDED');
  assert.deepEqual(decodeProtobuf(schema, [...pieces(told!.bytes)][0]!.bytes), plain);
  watch.stop();
  const parts = web.http(
    'GET',
    MAPS,
    accept('application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'),
  );
  const [what] = [...pieces(bytesOf(parts).subarray(4))];
  assert.deepEqual(
    [...pieces(what!.bytes)].map((piece) => textOf(piece.bytes)),
    ['meta.k8s.io/v1', 'PartialObjectMetadataList'],
  );
});

test('http: discovery and OpenAPI: what clients look for', () => {
  const web = new Web();
  const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
  assert.equal(jsonOf(web.http('GET', '/apis', accept(aggregated))).kind, 'APIGroupDiscoveryList');
  assert.equal(jsonOf(web.http('GET', '/apis')).kind, 'APIGroupList');
  assert.equal(jsonOf(web.http('GET', '/api/v1')).kind, 'APIResourceList');
  assert.equal(jsonOf(web.http('GET', '/apis/apps')).kind, 'APIGroup');
  assert.ok(jsonOf(web.http('GET', '/openapi/v3')).paths['apis/apps/v1']);
  assert.ok(jsonOf(web.http('GET', '/openapi/v3/apis/apps/v1')).components.schemas);
  for (const path of ['/nothing', '/apis/none.io/v1', '/apis/none.io/v1/things', '/api/v1/things', '/openapi/v9'])
    assert.deepEqual([web.http('GET', path).code, jsonOf(web.http('GET', path)).reason], [404, 'NotFound'], path);
});

test('http: bad input: code and reason', () => {
  const web = new Web();
  const table: [string, string, Parameters<Web['begin']>[2], number, string][] = [
    ['POST', MAPS, { body: Buffer.from('{"a":') }, 400, 'BadRequest'],
    ['POST', MAPS, { body: Buffer.from([0xff, 0xfe]) }, 400, 'BadRequest'],
    ['POST', MAPS, { body: Buffer.from(`{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`) }, 400, 'BadRequest'],
    ['POST', MAPS, { body: Buffer.from('<a/>'), headers: { 'content-type': 'text/xml' } }, 415, 'UnsupportedMediaType'],
    ['POST', MAPS, { tooLarge: true }, 413, 'RequestEntityTooLarge'],
    ['POST', MAPS, {}, 400, 'BadRequest'],
    ['PUT', MAPS, { json: configMap('a') }, 405, 'MethodNotAllowed'],
    ['OPTIONS', MAPS, {}, 405, 'MethodNotAllowed'],
    ['GET', `${MAPS}?limit=many`, {}, 400, 'BadRequest'],
    ['GET', `${MAPS}?watch=1&timeoutSeconds=long`, {}, 400, 'BadRequest'],
    ['POST', `${MAPS}?dryRun=Some`, { json: configMap('a') }, 422, 'Invalid'],
    ['PATCH', `${MAPS}/a`, { json: {}, headers: { 'content-type': 'text/plain' } }, 415, 'UnsupportedMediaType'],
    ['DELETE', `${MAPS}/a`, { json: { kind: 'Pod' } }, 400, 'BadRequest'],
    ['GET', '/api/v1/namespaces/default/pods/a/exec', {}, 405, 'MethodNotAllowed'],
    ['GET', '/api/v1/namespaces/default/pods/a/log', {}, 404, 'NotFound'],
    ['GET', '/%zz', {}, 404, 'NotFound'],
  ];
  for (const [method, url, more, code, reason] of table) {
    const answer = web.http(method, url, more);
    assert.deepEqual([answer.code, jsonOf(answer).reason], [code, reason], `${method} ${url}: ${answer.text}`);
  }
  const twice = Buffer.from('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{},"data":{}}');
  const warned = web.http('POST', MAPS, { body: twice });
  assert.deepEqual([warned.code, warned.headers['warning']], [201, ['299 - "duplicate field \\"data\\""']]);
  assert.match(web.http('POST', `${MAPS}?fieldValidation=Strict`, { body: twice }).text, /strict decoding error/);
});

test('http: a patch that does not fit: told as Kubernetes tells it, with nothing about the patch', () => {
  const web = new Web();
  web.http('POST', MAPS, { json: configMap('a') });
  const patched = (type: string, json: unknown): Any =>
    jsonOf(web.http('PATCH', `${MAPS}/a`, { json, headers: { 'content-type': `application/${type}-patch+json` } }));
  const failed = patched('json', [{ op: 'test', path: '/data/a', value: '9' }]);
  const { code, reason, message, details } = failed;
  const words = 'the server rejected our request due to an error in our request';
  assert.deepEqual([code, reason, message, details], [422, 'Invalid', words, {}]);
  const map = 'map[string]interface {}';
  for (const [type, body, wanted] of [
    ['json', {}, 'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'],
    ['merge', 'x', `error decoding patch: json: cannot unmarshal string into Go value of type ${map}`],
    ['strategic-merge', ['x'], `json: cannot unmarshal array into Go value of type ${map}`],
  ] as const) {
    const refused = patched(type, body);
    assert.deepEqual([refused.code, refused.message], [400, wanted], type);
  }
});

test('http: kinds on their way out: a warning with every answer, of a watch too', () => {
  const web = new Web();
  const warned = ['299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"'];
  assert.deepEqual(web.http('GET', '/api/v1/endpoints').headers['warning'], warned);
  const watch = web.begin('GET', '/api/v1/endpoints?watch=1');
  web.world.advance(10);
  assert.deepEqual(watch.headers['warning'], warned);
  watch.stop();
  assert.match(
    String(web.http('GET', '/api/v1/componentstatuses').headers['warning']),
    /v1 ComponentStatus is deprecated/,
  );
  assert.equal(web.http('GET', MAPS).headers['warning'], undefined);
});

test('http: watch: the state, the changes, what leaves a selection, the end', () => {
  const web = new Web();
  const labelled = (name: string, v: string): Any => configMap(name, {}, { labels: { v } });
  web.http('POST', MAPS, { json: labelled('a', '1') });
  const all = web.begin('GET', `${MAPS}?watch=1&timeoutSeconds=100`);
  const some = web.begin('GET', `${MAPS}?watch=1&labelSelector=v%3D1&allowWatchBookmarks=true&${INITIAL}`);
  web.world.advance(10);
  const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
  web.http('PATCH', `${MAPS}/a`, { json: { metadata: { labels: { v: '2' } } }, ...merge });
  web.http('POST', MAPS, { json: labelled('b', '1') });
  web.http('DELETE', `${MAPS}/b`);
  web.world.advance(10);
  const told = (answer: Answer): string[] =>
    lines(answer).map(
      ({ type, object }) =>
        `${type} ${object.metadata.name ?? object.metadata.annotations?.['k8s.io/initial-events-end']}`,
    );
  assert.deepEqual(told(all), ['ADDED a', 'MODIFIED a', 'ADDED b', 'DELETED b']);
  assert.deepEqual(told(some), ['ADDED a', 'BOOKMARK true', 'DELETED a', 'ADDED b', 'DELETED b']);
  web.world.until('time is over', () => all.ended, 101_000);
  // From a revision on: only what came after.
  const { resourceVersion } = lines(all)[1].object.metadata;
  const since = web.begin('GET', `${MAPS}?watch=1&resourceVersion=${resourceVersion}`);
  web.world.advance(10);
  assert.deepEqual(told(since), ['ADDED b', 'DELETED b']);
  const old = web.http('GET', `${MAPS}?watch=1&resourceVersion=1`);
  assert.deepEqual([lines(old)[0].type, lines(old)[0].object.code], ['ERROR', 410]);
  assert.match(lines(old)[0].object.message, /^too old resource version: 1 \(\d+\)$/);
});

test('http: a change that many watch alike: bytes once, and others for whom it looks otherwise', () => {
  const web = new Web();
  const alike = [1, 2, 3].map(() => web.begin('GET', `${MAPS}?watch=1`));
  const metadata = accept('application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1');
  const other = web.begin('GET', `${MAPS}?watch=1`, metadata);
  web.http('POST', MAPS, { json: configMap('one') });
  web.http('POST', MAPS, { json: configMap('two') });
  web.world.until('all have heard', () => [...alike, other].every(({ chunks }) => chunks.length === 2));
  const [first, ...rest] = alike;
  for (const [i, chunk] of first!.chunks.entries()) {
    assert.ok(chunk instanceof Uint8Array);
    for (const watcher of rest) assert.equal(watcher.chunks[i], chunk, 'the very same bytes');
    assert.notEqual(other.chunks[i], chunk);
  }
  assert.deepEqual(
    lines(other).map(({ object }) => [object.kind, object.data]),
    [1, 2].map(() => ['PartialObjectMetadata', undefined]),
  );
});

test('http: a watcher that goes, one that does not read: both are forgotten', () => {
  const web = new Web();
  const gone = web.begin('GET', `${MAPS}?watch=1`);
  const slow = web.begin('GET', `${MAPS}?watch=1`);
  web.world.advance(10);
  const { watchers } = web.api.engine.caches.feed({ group: '', version: 'v1', resource: 'configmaps' }).cache;
  assert.equal(watchers.size, 2);
  gone.stop();
  slow.unread = 17 * 1024 * 1024;
  web.http('POST', MAPS, { json: configMap('a') });
  web.world.advance(10);
  assert.deepEqual([watchers.size, slow.ended, gone.text], [0, true, '']);
});

test('http: YAML that only opens: refused before it is parsed, and the server goes on', () => {
  const web = new Web();
  const headers = { 'content-type': 'application/yaml' };
  for (const text of ['['.repeat(20_000), '{a: '.repeat(20_000), '- '.repeat(20_000), `${' '.repeat(3_000)}a: 1`]) {
    const refused = web.http('POST', MAPS, { body: Buffer.from(text), headers });
    assert.deepEqual([refused.code, /exceeded max depth/.test(refused.text)], [400, true], text.slice(0, 10));
  }
});

test('http: a master floods: he is exempt, all is done', () => {
  const web = new Web();
  const answers = Array.from({ length: 700 }, (_, i) => web.begin('POST', MAPS, { json: configMap(`m${i}`) }));
  web.world.until('all answered', () => answers.every((answer) => answer.ended));
  assert.deepEqual([...new Set(answers.map((answer) => answer.code))], [201]);
});

test('http: the server dies under a request: it is answered, and so is the next one, by the next server', () => {
  const web = new Web();
  web.http('POST', MAPS, { json: configMap('a') });
  const watch = web.begin('GET', `${MAPS}?watch=1`);
  web.world.advance(10);
  const write = web.begin('POST', MAPS, { json: configMap('b') });
  web.world.crash('api-0');
  assert.deepEqual([write.code, watch.ended], [504, true]);
  assert.equal(web.begin('GET', MAPS).code, 503);
  web.serve('api-0');
  web.world.until('another server', () => web.apis.length === 2);
  web.handler = new Handler(web.apis[1]!, { descriptions: loadDescriptions, yaml: () => undefined });
  assert.equal(web.http('GET', `${MAPS}/a`).code, 200);
});
