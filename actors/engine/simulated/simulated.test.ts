import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerOf, engineContract } from '../contract.ts';
import type { SandboxSpec } from '../protocol.ts';
import { SimulatedRig } from './rig.ts';
import { runScript, type Shell } from './script.ts';
import { behaviourOf, durationMs } from './workload.ts';

engineContract('simulated engine', async () => new SimulatedRig());

const spec = (image: string, more: object = {}) => ({
  name: 'main',
  image,
  command: [],
  args: [],
  annotations: {},
  ...more,
});
const sandbox = (podUid: string): SandboxSpec => ({
  podUid,
  namespace: 'default',
  name: podUid,
  hostNetwork: false,
  hostname: podUid,
  labels: {},
  annotations: {},
});

test('workload: image, command, rule, annotation: the later wins', () => {
  assert.deepEqual(behaviourOf(spec('docker.io/library/nginx:1.27'), []).listens, [80]);
  assert.equal(behaviourOf(spec('nginx', { command: ['sleep', '3'] }), []).script, 'sleep 3');
  const rules = [{ image: 'shop', behaviour: { httpStatus: 503 } }];
  assert.equal(behaviourOf(spec('registry.test/shop:2'), rules).httpStatus, 503);
  const annotations = { 'orrery.dev/http-status': '404', 'orrery.dev/main.start-delay': '200ms' };
  const behaviour = behaviourOf(spec('shop', { annotations }), rules);
  assert.deepEqual([behaviour.httpStatus, behaviour.startDelayMs], [404, 200]);
  const exits = behaviourOf(spec('shop', { annotations: { 'orrery.dev/exit-code': '2' } }), []);
  assert.deepEqual([exits.runTimeMs, exits.exitCode], [0, 2]);
});
test('durationMs: units: each', () => {
  const table = [
    ['200ms', 200],
    ['1.5s', 1_500],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['7', 7_000],
  ] as const;
  for (const [text, want] of table) assert.equal(durationMs(text), want, text);
});
test('script: what people put into test pods: prints, sleeps, exits', () => {
  const run = (text: string): readonly [string, number, number] => {
    const printed: string[] = [];
    const print = (line: string): void => void printed.push(line);
    const shell: Shell = { files: new Map(), env: { A: 'x' }, hostname: 'h', print, complain: print };
    let slept = 0;
    const program = runScript(text, shell);
    for (let i = 0; i < 20; i++) {
      const step = program.next();
      if (step.done) return [printed.join('|'), slept, step.value];
      slept += step.value;
    }
    return [printed.join('|'), slept, -1];
  };
  const table = [
    ['echo hi; sleep 5; exit 3', 'hi', 5_000, 3],
    ['exit 1', '', 0, 1],
    ['false || echo "saved; $A"', 'saved; x', 0, 0],
    ['false && echo no', '', 0, 1],
    ["echo 'a b'\necho c # ", 'a b|c #', 0, 0],
    [
      'touch /tmp/x; cat /tmp/x && echo ok; rm -f /tmp/x; cat /tmp/x',
      "ok|cat: can't open '/tmp/x': No such file or directory",
      0,
      1,
    ],
    ['echo data > /f; cat /f', 'data', 0, 0],
    ['[ -f /none ] || exit 7', '', 0, 7],
    ['while true; do echo t; sleep 1; done', Array(20).fill('t').join('|'), 20_000, -1],
    ['sleep 1h', '', 3_600_000, 0],
  ] as const;
  for (const [text, printed, slept, code] of table) assert.deepEqual(run(text), [printed, slept, code], text);
});
test('simulated engine: crash: told as an exit with that code', async () => {
  const rig = new SimulatedRig();
  await rig.attach();
  rig.now({ type: 'sandbox.run', spec: sandbox('a') });
  rig.now({ type: 'container.start', spec: containerOf({ podUid: 'a', image: 'nginx' }) });
  rig.now({ type: 'sim.crash', podUid: 'a', container: 'main', exitCode: 139 });
  rig.world.advance(10);
  assert.deepEqual(
    rig.exits.map(({ exitCode, signal }) => [exitCode, signal]),
    [[139, 11]],
  );
});
test('simulated engine: HTTP to a pod: answered by who listens', async () => {
  const rig = new SimulatedRig();
  const ran = rig.now({ type: 'sandbox.run', spec: sandbox('a') });
  assert.ok(ran.ok && ran.value.type === 'sandbox.running');
  rig.now({ type: 'container.start', spec: containerOf({ podUid: 'a', image: 'traefik/whoami' }) });
  const answer = rig.now({ type: 'sim.http', ip: ran.value.ip, port: 80, path: '/x' });
  assert.ok(answer.ok && answer.value.type === 'sim.answered');
  assert.match(answer.value.body, /Hostname: a\n/);
  assert.equal(rig.now({ type: 'sim.http', ip: ran.value.ip, port: 81, path: '/' }).ok, false);
});
test('simulated engine: more memory than its limit: OOM-killed', async () => {
  const rig = new SimulatedRig({ workloads: [{ image: 'hog', behaviour: { memoryBytes: 200 } }] });
  await rig.attach();
  rig.now({ type: 'sandbox.run', spec: sandbox('a') });
  rig.now({ type: 'container.start', spec: containerOf({ podUid: 'a', image: 'hog', memoryBytes: 100 }) });
  rig.world.advance(10);
  assert.deepEqual(
    rig.exits.map(({ exitCode, oomKilled }) => [exitCode, oomKilled]),
    [[137, true]],
  );
});
test('simulated engine: trap for TERM: it decides the exit', async () => {
  const rig = new SimulatedRig();
  await rig.attach();
  rig.now({ type: 'sandbox.run', spec: sandbox('a') });
  const command = ['sh', '-c', 'trap "exit 7" TERM; while :; do sleep 1; done'];
  const started = rig.now({ type: 'container.start', spec: containerOf({ podUid: 'a', command }) });
  assert.ok(started.ok && started.value.type === 'container.started');
  rig.world.advance(10);
  rig.now({ type: 'container.stop', id: started.value.id, graceMs: 1_000 });
  rig.world.advance(10);
  assert.deepEqual(
    rig.exits.map(({ exitCode }) => exitCode),
    [7],
  );
});
test('simulated engine: all addresses taken: Busy', () => {
  const rig = new SimulatedRig({ podCidr: '10.244.1.0/29' });
  const ran = Array.from({ length: 6 }, (_, i) => rig.now({ type: 'sandbox.run', spec: sandbox(`p${i}`) }));
  assert.deepEqual(
    ran.map((result) => result.ok || result.fault.reason),
    [true, true, true, true, true, 'Busy'],
  );
});
