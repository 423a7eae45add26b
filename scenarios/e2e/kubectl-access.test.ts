//! What a person sees of access and admission: levels of pods, a node's certificate, tokens, and the log of it all.
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { makeCertificate } from '../../runtime/real/certificate.ts';
import { eventually } from './eventually.ts';
import { scratch, startUp, stopEverything, type Up } from './harness.ts';
import { Kubectl } from './kubectl.ts';
import { stories } from './story.ts';
import { kubectlBinaries, without } from './tools.ts';

const none = without.kubectl();
const [binary] = none ? [] : kubectlBinaries();
let up: Up;
let k: Kubectl;
let dir: string;
const story = stories(() => up?.program.report() ?? '', { skip: none });
const POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: RequestResponse
  resources: [{ group: "", resources: [configmaps] }]
  verbs: [create, delete]
- level: Metadata
  resources: [{ group: "", resources: [pods, pods/exec] }]
`;

before(async () => {
  if (none) return;
  dir = scratch();
  writeFileSync(join(dir, 'policy.yaml'), POLICY);
  writeFileSync(join(dir, 'tokens.csv'), 'secret-1,ann,u-1,"devs,ops"\n');
  const file = (name: string): string => join(dir, name);
  const audit = ['--audit-policy-file', file('policy.yaml'), '--audit-log-path', file('audit.log')];
  const args = [...audit, '--token-auth-file', file('tokens.csv'), '--anonymous-auth', 'false'];
  up = await startUp({ engine: 'simulated', nodes: 2, args });
  k = up.kubectl(binary!.path);
});
after(stopEverything);
// biome-ignore lint/suspicious/noExplicitAny: an audit event
const events = (): any[] =>
  readFileSync(join(dir, 'audit.log'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
/** A kubectl under other credentials. */
function as(name: string, user: string): Kubectl {
  const own = readFileSync(up.kubeconfig, 'utf8');
  const path = join(dir, `${name}.kubeconfig`);
  writeFileSync(path, own.replace(/ {4}client-certificate-data: .*\n {4}client-key-data: .*\n/, user));
  return new Kubectl(binary!.path, path, join(dir, name));
}
const indented = (key: string, text: string): string => `    ${key}: ${Buffer.from(text).toString('base64')}\n`;

story('kubectl: a namespace that demands security: warns of workloads, refuses pods', async () => {
  await k.run('create namespace strict');
  await k.run('label namespace strict pod-security.kubernetes.io/enforce=restricted');
  await k.run('label namespace strict pod-security.kubernetes.io/warn=restricted');
  const refused = await k.fails('run open --image=nginx -n strict');
  assert.match(
    refused,
    /Error from server \(Forbidden\): pods "open" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false \(container "open" must set securityContext.allowPrivilegeEscalation=false\)/,
  );
  const { stderr } = await k.both('create deployment web --image=nginx -n strict');
  assert.match(stderr, /^Warning: would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false/);
  await eventually('the controller is refused, too', async () =>
    /violates PodSecurity/.test(await k.run('get events -n strict --field-selector reason=FailedCreate')),
  );
  assert.match(
    await k.fails('label namespace strict --overwrite pod-security.kubernetes.io/enforce=strict'),
    /Invalid value: "strict": must be one of privileged, baseline, restricted/,
  );
});

story('kubectl: with a node’s certificate: what is its own, and no more', async () => {
  const issuer = {
    identity: { commonName: 'orrery-ca' },
    privateKey: createPrivateKey(readFileSync(join(up.dataDir, 'pki', 'ca.key'))),
  };
  const subject = { commonName: 'system:node:node-1', organizations: ['system:nodes'] };
  const { cert, key } = makeCertificate({ subject, issuer, usage: 'client', nowMs: Date.now() });
  const node = as('node', indented('client-certificate-data', cert) + indented('client-key-data', key));
  assert.match(await node.run('get node node-1'), /node-1 +Ready/);
  assert.match(await node.fails('get nodes'), /node 'node-1' cannot read all nodes, only its own Node object/);
  assert.match(await node.fails('get secrets -A'), /Forbidden/);
  assert.match(
    await node.fails('label node node-1 node-role.kubernetes.io/control-plane='),
    /is not allowed to modify labels: node-role.kubernetes.io\/control-plane/,
  );
  await node.run('label node node-1 example.com/mine=yes');
  await k.run('create secret generic s --from-literal=a=b');
  assert.match(await node.fails('get secret s'), /no relationship found between node 'node-1' and this object/);
  const volumes = [{ name: 'v', secret: { secretName: 's' } }];
  const spec = { nodeName: 'node-1', containers: [{ name: 'c', image: 'nginx' }], volumes };
  await k.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'uses' }, spec });
  assert.match(await node.run('get secret s'), /Opaque/);
});

story('kubectl: a token of the file: is somebody; nothing at all: nobody', async () => {
  const ann = as('ann', '    token: secret-1\n');
  assert.match(await ann.run('auth whoami'), /Username +ann\nUID +u-1\nGroups +\[devs ops system:authenticated\]/);
  assert.match(await as('nobody', '    token: wrong\n').fails('get pods'), /You must be logged in|Unauthorized/);
  assert.equal((await up.call('/version', { certificate: false })).code, 401);
});

story('kubectl: a policy with an expression that fits nothing: says so in its status', async () => {
  const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] };
  const spec = {
    matchConstraints: { resourceRules: [rule] },
    validations: [{ expression: "object.spec.replicas > '1'" }],
  };
  await k.apply({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'odd' },
    spec,
  });
  await eventually('it is told', async () => {
    const { status } = await k.json('get validatingadmissionpolicy odd');
    return /found no matching overload/.test(status?.typeChecking?.expressionWarnings?.[0]?.warning ?? '');
  });
});

story('kubectl: priority levels: shown by the server', async () => {
  const said = await k.run('get --raw /debug/api_priority_and_fairness/dump_priority_levels');
  assert.match(said, /^PriorityLevelName, +ActiveQueues, +IsIdle, .*\ncatch-all, +0, +true, +false, /);
});

story('audit log: who did what: a line each, with the objects where the policy asks for them', async () => {
  await k.run('create configmap noted --from-literal=a=b');
  const made = events().find(({ verb, objectRef }) => verb === 'create' && objectRef.name === 'noted');
  assert.deepEqual(
    [made.level, made.stage, made.user.username, made.responseStatus.code, made.requestObject.data],
    ['RequestResponse', 'ResponseComplete', 'kubernetes-admin', 201, { a: 'b' }],
  );
  assert.match(made.userAgent, /^kubectl/);
  assert.deepEqual(made.sourceIPs, ['127.0.0.1']);
  const refused = events().find(
    ({ objectRef, responseStatus }) => objectRef.name === 'open' && responseStatus.code === 403,
  );
  assert.equal(refused.annotations['pod-security.kubernetes.io/enforce-policy'], 'restricted:latest');
});
