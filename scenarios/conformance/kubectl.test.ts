//! What kubectl must find: driven for real, as the original tests do.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { join } from 'node:path';
import { scratch } from '../e2e/harness.ts';
import type { Any } from './api.ts';
import { conformanceTests } from './conformance.ts';

const conformance = conformanceTests();
const POD = (image: string): Any => ({ containers: [{ name: 'c', image }] });

conformance(
  '[sig-cli] Kubectl client Kubectl api-versions should check if v1 is in available api versions [Conformance]',
  async ({ up }) => {
    assert.match(await up.kubectl().run('api-versions'), /^v1$/m);
  },
);
conformance(
  '[sig-cli] Kubectl client Kubectl cluster-info should check if Kubernetes control plane services is included in cluster-info [Conformance]',
  async ({ up }) => {
    assert.match(await up.kubectl().run('cluster-info'), /Kubernetes control plane.* is running at/);
  },
);
conformance(
  '[sig-cli] Kubectl client Kubectl version should check is all data is printed [Conformance]',
  async ({ up }) => {
    const said = await up.kubectl().run('version');
    for (const part of ['Client Version: v', 'Server Version: v']) assert.ok(said.includes(part), said);
  },
);
conformance(
  '[sig-cli] Kubectl client Kubectl run pod should create a pod from an image when restart is Never [Conformance]',
  async ({ up, namespace }) => {
    await up.kubectl().run(`run e2e-test-pod --restart=Never --image=nginx:1 -n ${namespace}`);
    const { spec } = await up.kubectl().json(`get pod e2e-test-pod -n ${namespace}`);
    assert.deepEqual([spec.containers[0].image, spec.restartPolicy], ['nginx:1', 'Never']);
  },
);
conformance(
  '[sig-cli] Kubectl client Kubectl server-side dry-run should check if kubectl can dry-run update Pods [Conformance]',
  async (api) => {
    const { up, namespace } = api;
    await api.create(`/api/v1/namespaces/${namespace}/pods`, { metadata: { name: 'dry' }, spec: POD('nginx:1') });
    const patch = JSON.stringify({ spec: { containers: [{ name: 'c', image: 'busybox:1' }] } });
    await up.kubectl().run(['patch', 'pod', 'dry', '-p', patch, '--dry-run=server', '-n', namespace]);
    assert.equal((await api.get(`/api/v1/namespaces/${namespace}/pods/dry`)).spec.containers[0].image, 'nginx:1');
  },
);
conformance(
  '[sig-cli] Kubectl client Kubectl diff should check if kubectl diff finds a difference for Deployments [Conformance]',
  async ({ up, namespace }) => {
    const deployment = (image: string): string =>
      JSON.stringify({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'differs', namespace },
        spec: {
          selector: { matchLabels: { a: 'b' } },
          template: { metadata: { labels: { a: 'b' } }, spec: POD(image) },
        },
      });
    await up.kubectl().run('create -f -', { stdin: deployment('nginx:1') });
    const { code, stdout } = await up.kubectl().try('diff -f -', { stdin: deployment('busybox:1') });
    assert.equal(code, 1);
    assert.match(stdout, /nginx:1.*busybox:1/s);
  },
);
conformance(
  '[sig-cli] Kubectl client Proxy server should support proxy with --port 0 [Conformance]',
  async ({ up }) => {
    const proxy = up.kubectl().start('proxy -p 0 --disable-filter');
    const line = await proxy.line(/Starting to serve on 127\.0\.0\.1:\d+/, 20_000);
    const port = /:(\d+)/.exec(line)![1]!;
    const answer = await fetch(`http://127.0.0.1:${port}/api/`);
    assert.deepEqual(((await answer.json()) as Any).versions, ['v1']);
    await proxy.stop();
  },
);
conformance(
  '[sig-cli] Kubectl client Proxy server should support --unix-socket=/path [Conformance]',
  async ({ up }) => {
    const socketPath = join(scratch(), 'test');
    const proxy = up.kubectl().start(`proxy --unix-socket=${socketPath}`);
    await proxy.line(/Starting to serve on/, 20_000);
    const text = await new Promise<string>((resolve, reject) => {
      const asked = request({ socketPath, path: '/api/' }, (response) => {
        let said = '';
        response.on('data', (chunk: Buffer) => {
          said += chunk.toString();
        });
        response.on('end', () => resolve(said));
      });
      asked.on('error', reject);
      asked.end();
    });
    assert.deepEqual(JSON.parse(text).versions, ['v1']);
    await proxy.stop();
  },
);
