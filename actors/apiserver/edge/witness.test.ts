import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:https';
import { PassThrough } from 'node:stream';
import { after, before, test } from 'node:test';
import { Host } from '../../../runtime/host.ts';
import { MemoryLog } from '../../../runtime/log/memory.ts';
import { realPorts } from '../../../runtime/real/ports.ts';
import { startEtcd } from '../../etcd/index.ts';
import { policyOf } from '../audit/policy.ts';
import { type AuditRecord, recordOf } from '../audit/record.ts';
import type { Any } from '../rig.ts';
import { type Served, serve } from './serve.ts';
import { witnessSocket } from './witness.ts';

const policy = policyOf({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'Metadata' }] });
const events: Any[] = [];
const auditing = {
  policy: policy as Exclude<typeof policy, string>,
  write: (event: object) => void events.push(event),
};
const host = new Host('witness', 'witness-test', realPorts({ level: 'silent' }));
let served: Served;
before(async () => {
  startEtcd(host, { log: new MemoryLog() });
  await new Promise<void>((ready) => {
    void serve(host, { port: 0, address: '127.0.0.1', auditing, onReady: () => ready() }).then((it) => {
      served = it;
      it.start();
    });
  });
});
after(async () => {
  await served.https.close();
  host.kill();
});
const stages = (path: string): unknown[] =>
  events
    .filter(({ requestURI }) => requestURI === path)
    .map(({ stage, responseStatus }) => [stage, responseStatus?.code]);
/** Until the audit log has its end. */
async function ask(path: string, headers: object): Promise<number> {
  const { pki, https } = served;
  const tls = { ca: pki.ca, cert: pki.admin.cert, key: pki.admin.key, agent: false as const };
  const asked = request(`${https.url}${path}`, { ...tls, headers: { ...headers } });
  asked.end();
  const [response] = await once(asked, 'response');
  response.resume();
  await once(response, 'close');
  while (!stages(path).some((one) => (one as unknown[])[0] === 'ResponseComplete')) await new Promise(setImmediate);
  return response.statusCode;
}
const END = [
  ['RequestReceived', undefined],
  ['ResponseStarted', 404],
  ['ResponseComplete', 404],
];

test('audit: a proxy and an upgrade to what is not there: beginning and end are written, once', async () => {
  const proxied = '/api/v1/namespaces/default/pods/nobody/proxy/';
  assert.equal(await ask(proxied, {}), 404);
  assert.deepEqual(stages(proxied), END);
  const exec = '/api/v1/namespaces/default/pods/nobody/exec?command=ls&stdout=true';
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  assert.equal(await ask(exec, { ...upgrade, 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' }), 404);
  assert.deepEqual(stages(exec), END);
  assert.equal(events.find(({ requestURI }) => requestURI === exec).objectRef.subresource, 'exec');
});

test('audit: an upgraded connection: the code of its first line, and its end', async () => {
  const written: Any[] = [];
  const action = { verb: 'create', group: '', resource: 'pods', subresource: 'exec', namespace: 'a', name: 'b' };
  const log = { ...auditing, write: (event: object) => void written.push(event) };
  const audit = recordOf(log, { url: '/x', headers: {} }, 'id', action, () => 0) as AuditRecord;
  audit.received({ name: 'somebody', groups: [] });
  const socket = new PassThrough();
  socket.resume();
  witnessSocket(socket, audit);
  socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
  socket.write('HTTP/1.1 500 is what the program said');
  socket.destroy();
  await once(socket, 'close');
  assert.deepEqual(
    written.map(({ stage, responseStatus }) => [stage, responseStatus?.code]),
    [
      ['RequestReceived', undefined],
      ['ResponseStarted', 101],
      ['ResponseComplete', 101],
    ],
  );
});
