import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceSpec } from '../api/types/service.ts';
import { planService } from './logic.ts';
import { endpoint, service, slice } from './samples.ts';

const node = { name: 'n1', ip: '10.244.0.2' };
const ips = (backends: readonly { readonly ip: string }[] | undefined): readonly string[] =>
  (backends ?? []).map(({ ip }) => ip);

test('kube-proxy: plan: which endpoints get new connections', () => {
  const table = [
    ['ready ones only', [endpoint('a'), endpoint('b', { ready: false })], ['a']],
    ['no conditions means ready', [endpoint('a', {})], ['a']],
    ['none ready: those that still serve', [endpoint('a', { ready: false, serving: true, terminating: true })], ['a']],
    ['none serves', [endpoint('a', { ready: false, serving: false, terminating: true })], []],
    ['not ready yet is not serving on its way out', [endpoint('a', { ready: false, serving: true })], []],
  ] as const;
  for (const [what, endpoints, want] of table)
    assert.deepEqual(ips(planService(service(), [slice(endpoints)], node)[0]?.backends), want, what);
});
test('kube-proxy: plan: an endpoint in two slices counts once, ready when one says so', () => {
  const slices = [slice([endpoint('a', { ready: false })], 's1'), slice([endpoint('a'), endpoint('b')], 's2')];
  assert.deepEqual(ips(planService(service(), slices, node)[0]?.backends), ['a', 'b']);
});
test('kube-proxy: plan: where each type listens', () => {
  const nodePort = service({
    type: 'LoadBalancer',
    ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080, nodePort: 30_080 }],
    externalIPs: ['192.0.2.7'],
    externalTrafficPolicy: 'Local',
  });
  assert.deepEqual(
    planService(nodePort, [], node)[0]?.listen.map((at) => `${at.kind} ${at.ip}:${at.port} ${at.local}`),
    [
      'service 10.96.0.9:80 false',
      'shared 192.0.2.7:80 true',
      'own 10.244.0.2:30080 true',
      'shared 127.0.0.1:30080 true',
    ],
  );
  assert.deepEqual(planService(service({ clusterIP: 'None', clusterIPs: ['None'] }), [], node), []);
  assert.deepEqual(planService(service({ type: 'ExternalName' }), [], node), []);
  assert.deepEqual(planService(undefined, [], node), []);
});
test('kube-proxy: plan: traffic policy Local: this node’s endpoints', () => {
  const endpoints = [endpoint('a'), endpoint('b', { ready: true }, 'n2')];
  assert.deepEqual(ips(planService(service(), [slice(endpoints)], node)[0]?.localBackends), ['a']);
});
test('kube-proxy: plan: session affinity: the time a client stays', () => {
  const affinityOf = (spec: Partial<ServiceSpec>) => planService(service(spec), [], node)[0]?.affinityMs;
  assert.equal(affinityOf({}), 0);
  assert.equal(affinityOf({ sessionAffinity: 'ClientIP' }), 10_800_000);
  const short = { clientIP: { timeoutSeconds: 5 } };
  assert.equal(affinityOf({ sessionAffinity: 'ClientIP', sessionAffinityConfig: short }), 5_000);
});
