import assert from 'node:assert/strict';
import { request } from 'node:https';
import { after, before, test } from 'node:test';
import { Host } from '../../../../runtime/host.ts';
import { MemoryLog } from '../../../../runtime/log/memory.ts';
import { realPorts } from '../../../../runtime/real/ports.ts';
import { type Served, serve } from '../../../apiserver/edge/serve.ts';
import { startManager } from '../../../controllers/manager/index.ts';
import { serviceAccountController } from '../../../controllers/service-account/index.ts';
import { startEtcd } from '../../../etcd/index.ts';
import { apiReady } from '../ready.ts';
import { type ComponentDoor, openDoor } from './door.ts';
import { managerPages } from './pages.ts';

const host = new Host('door', 'door-test', realPorts({ level: 'silent' }));
const name = serviceAccountController.name;
let served: Served;
let door: ComponentDoor;
before(async () => {
  startEtcd(host, { log: new MemoryLog() });
  served = await serve(host, { port: 0, address: '127.0.0.1' });
  served.start();
  startManager(host, { name: host.id, controllers: [serviceAccountController], leaderElection: false });
  await apiReady(host, []);
  door = await openDoor(host, 0, served.pki.ca, managerPages(host, [name]));
});
after(async () => {
  await door.close();
  await served.https.close();
  host.kill();
});
const ask = (path: string, more: object = {}): Promise<readonly [code: number | undefined, text: string]> =>
  new Promise((resolve, reject) => {
    request(`${door.url}${path}`, { rejectUnauthorized: false, ...more }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += String(chunk);
      });
      response.on('end', () => resolve([response.statusCode, text]));
    })
      .on('error', reject)
      .end();
  });

test('component: health: for everybody, as a whole, check by check, or one', async () => {
  assert.deepEqual(await ask('/healthz'), [200, 'ok']);
  const [, all] = await ask('/readyz?verbose');
  assert.equal(all, `[+]leaderElection ok\n[+]${name} ok\nreadyz check passed\n`);
  assert.deepEqual((await ask('/healthz/nothing'))[0], 403);
});

test('component: metrics: for whom the API server lets', async () => {
  const [code, text] = await ask('/metrics');
  const { message, details } = JSON.parse(text);
  assert.deepEqual([code, details], [403, {}]);
  assert.equal(message, 'forbidden: User "system:anonymous" cannot get path "/metrics"');
  assert.equal((await ask('/metrics', { headers: { authorization: 'Bearer nonsense' } }))[0], 401);
  const { cert, key } = served.pki.admin;
  const [allowed, metrics] = await ask('/metrics', { cert, key });
  assert.equal(allowed, 200);
  assert.match(metrics, /^workqueue_adds_total\{name="serviceaccount"\} [1-9]/m);
  assert.deepEqual(await ask('/nothing', { cert, key }), [404, '404 page not found\n']);
});
