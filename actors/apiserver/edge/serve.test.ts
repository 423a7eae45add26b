//! Over real sockets: TLS, client certificates, and the real kubectl where there is one (KUBECTL, or on the PATH).
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { Host } from '../../../runtime/host.ts';
import { MemoryLog } from '../../../runtime/log/memory.ts';
import { realPorts } from '../../../runtime/real/ports.ts';
import { startEtcd } from '../../etcd/index.ts';
import { createPki } from './pki.ts';
import { type Served, serve } from './serve.ts';

const dir = mkdtempSync(join(tmpdir(), 'orrery-apiserver-'));
const kubeconfig = join(dir, 'kubeconfig');
const host = new Host('edge', 'edge-test', realPorts({ level: 'silent' }));
let served: Served;

before(async () => {
  startEtcd(host, { log: new MemoryLog() });
  let ready = (): void => {};
  const isReady = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const pkiDir = join(dir, 'pki');
  served = await serve(host, { port: 0, address: '127.0.0.1', kubeconfig, pkiDir, onReady: () => ready() });
  served.start();
  await isReady;
});
after(async () => {
  await served.https.close();
  host.kill();
  rmSync(dir, { recursive: true, force: true });
});

interface Ask {
  readonly method?: string;
  readonly body?: string;
  readonly anonymous?: boolean;
  readonly headers?: Record<string, string>;
}
const call = (path: string, ask: Ask = {}): Promise<{ code: number; text: string }> =>
  new Promise((resolve, reject) => {
    const { pki, https } = served;
    const own = ask.anonymous ? {} : { cert: pki.admin.cert, key: pki.admin.key };
    const options = {
      port: https.port,
      host: '127.0.0.1',
      path,
      method: ask.method ?? 'GET',
      ca: pki.ca,
      agent: false,
    };
    const asked = request({ ...options, ...own, headers: ask.headers ?? {} }, (response) => {
      let text = '';
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ code: response.statusCode ?? 0, text }));
    });
    asked.on('error', reject);
    asked.end(ask.body);
  });

test('https: certificates: of one CA, for the right names, files for their owner only', async () => {
  const { pki } = served;
  const ca = new X509Certificate(pki.ca);
  const server = new X509Certificate(pki.server.cert);
  assert.ok(ca.ca && ca.verify(ca.publicKey) && server.verify(ca.publicKey) && server.checkIssued(ca));
  for (const name of ['localhost', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'])
    assert.equal(server.checkHost(name), name);
  for (const ip of ['127.0.0.1', '10.96.0.1']) assert.equal(server.checkIP(ip), ip);
  assert.match(server.subjectAltName ?? '', /IP Address:0:0:0:0:0:0:0:1/);
  for (const file of [kubeconfig, join(dir, 'pki/ca.key')]) assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal((await createPki(host)).ca, pki.ca, 'another process of the cluster has the same CA');
});

test('https: with the certificate, without, with a token', async () => {
  assert.equal((await call('/api/v1/namespaces')).code, 200);
  assert.equal((await call('/api/v1/namespaces', { anonymous: true })).code, 403);
  const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
  const { token } = JSON.parse((await call(path, { method: 'POST', body: '{}' })).text).status;
  const bearer = (given: string): Ask => ({ anonymous: true, headers: { authorization: `Bearer ${given}` } });
  assert.equal((await call('/api/v1/namespaces', bearer(token))).code, 403);
  assert.equal((await call('/api/v1/namespaces', bearer(`${token.slice(0, -6)}AAAAAA`))).code, 401);
});

test('https: broken handshakes, half requests, bodies too large: the server goes on', async () => {
  for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\x02\x00', '\0'.repeat(1_000)])
    await new Promise<void>((resolve) => {
      const socket = connect(served.https.port, '127.0.0.1', () => socket.end(bytes));
      socket.on('error', () => resolve()).on('close', () => resolve());
      socket.resume();
    });
  const body = 'x'.repeat(4 * 1024 * 1024);
  const large = await call('/api/v1/namespaces/default/configmaps', { method: 'POST', body }).catch(() => undefined);
  if (large !== undefined) assert.match(large.text, /limit is 3145728/);
  assert.equal((await call('/readyz')).text, 'ok');
});

const KUBECTL = process.env['KUBECTL']?.split(delimiter)[0] ?? 'kubectl';
const hasKubectl = ((): boolean => {
  try {
    execFileSync(KUBECTL, ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const kubectl = (...args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: dir };
    execFile(KUBECTL, args, { env, timeout: 30_000 }, (_, out, error) => resolve(`${out}${error}`));
  });

test('kubectl: what people type: as from a real cluster', { skip: hasKubectl ? false : 'no kubectl' }, async () => {
  const file = join(dir, 'web.yaml');
  const pod = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } };
  const spec = { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: pod };
  writeFileSync(file, JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec }));
  const table: [string, RegExp][] = [
    ['version', /Server Version: v1\.36/],
    ['get namespaces', /kube-system +Active/],
    ['api-resources --api-group=apps', /deployments +deploy +apps\/v1 +true +Deployment/],
    ['auth whoami', /kubernetes-admin/],
    ['auth can-i delete nodes', /^yes/],
    [`apply -f ${file}`, /deployment.apps\/web created/],
    [`apply -f ${file}`, /deployment.apps\/web unchanged/],
    ['get deployments', /web +0\/3 +0 +0/],
    ['scale deployment web --replicas=5', /scaled/],
    ['set image deployment/web nginx=nginx:2', /image updated/],
    ['get deployment web -o jsonpath={.spec.replicas}/{.metadata.generation}', /^5\/3$/],
    ['label deployment web tier=front', /labeled/],
    ['annotate deployment web note=yes', /annotated/],
    ['get deployments -l tier=front -o name', /^deployment.apps\/web$/m],
    ['describe deployment web', /Replicas: +5 desired/],
    ['create configmap settings --from-literal=a=b', /configmap\/settings created/],
    ['patch configmap settings -p {"data":{"c":"d"}}', /patched/],
    ['get configmap settings -o yaml', /c: d/],
    ['expose deployment web --port=80 --type=NodePort', /service\/web exposed/],
    ['get service web', /NodePort +10\.96\.\d+\.\d+ +<none> +80:3\d{4}\/TCP/],
    ['create token default', /^ey[\w-]+\.ey/],
    ['explain deployment.spec.strategy', /DeploymentStrategy/],
    ['get pods nobody', /pods "nobody" not found/],
    ['delete deployment web', /deployment.apps "web" deleted/],
    ['delete configmap,service --all', /configmap "settings" deleted/],
  ];
  for (const [words, wanted] of table) assert.match(await kubectl(...words.split(' ')), wanted, words);
});
