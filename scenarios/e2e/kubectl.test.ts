//! The life of a workload by kubectl, each binary in a namespace of its own.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { eventually } from './eventually.ts';
import { startUp, stopEverything, type Up } from './harness.ts';
import { columns, type Kubectl, table } from './kubectl.ts';
import { shellPod, web } from './manifests.ts';
import { stories } from './story.ts';
import { kubectlBinaries, without } from './tools.ts';

const none = without.kubectl();
let up: Up;
const story = stories(() => up?.program.report() ?? '', { skip: none });
before(async () => {
  if (!none) up = await startUp();
});
after(stopEverything);

if (none) story('kubectl: drives a workload: as in Kubernetes', async () => undefined);
kubectlBinaries().forEach(({ name, path }, i) => {
  const ns = `life-${i}`;
  let k: Kubectl;
  const here = (words: string): Promise<string> => k.run(`-n ${ns} ${words}`);
  const images = async (): Promise<string> =>
    here('get pods -l app=web -o jsonpath={.items[*].spec.containers[0].image}');

  story(`${name}: get nodes: three Ready, the real columns`, async () => {
    k = up.kubectl(path);
    const text = await k.run('get nodes');
    assert.deepEqual(columns(text), ['NAME', 'STATUS', 'ROLES', 'AGE', 'VERSION']);
    const nodes = table(text);
    assert.deepEqual(
      nodes.map((node) => node['NAME']),
      ['node-1', 'node-2', 'node-3'],
    );
    for (const node of nodes) {
      assert.equal(node['STATUS'], 'Ready');
      assert.equal(node['ROLES'], '<none>');
      assert.match(node['VERSION']!, /^v1\.\d+\.\d+/);
      assert.match(node['AGE']!, /^\d+(s|m\d*s?)$/);
    }
    const wide = table(await k.run('get nodes -o wide'));
    for (const node of wide) {
      assert.match(node['INTERNAL-IP']!, /^\d+\.\d+\.\d+\.\d+$/);
      assert.equal(node['EXTERNAL-IP'], '<none>');
      assert.match(node['CONTAINER-RUNTIME']!, /^\w+:\/\/\S+$/);
      assert.ok(node['OS-IMAGE'] && node['KERNEL-VERSION']);
    }
    assert.equal(new Set(wide.map((node) => node['INTERNAL-IP'])).size, 3);
  });

  story(`${name}: apply of a Deployment and a Service: rolled out, printed as Kubernetes does`, async () => {
    assert.equal(await k.run(`create namespace ${ns}`), `namespace/${ns} created\n`);
    assert.equal(await k.apply(web(ns)), 'deployment.apps/web created\nservice/web created\n');
    const rollout = await here('rollout status deployment/web --timeout=60s');
    assert.match(rollout, /deployment "web" successfully rolled out\n$/);
    assert.equal(
      await here('wait --for=condition=Available deployment/web --timeout=60s'),
      'deployment.apps/web condition met\n',
    );
    assert.equal(await k.apply(web(ns)), 'deployment.apps/web unchanged\nservice/web unchanged\n');

    const pods = table(await k.run('get pods -A -o wide'));
    assert.deepEqual(Object.keys(pods[0]!), [
      'NAMESPACE',
      'NAME',
      'READY',
      'STATUS',
      'RESTARTS',
      'AGE',
      'IP',
      'NODE',
      'NOMINATED NODE',
      'READINESS GATES',
    ]);
    const mine = pods.filter((pod) => pod['NAMESPACE'] === ns);
    assert.equal(mine.length, 3);
    for (const pod of mine) {
      assert.match(pod['NAME']!, /^web-[0-9a-z]{6,10}-[0-9a-z]{5}$/);
      assert.deepEqual([pod['READY'], pod['STATUS'], pod['RESTARTS']], ['1/1', 'Running', '0']);
      assert.match(pod['IP']!, /^\d+\.\d+\.\d+\.\d+$/);
      assert.deepEqual([pod['NOMINATED NODE'], pod['READINESS GATES']], ['<none>', '<none>']);
    }
    assert.equal(new Set(mine.map((pod) => pod['NODE'])).size, 3, 'spread over the three nodes');
    assert.equal(new Set(mine.map((pod) => pod['IP'])).size, 3, 'each pod has an IP of its own');
  });

  story(`${name}: get all: pods, service, deployment, replicaset with their columns`, async () => {
    const blocks = (await here('get all')).trim().split('\n\n');
    assert.deepEqual(blocks.map(columns), [
      ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE'],
      ['NAME', 'TYPE', 'CLUSTER-IP', 'EXTERNAL-IP', 'PORT(S)', 'AGE'],
      ['NAME', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'AGE'],
      ['NAME', 'DESIRED', 'CURRENT', 'READY', 'AGE'],
    ]);
    const [pods, services, deployments, sets] = blocks.map(table);
    assert.equal(pods!.length, 3);
    const [service] = services!;
    assert.deepEqual(
      [service!['NAME'], service!['TYPE'], service!['EXTERNAL-IP'], service!['PORT(S)']],
      ['service/web', 'ClusterIP', '<none>', '80/TCP'],
    );
    const { AGE: _, ...deployment } = deployments![0]!;
    assert.deepEqual(deployment, { NAME: 'deployment.apps/web', READY: '3/3', 'UP-TO-DATE': '3', AVAILABLE: '3' });
    const [set] = sets!;
    assert.deepEqual([set!['DESIRED'], set!['CURRENT'], set!['READY']], ['3', '3', '3']);
    assert.match(set!['NAME']!, /^replicaset\.apps\/web-/);
  });

  story(
    `${name}: get -o wide, name, yaml, jsonpath, custom-columns, --show-labels, --sort-by, selectors: answered`,
    async () => {
      assert.deepEqual(columns(await here('get deploy -o wide')).slice(-3), ['CONTAINERS', 'IMAGES', 'SELECTOR']);
      assert.match(await here('get pods -o name'), /^(pod\/web-\S+\n){3}$/);
      assert.match(
        await here('get deploy web -o yaml'),
        /^apiVersion: apps\/v1\nkind: Deployment\nmetadata:\n {2}annotations:/,
      );
      assert.equal(await here('get svc web -o jsonpath={.spec.ports[0].targetPort}'), '80');
      assert.match(await here('get pods --show-labels'), /app=web,pod-template-hash=/);
      assert.match(
        await here(
          'get pods -o custom-columns=N:.metadata.name,IP:.status.podIP --no-headers --sort-by=.metadata.name',
        ),
        /^web-\S+ +\d/,
      );
      const [first] = table(await here('get pods -o wide'));
      assert.equal(table(await here(`get pods -o wide --field-selector=spec.nodeName=${first!['NODE']}`)).length, 1);
      assert.equal(table(await here('get pods --field-selector=status.phase=Running -l app=web,app!=other')).length, 3);
      assert.equal(
        (await k.both(`-n ${ns} get pods -l app=nobody`)).stderr,
        `No resources found in ${ns} namespace.\n`,
      );
      assert.equal(await k.fails(`-n ${ns} get pod nobody`), 'Error from server (NotFound): pods "nobody" not found\n');
    },
  );

  story(`${name}: scale and set image: pods follow, a revision each`, async () => {
    assert.equal(await here('scale deployment/web --replicas=5'), 'deployment.apps/web scaled\n');
    await here('rollout status deployment/web --timeout=60s');
    assert.equal(table(await here('get pods -l app=web')).filter((pod) => pod['STATUS'] === 'Running').length, 5);
    await here('scale deployment/web --replicas=3 --current-replicas=5');
    await here('wait --for=jsonpath={.status.replicas}=3 deployment/web --timeout=60s');
    assert.equal(await here('set image deployment/web nginx=nginx:1.28'), 'deployment.apps/web image updated\n');
    assert.match(await here('rollout status deployment/web --timeout=90s'), /successfully rolled out/);
    await eventually('only new pods', async () => (await images()) === 'nginx:1.28 nginx:1.28 nginx:1.28');
    assert.equal(table(await here('get rs')).length, 2);
  });

  story(
    `${name}: rollout undo, history, pause, resume, restart: as Kubernetes does`,
    async () => {
      assert.match(
        await here('rollout history deployment/web'),
        /^deployment.apps\/web \nREVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>\n/,
      );
      assert.match(await here('rollout history deployment/web --revision=2'), /Image:\s+nginx:1\.28/);
      assert.equal(await here('rollout undo deployment/web'), 'deployment.apps/web rolled back\n');
      await here('rollout status deployment/web --timeout=90s');
      await eventually('the old image again', async () => (await images()) === 'nginx:1.27 nginx:1.27 nginx:1.27');
      assert.match(await here('rollout history deployment/web'), /\n2 +<none>\n3 +<none>\n/);

      assert.equal(await here('rollout pause deployment/web'), 'deployment.apps/web paused\n');
      await here('set image deployment/web nginx=nginx:1.29');
      await eventually('the controller has seen it', async () => {
        const { metadata, status } = await k.json(`-n ${ns} get deployment web`);
        return status.observedGeneration === metadata.generation;
      });
      assert.equal(await images(), 'nginx:1.27 nginx:1.27 nginx:1.27', 'paused: nothing moves');
      assert.equal(await here('rollout resume deployment/web'), 'deployment.apps/web resumed\n');
      await here('rollout status deployment/web --timeout=90s');
      await eventually('the new image', async () => (await images()) === 'nginx:1.29 nginx:1.29 nginx:1.29');

      const old = await here('get pods -l app=web -o name');
      assert.equal(await here('rollout restart deployment/web'), 'deployment.apps/web restarted\n');
      await here('rollout status deployment/web --timeout=90s');
      await eventually('none of the old pods', async () => {
        const now = (await here('get pods -l app=web -o name')).split('\n');
        return old
          .trim()
          .split('\n')
          .every((pod) => !now.includes(pod));
      });
    },
    { timeoutMs: 240_000 },
  );

  story(`${name}: get -w: each change is a line`, async () => {
    const watch = k.start(`-n ${ns} get pods -w`);
    try {
      await watch.line(/^web-.*Running/);
      await k.apply(shellPod('seen', 'sleep 300'), `-n ${ns}`);
      await watch.line(/^seen\s+1\/1\s+Running/);
      await here('delete pod seen');
      await watch.line(/^seen .*(Terminating|Completed|Error)/);
      assert.ok(
        watch.lines.some((line) => /^seen\s+0\/1\s+(Pending|ContainerCreating)/.test(line)),
        watch.report(),
      );
    } finally {
      await watch.stop('SIGKILL');
    }
    const events = k.start(`-n ${ns} get configmap -w --output-watch-events`);
    try {
      await events.line(/^ADDED\s+kube-root-ca.crt/);
      await here('create configmap seen');
      await events.line(/^ADDED\s+seen/);
      await here('delete configmap seen');
      await events.line(/^DELETED\s+seen/);
    } finally {
      await events.stop('SIGKILL');
    }
  });

  story(
    `${name}: logs, -f, --previous, --tail, --since, --timestamps, --prefix: what the container wrote`,
    async () => {
      const line =
        'if [ -e /tmp/again ]; then :; fi; for i in 1 2 3 4 5; do echo line $i; done; echo oops >&2; sleep 1; exit 3';
      await k.apply(shellPod('crashes', line), `-n ${ns}`);
      await k.apply(shellPod('talks', 'i=0; while true; do i=$((i+1)); echo talk $i; sleep 0.1; done'), `-n ${ns}`);
      await eventually('its first lines', async () => (await here('logs crashes')).includes('line 5'));
      const follow = k.start(`-n ${ns} logs -f talks`);
      try {
        const first = Number(/(\d+)/.exec(await follow.line(/^talk \d+$/))![1]);
        await follow.line(new RegExp(`^talk ${first + 20}$`));
        const seen = follow.lines.map((one) => Number(one.split(' ')[1]));
        assert.deepEqual(
          seen,
          seen.map((_, i) => first + i),
          'in order, none missing, none twice',
        );
      } finally {
        await follow.stop('SIGKILL');
      }
      assert.match(await here('logs talks --tail=2'), /^talk \d+\ntalk \d+\n$/);
      assert.match(await here('logs talks --tail=1 --timestamps'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z talk \d+\n$/);
      assert.match(await here('logs -l app=talks --prefix --tail=1'), /^\[pod\/talks\/main\] talk \d+\n$/);
      const all = (await here('logs talks')).split('\n').length;
      const recent = (await here('logs talks --since=1s')).split('\n').length;
      assert.ok(recent > 1 && recent < all && recent <= 40, `${recent} of ${all} lines are of the last second`);
      await eventually(
        'it has been restarted',
        async () => (await k.json(`-n ${ns} get pod crashes`)).status.containerStatuses[0].restartCount >= 1,
      );
      const previous = await here('logs crashes --previous');
      assert.match(previous, /^line 1\nline 2\nline 3\nline 4\nline 5\noops\n$/);
      assert.match(
        await k.fails(`-n ${ns} logs talks --previous`),
        /previous terminated container "main" in pod "talks" not found/,
      );
      assert.match(await k.fails(`-n ${ns} logs talks -c nobody`), /container nobody is not valid for pod talks/);
      await eventually('it backs off', async () => (await here('get pod crashes')).includes('CrashLoopBackOff'), {
        timeoutMs: 40_000,
      });
      await here('delete pod crashes talks');
    },
  );

  story(`${name}: delete: gone, and what belonged to it`, async () => {
    assert.equal(await here('delete service web'), 'service "web" deleted'.concat(await suffix(k, ns), '\n'));
    await here('delete deployment web');
    await eventually('pods and replica sets are gone', async () => {
      const gone = await k.both(`-n ${ns} get all`);
      return gone.stderr === `No resources found in ${ns} namespace.\n`;
    });
    assert.match(await k.fails(`-n ${ns} delete deployment web`), /\(NotFound\): deployments.apps "web" not found/);
    assert.equal(await here('delete deployment web --ignore-not-found'), '');
    await k.run(`delete namespace ${ns}`, { timeoutMs: 60_000 });
    assert.match(await k.fails(`get namespace ${ns}`), /namespaces "life-\d" not found/);
  });
});

/** Since 1.34 kubectl says from which namespace it deleted. */
async function suffix(k: Kubectl, ns: string): Promise<string> {
  const { clientVersion } = JSON.parse(await k.run('version --client -o json'));
  return Number(clientVersion.minor.replace(/\D/g, '')) >= 34 ? ` from ${ns} namespace` : '';
}
