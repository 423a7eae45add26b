import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail, ok } from '../../../runtime/fault.ts';
import { accept, jsonOf, lines, Web } from '../http/web.ts';
import { outsideTable } from '../outside.ts';
import type { Any } from '../rig.ts';
import { crontab, definition } from './crontab.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const CRD = `${CRDS}/crontabs.stable.example.com`;
const CRONTABS = '/apis/stable.example.com/v1/namespaces/default/crontabs';
const typeOf = (got: Any): Any => got;

function defined(more: object = {}): Web {
  const web = new Web();
  const made = web.http('POST', CRDS, { json: definition(false, more) });
  assert.equal(made.code, 201, made.text);
  web.world.until('established', () => web.http('GET', CRONTABS).code === 200, 60_000);
  return web;
}

test('custom: a definition is made: accepted, established, discovered, and its objects go through every verb', () => {
  const web = defined();
  const crd = jsonOf(web.http('GET', CRD));
  assert.deepEqual(
    crd.status.conditions.map(({ type, status, reason }: Any) => [type, status, reason]),
    [
      ['NamesAccepted', 'True', 'NoConflicts'],
      ['Established', 'True', 'InitialNamesAccepted'],
    ],
  );
  assert.deepEqual([crd.status.acceptedNames.kind, crd.status.storedVersions], ['CronTab', ['v1']]);
  assert.ok(jsonOf(web.http('GET', '/apis')).groups.some(({ name }: Any) => name === 'stable.example.com'));
  const watch = web.begin('GET', `${CRONTABS}?watch=1`);
  const made = jsonOf(web.http('POST', CRONTABS, { json: crontab('a', { unknown: 1, free: { x: 1 } }) }));
  assert.deepEqual(made.spec, { cronSpec: '* * * * *', free: { x: 1 }, image: 'busybox', replicas: 1 });
  assert.equal(made.metadata.generation, 1);
  const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
  const patched = jsonOf(web.http('PATCH', `${CRONTABS}/a`, { json: { spec: { replicas: 3 } }, ...merge }));
  assert.deepEqual([patched.spec.replicas, patched.metadata.generation], [3, 2]);
  const status = jsonOf(
    web.http('PATCH', `${CRONTABS}/a/status`, { json: { status: { replicas: 2, selector: 'a=b' } }, ...merge }),
  );
  assert.deepEqual([status.status.replicas, status.metadata.generation], [2, 2]);
  const scale = jsonOf(web.http('GET', `${CRONTABS}/a/scale`));
  assert.deepEqual([scale.spec.replicas, scale.status], [3, { replicas: 2, selector: 'a=b' }]);
  web.http('PATCH', `${CRONTABS}/a/scale`, { json: { spec: { replicas: 5 } }, ...merge });
  const table = jsonOf(web.http('GET', CRONTABS, accept('application/json;as=Table;v=v1;g=meta.k8s.io')));
  assert.deepEqual(
    table.columnDefinitions.map(({ name }: Any) => name),
    ['Name', 'Spec', 'Replicas'],
  );
  assert.deepEqual(table.rows[0].cells, ['a', '* * * * *', 5]);
  assert.equal(jsonOf(web.http('GET', `${CRONTABS}?fieldSelector=spec.image%3Dbusybox`)).items.length, 1);
  assert.equal(jsonOf(web.http('GET', CRONTABS)).kind, 'CronTabList');
  assert.equal(web.http('DELETE', `${CRONTABS}/a`).code, 200);
  web.world.advance(10);
  assert.deepEqual(
    lines(watch).map(({ type }) => type),
    ['ADDED', 'MODIFIED', 'MODIFIED', 'MODIFIED', 'DELETED'],
  );
});

