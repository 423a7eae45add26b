//! What must not be believed: each gets Kubernetes' own code and reason, and the server goes on.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, afterEach, before } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { startUp, stopEverything, type Up } from './harness.ts';
import type { Answer, Ask } from './https.ts';
import { stories } from './story.ts';

let up: Up;
const story = stories(() => up?.program.report() ?? '');
before(async () => {
  up = await startUp({ nodes: 0, engine: 'simulated' });
});
afterEach(async () => {
  assert.equal((await up.call('/readyz')).text, 'ok', 'the server goes on');
  assert.equal(up.program.over, undefined);
});
after(stopEverything);

const MAPS = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const map = (name: string, more: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  ...more,
});
const merge = 'application/merge-patch+json';

async function refused(path: string, ask: Ask, code: number, reason: string, message: RegExp): Promise<Answer> {
  const answer = await up.call(path, ask);
  const { kind, apiVersion, status, ...rest } = answer.json ?? {};
  const seen = `${ask.method ?? ''} ${path}: ${answer.code} ${answer.text.slice(0, 600)}`;
  assert.equal(answer.code, code, seen);
  assert.deepEqual([kind, apiVersion, status, rest.code, rest.reason], ['Status', 'v1', 'Failure', code, reason], seen);
  assert.match(rest.message, message, seen);
  return answer;
}

story('bad input: malformed JSON and YAML: 400 BadRequest', async () => {
  await refused(
    MAPS,
    { body: '{"apiVersion": "v1", ' },
    400,
    'BadRequest',
    /^the object provided is unrecognized|couldn't (get|decode)|unexpected/i,
  );
  await refused(MAPS, { body: 'a: [b\n', type: 'application/yaml' }, 400, 'BadRequest', /yaml|unrecognized/i);
  await refused(MAPS, { body: '', method: 'POST' }, 400, 'BadRequest', /./);
  await refused(MAPS, { body: '[]' }, 400, 'BadRequest', /./);
  await refused(MAPS, { body: '"text"' }, 400, 'BadRequest', /./);
  await refused(MAPS, { body: Buffer.from([0xff, 0xfe, 0x00]) }, 400, 'BadRequest', /./);
  await refused(MAPS, { body: '['.repeat(200_000) }, 400, 'BadRequest', /./);
  await refused(MAPS, { body: '<a/>', type: 'application/xml' }, 415, 'UnsupportedMediaType', /media type/);
  const yaml = await up.call(MAPS, {
    body: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\n',
    type: 'application/yaml',
  });
  assert.equal(yaml.code, 201, yaml.text);
});

story('bad input: unknown kinds, resources and paths: 400 or 404', async () => {
  await refused(
    MAPS,
    { body: { ...map('x'), kind: 'Secret' } },
    400,
    'BadRequest',
    /Secret in version "v1" cannot be handled as a ConfigMap|does not match/,
  );
  await refused(MAPS, { body: { ...map('x'), apiVersion: 'v9' } }, 400, 'BadRequest', /v9|does not match/);
  await refused(MAPS, { body: { metadata: { name: 'x' }, kind: 7 } }, 400, 'BadRequest', /./);
  for (const path of ['/api/v1/namespaces/default/unicorns', '/apis/example.com/v1/unicorns', '/nothing/here'])
    assert.equal((await up.call(path)).code, 404, path);
  await refused(`${MAPS}/nobody`, {}, 404, 'NotFound', /^configmaps "nobody" not found$/);
  await refused(
    '/api/v1/namespaces/nowhere/configmaps',
    { body: map('x') },
    404,
    'NotFound',
    /^namespaces "nowhere" not found$/,
  );
  await refused(MAPS, { method: 'PUT', body: map('x') }, 405, 'MethodNotAllowed', /does not allow this method/);
});

