//! The rest of kubectl's commands: each does what it does with any server.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { makeCertificateRequest } from '../../runtime/real/certificate-request.ts';
import { eventually } from './eventually.ts';
import { scratch, startUp, stopEverything, type Up } from './harness.ts';
import type { Kubectl } from './kubectl.ts';
import { list, sleepers } from './manifests.ts';
import { stories } from './story.ts';
import { kubectlBinaries, without } from './tools.ts';

const none = without.kubectl();
let up: Up;
const story = stories(() => up?.program.report() ?? '', { skip: none });
before(async () => {
  if (!none) up = await startUp({ engine: 'simulated' });
});
after(stopEverything);

if (none) story('kubectl: every command: as in Kubernetes', async () => undefined);
kubectlBinaries().forEach(({ name, path }, i) => {
  const ns = `commands-${i}`;
  let k: Kubectl;
  const here = (words: string): Promise<string> => k.run(`-n ${ns} ${words}`);

  story(`${name}: set image, env, resources, selector, serviceaccount, subject: the object says so`, async () => {
    k = up.kubectl(path);
    await k.run(`create namespace ${ns}`);
    await k.apply(list(sleepers('work', 2)), ['-n', ns]);
    await here('rollout status deployment/work --timeout=60s');
    const container = (await k.json(`-n ${ns} get deployment work`)).spec.template.spec.containers[0].name;
    assert.equal(await here('set env deployment/work GREETING=hello'), 'deployment.apps/work env updated\n');
    assert.match(await here('set env deployment/work --list'), /GREETING=hello/);
    await here(`set resources deployment/work -c ${container} --requests=cpu=10m,memory=8Mi --limits=memory=64Mi`);
    await here('create serviceaccount worker');
    await here('set serviceaccount deployment/work worker');
    await here('expose deployment work --port=80 --name=work');
    assert.equal(await here('set selector service work app=other'), 'service/work selector updated\n');
    const { spec } = (await k.json(`-n ${ns} get deployment work`)).spec.template;
    assert.deepEqual(spec.containers[0].resources, {
      requests: { cpu: '10m', memory: '8Mi' },
      limits: { memory: '64Mi' },
    });
    assert.equal(spec.serviceAccountName, 'worker');
    assert.deepEqual((await k.json(`-n ${ns} get service work`)).spec.selector, { app: 'other' });
    await here('create role reads --verb=get,list --resource=pods');
    await here('create rolebinding reads --role=reads --user=jane');
    await here(`set subject rolebinding reads --serviceaccount=${ns}:worker`);
    const { subjects } = await k.json(`-n ${ns} get rolebinding reads`);
    assert.deepEqual(
      subjects.map((subject: { name: string }) => subject.name),
      ['jane', 'worker'],
    );
  });

  story(`${name}: autoscale: an autoscaler of the Deployment`, async () => {
    const words = Number(/ 1\.(\d+)/.exec(name)![1]) >= 34 ? '--cpu=80%' : '--cpu-percent=80';
    assert.equal(
      await here(`autoscale deployment work --min=1 --max=5 ${words}`),
      'horizontalpodautoscaler.autoscaling/work autoscaled\n',
    );
    const { spec } = await k.json(`-n ${ns} get hpa work`);
    assert.deepEqual([spec.minReplicas, spec.maxReplicas, spec.scaleTargetRef.name], [1, 5, 'work']);
    assert.equal(spec.metrics[0].resource.target.averageUtilization, 80);
    await here('delete hpa work');
  });

  story(
    `${name}: wait for a condition, a JSON path, a creation and a deletion: ends when it is so, and when not`,
    async () => {
      await here('wait --for=condition=Available deployment/work --timeout=60s');
      await here('wait --for=jsonpath={.status.readyReplicas}=2 deployment/work --timeout=60s');
      const created = k.run(`-n ${ns} wait --for=create configmap/late --timeout=60s`);
      await here('create configmap late');
      assert.equal(await created, 'configmap/late condition met\n');
      const deleted = k.run(`-n ${ns} wait --for=delete configmap/late --timeout=60s`);
      await here('delete configmap late');
      await deleted;
      assert.match(
        await k.fails(`-n ${ns} wait --for=condition=Never deployment/work --timeout=1s`),
        /timed out waiting for the condition on deployments\/work/,
      );
    },
  );

  story(`${name}: certificate: a request approved and one denied`, async () => {
    for (const [word, type] of [
      ['approve', 'Approved'],
      ['deny', 'Denied'],
    ] as const) {
      await k.apply({
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        metadata: { name: `${ns}-${word}` },
        spec: {
          request: Buffer.from(makeCertificateRequest({ commonName: 'jane' }).request).toString('base64'),
          signerName: 'example.com/ours',
          usages: ['digital signature', 'client auth'],
        },
      });
      assert.match(await k.run(`get csr ${ns}-${word}`), /example\.com\/ours .*Pending/);
      await k.run(`certificate ${word} ${ns}-${word}`);
      assert.match(await k.run(`get csr ${ns}-${word}`), new RegExp(type));
      const { status } = await k.json(`get csr ${ns}-${word}`);
      assert.deepEqual([status.conditions[0].type, status.conditions[0].status], [type, 'True']);
      await k.run(`delete csr ${ns}-${word}`);
    }
  });

  story(`${name}: certificate: asked for, approved, signed, and somebody is known by it`, async () => {
    const folder = scratch();
    const { request, key } = makeCertificateRequest({ commonName: 'jane', organizations: ['flowers'] });
    await k.apply({
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name: `${ns}-jane` },
      spec: {
        request: Buffer.from(request).toString('base64'),
        signerName: 'kubernetes.io/kube-apiserver-client',
        usages: ['client auth'],
      },
    });
    await k.run(`certificate approve ${ns}-jane`);
    await eventually('it is signed', async () =>
      /Approved,Issued/.test(await k.run(`get csr ${ns}-jane --no-headers`)),
    );
    const { status } = await k.json(`get csr ${ns}-jane`);
    const [keyFile, certificateFile] = ['jane.key', 'jane.crt'].map((file) => join(folder, file)) as [string, string];
    writeFileSync(keyFile, key);
    writeFileSync(certificateFile, Buffer.from(status.certificate, 'base64'));
    await k.run(`config set-credentials jane --client-key=${keyFile} --client-certificate=${certificateFile}`);
    const who = JSON.parse(await k.run('--user=jane auth whoami -o json')).status.userInfo;
    assert.deepEqual([who.username, who.groups], ['jane', ['flowers', 'system:authenticated']]);
    assert.match(await k.fails('--user=jane get pods'), /User "jane" cannot list resource "pods"/);
    await k.run(`delete csr ${ns}-jane`);
  });

  story(`${name}: kustomize and apply -k: built, applied, deleted`, async () => {
    const dir = join(scratch(), 'kustom');
    mkdirSync(dir);
    writeFileSync(
      join(dir, 'kustomization.yaml'),
      `namespace: ${ns}\nnamePrefix: my-\nlabels: [{pairs: {made: by-kustomize}}]\nresources: [one.yaml]\n` +
        'configMapGenerator: [{name: made, literals: [a=b]}]\n',
    );
    writeFileSync(join(dir, 'one.yaml'), 'apiVersion: v1\nkind: Secret\nmetadata: {name: one}\nstringData: {k: v}\n');
    assert.match(await k.run(`kustomize ${dir}`), /name: my-made-\w{10}/);
    const said = await k.run(`apply -k ${dir}`);
    assert.match(said, /configmap\/my-made-\w{10} created\nsecret\/my-one created\n/);
    assert.equal(await here('get secret my-one -o jsonpath={.data.k}'), 'dg==');
    await k.run(`delete -k ${dir}`);
    assert.equal(await here('get cm,secret -l made=by-kustomize -o name'), '');
  });

  story(`${name}: get: watched with its events, in chunks, by field, raw, by template`, async () => {
    const watched = k.start(`-n ${ns} get configmap -w --output-watch-events -l of=watch`);
    await here('create configmap watched');
    await here('label configmap watched of=watch');
    await watched.line(/ADDED +watched/, 30_000);
    await here('annotate configmap watched a=b');
    await watched.line(/MODIFIED +watched/, 30_000);
    await here('label configmap watched of-');
    await watched.line(/DELETED +watched/, 30_000);
    await watched.stop();
    for (let n = 0; n < 5; n++) await here(`create configmap chunk-${n}`);
    const whole = await here('get configmap -o name');
    assert.equal(await here('get configmap -o name --chunk-size=2'), whole);
    assert.equal(await here('get configmap -o name --field-selector=metadata.name=chunk-3'), 'configmap/chunk-3\n');
    assert.equal(
      await here('get configmap chunk-1 --template={{.metadata.name}}/{{.metadata.namespace}}'),
      `chunk-1/${ns}`,
    );
    const raw = JSON.parse(await k.run(`get --raw /api/v1/namespaces/${ns}/configmaps?limit=1`));
    assert.equal(raw.items.length, 1);
    assert.ok(raw.metadata.continue);
    assert.equal(raw.kind, 'ConfigMapList');
    assert.match(
      await k.fails(`-n ${ns} get configmap --field-selector=data.a=b`),
      /field label not supported|"data\.a" is not a known field selector/,
    );
  });

  story(
    `${name}: api-resources with filters, api-versions, explain --recursive, cluster-info dump: the server as it is`,
    async () => {
      const scoped = await k.run('api-resources --namespaced=false -o name --api-group=rbac.authorization.k8s.io');
      assert.equal(scoped, 'clusterrolebindings.rbac.authorization.k8s.io\nclusterroles.rbac.authorization.k8s.io\n');
      assert.match(
        await k.run('api-resources --verbs=list --categories=all -o wide'),
        /deployments +deploy +apps\/v1 .*all/,
      );
      const pod = await k.run('explain pod --recursive');
      for (const field of [/^ {2}spec\t<PodSpec>/m, /containers\t<\[\]Container> -required-/]) assert.match(pod, field);
      const dump = join(scratch(), 'dump');
      await k.run(`cluster-info dump --namespaces=${ns} --output-directory=${dump}`);
      const dumped = JSON.parse(readFileSync(join(dump, ns, 'deployments.json'), 'utf8'));
      assert.equal(dumped.items[0].metadata.name, 'work');
    },
  );

  story(`${name}: delete by label, by field, at once, in the background, keeping what it owns: as asked`, async () => {
    await k.apply(list(sleepers('kept', 1)), ['-n', ns]);
    await here('rollout status deployment/kept --timeout=60s');
    await here('delete deployment kept --cascade=orphan');
    assert.match(await here('get replicaset -l app=kept -o name'), /replicaset\.apps\/kept-/);
    await here('delete replicaset -l app=kept --cascade=foreground');
    assert.equal(await here('get pod -l app=kept -o name'), '');
    await here('create configmap fielded');
    await here('delete configmap --field-selector=metadata.name=fielded');
    assert.equal(await here('get configmap fielded --ignore-not-found'), '');
    await here('run doomed --image=nginx');
    await here('wait --for=condition=Ready pod/doomed --timeout=60s');
    assert.match(
      (await k.both(`-n ${ns} delete pod doomed --grace-period=0 --force`)).stdout,
      /pod "doomed" force deleted/,
    );
    await eventually('gone', async () => (await here('get pod doomed --ignore-not-found')) === '');
    assert.equal(await here('delete configmap nothing --ignore-not-found'), '');
    assert.match(await k.fails(`-n ${ns} delete configmap nothing`), /configmaps "nothing" not found/);
    await k.run(`delete namespace ${ns}`, { timeoutMs: 90_000 });
  });
});

/** A PKCS #10 request as openssl makes it, base64 of its PEM as the API wants it. */
