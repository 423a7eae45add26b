//! Real webhooks: servers with certificates of their own, called by URL and at an endpoint of a Service.
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { after, before } from 'node:test';
import { makeCertificate } from '../../runtime/real/certificate.ts';
import { eventually } from './eventually.ts';
import { startUp, stopEverything, type Up } from './harness.ts';
import type { Answer } from './https.ts';
import { stories } from './story.ts';

const authority = makeCertificate({ subject: { commonName: 'hooks' }, nowMs: Date.now() });
const own = makeCertificate({
  subject: { commonName: 'hook' },
  issuer: { identity: { commonName: 'hooks' }, privateKey: createPrivateKey(authority.key) },
  usage: 'server',
  names: ['127.0.0.1', 'hook.default.svc'],
  nowMs: Date.now(),
});
const caBundle = Buffer.from(authority.cert).toString('base64');
/** `/label` adds a label, `/deny` refuses, `/break` answers nonsense. */
const server = createServer({ key: own.key, cert: own.cert }, (request, response) => {
  let body = '';
  request.on('data', (part) => {
    body += String(part);
  });
  request.on('end', () => {
    if (request.url?.startsWith('/break')) return void response.writeHead(500).end('no');
    const { uid } = JSON.parse(body).request;
    const patch = Buffer.from(JSON.stringify([{ op: 'add', path: '/metadata/labels', value: { seen: 'yes' } }]));
    const answer = request.url?.startsWith('/deny')
      ? { uid, allowed: false, status: { code: 403, reason: 'Forbidden', message: 'not here' } }
      : { uid, allowed: true, patchType: 'JSONPatch', patch: patch.toString('base64'), warnings: ['labelled'] };
    response.end(JSON.stringify({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', response: answer }));
  });
});
/** Where others on this machine reach us: an endpoint must not be a loopback address. */
const address = Object.values(networkInterfaces())
  .flatMap((found) => found ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

let up: Up;
let port = 0;
const story = stories(() => up?.program.report() ?? '');
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  port = (server.address() as AddressInfo).port;
  up = await startUp({ nodes: 0, engine: 'simulated' });
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await stopEverything();
});

const MAPS = '/api/v1/namespaces/default/configmaps';
const HOOKS = '/apis/admissionregistration.k8s.io/v1';
const make = (name: string): Promise<Answer> =>
  up.call(MAPS, { body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } } });
async function configured(kind: 'mutating' | 'validating', clientConfig: object, more: object = {}): Promise<string> {
  const rules = [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }];
  const webhook = { name: 'h.example.com', rules, sideEffects: 'None', admissionReviewVersions: ['v1'], ...more };
  const url = `${HOOKS}/${kind}webhookconfigurations`;
  const body = { metadata: { generateName: 'h-' }, webhooks: [{ ...webhook, clientConfig }] };
  const made = await up.call(url, { body });
  assert.equal(made.code, 201, made.text);
  return `${url}/${made.json.metadata.name}`;
}
/** From now until it is removed. */
async function during(hook: string, names: string, wanted: (answer: Answer) => boolean): Promise<Answer> {
  let last: Answer | undefined;
  let tries = 0;
  await eventually('the webhook counts', async () => {
    last = await make(`${names}-${++tries}`);
    return wanted(last);
  });
  assert.equal((await up.call(hook, { method: 'DELETE' })).code, 200);
  return last!;
}

story('webhooks: by URL: the object is changed, the warning told', async () => {
  const hook = await configured('mutating', { url: `https://127.0.0.1:${port}/label`, caBundle });
  const answer = await during(hook, 'url', ({ json }) => json.metadata?.labels?.seen === 'yes');
  assert.match(String(answer.headers['warning']), /labelled/);
});

story(
  'webhooks: by a Service: at its endpoint, under its name',
  async () => {
    const ports = [{ name: 'https', port: 443 }];
    const service = await up.call('/api/v1/namespaces/default/services', {
      body: { metadata: { name: 'hook' }, spec: { ports } },
    });
    assert.equal(service.code, 201, service.text);
    const slice = await up.call('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
      body: {
        metadata: { name: 'hook-1', labels: { 'kubernetes.io/service-name': 'hook' } },
        addressType: 'IPv4',
        endpoints: [{ addresses: [address] }],
        ports: [{ name: 'https', port }],
      },
    });
    assert.equal(slice.code, 201, slice.text);
    const to = { service: { namespace: 'default', name: 'hook', path: '/deny' }, caBundle };
    const answer = await during(await configured('validating', to), 'service', ({ code }) => code === 403);
    assert.equal(answer.json.message, 'admission webhook "h.example.com" denied the request: not here');
  },
  { skip: address === undefined && 'this machine has no address but loopback' },
);

story('webhooks: that fail: refused, or passed over where the policy says so', async () => {
  const broken = { url: `https://127.0.0.1:${port}/break`, caBundle };
  const hook = await configured('validating', broken);
  const answer = await during(hook, 'broken', ({ code }) => code === 500);
  assert.match(
    answer.json.message,
    /^Internal error occurred: failed calling webhook "h.example.com": failed to call webhook: an error on the server/,
  );
  const open = await configured('validating', broken, { failurePolicy: 'Ignore' });
  await during(open, 'open', ({ code }) => code === 201);
  const strange = await configured('validating', { url: `https://127.0.0.1:${port}/label` });
  const refused = await during(strange, 'strange', ({ code }) => code === 500);
  assert.match(refused.json.message, /x509: certificate signed by unknown authority$/);
});
