import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address } from '../../runtime/address.ts';
import type { Message } from '../../runtime/ports.ts';
import { condition, isReady, NodeRig } from './rig.ts';

test('kubelet: start: its node is registered and Ready within a second, its lease renewed', () => {
  const rig = new NodeRig({ nodes: 3 });
  const nodes = rig.list('nodes', '');
  assert.equal(nodes.length, 3);
  const [node] = nodes;
  assert.equal(condition(node, 'Ready').reason, 'KubeletReady');
  assert.equal(node.spec.podCIDR, '10.244.1.0/24');
  assert.equal(node.status.nodeInfo.containerRuntimeVersion, 'simulated://0.1.0');
  assert.equal(node.metadata.labels['kubernetes.io/hostname'], 'node-1');
  const renewed = (): string => rig.list('leases', 'kube-node-lease')[0]?.spec.renewTime;
  const first = renewed();
  rig.world.advance(11_000);
  assert.notEqual(renewed(), first);
});
test('kubelet: its node was of other addresses: another takes its name, with what people have set', () => {
  const rig = new NodeRig();
  rig.api.ok('create', 'nodes', {
    namespace: '',
    body: {
      metadata: { name: 'node-2', labels: { disk: 'fast' } },
      spec: { podCIDR: '10.9.2.0/24', podCIDRs: ['10.9.2.0/24'], unschedulable: true },
    },
  });
  const node = () => rig.list('nodes', '').find(({ metadata }) => metadata.name === 'node-2')!;
  const before = node();
  rig.startEngine(2);
  rig.startKubelet(2);
  rig.until('it is Ready', () => isReady(node()));
  const { metadata, spec } = node();
  assert.deepEqual([spec.podCIDR, spec.podCIDRs, spec.unschedulable], ['10.244.2.0/24', ['10.244.2.0/24'], true]);
  assert.equal(metadata.labels.disk, 'fast');
  assert.notEqual(metadata.uid, before.metadata.uid);
});
test('pod: bound to the node: runs, ready, with its address and events', () => {
  const rig = new NodeRig();
  rig.run('web', {});
  const pod = rig.untilPod('web', 'ready', isReady);
  assert.equal(pod.status.phase, 'Running');
  assert.match(pod.status.podIP, /^10\.244\.1\./);
  assert.equal(pod.status.hostIP, '10.0.0.1');
  const [status] = pod.status.containerStatuses;
  assert.match(status.containerID, /^simulated:\/\//);
  assert.deepEqual([status.ready, status.started, status.restartCount], [true, true, 0]);
  rig.world.advance(1_000);
  assert.deepEqual(
    rig
      .list('events')
      .filter((event) => event.involvedObject.kind === 'Pod')
      .map((event) => event.reason)
      .sort(),
    ['Created', 'Pulled', 'Pulling', 'Started'],
  );
});
test('pod: deleted: its container is stopped, then the object goes', () => {
  const rig = new NodeRig();
  rig.run('web', {});
  rig.untilPod('web', 'ready', isReady);
  rig.api.ok('delete', 'pods', { name: 'web' });
  rig.untilPod('web', 'gone', (pod) => pod === undefined, 10_000);
  rig.world.advance(100);
  assert.deepEqual(
    rig.world
      .host('node-1')
      .actors()
      .map(({ address }) => address.component)
      .filter((name) => name !== 'informer'),
    ['kubelet'],
  );
  assert.deepEqual(rig.held(), []);
});
test('pod: container crashes again and again: restarted with the back-off of Kubernetes', () => {
  const rig = new NodeRig();
  rig.run('crash', { containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', 'sleep 1; exit 1'] }] });
  const restarts = (): number => rig.status('crash')?.containerStatuses?.[0]?.restartCount ?? 0;
  const pod = rig.untilPod(
    'crash',
    'CrashLoopBackOff',
    (pod) => pod?.status?.containerStatuses?.[0]?.state.waiting?.reason === 'CrashLoopBackOff',
  );
  assert.equal(pod.status.phase, 'Running');
  assert.match(
    pod.status.containerStatuses[0].state.waiting.message,
    /^back-off 10s restarting failed container=main pod=crash_default\(/,
  );
  assert.equal(pod.status.containerStatuses[0].lastState.terminated.exitCode, 1);
  assert.equal(condition(pod, 'Ready').message, 'containers with unready status: [main]');
  const began = rig.world.clock.now();
  rig.until('five restarts', () => restarts() === 5);
  const seconds = (rig.world.clock.now() - began) / 1_000;
  assert.ok(seconds > 10 + 20 + 40 + 80 - 5 && seconds < 10 + 20 + 40 + 80 + 15, `${seconds}`);
});
test('pod: restartPolicy Never: Succeeded or Failed by exit code, and stays so', () => {
  const rig = new NodeRig();
  for (const [name, code, phase] of [
    ['good', 0, 'Succeeded'],
    ['bad', 3, 'Failed'],
  ] as const) {
    rig.run(name, {
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', `exit ${code}`] }],
    });
    const pod = rig.untilPod(name, phase, (pod) => pod?.status?.phase === phase, 10_000);
    assert.equal(pod.status.containerStatuses[0].state.terminated.exitCode, code);
  }
});
test('pod: init containers: one after the other, then the rest', () => {
  const rig = new NodeRig();
  const init = (name: string, script: string) => ({ name, image: 'busybox', command: ['sh', '-c', script] });
  rig.run('staged', { initContainers: [init('a', 'sleep 2'), init('b', 'sleep 2')] });
  const early = rig.untilPod('staged', 'initializing', (pod) => pod?.status?.initContainerStatuses?.[0]?.state.running);
  assert.equal(early.status.phase, 'Pending');
  assert.equal(early.status.containerStatuses[0].state.waiting.reason, 'PodInitializing');
  assert.equal(condition(early, 'Initialized').message, 'containers with incomplete status: [a b]');
  const pod = rig.untilPod('staged', 'ready', isReady, 10_000);
  assert.deepEqual(
    pod.status.initContainerStatuses.map(
      (one: { state: { terminated: { reason: string } } }) => one.state.terminated.reason,
    ),
    ['Completed', 'Completed'],
  );
});
test('pod: image that nobody has: ErrImagePull, then ImagePullBackOff', () => {
  const rig = new NodeRig();
  rig.run('lost', { containers: [{ name: 'main', image: 'registry.test/does-not-exist:1' }] });
  const waiting =
    (reason: string) => (pod: { status?: { containerStatuses?: { state: { waiting?: { reason: string } } }[] } }) =>
      pod?.status?.containerStatuses?.[0]?.state.waiting?.reason === reason;
  rig.untilPod('lost', 'ErrImagePull', waiting('ErrImagePull'));
  rig.untilPod('lost', 'ImagePullBackOff', waiting('ImagePullBackOff'));
  assert.equal(rig.status('lost').phase, 'Pending');
});
test('pod: ConfigMap missing: waits, and starts once it is there', () => {
  const rig = new NodeRig();
  const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'a' } } }];
  rig.run('env', {
    containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', 'echo $A; sleep 100'], env }],
  });
  const pod = rig.untilPod(
    'env',
    'config error',
    (pod) => pod?.status?.containerStatuses?.[0]?.state.waiting?.reason === 'CreateContainerConfigError',
  );
  assert.equal(pod.status.containerStatuses[0].state.waiting.message, 'configmap "settings" not found');
  rig.api.ok('create', 'configmaps', { body: { metadata: { name: 'settings' }, data: { a: '1' } } });
  rig.untilPod('env', 'ready', isReady, 30_000);
});
test('pod: readiness probe: unready until it passes, unready again when it fails', () => {
  const rig = new NodeRig();
  const probe = { httpGet: { path: '/', port: 80 }, periodSeconds: 1, failureThreshold: 2 };
  const pod = rig.run(
    'probed',
    { containers: [{ name: 'main', image: 'nginx', readinessProbe: probe }] },
    { annotations: { 'orrery.dev/ready-delay': '5s' } },
  );
  rig.untilPod('probed', 'running', (pod) => pod?.status?.phase === 'Running');
  assert.equal(isReady(rig.pod('probed')), false);
  rig.untilPod('probed', 'ready', isReady, 10_000);
  rig.ask({ type: 'sim.behave', podUid: pod.metadata.uid, container: 'main', httpStatus: 500 });
  rig.untilPod('probed', 'unready', (pod) => !isReady(pod), 5_000);
  rig.world.advance(500);
  assert.ok(rig.events('Unhealthy').includes('Readiness probe failed: HTTP probe failed with statuscode: 500'));
});
test('pod: liveness probe fails: its container is restarted', () => {
  const rig = new NodeRig();
  const livenessProbe = { exec: { command: ['cat', '/tmp/healthy'] }, periodSeconds: 1, failureThreshold: 3 };
  const command = ['sh', '-c', 'touch /tmp/healthy; sleep 10; rm -f /tmp/healthy; sleep 600'];
  rig.run('live', { containers: [{ name: 'main', image: 'busybox', command, livenessProbe }] });
  rig.untilPod('live', 'restarted', (pod) => pod?.status?.containerStatuses?.[0]?.restartCount === 1, 30_000);
  rig.world.advance(500);
  assert.ok(rig.events('Killing').includes('Container main failed liveness probe, will be restarted'));
});
test('kubelet: crashes and starts again: containers run on, unrestarted', () => {
  const rig = new NodeRig();
  rig.run('web', {});
  const before = rig.untilPod('web', 'ready', isReady);
  rig.world.crash('node-1');
  rig.world.advance(5_000);
  rig.startKubelet(1);
  rig.world.advance(5_000);
  const after = rig.pod('web');
  assert.deepEqual(after.status.containerStatuses, before.status.containerStatuses);
  rig.ask({ type: 'sim.crash', podUid: before.metadata.uid, container: 'main', exitCode: 1 });
  rig.untilPod('web', 'restarted', (pod) => pod.status.containerStatuses[0].restartCount === 1 && isReady(pod), 5_000);
});
test('kubelet: away while a container ends: it is restarted when the kubelet is back', () => {
  const rig = new NodeRig();
  const pod = rig.run('web', {});
  rig.untilPod('web', 'ready', isReady);
  rig.run('going', {});
  rig.untilPod('going', 'ready', isReady);
  rig.world.crash('node-1');
  rig.ask({ type: 'sim.crash', podUid: pod.metadata.uid, container: 'main', exitCode: 9 });
  rig.api.ok('delete', 'pods', { name: 'going' });
  rig.world.advance(5_000);
  rig.startKubelet(1);
  const after = rig.untilPod(
    'web',
    'restarted',
    (pod) => pod.status.containerStatuses[0].restartCount === 1 && isReady(pod),
    10_000,
  );
  assert.equal(after.status.containerStatuses[0].lastState.terminated.exitCode, 9);
  rig.untilPod('going', 'gone', (pod) => pod === undefined, 10_000);
});
test('kubelet: what its engine holds of nobody: removed', () => {
  const rig = new NodeRig();
  const spec = { podUid: 'x', namespace: 'default', name: 'x', hostNetwork: false, hostname: 'x' };
  rig.ask({ type: 'sandbox.run', spec: { ...spec, labels: {}, annotations: {} } } as never);
  assert.deepEqual(rig.held(), ['x']);
  rig.until('it is gone', () => rig.held().length === 0, 40_000);
});
for (const at of [address('pod', 'default', 'web'), address('container', 'default', 'web/main')])
  test(`kubelet: ${at.component} actor dies: started again, its container runs on`, () => {
    const rig = new NodeRig();
    rig.run('web', {});
    const before = rig.untilPod('web', 'ready', isReady);
    rig.world.host('node-1').find(at)!.kill();
    rig.world.advance(3_000);
    rig.forgive();
    assert.deepEqual(rig.world.host('node-1').find(at)?.snapshot().status, 'active');
    assert.deepEqual(rig.pod('web').status.containerStatuses, before.status.containerStatuses);
    rig.api.ok('delete', 'pods', { name: 'web' });
    rig.untilPod('web', 'gone', (pod) => pod === undefined, 10_000);
  });
