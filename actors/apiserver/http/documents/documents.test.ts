import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourcesOf } from '../../../api/custom/compile.ts';
import { published } from '../../../api/custom/publish.ts';
import { loadDescriptions, loadSchema } from '../../../api/edge/load.ts';
import { get } from '../../../api/json.ts';
import { ENABLED, type ResourceInfo } from '../../../api/resources.ts';
import { definition } from '../../catalog/crontab.ts';
import type { Ask } from './ask.ts';
import { discoveryAnswer, rootPaths } from './discovery.ts';
import { Documents, type Served } from './documents.ts';
import { openApiAnswer } from './openapi.ts';

const schema = loadSchema();
const documentsOf = (served: Served): Documents =>
  new Documents({ schema, descriptions: loadDescriptions, served, version: 'v1.36.0' });
const ask = (documents: Documents, url: string, more: Partial<Ask> = {}): Ask => {
  const { pathname, searchParams } = new URL(url, 'https://x');
  const parts = pathname.split('/').filter((part) => part !== '');
  return {
    parts,
    query: searchParams,
    accept: undefined,
    known: undefined,
    at: 'x',
    nowMs: 0,
    documents,
    yaml: undefined,
    ...more,
  };
};
interface Got {
  readonly code: number;
  readonly text: string;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
}
const texts = (answer: unknown): Got => answer as Got;
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

test('documents: an ETag that the client has: 304 without a body, as long as nothing changes', () => {
  const served = { revision: 1, enabled: () => ENABLED as readonly ResourceInfo[] };
  const documents = documentsOf(served);
  const whole = (known?: string): Got =>
    texts(discoveryAnswer(ask(documents, '/apis', { accept: `${AGGREGATED},application/json`, known })));
  const first = whole();
  const { etag = '' } = first.headers;
  assert.deepEqual([first.code, first.type, first.headers['vary']], [200, AGGREGATED, 'Accept']);
  assert.match(etag, /^"[0-9A-F]{128}"$/);
  assert.deepEqual([whole(etag).code, whole(etag).text, whole(`W/"x", ${etag}`).code], [304, '', 304]);
  served.revision = 2;
  served.enabled = () => ENABLED.filter((info) => info.group !== 'apps');
  assert.deepEqual([whole(etag).code, whole().headers['etag'] === etag], [200, false]);
  const v2 = texts(openApiAnswer(ask(documents, '/openapi/v2')));
  assert.equal(texts(openApiAnswer(ask(documents, '/openapi/v2', { known: v2.headers['etag'] ?? '' }))).code, 304);
});

test('documents: openapi/v3: the hash leads to a document for ever, another one to the new document', () => {
  const documents = documentsOf({ revision: 1, enabled: () => ENABLED });
  const at = (url: string, more: Partial<Ask> = {}): Got => texts(openApiAnswer(ask(documents, url, more)));
  const index = JSON.parse(at('/openapi/v3').text) as { paths: Record<string, { serverRelativeURL: string }> };
  const url = index.paths['apis/apps/v1']?.serverRelativeURL ?? '';
  assert.match(url, /^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{128}$/);
  const kept = at(url);
  assert.deepEqual(
    [kept.code, kept.headers['cache-control'], kept.headers['expires']],
    [200, 'public, immutable', 'Fri, 01 Jan 1971 00:00:00 GMT'],
  );
  const moved = at('/openapi/v3/apis/apps/v1?hash=OLD');
  assert.deepEqual([moved.code, moved.headers['location']], [301, url]);
  assert.equal(at(url, { known: kept.headers['etag'] ?? '' }).code, 304);
  assert.equal(at(url, { accept: 'text/html' }).code, 406);
  assert.equal(get(openApiAnswer(ask(documents, '/openapi/v3/apis/none/v1')), 'status', 'code'), 404);
  for (const path of Object.keys(index.paths)) assert.equal(at(`/openapi/v3/${path}`).code, 200, path);
});

