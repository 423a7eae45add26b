//! Every other word of kubectl: reading, changing, nodes, and what the server says of itself.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { eventually } from './eventually.ts';
import { clusterWide, everything, kindsOf } from './everything.ts';
import { startUp, stopEverything, type Up } from './harness.ts';
import { columns, type Kubectl, table } from './kubectl.ts';
import { list, web } from './manifests.ts';
import { stories } from './story.ts';
import { kubectlBinaries, without } from './tools.ts';

const none = without.kubectl();
let up: Up;
const story = stories(() => up?.program.report() ?? '', { skip: none });
before(async () => {
  if (!none) up = await startUp();
});
after(stopEverything);

const COLUMNS: Readonly<Record<string, string>> = {
  pod: 'NAME READY STATUS RESTARTS AGE',
  configmap: 'NAME DATA AGE',
  secret: 'NAME TYPE DATA AGE',
  service: 'NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE',
  replicationcontroller: 'NAME DESIRED CURRENT READY AGE',
  'deployment.apps': 'NAME READY UP-TO-DATE AVAILABLE AGE',
  'replicaset.apps': 'NAME DESIRED CURRENT READY AGE',
  'statefulset.apps': 'NAME READY AGE',
  'daemonset.apps': 'NAME DESIRED CURRENT READY UP-TO-DATE AVAILABLE NODE SELECTOR AGE',
  'job.batch': 'NAME STATUS COMPLETIONS DURATION AGE',
  'cronjob.batch': 'NAME SCHEDULE TIMEZONE SUSPEND ACTIVE LAST SCHEDULE AGE',
  'horizontalpodautoscaler.autoscaling': 'NAME REFERENCE TARGETS MINPODS MAXPODS REPLICAS AGE',
  'poddisruptionbudget.policy': 'NAME MIN AVAILABLE MAX UNAVAILABLE ALLOWED DISRUPTIONS AGE',
  'ingress.networking.k8s.io': 'NAME CLASS HOSTS ADDRESS PORTS AGE',
  'networkpolicy.networking.k8s.io': 'NAME POD-SELECTOR AGE',
  'endpointslice.discovery.k8s.io': 'NAME ADDRESSTYPE PORTS ENDPOINTS AGE',
  'lease.coordination.k8s.io': 'NAME HOLDER AGE',
  'role.rbac.authorization.k8s.io': 'NAME CREATED AT',
  'rolebinding.rbac.authorization.k8s.io': 'NAME ROLE AGE',
  'clusterrolebinding.rbac.authorization.k8s.io': 'NAME ROLE AGE',
  limitrange: 'NAME CREATED AT',
  persistentvolumeclaim: 'NAME STATUS VOLUME CAPACITY ACCESS MODES STORAGECLASS VOLUMEATTRIBUTESCLASS AGE',
  'storageclass.storage.k8s.io': 'NAME PROVISIONER RECLAIMPOLICY VOLUMEBINDINGMODE ALLOWVOLUMEEXPANSION AGE',
};