story('bad input: invalid names and namespaces: 422 Invalid, or 400', async () => {
  for (const name of ['Upper', 'under_score', '-dash', 'dot.', 'a'.repeat(254), 'ü'])
    await refused(
      MAPS,
      { body: map(name) },
      422,
      'Invalid',
      /^ConfigMap "[^"]*" is invalid: metadata\.name: Invalid value: "[^"]*": (a lowercase RFC 1123|must be no more)/,
    );
  await refused(
    MAPS,
    { body: { apiVersion: 'v1', kind: 'ConfigMap' } },
    422,
    'Invalid',
    /metadata\.name: Required value: name or generateName is required/,
  );
  await refused(
    MAPS,
    { body: map('x', { metadata: { name: 'x', namespace: 'other' } }) },
    400,
    'BadRequest',
    /the namespace of the provided object does not match the namespace sent on the request/,
  );
  await refused(
    '/api/v1/namespaces/default/services',
    { body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'dotted.name' }, spec: { ports: [{ port: 80 }] } } },
    422,
    'Invalid',
    /metadata\.name: Invalid value: "dotted\.name": must not contain dots/,
  );
  await refused(
    MAPS,
    { body: map('x', { metadata: { name: 'x', labels: { 'a b': 'c' } } }) },
    422,
    'Invalid',
    /metadata\.labels: Invalid value: "a b"/,
  );
  await refused(MAPS, { body: map('x', { data: { 'not/ok': '' } }) }, 422, 'Invalid', /data\[not\/ok\]: Invalid value/);
});

story('bad input: wrong types and missing fields: 400 or 422, each field named', async () => {
  await refused(MAPS, { body: map('x', { data: 'text' }) }, 400, 'BadRequest', /data/);
  await refused(MAPS, { body: map('x', { data: { a: 1 } }) }, 400, 'BadRequest', /data/);
  await refused(MAPS, { body: map('x', { metadata: 'text' }) }, 400, 'BadRequest', /metadata/);
  const deployment = (spec: object): Ask => ({
    body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'bad' }, spec },
  });
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
  const selector = { matchLabels: { a: 'b' } };
  await refused(DEPLOYMENTS, deployment({ replicas: 'three', selector, template }), 400, 'BadRequest', /replicas/);
  await refused(
    DEPLOYMENTS,
    deployment({ replicas: -1, selector, template }),
    422,
    'Invalid',
    /spec\.replicas: Invalid value: -1: must be greater than or equal to 0/,
  );
  await refused(DEPLOYMENTS, deployment({ template }), 422, 'Invalid', /spec\.selector: Required value/);
  await refused(
    DEPLOYMENTS,
    deployment({ selector: { matchLabels: { a: 'c' } }, template }),
    422,
    'Invalid',
    /`?selector`? does not match template `?labels`?/,
  );
  const none = await refused(
    DEPLOYMENTS,
    deployment({ selector, template: { metadata: template.metadata, spec: { containers: [] } } }),
    422,
    'Invalid',
    /spec\.template\.spec\.containers: Required value/,
  );
  assert.deepEqual(
    [none.json.details.name, none.json.details.group, none.json.details.kind],
    ['bad', 'apps', 'Deployment'],
  );
  assert.ok(
    none.json.details.causes.some(
      (cause: { reason: string; field: string }) =>
        cause.reason === 'FieldValueRequired' && cause.field === 'spec.template.spec.containers',
    ),
    none.text,
  );
  const strict = deployment({ selector, template, replicaz: 3 });
  await refused(
    `${DEPLOYMENTS}?fieldValidation=Strict`,
    strict,
    400,
    'BadRequest',
    /strict decoding error: unknown field "spec\.replicaz"/,
  );
  const warned = await up.call(`${DEPLOYMENTS}?fieldValidation=Warn&dryRun=All`, strict);
  assert.equal(warned.code, 201, warned.text);
  assert.match(String(warned.headers['warning']), /299 - "unknown field \\"spec\.replicaz\\""/);
});

story('bad input: an oversized body: 413 RequestEntityTooLarge at 3 MiB', async () => {
  const big = (bytes: number): object => map('big', { data: { a: 'x'.repeat(bytes) } });
  await refused(MAPS, { body: big(3 * 1024 * 1024) }, 413, 'RequestEntityTooLarge', /limit is 3145728/);
  await refused(MAPS, { body: big(1024 * 1024 + 1) }, 422, 'Invalid', /Too long: may not be more than 1048576 bytes/);
  assert.equal((await up.call(MAPS, { body: big(900_000) })).code, 201);
});