test('documents: openapi/v2 as protobuf: for whoever asks for it first', () => {
  const documents = documentsOf({ revision: 1, enabled: () => ENABLED });
  const proto = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
  const got = texts(openApiAnswer(ask(documents, '/openapi/v2', { accept: proto })));
  assert.equal(got.type, 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
  assert.equal(texts(openApiAnswer(ask(documents, '/openapi/v2', { accept: `*/*;q=0.1,${proto}` }))).type, got.type);
  assert.equal(texts(openApiAnswer(ask(documents, '/openapi/v2', { accept: 'application/cbor' }))).code, 406);
});

test('documents: openapi/v3 as protobuf: the same content, under the same ETag', () => {
  const documents = documentsOf({ revision: 1, enabled: () => ENABLED });
  const at = (accept: string): Got => texts(openApiAnswer(ask(documents, '/openapi/v3/apis/apps/v1', { accept })));
  const json = at('application/json');
  for (const version of ['v3@v1.0', 'v3.v1.0']) {
    const proto = at(`application/com.github.proto-openapi.spec.${version}+protobuf`);
    assert.equal(proto.type, 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf');
    assert.equal(proto.headers['etag'], json.headers['etag']);
    const document = fieldsOf(proto.text as unknown as Uint8Array);
    assert.deepEqual(document.get(1)?.map(String), ['3.0.0']);
    const names = (message: Uint8Array): string[] =>
      (fieldsOf(message).get(1) ?? []).map((pair) => String(Buffer.from(fieldsOf(pair).get(1)![0]!)));
    const { paths, components } = JSON.parse(json.text) as { paths: object; components: { schemas: object } };
    assert.deepEqual(names(document.get(4)![0]!), Object.keys(paths));
    const [schemas] = fieldsOf(document.get(5)![0]!).get(1)!;
    assert.deepEqual(names(schemas!), Object.keys(components.schemas));
  }
});

test('documents: openapi/v3: defaults stand beside what has them, and a reference then in allOf', () => {
  const documents = documentsOf({ revision: 1, enabled: () => ENABLED });
  const document = JSON.parse(String(documents.openApiV3('apis/apps/v1')?.body)) as unknown;
  const field = (kind: string, name: string): Record<string, unknown> => {
    const { description: _, ...rest } = get(document, 'components', 'schemas', kind, 'properties', name) as object & {
      description?: string;
    };
    return rest;
  };
  const schema = (name: string): object => ({ $ref: `#/components/schemas/io.k8s.api.${name}` });
  const daemons = 'io.k8s.api.apps.v1.DaemonSet';
  assert.deepEqual(field(daemons, 'spec'), { allOf: [schema('apps.v1.DaemonSetSpec')], default: {} });
  assert.deepEqual(field(`${daemons}Condition`, 'status'), { default: '', type: 'string' });
  assert.deepEqual(Object.keys(field(`${daemons}Condition`, 'lastTransitionTime')), ['allOf']);
  assert.deepEqual(field(`${daemons}Status`, 'numberReady'), { default: 0, type: 'integer', format: 'int32' });
  assert.deepEqual(field(`${daemons}Status`, 'numberAvailable'), { type: 'integer', format: 'int32' });
  assert.deepEqual(field(`${daemons}List`, 'items')['items'], { allOf: [schema('apps.v1.DaemonSet')], default: {} });
  assert.deepEqual(field('io.k8s.api.core.v1.ContainerPort', 'protocol'), { default: 'TCP', type: 'string' });
});
/** Of a message of protobuf: its fields of bytes, by number; the others are passed over. */
function fieldsOf(message: Uint8Array): ReadonlyMap<number, Uint8Array[]> {
  const result = new Map<number, Uint8Array[]>();
  let at = 0;
  const varint = (): number => {
    for (let value = 0, unit = 1; ; unit *= 128) {
      const byte = message[at++]!;
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    if ((key & 7) === 0) varint();
    else if ((key & 7) === 1) at += 8;
    else {
      const length = varint();
      result.set(key >> 3, [...(result.get(key >> 3) ?? []), Buffer.from(message.subarray(at, at + length))]);
      at += length;
    }
  }
  return result;
}

test('documents: kinds that are not built in: in discovery and in both versions of OpenAPI', () => {
  const [crontab] = resourcesOf(definition());
  assert.ok(crontab);
  const documents = documentsOf({ revision: 1, enabled: () => [...ENABLED, crontab], custom: published });
  const name = 'com.example.stable.v1.CronTab';
  const v3 = JSON.parse(String(documents.openApiV3('apis/stable.example.com/v1')?.body)) as unknown;
  const path = '/apis/stable.example.com/v1/namespaces/{namespace}/crontabs';
  assert.equal(get(v3, 'paths', path, 'get', 'operationId'), 'listStableExampleComV1NamespacedCronTab');
  assert.ok(get(v3, 'components', 'schemas', name, 'properties', 'spec', 'properties', 'cronSpec'));
  assert.ok(get(v3, 'components', 'schemas', 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'));
  const patch = get(v3, 'paths', `${path}/{name}`, 'patch', 'requestBody', 'content') as object;
  assert.ok(!Object.keys(patch).some((type) => type.includes('strategic')), 'no merge keys are known');
  const v2 = JSON.parse(String(documents.openApiV2().body)) as unknown;
  const answer = get(v2, 'paths', `${path}/{name}`, 'get', 'responses', '200', 'schema', '$ref');
  assert.equal(answer, `#/definitions/${name}`);
  assert.ok((get(rootPaths(ask(documents, '/')), 'paths') as string[]).includes('/apis/stable.example.com/v1'));
});