test('custom: what is wrong with an object: refused with a cause each, in the words of its schema', () => {
  const web = defined();
  const wrong = crontab('b', {
    cronSpec: 'x',
    replicas: 11,
    kind: 'c',
    port: 1.5,
    list: [{ name: 'n' }, { name: 'n' }, {}],
  });
  const got = jsonOf(web.http('POST', CRONTABS, { json: wrong }));
  assert.deepEqual([got.code, got.reason], [422, 'Invalid']);
  assert.deepEqual(
    got.details.causes.map(({ field, message }: Any) => `${field}: ${message}`),
    [
      'spec.cronSpec: Invalid value: "x": spec.cronSpec in body should match \'^(\\\\S+ ){4}\\\\S+$\'',
      'spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10',
      'spec.kind: Unsupported value: "c": supported values: "a", "b"',
      'spec.port: Invalid value: 1.5: spec.port in body must be of type integer,string: "number"',
      'spec.list[2].name: Required value',
      'spec.list[1]: Duplicate value: {"name":"n"}',
    ].map((text) => text.replaceAll('\\\\', '\\')),
  );
  const strict = web.http('POST', `${CRONTABS}?fieldValidation=Strict`, { json: crontab('b', { x: 1 }) });
  assert.equal(jsonOf(strict).message, 'strict decoding error: unknown field "spec.x"');
  const none = { ...crontab('b'), spec: undefined };
  assert.match(jsonOf(web.http('POST', CRONTABS, { json: none })).message, /spec: Required value/);
});