test('engine: lost with all it had: the pod gets a new sandbox and its container a restart', () => {
  const rig = new NodeRig();
  rig.run('web', {});
  rig.untilPod('web', 'ready', isReady);
  rig.world.crash('engine-1');
  rig.world.advance(1_000);
  rig.startEngine(1);
  const pod = rig.untilPod(
    'web',
    'restarted',
    (pod) => pod.status.containerStatuses[0].restartCount === 1 && isReady(pod),
    60_000,
  );
  assert.equal(pod.status.containerStatuses[0].lastState.terminated.reason, 'ContainerStatusUnknown');
});
test('pod: more than the node has: refused', () => {
  const rig = new NodeRig();
  rig.run('big', { containers: [{ name: 'main', image: 'nginx', resources: { requests: { cpu: '8' } } }] });
  const pod = rig.untilPod('big', 'Failed', (pod) => pod?.status?.phase === 'Failed', 5_000);
  assert.equal(pod.status.reason, 'OutOfcpu');
  rig.run('elsewhere', { nodeSelector: { zone: 'b' } });
  assert.equal(
    rig.untilPod('elsewhere', 'Failed', (pod) => pod?.status?.phase === 'Failed', 5_000).status.reason,
    'NodeAffinity',
  );
});
test('pod: activeDeadlineSeconds: stopped, DeadlineExceeded', () => {
  const rig = new NodeRig();
  rig.run('late', { activeDeadlineSeconds: 5 });
  const pod = rig.untilPod('late', 'Failed', (pod) => pod?.status?.phase === 'Failed', 20_000);
  assert.equal(pod.status.reason, 'DeadlineExceeded');
});
test('pod: same name again: waits for the old one to be gone', () => {
  const rig = new NodeRig();
  rig.run('web', {}, { annotations: { 'orrery.dev/stop-delay': '3s' } });
  const first = rig.untilPod('web', 'ready', isReady);
  rig.api.ok('delete', 'pods', { name: 'web', options: { gracePeriodSeconds: 0 } });
  rig.run('web', {});
  const second = rig.untilPod('web', 'ready', isReady, 20_000);
  assert.notEqual(second.metadata.uid, first.metadata.uid);
});
test('kubelet: orderly stop: containers end, the API keeps its pods', () => {
  const rig = new NodeRig();
  rig.run('web', {});
  rig.untilPod('web', 'ready', isReady);
  let stopped = false;
  rig.kubelets[1]!.stop(() => {
    stopped = true;
  });
  rig.world.until('stopped', () => stopped, 10_000);
  assert.deepEqual(rig.held(), []);
  assert.equal(rig.status('web').phase, 'Running');
  rig.startKubelet(1);
  rig.untilPod(
    'web',
    'running again',
    (pod) => pod.status.containerStatuses[0].restartCount === 1 && isReady(pod),
    10_000,
  );
});