story('bad input: bad selectors and query parameters: 400 BadRequest', async () => {
  for (const [query, message] of [
    ['labelSelector=a%3D%3D%3Db', /unable to parse requirement|found '='/],
    ['labelSelector=a%20in%20b', /unable to parse requirement|expected/],
    ['labelSelector=-a', /unable to parse|Invalid value/],
    ['fieldSelector=spec.colour%3Dblue', /field label not supported|is not a known field selector/],
    ['fieldSelector=nonsense', /invalid selector/],
    ['limit=many', /limit|invalid syntax|strconv/i],
    ['continue=nonsense&limit=5', /continue/],
  ] as const)
    await refused(`${MAPS}?${query}`, {}, 400, 'BadRequest', message);
});

story('bad input: unknown resource versions: 400, 410 Expired, 504 Timeout', async () => {
  await refused(`${MAPS}?resourceVersion=abc`, {}, 422, 'Invalid', /resourceVersion: Invalid value: "abc"/).catch(() =>
    refused(`${MAPS}?resourceVersion=abc`, {}, 400, 'BadRequest', /resource ?version/i),
  );
  await refused(`${MAPS}?resourceVersion=999999999`, {}, 504, 'Timeout', /Too large resource version/);
  await refused(`${MAPS}?resourceVersion=1&resourceVersionMatch=Sometimes`, {}, 422, 'Invalid', /resourceVersionMatch/);
  const watch = await up.call(`${MAPS}?watch=1&resourceVersion=999999999&timeoutSeconds=1`);
  assert.ok(watch.code === 504 || /Too large resource version|^$/.test(watch.text), `${watch.code} ${watch.text}`);
});

story('bad input: conflicts: 409 with the reason', async () => {
  const made = await up.call(MAPS, { body: map('twice') });
  assert.equal(made.code, 201);
  await refused(MAPS, { body: map('twice') }, 409, 'AlreadyExists', /^configmaps "twice" already exists$/);
  const { resourceVersion, uid } = made.json.metadata;
  const changed = await up.call(`${MAPS}/twice`, { method: 'PATCH', type: merge, body: { data: { a: '1' } } });
  assert.equal(changed.code, 200);
  const stale = { ...made.json, data: { a: '2' } };
  const message =
    /^Operation cannot be fulfilled on configmaps "twice": the object has been modified; please apply your changes/;
  await refused(`${MAPS}/twice`, { method: 'PUT', body: stale }, 409, 'Conflict', message);
  await refused(
    `${MAPS}/twice`,
    { method: 'PATCH', type: merge, body: { metadata: { resourceVersion }, data: { a: '3' } } },
    409,
    'Conflict',
    message,
  );
  const options = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'another' } };
  await refused(
    `${MAPS}/twice`,
    { method: 'DELETE', body: options },
    409,
    'Conflict',
    new RegExp(`Precondition failed: UID in precondition: another, UID in object meta: ${uid}`),
  );
  assert.equal((await up.call(`${MAPS}/twice`)).json.data.a, '1');
});

story('bad input: patches that cannot be: 400, 415, 422', async () => {
  await up.call(MAPS, { body: map('patched', { data: { a: '1' } }) });
  const patch = (body: string | object, type: string): Ask => ({ method: 'PATCH', body, type });
  const json = 'application/json-patch+json';
  await refused(`${MAPS}/patched`, patch('[{"op":', json), 400, 'BadRequest', /./);
  await refused(`${MAPS}/patched`, patch([{ op: 'test', path: '/data/a', value: '2' }], json), 422, 'Invalid', /./);
  await refused(`${MAPS}/patched`, patch([{ op: 'remove', path: '/data/zzz' }], json), 422, 'Invalid', /./);
  await refused(
    `${MAPS}/patched`,
    patch({ a: 1 }, 'text/plain'),
    415,
    'UnsupportedMediaType',
    /application\/json-patch\+json/,
  );
  await refused(
    `${MAPS}/patched`,
    patch({ metadata: { name: 'other' } }, merge),
    400,
    'BadRequest',
    /name of the object \(other\) does not match the name on the URL \(patched\)/,
  );
  await refused(`${MAPS}/patched`, patch({ metadata: { uid: 'other' } }, merge), 409, 'Conflict', /UID/);
  await refused(`${MAPS}/nobody`, patch({ data: {} }, merge), 404, 'NotFound', /configmaps "nobody" not found/);
  assert.deepEqual((await up.call(`${MAPS}/patched`)).json.data, { a: '1' });
});