if (none) story('kubectl: every word: as in Kubernetes', async () => undefined);
kubectlBinaries().forEach(({ name, path }, i) => {
  const ns = `words-${i}`;
  let k: Kubectl;
  const here = (words: string): Promise<string> => k.run(`-n ${ns} ${words}`);

  story(`${name}: create: each generator makes its object`, async () => {
    k = up.kubectl(path);
    assert.equal(await k.run(`create namespace ${ns}`), `namespace/${ns} created\n`);
    for (const [words, made] of [
      ['configmap made --from-literal=a=1', 'configmap/made'],
      ['secret generic made --from-literal=a=1', 'secret/made'],
      ['serviceaccount made', 'serviceaccount/made'],
      ['deployment made --image=nginx --replicas=1 --port=80', 'deployment.apps/made'],
      ['service nodeport made --tcp=80:80', 'service/made'],
      ['role made --verb=get --resource=pods', 'role.rbac.authorization.k8s.io/made'],
      ['rolebinding made --role=made --serviceaccount=default:default', 'rolebinding.rbac.authorization.k8s.io/made'],
      ['quota made --hard=pods=100', 'resourcequota/made'],
      ['job made --image=busybox -- sh -c true', 'job.batch/made'],
      ['cronjob made --image=busybox --schedule=*/1_*_*_*_*', 'cronjob.batch/made'],
      ['ingress made --rule=example.com/*=made:80', 'ingress.networking.k8s.io/made'],
      ['poddisruptionbudget made --selector=app=made --min-available=1', 'poddisruptionbudget.policy/made'],
    ] as const) {
      const asked = ['-n', ns, 'create', ...words.split(' ').map((word) => word.replaceAll('_', ' '))];
      assert.equal(await k.run(asked), `${made} created\n`);
    }
    assert.match(
      await k.fails(`-n ${ns} create configmap made`),
      /^error: failed to create configmap: configmaps "made" already exists/,
    );
    assert.equal(await here('run single --image=nginx'), 'pod/single created\n');
    assert.equal(await here('expose deployment made --name=exposed --port=80'), 'service/exposed exposed\n');
    await here('wait --for=condition=Ready pod/single --timeout=60s');
    await here('wait --for=condition=Available deployment/made --timeout=60s');
    assert.match(await here('get svc made'), /NodePort .*80:3\d{4}\/TCP/);
    const dry = await here('create configmap dry --dry-run=server -o yaml');
    assert.match(dry, /uid: /);
    assert.match(await k.fails(`-n ${ns} get configmap dry`), /not found/);
  });

  story(
    `${name}: get and describe of each kind: the real columns, and no error`,
    async () => {
      const inside = everything(ns);
      const above = i === 0 ? clusterWide() : [];
      await k.apply(list(...inside, ...above));
      for (const kind of [...kindsOf(inside), ...kindsOf(above)]) {
        const expected = COLUMNS[kind];
        const text = await here(`get ${kind} full`);
        if (expected !== undefined) assert.equal(columns(text).join(' '), expected, `${kind}\n${text}`);
        else assert.equal(columns(text)[0], 'NAME');
        assert.match(text, /^full\s/m);
        const description = await here(`describe ${kind} full`);
        assert.match(description, /^Name:\s+full$/m, `${kind}\n${description}`);
      }
      await k.run(`-n ${ns} delete podtemplate,rc,statefulset,daemonset,job,cronjob --all`);
    },
    { timeoutMs: 180_000 },
  );

  story(`${name}: describe of node, pod, service, deployment: what a person looks for`, async () => {
    await k.apply(web(ns));
    await here('rollout status deployment/web --timeout=60s');
    const node = await k.run('describe node node-1');
    for (const part of [
      /^Roles:\s+<none>/m,
      /^Lease:\s/m,
      /HolderIdentity:\s+node-1/,
      /^\s+Ready\s+True/m,
      /^Capacity:/m,
      /^Allocatable:/m,
      /^Non-terminated Pods:/m,
      /^Allocated resources:/m,
      /^PodCIDR:/m,
      /^Taints:\s+<none>/m,
      /^Unschedulable:\s+false/m,
    ])
      assert.match(node, part);
    const pod = await here('describe pod -l app=web');
    for (const part of [
      /^Status:\s+Running/m,
      /^Controlled By:\s+ReplicaSet\/web-/m,
      /Image:\s+nginx:1\.27/,
      /State:\s+Running/,
      /Restart Count:\s+0/,
      /^\s+Ready\s+True/m,
      // The limits of this namespace say what a container asks for that does not.
      /^QoS Class:\s+Burstable/m,
      /Normal\s+Scheduled.*default-scheduler\s+Successfully assigned/,
      /Normal\s+Pulled/,
      /Normal\s+Created/,
      /Normal\s+Started/,
    ])
      assert.match(pod, part);
    assert.match(await here('describe service web'), /^Endpoints:\s+\d+\.\d+\.\d+\.\d+:80,\d\S+:80,\d\S+:80$/m);
    const deployment = await here('describe deployment web');
    for (const part of [
      /^StrategyType:\s+RollingUpdate/m,
      /3 desired \| 3 updated \| 3 total \| 3 available \| 0 unavailable/,
      /Available\s+True\s+MinimumReplicasAvailable/,
      /Progressing\s+True\s+NewReplicaSetAvailable/,
      /ScalingReplicaSet.*Scaled up replica set web-\S+ from 0 to 3/,
    ])
      assert.match(deployment, part);
  });

  story(`${name}: events: what happened, sorted, of one object`, async () => {
    const text = await here('get events --sort-by=.lastTimestamp');
    assert.deepEqual(columns(text), ['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE']);
    assert.ok(
      table(text).some((event) => event['REASON'] === 'ScalingReplicaSet' && event['OBJECT'] === 'deployment/web'),
      text,
    );
    const single = await here('events --for pod/single');
    for (const reason of ['Scheduled', 'Pulled', 'Created', 'Started'])
      assert.match(single, new RegExp(`Normal\\s+${reason}\\s+Pod/single`));
    assert.match(await here('events --types=Warning'), /^(LAST SEEN|No events found)?/);
  });

  story(`${name}: edit, patch in three ways, label, annotate, replace: the object changes`, async () => {
    const edited = await k.run(`-n ${ns} edit configmap made`, {
      env: { KUBE_EDITOR: "sed -i 's/^  a:/  b:/'", EDITOR: 'false' },
    });
    assert.equal(edited, 'configmap/made edited\n');
    assert.equal(await here('get cm made -o jsonpath={.data}'), '{"b":"1"}');
    assert.equal(await here('patch cm made -p {"data":{"c":"2"}}'), 'configmap/made patched\n');
    await here('patch cm made --type=merge -p {"data":{"b":null}}');
    await here('patch cm made --type=json -p [{"op":"add","path":"/data/d","value":"3"}]');
    assert.deepEqual((await k.json(`-n ${ns} get cm made`)).data, { c: '2', d: '3' });
    assert.equal(await here('patch cm made -p {"data":{"c":"2"}}'), 'configmap/made patched (no change)\n');
    const env = '[{"name":"A","value":"b"}]';
    await here(
      `patch deployment made -p {"spec":{"template":{"spec":{"containers":[{"name":"nginx","env":${env}}]}}}}`,
    );
    const [container] = (await k.json(`-n ${ns} get deployment made`)).spec.template.spec.containers;
    assert.deepEqual([container.image, container.env], ['nginx', [{ name: 'A', value: 'b' }]], 'merged by name');
    assert.match(
      await k.fails(`-n ${ns} patch cm made --type=json -p [{"op":"test","path":"/data/c","value":"no"}]`),
      /test|422|Invalid|cannot/i,
    );

    assert.equal(await here('label cm made tier=gold'), 'configmap/made labeled\n');
    assert.match(await k.fails(`-n ${ns} label cm made tier=silver`), /already has a value/);
    assert.equal(await here('label cm made tier=silver --overwrite'), 'configmap/made labeled\n');
    assert.match(await here('get cm -l tier=silver -L tier'), /NAME +DATA +AGE +TIER\nmade +2 .*silver\n/);
    assert.equal(await here('label cm made tier-'), 'configmap/made unlabeled\n');
    assert.equal(await here('annotate cm made note=hello'), 'configmap/made annotated\n');
    const text = await here('get cm made -o json');
    assert.equal(
      await k.run(`-n ${ns} replace -f -`, { stdin: text.replace('hello', 'goodbye') }),
      'configmap/made replaced\n',
    );
    assert.equal(await here('get cm made -o jsonpath={.metadata.annotations.note}'), 'goodbye');
    const stale = await k.try(`-n ${ns} replace -f -`, { stdin: text });
    assert.match(
      stale.stderr,
      /\(Conflict\).*the object has been modified; please apply your changes to the latest version/,
    );
  });

  story(`${name}: diff: shows what apply would change, changes nothing`, async () => {
    const same = await k.try(`-n ${ns} diff -f -`, { stdin: web(ns) });
    assert.deepEqual([same.code, same.stdout], [0, ''], same.stderr);
    const other = await k.try(`-n ${ns} diff -f -`, { stdin: web(ns, 4) });
    assert.equal(other.code, 1, other.stderr);
    assert.match(other.stdout, /-\s+replicas: 3\n\+\s+replicas: 4/);
    assert.equal(await here('get deployment web -o jsonpath={.spec.replicas}'), '3');
  });

  story(`${name}: cordon, taint, drain, uncordon: the node empties and fills`, async () => {
    // Budgets of single pods would hold it for ever.
    await here('delete poddisruptionbudget --all');
    await here('create poddisruptionbudget guard --selector=app=web --min-available=2');
    const allowed = 'jsonpath={.status.disruptionsAllowed}=1';
    await here(`wait --for=${allowed} poddisruptionbudget/guard --timeout=60s`);
    const [first, second] = (await here('get pods -l app=web -o jsonpath={.items[*].metadata.name}')).split(' ');
    const evict = (pod: string) =>
      up.call(`/api/v1/namespaces/${ns}/pods/${pod}/eviction`, { body: { metadata: { name: pod, namespace: ns } } });
    assert.equal((await evict(first!)).code, 201);
    const refused = await evict(second!);
    assert.equal(refused.code, 429, refused.text);
    assert.equal(refused.json.details.causes[0].reason, 'DisruptionBudget');
    assert.equal(await k.run('cordon node-1'), 'node/node-1 cordoned\n');
    assert.match(await k.run('get node node-1'), /Ready,SchedulingDisabled/);
    const drained = await k.run('drain node-1 --ignore-daemonsets --delete-emptydir-data --force --timeout=60s');
    assert.match(drained, /node\/node-1 drained\n$/);
    const left = await k.run('get pods -A --field-selector=spec.nodeName=node-1 --no-headers');
    assert.equal(left, '');
    await here('rollout status deployment/web --timeout=60s');
    assert.equal(await k.run('uncordon node-1'), 'node/node-1 uncordoned\n');
    assert.equal(await k.run('taint node node-2 only=for-me:NoSchedule'), 'node/node-2 tainted\n');
    assert.match(await k.run('describe node node-2'), /^Taints:\s+only=for-me:NoSchedule$/m);
    await here('scale deployment web --replicas=6');
    await here('rollout status deployment/web --timeout=60s');
    const placed = table(await here('get pods -l app=web -o wide'));
    assert.ok(placed.filter((pod) => pod['NODE'] === 'node-1').length >= 2, 'the emptied node has filled');
    assert.equal(await k.run('taint node node-2 only=for-me:NoExecute'), 'node/node-2 tainted\n');
    await eventually('nothing is left on the tainted node', async () => {
      const still = table(await here('get pods -l app=web -o wide'));
      return still.every((pod) => pod['NODE'] !== 'node-2') && still.length === 6;
    });
    assert.equal(await k.run('taint node node-2 only-'), 'node/node-2 untainted\n');
    assert.match(await k.run('get node node-2'), /\sReady\s/);
  });

  story(`${name}: a pod that fits nowhere: Pending, and why`, async () => {
    const resources = '{"requests":{"cpu":"9000"}}';
    const spec = `{"containers":[{"name":"huge","image":"nginx","resources":${resources}}]}`;
    await here(`run huge --image=nginx --overrides={"spec":${spec}}`);
    await eventually('the scheduler says why', async () => {
      const text = await here('describe pod huge');
      assert.match(text, /Warning\s+FailedScheduling.*0\/3 nodes are available: 3 Insufficient cpu/);
      assert.match(text, /PodScheduled\s+False/);
      return true;
    });
    assert.match(await here('get pod huge'), /0\/1\s+Pending/);
    await here('run unknown --image=example.com/nobody/knows:1');
    await eventually('the engine says what to do', async () =>
      /ErrImagePull|ImagePullBackOff/.test(await here('get pod unknown')),
    );
    assert.match(await here('describe pod unknown'), /Failed to pull image "example.com\/nobody\/knows:1"/);
    await here('delete pod huge unknown');
  });

  story(`${name}: api-resources, api-versions, cluster-info, version, explain: the server as it is`, async () => {
    const resources = await k.run('api-resources');
    assert.deepEqual(columns(resources), ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND']);
    const rows = table(resources);
    for (const [plural, short, version, namespaced, kind] of [
      ['pods', 'po', 'v1', 'true', 'Pod'],
      ['nodes', 'no', 'v1', 'false', 'Node'],
      ['deployments', 'deploy', 'apps/v1', 'true', 'Deployment'],
      ['endpointslices', '', 'discovery.k8s.io/v1', 'true', 'EndpointSlice'],
    ]) {
      const row = rows.find((one) => one['NAME'] === plural);
      assert.deepEqual(row, {
        NAME: plural,
        SHORTNAMES: short,
        APIVERSION: version,
        NAMESPACED: namespaced,
        KIND: kind,
      });
    }
    assert.ok(rows.length >= 45, `${rows.length} resources`);
    const versions = (await k.run('api-versions')).trim().split('\n');
    for (const version of [
      'v1',
      'apps/v1',
      'batch/v1',
      'discovery.k8s.io/v1',
      'coordination.k8s.io/v1',
      'events.k8s.io/v1',
      'rbac.authorization.k8s.io/v1',
      'storage.k8s.io/v1',
      'policy/v1',
      'networking.k8s.io/v1',
      'scheduling.k8s.io/v1',
    ])
      assert.ok(versions.includes(version), `${version} in ${versions}`);
    assert.match(await k.run('cluster-info'), /Kubernetes control plane.*is running at.*https:\/\//);
    assert.match(await k.run('version'), /Server Version: v1\.36\.\d/);
    assert.match(
      await k.run('explain pod.spec.containers.image'),
      /KIND:\s+Pod\nVERSION:\s+v1\n+FIELD: image <string>/,
    );
    assert.match(await k.run('explain deployment --recursive'), /GROUP:\s+apps/);
    assert.match(await k.run('get --raw /version'), /"gitVersion"/);
  });

  story(`${name}: mistakes: told as with any server`, async () => {
    assert.match(await k.fails('get unicorns'), /the server doesn't have a resource type "unicorns"/);
    assert.match(
      await k.fails('apply -f -', { stdin: 'kind: [' }),
      /error parsing STDIN|error converting YAML to JSON/,
    );
    const unicorn = 'apiVersion: example.com/v1\nkind: Unicorn\nmetadata: {name: x}\n';
    assert.match(
      await k.fails('apply -f -', { stdin: unicorn }),
      /no matches for kind "Unicorn" in version "example.com\/v1"/,
    );
    const typo = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: typo}\ndatta: {a: b}\n';
    assert.match(
      await k.fails('create -f -', { stdin: typo }),
      /BadRequest.*strict decoding error: unknown field "datta"/s,
    );
    assert.match(
      await k.fails('create namespace Bad_Name'),
      /The Namespace "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 label/,
    );
    assert.match(await k.fails('get pods -l a=b=c'), /unable to parse requirement|found '='/);
  });

  story(`${name}: create token, auth can-i, auth whoami: who one is`, async () => {
    const token = (await here('create token made --duration=10m')).trim();
    assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
    const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
    assert.equal(claims.sub, `system:serviceaccount:${ns}:made`);
    assert.equal(claims.exp - claims.iat, 600);
    const known = await up.call('/version', { certificate: false, headers: { authorization: `Bearer ${token}` } });
    assert.equal(known.code, 200, known.text);
    assert.equal(await k.run('auth can-i create pods'), 'yes\n');
    assert.match(await k.run('auth whoami'), /Username\s+kubernetes-admin|Groups\s+.*system:masters/);
    await k.run(`delete namespace ${ns}`, { timeoutMs: 90_000 });
  });
});
