//! HTTP/2 and HTTP/1.1 on one port, over real sockets: answers, watches, bodies, compression.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect as secure } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { Host } from '../../../runtime/host.ts';
import { MemoryLog } from '../../../runtime/log/memory.ts';
import { realPorts } from '../../../runtime/real/ports.ts';
import { startEtcd } from '../../etcd/index.ts';
import { configMap } from '../rig.ts';
import { type Served, serve } from './serve.ts';

const dir = mkdtempSync(join(tmpdir(), 'orrery-listener-'));
const host = new Host('edge', 'listener-test', realPorts({ level: 'silent' }));
let served: Served;
let session: ClientHttp2Session;
const MAPS = '/api/v1/namespaces/default/configmaps';

before(async () => {
  startEtcd(host, { log: new MemoryLog() });
  await new Promise<void>((resolve, reject) => {
    const options = { port: 0, address: '127.0.0.1', pkiDir: join(dir, 'pki'), onReady: () => resolve() };
    serve(host, options).then((made) => {
      served = made;
      served.start();
    }, reject);
  });
  const { ca, admin } = served.pki;
  session = connect(served.https.url, { ca, cert: admin.cert, key: admin.key });
  session.on('error', () => undefined);
});
after(async () => {
  session.destroy();
  await served.https.close();
  host.kill();
  rmSync(dir, { recursive: true, force: true });
});

interface Got {
  readonly code: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}
const ask = (path: string, ask: { method?: string; body?: string; headers?: object } = {}): Promise<Got> =>
  new Promise((resolve, reject) => {
    const method = ask.method ?? (ask.body === undefined ? 'GET' : 'POST');
    const stream = session.request({ ':method': method, ':path': path, ...ask.headers });
    const parts: Buffer[] = [];
    let headers: Record<string, unknown> = {};
    stream.on('response', (got) => {
      headers = got;
    });
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('error', reject);
    stream.on('end', () => resolve({ code: Number(headers[':status']), headers, body: Buffer.concat(parts) }));
    stream.end(ask.body);
  });
const jsonOf = ({ body }: Got) => JSON.parse(body.toString());

test('http2: a stream given up in the midst of its body: the others go on', async () => {
  for (let i = 0; i < 20; i++) {
    const stream = session.request({ ':method': 'POST', ':path': MAPS });
    stream.on('error', () => undefined);
    stream.write('{"apiVersion":');
    const closed = new Promise((resolve) => stream.once('close', resolve));
    setImmediate(() => stream.close(constants.NGHTTP2_CANCEL));
    await closed;
  }
  assert.equal((await ask(MAPS)).code, 200);
});

test('http2: what a client asks at once on one connection: answered each, the user known by his certificate', async () => {
  const who = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const review = await ask('/apis/authentication.k8s.io/v1/selfsubjectreviews', { body: JSON.stringify(who) });
  assert.deepEqual([review.code, jsonOf(review).status.userInfo.username], [201, 'kubernetes-admin']);
  assert.equal(session.alpnProtocol, 'h2');
  const made = await Promise.all(
    Array.from({ length: 80 }, (_, i) => ask(MAPS, { body: JSON.stringify(configMap(`h2-${i}`)) })),
  );
  assert.deepEqual([...new Set(made.map(({ code }) => code))], [201]);
  const list = jsonOf(await ask(MAPS));
  assert.equal(list.items.filter((one: { metadata: { name: string } }) => /^h2-/.test(one.metadata.name)).length, 80);
  assert.equal((await ask('/nothing')).code, 404);
});

test('http2: a watch: its head before the first event, ended by its client; the connection goes on', async () => {
  const stream = session.request({ ':path': `${MAPS}?watch=1&timeoutSeconds=60` });
  const [headers] = await once(stream, 'response');
  assert.equal(headers?.[':status'], 200);
  const [event] = await Promise.all([
    line(stream, /"watched"/),
    ask(MAPS, { body: JSON.stringify(configMap('watched')) }),
  ]);
  assert.match(event, /"type":"ADDED"/);
  stream.close(constants.NGHTTP2_CANCEL);
  await once(stream, 'close');
  assert.equal((await ask(`${MAPS}/watched`)).code, 200);
});
const once = (stream: NodeJS.EventEmitter, event: string): Promise<Record<string, unknown>[]> =>
  new Promise((resolve) => stream.once(event, (...all) => resolve(all)));
const line = (stream: NodeJS.EventEmitter, sought: RegExp): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    stream.on('data', (part: Buffer) => {
      text += part.toString();
      const found = text.split('\n').find((one) => sought.test(one));
      if (found !== undefined) resolve(found);
    });
  });

test('http2: a body above three megabytes: 413, and the connection goes on', async () => {
  const body = JSON.stringify(configMap('large', { text: 'x'.repeat(4 * 1024 * 1024) }));
  assert.equal((await ask(MAPS, { body })).code, 413);
  assert.equal((await ask(MAPS)).code, 200);
});

test('http: gzip: only what is long, only for who takes it, the same text', async () => {
  await Promise.all(
    Array.from({ length: 4 }, (_, i) =>
      ask(MAPS, { body: JSON.stringify(configMap(`long-${i}`, { text: `${i}`.repeat(60_000) })) }),
    ),
  );
  const gzip = { headers: { 'accept-encoding': 'br, gzip;q=0.8' } };
  const plain = await ask(MAPS);
  const zipped = await ask(MAPS, gzip);
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.deepEqual(
    [zipped.headers['content-encoding'], zipped.headers['vary'], Number(zipped.headers['content-length'])],
    ['gzip', 'Accept-Encoding', zipped.body.length],
  );
  assert.ok(zipped.body.length < plain.body.length / 10);
  assert.equal(gunzipSync(zipped.body).toString(), plain.body.toString());
  assert.equal((await ask(`${MAPS}/h2-1`, gzip)).headers['content-encoding'], undefined);
  const none = await ask(MAPS, { headers: { 'accept-encoding': 'gzip;q=0' } });
  assert.equal(none.headers['content-encoding'], undefined);
});

test('http: a client of HTTP/1.1: is served as such, on the same port', async () => {
  const { ca, admin } = served.pki;
  const { port } = served.https;
  const code = await new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: MAPS, ca, cert: admin.cert, key: admin.key, agent: false };
    request(options, (response) => resolve(`${response.httpVersion} ${response.statusCode}`))
      .on('error', reject)
      .end();
  });
  assert.equal(code, '1.1 200');
  assert.equal((await ask('/readyz')).body.toString(), 'ok');
});

test('http2: rubbish on a connection: that connection ends, others go on', async () => {
  const { ca } = served.pki;
  const { port } = served.https;
  for (const alpn of ['h2', 'http/1.1'])
    await new Promise<void>((resolve) => {
      const socket = secure({ host: '127.0.0.1', port, ca, ALPNProtocols: [alpn] }, () => {
        socket.write('\0\x01rubbish that is no request\r\n\r\n'.repeat(20));
      });
      socket.on('error', () => undefined);
      socket.on('data', () => undefined);
      socket.on('close', () => resolve());
    });
  assert.equal((await ask(MAPS)).code, 200);
});
