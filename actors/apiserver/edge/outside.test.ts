//! Over real sockets: a webhook's server with a certificate of its own.
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Result } from '../../../runtime/fault.ts';
import { makeCertificate } from '../../../runtime/real/certificate.ts';
import type { OutsideReply, OutsideRequest } from '../outside.ts';
import { HttpsOutside } from './outside.ts';

const nowMs = Date.now();
const authority = makeCertificate({ subject: { commonName: 'hook-ca' }, nowMs });
const hook = makeCertificate({
  subject: { commonName: 'hook' },
  nowMs,
  usage: 'server',
  names: ['hook.default.svc', '127.0.0.1'],
  issuer: { identity: { commonName: 'hook-ca' }, privateKey: createPrivateKey(authority.key) },
});
const server = createServer({ key: hook.key, cert: hook.cert }, (request, response) => {
  if (request.url === '/never') return;
  let body = '';
  request.on('data', (part) => {
    body += String(part);
  });
  request.on('end', () => response.writeHead(418).end(`${request.url} ${request.headers.host} ${body}`));
});
const outside = new HttpsOutside();
let port = 0;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
after(() => {
  outside.close();
  server.closeAllConnections();
  server.close();
});
const caBundle = Buffer.from(authority.cert).toString('base64');
const call = (more: Partial<OutsideRequest>): Promise<Result<OutsideReply>> =>
  new Promise((resolve) =>
    outside.call(
      { url: `https://127.0.0.1:${port}/x?a=b`, caBundle, method: 'POST', body: 'hello', timeoutMs: 10_000, ...more },
      resolve,
    ),
  );

test('outside: a server whose CA is told: its answer, whatever the code', async () => {
  const done = await call({});
  assert.deepEqual(done.ok && [done.value.code, done.value.body], [418, `/x?a=b 127.0.0.1:${port} hello`]);
});
test('outside: a name at an address: connected there, known by the name', async () => {
  const done = await call({ url: 'https://hook.default.svc:443/y', at: { ip: '127.0.0.1', port } });
  assert.deepEqual(done.ok && done.value.body, '/y hook.default.svc hello');
  const other = await call({ url: 'https://other.default.svc:443/y', at: { ip: '127.0.0.1', port } });
  assert.match(
    other.ok ? '' : other.fault.message,
    /^Post "https:\/\/other[^"]*": tls: failed to verify certificate: x509/,
  );
});
test('outside: nobody there, not trusted, never answered: said as Go says it', async () => {
  const refused = await call({ at: { ip: '127.0.0.1', port: 1 } });
  assert.match(refused.ok ? '' : refused.fault.message, /dial tcp 127\.0\.0\.1:1: connect: connection refused$/);
  const stranger = await call({
    caBundle: Buffer.from(makeCertificate({ subject: { commonName: 'x' }, nowMs }).cert).toString('base64'),
  });
  assert.match(stranger.ok ? '' : stranger.fault.message, /x509: certificate signed by unknown authority$/);
  const late = await call({ url: `https://127.0.0.1:${port}/never`, timeoutMs: 50 });
  assert.deepEqual(late.ok ? '' : [late.fault.reason, late.fault.message], [
    'Timeout',
    `Post "https://127.0.0.1:${port}/never": context deadline exceeded`,
  ]);
});
