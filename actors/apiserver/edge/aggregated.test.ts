//! Over real sockets: a group that another HTTPS server answers for.
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { Host } from '../../../runtime/host.ts';
import { MemoryLog } from '../../../runtime/log/memory.ts';
import { makeCertificate } from '../../../runtime/real/certificate.ts';
import { realPorts } from '../../../runtime/real/ports.ts';
import { startEtcd } from '../../etcd/index.ts';
import { type Served, serve } from './serve.ts';

const host = new Host('edge', 'aggregated-test', realPorts({ level: 'silent' }));
const AUTHORITY = { commonName: 'elsewhere' };
let served: Served;
let backend: Server;
let caBundle = '';

/** Tells whom it was asked by and for; `watch` never ends. */
function elsewhere(): Server {
  const nowMs = Date.now();
  const ca = makeCertificate({ subject: AUTHORITY, nowMs });
  caBundle = Buffer.from(ca.cert).toString('base64');
  const issuer = { identity: AUTHORITY, privateKey: createPrivateKey(ca.key) };
  const name = 'sample.default.svc';
  const own = makeCertificate({ subject: { commonName: name }, issuer, usage: 'server', names: [name], nowMs });
  const options = { ...own, ca: served.pki.ca, requestCert: true, rejectUnauthorized: false };
  const server = createServer(options, (incoming, response) => {
    const { headers, method, url } = incoming;
    const socket = incoming.socket as TLSSocket;
    let body = '';
    incoming.on('data', (part) => {
      body += part;
    });
    incoming.on('end', () => {
      const by = socket.authorized ? socket.getPeerCertificate().subject.CN : '';
      const told = { by, user: headers['x-remote-user'], groups: headers['x-remote-group'], method, url, body };
      response.writeHead(method === 'POST' ? 201 : 200, { 'content-type': 'application/json' });
      response.write(JSON.stringify({ ...told, secret: headers['authorization'] ?? null }));
      if (!url?.includes('watch')) response.end();
    });
  });
  server.on('upgrade', (incoming, socket) => {
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`);
    socket.write(`${String(incoming.headers['x-remote-user'])}:`);
    socket.pipe(socket);
  });
  return server;
}
before(async () => {
  startEtcd(host, { log: new MemoryLog() });
  let ready = (): void => {};
  const isReady = new Promise<void>((resolve) => {
    ready = resolve;
  });
  served = await serve(host, { port: 0, address: '127.0.0.1', onReady: () => ready() });
  served.start();
  await isReady;
  backend = elsewhere();
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
});
after(async () => {
  backend.closeAllConnections();
  backend.close();
  await served.https.close();
  host.kill();
});

interface Reply {
  readonly code: number;
  readonly text: string;
}
const optionsOf = (path: string, method: string, headers: object = {}) => ({
  port: served.https.port,
  host: '127.0.0.1',
  path,
  method,
  ca: served.pki.ca,
  cert: served.pki.admin.cert,
  key: served.pki.admin.key,
  agent: false as const,
  headers: { 'content-type': 'application/json', ...headers },
});
const call = (path: string, body?: object, headers: object = {}): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const asked = request(optionsOf(path, body === undefined ? 'GET' : 'POST', headers), (response) => {
      let text = '';
      response.on('data', (part) => {
        text += part;
        // A watch is known by its beginning.
        if (path.includes('watch')) asked.destroy();
      });
      response.on('close', () => resolve({ code: response.statusCode ?? 0, text }));
    });
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
const SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';
const NAME = 'v1.sample.example.com';
const PATH = '/apis/sample.example.com/v1';

test('aggregated: a group with a Service: requests, watches and upgrades reach it in the name of their user', async () => {
  const group = { group: 'sample.example.com', version: 'v1', groupPriorityMinimum: 1_000, versionPriority: 15 };
  const { port } = backend.address() as AddressInfo;
  const service = { namespace: 'default', name: 'sample', port };
  const made = await call(SERVICES, {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: NAME },
    spec: { ...group, service, caBundle },
  });
  assert.equal(made.code, 201, made.text);
  assert.deepEqual(await call(`${PATH}/flowers`), { code: 503, text: 'service unavailable\n' });
  const outside = await call('/api/v1/namespaces/default/services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'sample' },
    spec: { type: 'ExternalName', externalName: 'localhost' },
  });
  assert.equal(outside.code, 201, outside.text);
  await availableNow();
  const headers = { 'x-remote-user': 'root', authorization: 'Bearer mine', 'x-remote-group': 'system:masters' };
  const got = await call(`${PATH}/flowers?limit=5`, { a: 1 }, headers);
  assert.equal(got.code, 201);
  assert.deepEqual(JSON.parse(got.text), {
    by: 'front-proxy-client',
    user: 'kubernetes-admin',
    groups: 'system:masters, system:authenticated',
    method: 'POST',
    url: `${PATH}/flowers?limit=5`,
    body: '{"a":1}',
    secret: null,
  });
  assert.equal((await call(`${PATH}/flowers?watch=1`)).code, 200);
  assert.equal(await echoed(`${PATH}/flowers/a/chat`, 'hello'), 'kubernetes-admin:hello');
  const mine = await call('/api/v1/namespaces/default/configmaps');
  assert.equal(JSON.parse(mine.text).kind, 'ConfigMapList');
  const trust = await call('/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication');
  assert.equal(JSON.parse(trust.text).data['requestheader-allowed-names'], '["front-proxy-client"]');
});

/** Waits for the watch to tell it. */
const availableNow = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const asked = request(optionsOf(`${SERVICES}?watch=1`, 'GET'), (response) => {
      let text = '';
      response.on('data', (part) => {
        text += part;
        if (!text.includes('"all checks passed"')) return;
        asked.destroy();
        resolve();
      });
    });
    asked.on('error', reject);
    asked.end();
  });
const echoed = (path: string, word: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const asked = request(optionsOf(path, 'GET', { connection: 'Upgrade', upgrade: 'echo' }));
    asked.on('upgrade', (_, socket, head: Buffer) => {
      let text = head.toString();
      socket.on('data', (part: Buffer) => {
        text += part.toString();
        if (!text.endsWith(word)) return;
        socket.destroy();
        resolve(text);
      });
      socket.write(word);
    });
    asked.on('response', (response) => reject(new Error(`not upgraded: ${response.statusCode}`)));
    asked.on('error', reject);
    asked.end();
  });