test('pod: volumes: token, CA, ConfigMap, Secret and fields are files, emptyDir is a folder', () => {
  const rig = new NodeRig();
  rig.api.ok('create', 'configmaps', { body: { metadata: { name: 'site' }, data: { 'index.html': 'hello' } } });
  rig.api.ok('create', 'secrets', { body: { metadata: { name: 'key' }, data: { pass: btoa('word') } } });
  const volumes = [
    { name: 'site', configMap: { name: 'site' } },
    { name: 'key', secret: { secretName: 'key' } },
    { name: 'about', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
    { name: 'tmp', emptyDir: {} },
  ];
  const volumeMounts = volumes.map(({ name }) => ({ name, mountPath: `/${name}` }));
  const account = '/var/run/secrets/kubernetes.io/serviceaccount';
  const paths = `/site/index.html /key/pass /about/labels ${account}/namespace ${account}/ca.crt ${account}/token`;
  const command = ['sh', '-c', `cat ${paths}; sleep 100`];
  rig.run(
    'v',
    { volumes, containers: [{ name: 'main', image: 'busybox', command, volumeMounts }] },
    { labels: { a: 'b' } },
  );
  rig.untilPod('v', 'ready', isReady, 5_000);
  const lines = rig.logs('v').split('\n');
  assert.deepEqual(lines.slice(0, 5), ['hello', 'word', 'a="b"', 'default', 'CA']);
  assert.notEqual(lines[5], '');
});
test('pod: volume names what is not there: FailedMount until it is', () => {
  const rig = new NodeRig();
  rig.run('v', { volumes: [{ name: 'site', configMap: { name: 'site' } }] });
  rig.world.advance(3_000);
  assert.equal(rig.status('v').containerStatuses[0].state.waiting.reason, 'ContainerCreating');
  assert.ok(
    rig.events('FailedMount').includes('MountVolume.SetUp failed for volume "site" : configmap "site" not found'),
  );
  rig.api.ok('create', 'configmaps', { body: { metadata: { name: 'site' }, data: {} } });
  rig.untilPod('v', 'ready', isReady, 10_000);
});
test('pod: sidecar: starts before the rest, runs on, ends last, does not keep a finished pod', () => {
  const rig = new NodeRig();
  const sidecar = { name: 'side', image: 'nginx', restartPolicy: 'Always' };
  const main = { name: 'main', image: 'busybox', command: ['sleep', '5'] };
  rig.run('job', { restartPolicy: 'Never', initContainers: [sidecar], containers: [main] });
  const pod = rig.untilPod('job', 'running', (pod) => pod?.status?.phase === 'Running', 5_000);
  assert.equal(pod.status.initContainerStatuses[0].started, true);
  const done = rig.untilPod('job', 'Succeeded', (pod) => pod?.status?.phase === 'Succeeded', 20_000);
  assert.equal(done.status.initContainerStatuses[0].state.terminated.reason, 'Completed');
});
test('pod: preStop hook: runs before its container is stopped', () => {
  const rig = new NodeRig();
  const lifecycle = { preStop: { exec: { command: ['sleep', '4'] } } };
  rig.run('polite', { containers: [{ name: 'main', image: 'nginx', lifecycle }] });
  rig.untilPod('polite', 'ready', isReady);
  const began = rig.world.clock.now();
  rig.api.ok('delete', 'pods', { name: 'polite' });
  rig.untilPod('polite', 'gone', (pod) => pod === undefined, 20_000);
  const took = rig.world.clock.now() - began;
  assert.ok(took >= 4_000 && took < 6_000, `${took}`);
});
test('pod: ignores SIGTERM: killed after its grace period', () => {
  const rig = new NodeRig();
  rig.run('deaf', { terminationGracePeriodSeconds: 5 }, { annotations: { 'orrery.dev/ignore-term': 'true' } });
  rig.untilPod('deaf', 'ready', isReady);
  const began = rig.world.clock.now();
  rig.api.ok('delete', 'pods', { name: 'deaf' });
  rig.untilPod('deaf', 'gone', (pod) => pod === undefined, 20_000);
  const took = rig.world.clock.now() - began;
  assert.ok(took >= 5_000 && took < 7_000, `${took}`);
});
test('logs: of the run before, and of a container that has not begun', () => {
  const rig = new NodeRig();
  const command = ['sh', '-c', 'echo run; sleep 2; exit 1'];
  rig.run('crash', { containers: [{ name: 'main', image: 'busybox', command }] });
  rig.untilPod('crash', 'restarted', (pod) => pod?.status?.containerStatuses?.[0]?.restartCount === 1, 10_000);
  assert.equal(rig.logs('crash', { previous: true }), 'run\n');
  rig.run('lost', { containers: [{ name: 'main', image: 'does-not-exist' }] });
  rig.world.advance(5_000);
  assert.throws(() => rig.logs('lost'), /container "main" in pod "lost" is waiting to start: ImagePullBackOff/);
});
test('node: API away: containers restart all the same, the news comes later', () => {
  const rig = new NodeRig();
  const pod = rig.run('web', {});
  rig.untilPod('web', 'ready', isReady);
  rig.world.crash('api-0');
  rig.world.advance(1_000);
  rig.ask({ type: 'sim.crash', podUid: pod.metadata.uid, container: 'main', exitCode: 1 });
  rig.world.advance(60_000);
  assert.equal(rig.ask({ type: 'engine.attach', subscriber: 'x' } as never).value.containers.length, 2);
  rig.api.serve('api-0');
  rig.untilPod('web', 'its restart known', (pod) => pod?.status.containerStatuses[0].restartCount === 1, 60_000);
});
for (const seed of [1, 2, 3])
  test(`node: seed ${seed}: twice over a network that reorders: the same, and everything converges`, () => {
    const run = (): string => {
      const rig = new NodeRig({ seed, nodes: 2, latencyMs: [0.1, 30] });
      for (let i = 0; i < 6; i++) rig.run(`p${i}`, { nodeName: `node-${1 + (i % 2)}` });
      rig.run('crash', { containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', 'exit 1'] }] });
      for (let i = 0; i < 6; i++) rig.untilPod(`p${i}`, 'ready', isReady, 60_000);
      rig.world.advance(30_000);
      for (let i = 0; i < 3; i++) rig.api.ok('delete', 'pods', { name: `p${i}` });
      rig.until('three are gone', () => rig.list('pods').length === 4, 60_000);
      return JSON.stringify([rig.list('pods'), rig.list('events'), rig.list('nodes', '')]);
    };
    assert.equal(run(), run());
  });
test('kubelet: asked what is used: Summary with rates between two looks, and the lines that Prometheus reads', () => {
  const rig = new NodeRig();
  const pod = rig.run(
    'web',
    {},
    { annotations: { 'orrery.dev/cpu-milli': '250', 'orrery.dev/memory-bytes': '1048576' } },
  );
  rig.untilPod('web', 'ready', isReady);
  const get = (path: string): { code: number; contentType: string; body: string } =>
    rig.ask({ type: 'kubelet.get', path } as Message, 'node-1', 'kubelet').value;
  const summary = () => JSON.parse(get('/stats/summary').body);
  assert.equal(summary().pods[0].cpu.usageNanoCores, undefined);
  rig.world.advance(10_000);
  const { node, pods } = summary();
  const [{ podRef, cpu, memory, containers }] = pods;
  assert.deepEqual(podRef, { name: 'web', namespace: 'default', uid: pod.metadata.uid });
  assert.equal(cpu.usageNanoCores, 250_000_000);
  assert.equal(memory.workingSetBytes, 1_048_576);
  assert.deepEqual([containers[0].name, containers[0].cpu], ['main', cpu]);
  assert.equal(node.cpu.usageNanoCores, 270_000_000);
  assert.equal(node.memory.workingSetBytes + node.memory.availableBytes, 8 * 2 ** 30);
  rig.ask({ type: 'sim.behave', podUid: pod.metadata.uid, container: 'main', cpuMilli: 1_000 });
  rig.world.advance(10_000);
  assert.equal(Math.round(summary().pods[0].cpu.usageNanoCores / 1_000_000), 1_000);
  const { contentType, body } = get('/metrics/resource');
  assert.equal(contentType, 'text/plain; version=0.0.4; charset=utf-8');
  assert.match(body, /^# TYPE node_cpu_usage_seconds_total counter\nnode_cpu_usage_seconds_total [\d.]+ \d+$/m);
  assert.match(
    body,
    /^container_memory_working_set_bytes\{container="main",namespace="default",pod="web"\} 1048576 \d+$/m,
  );
});
