//! Our scheduler and controllers for an API server that they reach by a kubeconfig only: two of each, leaders by Lease.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { eventually } from './eventually.ts';
import { freePort, orrery, reached, scratch, startBroker, startJoin, stopEverything, type Up } from './harness.ts';
import type { Kubectl } from './kubectl.ts';
import { list, sleepers } from './manifests.ts';
import type { Program } from './program.ts';
import { stories } from './story.ts';
import { without } from './tools.ts';

const none = without.program('nats-server') || without.kubectl();
const programs: Program[] = [];
const story = stories(() => programs.map((program) => program.report()).join('\n'), { skip: none, timeoutMs: 180_000 });
let dir = '';
let port = 0;
let url = '';
let server: Pick<Up, 'kubectl' | 'call'>;
let k: Kubectl;
const plane = async (roles: string, name: string): Promise<Program> => {
  const args = roles === 'apiserver' ? ['--kubeconfig', join(dir, 'kubeconfig')] : ['--node', 'node-1'];
  const program = startJoin({ url, roles, dataDir: join(dir, name), port, engine: 'simulated', args });
  programs.push(program);
  await program.line(/^ready/, 60_000);
  return program;
};
const brain = async (name: string): Promise<Program> => {
  const roles = ['--roles', 'scheduler,controllers', '--data-dir', join(dir, name)];
  const program = orrery(['join', '--kubeconfig', join(dir, 'kubeconfig'), ...roles]);
  programs.push(program);
  await program.line(/^ready/, 60_000);
  return program;
};
let apiserver: Program;
const brains = new Map<string, Program>();

before(async () => {
  if (none) return;
  dir = scratch();
  port = await freePort();
  url = (await startBroker()).url;
  // Who keeps and who serves, and a node; nobody who decides.
  await plane('etcd', 'etcd');
  apiserver = await plane('apiserver', 'apiserver');
  server = reached(join(dir, 'kubeconfig'), dir);
  k = server.kubectl();
  await plane('kubelet,kube-proxy', 'node');
});
after(stopEverything);

story('interchange: nobody decides; a scheduler and controllers join by a kubeconfig: pods run', async () => {
  await k.apply(list(sleepers('work', 3)));
  assert.equal(await k.run('get pods'), '');
  for (const name of ['one', 'two']) brains.set(name, await brain(name));
  await k.run('rollout status deployment/work --timeout=60s');
  const holders = await k.run('get lease -n kube-system -o jsonpath={.items[*].spec.holderIdentity}');
  assert.ok(holders.split(' ').length > 20, 'each controller has a Lease');
  const managers = await k.run(
    'get deployment work --show-managed-fields -o jsonpath={.metadata.managedFields[*].manager}',
  );
  assert.match(managers, /kube-controller-manager/);
});

story('interchange: the API server goes away and comes back: work goes on where it was', async () => {
  await apiserver.stop('SIGKILL');
  apiserver = await plane('apiserver', 'apiserver');
  await k.run('scale deployment work --replicas=5');
  await k.run('rollout status deployment/work --timeout=120s');
  await k.run('set env deployment/work GREETING=hello');
  await k.run('rollout status deployment/work --timeout=120s');
});

story('interchange: the one that leads is killed: the other takes over, nothing is made twice', async () => {
  const holder = await k.run('get lease -n kube-system deployment-controller -o jsonpath={.spec.holderIdentity}');
  const leads = [...brains.values()].find((program) => holder.includes(`-${program.child.pid}_`));
  assert.ok(leads, holder);
  await leads.stop('SIGKILL');
  await k.run('scale deployment work --replicas=2');
  await eventually('two are left', async () => (await k.run('get pods --no-headers')).trim().split('\n').length === 2, {
    timeoutMs: 90_000,
  });
  const taken = await k.run('get lease -n kube-system deployment-controller -o jsonpath={.spec.holderIdentity}');
  assert.notEqual(taken, holder);
});

story('interchange: what does not go: said in one sentence, exit 1', async () => {
  const kubeconfig = join(dir, 'kubeconfig');
  for (const [args, said] of [
    [['join', '--roles', 'scheduler'], /--nats <url> of a broker, or --kubeconfig <file>/],
    [['join', '--kubeconfig', kubeconfig, '--roles', 'etcd,scheduler'], /--roles etcd need a broker/],
    [['join', '--kubeconfig', join(dir, 'none'), '--roles', 'scheduler'], /none/],
  ] as const) {
    const program = orrery(args);
    assert.equal((await program.ended).code, 1, program.report());
    assert.match(program.stderr, said, program.report());
    assert.doesNotMatch(program.stderr, /\n\s+at /, 'no stack');
  }
});