story('bad input: fields that may not change: 422 Invalid', async () => {
  const selector = { matchLabels: { a: 'b' } };
  const template = { metadata: { labels: { a: 'b', c: 'd' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
  const made = await up.call(DEPLOYMENTS, {
    body: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'fixed' },
      spec: { replicas: 0, selector, template },
    },
  });
  assert.equal(made.code, 201, made.text);
  await refused(
    `${DEPLOYMENTS}/fixed`,
    { method: 'PATCH', type: merge, body: { spec: { selector: { matchLabels: { c: 'd' } } } } },
    422,
    'Invalid',
    /spec\.selector: Invalid value: .*field is immutable/s,
  );
  await up.call('/api/v1/namespaces/default/services', {
    body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'fixed' }, spec: { ports: [{ port: 80 }] } },
  });
  await refused(
    '/api/v1/namespaces/default/services/fixed',
    { method: 'PATCH', type: merge, body: { spec: { clusterIP: '10.96.77.77' } } },
    422,
    'Invalid',
    /spec\.clusterIPs?.*: Invalid value: .*may not change once set/s,
  );
  await refused(
    '/api/v1/namespaces/default',
    { method: 'DELETE' },
    403,
    'Forbidden',
    /this namespace may not be deleted/,
  );
});

story('bad input: no credential: 403 Forbidden; a bad token: 401 Unauthorized', async () => {
  const no: Ask = { certificate: false };
  await refused('/api/v1/nodes', no, 403, 'Forbidden', /^nodes is forbidden: User "system:anonymous" cannot list/);
  await refused(
    '/api/v1/nodes',
    { ...no, headers: { authorization: 'Bearer nonsense' } },
    401,
    'Unauthorized',
    /^Unauthorized$/,
  );
  const forged = `${b64({ alg: 'none' })}.${b64({ sub: 'system:serviceaccount:default:default', iss: 'x' })}.`;
  await refused(
    '/api/v1/nodes',
    { ...no, headers: { authorization: `Bearer ${forged}` } },
    401,
    'Unauthorized',
    /^Unauthorized$/,
  );
  await refused(
    '/api/v1/nodes',
    { ...no, headers: { authorization: 'Basic YWRtaW46YWRtaW4=' } },
    403,
    'Forbidden',
    /^nodes is forbidden: User "system:anonymous" cannot list/,
  );
});

story('bad input: a broken TLS handshake: that connection ends, no other', async () => {
  const { hostname, port } = up.api.server;
  for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\x02\x00\x01\x00', '\0'.repeat(10_000)]) {
    const socket = connect(Number(port), hostname);
    await new Promise<void>((resolve) => {
      socket.on('error', () => resolve());
      socket.on('close', () => resolve());
      socket.on('data', () => undefined);
      socket.end(bytes, 'latin1');
    });
  }
  // A client that goes away in the middle of the handshake, and one in the middle of a request.
  for (let i = 0; i < 20; i++) {
    const tls = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false });
    tls.on('error', () => undefined);
    if (i % 2 === 0) tls.destroy();
    else
      await new Promise<void>((resolve) =>
        tls.once('secureConnect', () =>
          resolve(void tls.write('POST /api/v1/x HTTP/1.1\r\nContent-Length: 99\r\n\r\n{', () => tls.destroy())),
        ),
      );
  }
  assert.equal((await up.call('/readyz')).code, 200);
});

const b64 = (object: object): string => Buffer.from(JSON.stringify(object)).toString('base64url');
