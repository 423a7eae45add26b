import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonOf, Web } from '../http/web.ts';
import { type Any, pod, Rig } from '../rig.ts';

const namespaced = (labels: object): Any => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n', labels } });
const label = (mode: string): string => `pod-security.kubernetes.io/${mode}`;
const at = { namespace: 'n' } as const;
const WHY = 'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false)';
const safe = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    { name: 'c', image: 'i', securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } },
  ],
};
const inNamespace = (labels: object): Rig => {
  const rig = new Rig();
  rig.ok('create', 'namespaces', { namespace: '', body: namespaced(labels) });
  rig.ok('create', 'serviceaccounts', { ...at, body: { metadata: { name: 'default' } } });
  return rig;
};

test('pod security: a pod that the level forbids: refused; one that keeps to it: made', () => {
  const rig = inNamespace({ [label('enforce')]: 'restricted' });
  const refused = rig.refusal('create', 'pods', { ...at, body: pod('p') });
  assert.ok(
    refused.startsWith(`403 Forbidden: pods "p" is forbidden: violates PodSecurity "restricted:latest": ${WHY}, `),
    refused,
  );
  rig.ok('create', 'pods', { ...at, body: pod('p', safe) });
  // What no check looks at may change.
  const labels = { metadata: { labels: { a: 'b' } } };
  rig.ok('patch', 'pods', { ...at, name: 'p', patchType: 'merge', body: labels });
  const debug = { spec: { ephemeralContainers: [{ name: 'd', image: 'i' }] } };
  const added = { ...at, name: 'p', subresource: 'ephemeralcontainers', patchType: 'strategic', body: debug } as const;
  assert.match(rig.refusal('patch', 'pods', added), /violates PodSecurity "restricted:latest": .*container "d"/);
  assert.equal(rig.ask('create', 'pods', { body: pod('free') }).code, 201);
});

test('pod security: a workload: made, and told what its pods will hear', () => {
  const web = new Web();
  const of = '/api/v1/namespaces';
  web.http('POST', of, { json: namespaced({ [label('enforce')]: 'restricted', [label('warn')]: 'baseline' }) });
  const template = { metadata: { labels: { a: 'b' } }, spec: { ...pod('p').spec, hostNetwork: true } };
  const json = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: { selector: { matchLabels: { a: 'b' } }, template },
  };
  const made = web.http('POST', '/apis/apps/v1/namespaces/n/deployments', { json });
  assert.equal(made.code, 201, made.text);
  assert.deepEqual(made.headers['warning'], [
    '299 - "would violate PodSecurity \\"baseline:latest\\": host namespaces (hostNetwork=true)"',
  ]);
  assert.equal(jsonOf(web.http('GET', '/apis/apps/v1/namespaces/n/deployments/d')).metadata.name, 'd');
});

test('pod security: a namespace: its labels are checked, and a new level is tried on its pods', () => {
  const rig = inNamespace({});
  for (const name of ['y', 'x']) rig.ok('create', 'pods', { ...at, body: pod(name, { hostPID: true }) });
  const to = (value: string): Any => ({
    namespace: '',
    name: 'n',
    patchType: 'merge',
    body: { metadata: { labels: { [label('enforce')]: value } } },
  });
  assert.equal(
    rig.refusal('patch', 'namespaces', to('strict')),
    '422 Invalid: Namespace "n" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted',
  );
  assert.deepEqual(rig.ask('patch', 'namespaces', to('baseline')).warnings, [
    'existing pods in namespace "n" violate the new PodSecurity enforce level "baseline:latest"',
    'x (and 1 other pod): host namespaces',
  ]);
  assert.equal(rig.ask('patch', 'namespaces', to('privileged')).warnings, undefined);
});