test('custom: server-side apply: lists merge by their keys, owners are told apart', () => {
  const web = defined();
  const apply = (manager: string, list: object[]): Any =>
    web.http('PATCH', `${CRONTABS}/a?fieldManager=${manager}`, {
      json: crontab('a', { list }),
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
  assert.equal(apply('one', [{ name: 'x', value: '1' }]).code, 201);
  const both = apply('two', [{ name: 'y', value: '2' }]);
  assert.deepEqual(
    jsonOf(both)
      .spec.list.map(({ name }: Any) => name)
      .sort(),
    ['x', 'y'],
  );
  assert.equal(apply('two', [{ name: 'x', value: '3' }]).code, 409);
});

test('custom: a name that another definition has: not accepted, until it is free', () => {
  const web = defined();
  const other = definition(false, {});
  const names = { ...other.spec.names, plural: 'other', singular: 'other', listKind: 'OtherList' };
  const second = { ...other, metadata: { name: 'other.stable.example.com' }, spec: { ...other.spec, names } };
  assert.equal(web.http('POST', CRDS, { json: second }).code, 201);
  web.world.advance(1_000);
  const conditions = (): Any => typeOf(jsonOf(web.http('GET', `${CRDS}/other.stable.example.com`)).status.conditions);
  assert.deepEqual(
    conditions().map(({ type, status, reason }: Any) => [type, status, reason]),
    [
      ['NamesAccepted', 'False', 'KindConflict'],
      ['Established', 'False', 'NotAccepted'],
    ],
  );
  web.http('DELETE', CRD);
  web.world.until('accepted', () => conditions().every(({ status }: Any) => status === 'True'), 60_000);
});

test('custom: a definition is deleted: its objects first, then it; nothing is served any more', () => {
  const web = defined();
  const held = crontab('held');
  web.http('POST', CRONTABS, { json: { ...held, metadata: { name: 'held', finalizers: ['example.com/hold'] } } });
  web.http('POST', CRONTABS, { json: crontab('free') });
  const gone = jsonOf(web.http('DELETE', CRD));
  assert.equal(gone.status.conditions.at(-1).type, 'Terminating');
  web.world.advance(3_000);
  assert.deepEqual(
    jsonOf(web.http('GET', CRONTABS)).items.map(({ metadata }: Any) => metadata.name),
    ['held'],
  );
  assert.equal(web.http('POST', CRONTABS, { json: crontab('late') }).code, 405);
  const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
  web.http('PATCH', `${CRONTABS}/held`, { json: { metadata: { finalizers: null } }, ...merge });
  web.world.until('the definition is gone', () => web.http('GET', CRD).code === 404, 60_000);
  assert.equal(web.http('GET', CRONTABS).code, 404);
});

test('custom: several versions without a webhook: the same object under each, stored in one', () => {
  const [v1] = definition().spec.versions;
  const web = defined({ versions: [v1, { ...v1, name: 'v2', storage: false }] });
  web.http('POST', CRONTABS, { json: crontab('a') });
  const V2 = CRONTABS.replace('/v1/', '/v2/');
  assert.equal(jsonOf(web.http('GET', `${V2}/a`)).apiVersion, 'stable.example.com/v2');
  assert.equal(jsonOf(web.http('GET', V2)).items[0].apiVersion, 'stable.example.com/v2');
  const watch = web.begin('GET', `${V2}?watch=1`);
  web.world.advance(10);
  assert.equal(lines(watch)[0].object.apiVersion, 'stable.example.com/v2');
});

const WEBHOOK = {
  strategy: 'Webhook',
  webhook: { clientConfig: { url: 'https://convert.example.com/' }, conversionReviewVersions: ['v1'] },
};
/** `cronSpec` is called `schedule` in v2. */
function convert(body: string): string {
  const { request } = JSON.parse(body);
  const convertedObjects = request.objects.map(({ spec, ...object }: Any) => {
    const { cronSpec, schedule, ...rest } = spec;
    const text = cronSpec ?? schedule;
    const renamed = request.desiredAPIVersion.endsWith('v2') ? { schedule: text } : { cronSpec: text };
    return { ...object, apiVersion: request.desiredAPIVersion, spec: { ...rest, ...renamed } };
  });
  return JSON.stringify({ response: { uid: request.uid, convertedObjects, result: { status: 'Success' } } });
}

test('custom: versions that a webhook converts: each shows its own, watches too; a webhook that fails is a 500', () => {
  let works = true;
  const clock = { setTimeout: (run: () => void) => run(), clearTimeout: () => {} };
  const outside = outsideTable(clock as never, ({ body = '' }) =>
    works ? ok({ code: 200, headers: {}, body: convert(body) }) : fail('Unavailable', 'connection refused'),
  );
  const web = new Web({ spec: { outside } });
  const [v1] = definition().spec.versions;
  const properties = {
    spec: {
      type: 'object',
      properties: { schedule: { type: 'string' }, image: { type: 'string' }, replicas: { type: 'integer' } },
    },
  };
  const v2 = { name: 'v2', served: true, storage: false, schema: { openAPIV3Schema: { type: 'object', properties } } };
  const crd = definition(false, { versions: [v1, v2], conversion: WEBHOOK });
  assert.equal(web.http('POST', CRDS, { json: crd }).code, 201);
  web.world.until('established', () => web.http('GET', CRONTABS).code === 200, 60_000);
  const V2 = CRONTABS.replace('/v1/', '/v2/');
  web.http('POST', CRONTABS, { json: crontab('a') });
  const watch = web.begin('GET', `${V2}?watch=1`);
  web.world.advance(10);
  assert.deepEqual(jsonOf(web.http('GET', `${V2}/a`)).spec, { image: 'busybox', replicas: 1, schedule: '* * * * *' });
  const made = {
    apiVersion: 'stable.example.com/v2',
    kind: 'CronTab',
    metadata: { name: 'b' },
    spec: { schedule: '1 * * * *' },
  };
  assert.equal(jsonOf(web.http('POST', V2, { json: made })).spec.schedule, '1 * * * *');
  assert.equal(jsonOf(web.http('GET', `${CRONTABS}/b`)).spec.cronSpec, '1 * * * *');
  const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
  const patched = jsonOf(web.http('PATCH', `${V2}/a`, { json: { spec: { schedule: '2 * * * *' } }, ...merge }));
  assert.equal(patched.spec.schedule, '2 * * * *');
  web.world.advance(10);
  assert.deepEqual(
    lines(watch).map(({ type, object }) => [type, object.metadata.name, object.spec.schedule]),
    [
      ['ADDED', 'a', '* * * * *'],
      ['ADDED', 'b', '1 * * * *'],
      ['MODIFIED', 'a', '2 * * * *'],
    ],
  );
  works = false;
  web.http('PATCH', `${CRONTABS}/a`, { json: { spec: { replicas: 2 } }, ...merge });
  const failed = jsonOf(web.http('GET', V2));
  assert.equal(failed.code, 500);
  assert.match(
    failed.message,
    /conversion webhook for stable.example.com\/v1, Kind=CronTab failed: connection refused/,
  );
});

test('custom: YAML with a key twice: refused when strict, told as a warning else', () => {
  const web = defined();
  const text =
    'apiVersion: stable.example.com/v1\nkind: CronTab\nmetadata: {name: y}\nspec:\n  image: a\n  image: b\n  cronSpec: "* * * * *"\n';
  const more = { body: Buffer.from(text), headers: { 'content-type': 'application/apply-patch+yaml' } };
  const strict = web.http('PATCH', `${CRONTABS}/y?fieldManager=m&fieldValidation=Strict`, more);
  assert.match(jsonOf(strict).message, /line 6: key "image" already set in map/);
  const warned = web.http('PATCH', `${CRONTABS}/y?fieldManager=m&fieldValidation=Warn`, more);
  assert.deepEqual([warned.code, jsonOf(warned).spec.image], [201, 'b']);
  assert.match(String(warned.headers['warning']), /line 6: key/);
});
